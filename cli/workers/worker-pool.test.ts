import { expect, test } from 'vitest';
import { createWorkerPool } from './worker-pool.ts';

/** A worker that hears jobs and never answers. */
const SILENT = new URL(
  "data:text/javascript,import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {})",
);

test('closing a pool rejects its jobs: begun, waiting and later ones', async () => {
  const pool = createWorkerPool<string, string>(SILENT, undefined, 1);
  const jobs = Promise.allSettled([pool.run('begun'), pool.run('waiting')]);
  await pool.close();
  expect(await jobs).toMatchObject([
    { status: 'rejected', reason: { message: 'the worker pool is closed' } },
    { status: 'rejected', reason: { message: 'the worker pool is closed' } },
  ]);
  await expect(pool.run('late')).rejects.toThrow('the worker pool is closed');
});
