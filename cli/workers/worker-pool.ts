import { Worker } from 'node:worker_threads';

/** Threads that answer jobs one after the other; each job goes to the first one that is free. */
export interface WorkerPool<Job, Reply> {
  /** Rejects when the worker that has the job throws or dies, or the pool is closed before it answers. */
  run(job: Job): Promise<Reply>;
  readonly size: number;
  close(): Promise<void>;
}

interface Waiting<Job, Reply> {
  job: Job;
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
}

const CLOSED = 'the worker pool is closed';

/** What a worker answers: the reply, or the message of what it threw. */
export type WorkerAnswer<Reply> = { reply: Reply } | { error: string };

/**
 * Starts `size` workers of a module that calls `serve`. `data` is given to each as `workerData`.
 */
export function createWorkerPool<Job, Reply>(
  module: URL,
  data: unknown,
  size: number,
): WorkerPool<Job, Reply> {
  const queue: Waiting<Job, Reply>[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting<Job, Reply>>();
  const fail = (worker: Worker, error: Error) => {
    busy.get(worker)?.reject(error);
    busy.delete(worker);
    for (const waiting of queue.splice(0)) waiting.reject(error);
  };
  const feed = () => {
    while (idle.length > 0 && queue.length > 0) {
      const worker = idle.pop()!;
      const waiting = queue.shift()!;
      busy.set(worker, waiting);
      worker.postMessage(waiting.job);
    }
  };
  const start = (): Worker => {
    const worker = startWorker(module, data);
    worker.on('message', (answer: WorkerAnswer<Reply>) => {
      const waiting = busy.get(worker);
      busy.delete(worker);
      idle.push(worker);
      if ('reply' in answer) waiting?.resolve(answer.reply);
      else waiting?.reject(new Error(answer.error));
      feed();
    });
    worker.on('error', (error) => fail(worker, error as Error));
    return worker;
  };
  const workers = Array.from({ length: size }, start);
  idle.push(...workers);
  let closed = false;
  return {
    size,
    run: (job) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error(CLOSED));
        queue.push({ job, resolve, reject });
        feed();
      }),
    async close() {
      closed = true;
      for (const worker of workers) fail(worker, new Error(CLOSED));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** A checkout that was not built runs its TypeScript in the workers too, through tsx. */
function startWorker(module: URL, workerData: unknown): Worker {
  if (!module.pathname.endsWith('.ts')) return new Worker(module, { workerData });
  const code = `import('tsx/esm/api').then(({ register }) => {
    register();
    return import(${JSON.stringify(module.href)});
  });`;
  return new Worker(code, { eval: true, workerData });
}
