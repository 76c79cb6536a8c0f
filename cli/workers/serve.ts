import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer } from './worker-pool.ts';

/** Answers the jobs of a `WorkerPool`, in a worker thread. */
export function serve<Job, Reply>(handle: (job: Job) => Reply | Promise<Reply>): void {
  const port = parentPort;
  if (port === null) throw new Error('serve: not in a worker thread');
  port.on('message', async (job: Job) => {
    let answer: WorkerAnswer<Reply>;
    try {
      answer = { reply: await handle(job) };
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    port.postMessage(answer);
  });
}

/** URL of a module beside another, as `.ts` in a checkout and `.js` once built. */
export const beside = (from: string, name: string): URL =>
  new URL(`${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from);
