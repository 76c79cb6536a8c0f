import { Worker } from 'node:worker_threads';
import { expander, type Job, type Share } from './expand.ts';
import { type Ranges, sizeOf } from './ranges.ts';
import type { Layer } from './worker.ts';

/** What is done of a layer, whole or interrupted. */
export interface LayerResult {
  shares: Share[];
  /** rows from the start of the layer that were expanded; all of them unless interrupted */
  done: number;
}

/** Threads that divide the rows of a layer. */
export interface Threads {
  /** Ends early, between rows, when the signal aborts. */
  expand(ranges: Ranges): Promise<LayerResult>;
  /** rows of the layer at hand that were given out */
  given(): number;
  close(): void;
}

/** More rows than there can be, and far from overflow. */
const ALL_TAKEN = 2 ** 30;
/** Grains between two looks at the signal, where there is one thread: some tens of milliseconds. */
const GRAINS_AT_ONCE = 4;

type Run = (layer: Layer) => Promise<Share[]>;

/** Starts `workers` threads; 1 is this one, which then lets others in now and then. */
export function startThreads(job: Job, workers: number, signal: AbortSignal | undefined): Threads {
  const { run, close } = workers <= 1 ? inThisThread(job) : inWorkers(job, workers);
  let taken = new Int32Array(new SharedArrayBuffer(4));
  let rows = 0;
  return {
    async expand(ranges) {
      const layer = { ranges, taken: new SharedArrayBuffer(4) };
      taken = new Int32Array(layer.taken);
      rows = sizeOf(ranges);
      let done = rows;
      // Once all is taken, no thread finds anything left to do.
      const takeAll = () => {
        done = Math.min(done, Atomics.exchange(taken, 0, ALL_TAKEN));
      };
      if (signal?.aborted) takeAll();
      signal?.addEventListener('abort', takeAll);
      try {
        return { shares: await run(layer), done };
      } finally {
        signal?.removeEventListener('abort', takeAll);
      }
    },
    given: () => Math.min(Atomics.load(taken, 0), rows),
    close,
  };
}

function inThisThread(job: Job): { run: Run; close(): void } {
  const expand = expander(job);
  return {
    async run({ ranges, taken }) {
      const shares: Share[] = [];
      const total = sizeOf(ranges);
      const counter = new Int32Array(taken);
      do {
        const share = expand(ranges, counter, GRAINS_AT_ONCE);
        shares.push(share);
        if (share.finding || share.full) break;
        await new Promise(setImmediate);
      } while (Atomics.load(counter, 0) < total);
      return shares;
    },
    close: () => {},
  };
}

function inWorkers(job: Job, workers: number): { run: Run; close(): void } {
  const threads = Array.from({ length: workers }, () => startWorker(job));
  return {
    run: (layer) => Promise.all(threads.map((thread) => ask(thread, layer))),
    close: () => {
      for (const thread of threads) void thread.terminate();
    },
  };
}

/**
 * In a checkout the thread's source is TypeScript, which Node reads with the help of tsx; that has to
 * be registered inside the thread.
 */
function startWorker(job: Job): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: job });
  }
  const entry = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const code = `import('tsx/esm/api').then((tsx) => { tsx.register(); import(${entry}); });`;
  return new Worker(code, { eval: true, workerData: job });
}

function ask(thread: Worker, layer: Layer): Promise<Share> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      thread.removeAllListeners('message').removeAllListeners('error');
      then();
    };
    thread.once('message', (share: Share) => settle(() => resolve(share)));
    thread.once('error', (error) => settle(() => reject(error)));
    thread.postMessage(layer);
  });
}
