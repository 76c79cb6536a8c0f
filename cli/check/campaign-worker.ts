import { workerData } from 'node:worker_threads';
import { type CampaignPart, runCampaignPart } from '../../properties/campaign.ts';
import type { CampaignOptions } from '../../properties/plan.ts';
import { serve } from '../workers/serve.ts';
import { type KernelFlags, openKernel } from './open-kernel.ts';

/** What every worker of one `check` is given: the kernel, which it boots once. */
export interface CampaignWorkerData {
  kernel: string | undefined;
  flags: KernelFlags;
  /** one word of shared memory: other than 0 once no further sequence is wanted */
  stop: Int32Array;
}

export interface CampaignJob {
  /** number of the first random sequence */
  first: number;
  options: Omit<CampaignOptions, 'corpus'>;
}

const { kernel, flags, stop } = workerData as CampaignWorkerData;
const opened = openKernel(kernel, flags);

serve<CampaignJob, CampaignPart>(async ({ first, options }) =>
  runCampaignPart((await opened).session, options, first, () => Atomics.load(stop, 0) === 0),
);
