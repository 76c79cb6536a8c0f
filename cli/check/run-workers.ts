import type { CampaignPart } from '../../properties/campaign.ts';
import type { CampaignOptions } from '../../properties/plan.ts';
import { beside } from '../workers/serve.ts';
import { createWorkerPool } from '../workers/worker-pool.ts';
import type { CampaignJob, CampaignWorkerData } from './campaign-worker.ts';

/** Sequences of one job. */
const PART = 64;

/** How often `goOn` is asked while jobs run. */
const ASK_MS = 50;

export interface WorkersRun extends Omit<CampaignPart, 'reached'> {
  /** of each part */
  reached: Record<string, number>[];
}

/**
 * Spreads the random sequences of a campaign over threads. Of several failures the one that a single
 * thread would have found first is returned. Once `goOn` says no, each worker ends with its sequence.
 */
export async function runWorkers(
  data: Omit<CampaignWorkerData, 'stop'>,
  workers: number,
  options: CampaignOptions,
  goOn: () => boolean,
  onProgress: (runs: number, steps: number) => void,
): Promise<WorkersRun> {
  const module = beside(import.meta.url, './campaign-worker');
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const asking = setInterval(() => {
    if (!goOn()) Atomics.store(stop, 0, 1);
  }, ASK_MS);
  const shared: CampaignWorkerData = { ...data, stop };
  const pool = createWorkerPool<CampaignJob, CampaignPart>(module, shared, workers);
  const { corpus: _, ...random } = options;
  const total: WorkersRun = { runs: 0, steps: 0, reached: [] };
  const failures: NonNullable<CampaignPart['failure']>[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (goOn() && failures.length === 0 && next < options.runs) {
      const first = next;
      next += PART;
      const runs = Math.min(PART, options.runs - first);
      const part = await pool.run({ first, options: { ...random, runs } });
      total.runs += part.runs;
      total.steps += part.steps;
      total.reached.push(part.reached);
      failures.push(...(part.failure ? [part.failure] : []));
      onProgress(total.runs, total.steps);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    clearInterval(asking);
    await pool.close();
  }
  const [failure] = failures.sort((a, b) => a.at - b.at);
  return failure ? { ...total, failure } : total;
}
