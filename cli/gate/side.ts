import type { Cause, Finding } from '../../spec/gate.ts';
import { UsageError } from '../exit-codes.ts';
import { beside } from '../workers/serve.ts';
import { createWorkerPool } from '../workers/worker-pool.ts';
import type { SideJob, SideReply, SideWorkerData } from './side-worker.ts';

/** Places in the memory that a side shares with the command: three it writes, one it reads. */
export const SIDE_COUNTERS = { runs: 0, steps: 1, found: 2, stop: 3 } as const;

/** One of the two kernels of a gate, in a thread of its own. */
export interface Side {
  survey(): Promise<NonNullable<SideReply['surveyed']>>;
  /** Writes reproducers of causes that the survey found, in a folder. */
  explain(causes: readonly Cause[], out: string): Promise<Finding[]>;
  /** How far the survey is, in words. */
  progress(): string;
  /** Ends the survey with what it has. */
  stop(): void;
  close(): Promise<void>;
}

/** Starts the thread. Its promises reject with UsageError where the user can mend it. */
export function startSide(data: Omit<SideWorkerData, 'counters'>): Side {
  const shared = new SharedArrayBuffer(Object.keys(SIDE_COUNTERS).length * 4);
  const counters = new Int32Array(shared);
  const pool = createWorkerPool<SideJob, SideReply>(
    beside(import.meta.url, './side-worker'),
    { ...data, counters: shared } satisfies SideWorkerData,
    1,
  );
  const run = async (job: SideJob): Promise<SideReply> => {
    const reply = await pool.run(job);
    if (reply.error !== undefined) throw new UsageError(reply.error);
    return reply;
  };
  const at = (name: keyof typeof SIDE_COUNTERS): string =>
    Atomics.load(counters, SIDE_COUNTERS[name]).toLocaleString('en-US');
  return {
    survey: async () => (await run({ survey: true })).surveyed!,
    explain: async (causes, out) =>
      causes.length === 0 ? [] : (await run({ explain: causes, out })).findings!,
    progress: () =>
      at('runs') === '0'
        ? 'booting'
        : `${at('runs')} sequences, ${at('steps')} operations, ${at('found')} found`,
    stop: () => Atomics.store(counters, SIDE_COUNTERS.stop, 1),
    close: () => pool.close(),
  };
}
