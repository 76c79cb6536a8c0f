import type { CliContext } from '../context.ts';
import { createWorkerPool } from './worker-pool.ts';

export interface Jobs<Item, Job, Reply> {
  /** of the workers: a module that calls `serve` */
  module: URL;
  /** threads, at most */
  workers: number;
  items: readonly Item[];
  jobOf(item: Item): Job;
  /** called as each reply comes, in no particular order; may throw, which ends the rest */
  onReply(item: Item, reply: Reply): void;
}

/** Runs a job for each item on several threads. Ctrl-C ends them all; true when it did. */
export async function runJobs<Item, Job, Reply>(
  { terminal }: Pick<CliContext, 'terminal'>,
  { module, workers, items, jobOf, onReply }: Jobs<Item, Job, Reply>,
): Promise<boolean> {
  const size = Math.min(workers, items.length || 1);
  const pool = createWorkerPool<Job, Reply>(module, undefined, size);
  let stopped = false;
  const stopListening = terminal.onInterrupt(() => {
    stopped = true;
    void pool.close();
  });
  try {
    await Promise.all(items.map(async (item) => onReply(item, await pool.run(jobOf(item)))));
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    stopListening();
    await pool.close();
  }
  return stopped;
}
