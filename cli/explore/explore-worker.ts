import { workerData } from 'node:worker_threads';
import type { ExploreBounds } from '../../properties/explore/alphabet.ts';
import { type Expansion, expand } from '../../properties/explore/expand.ts';
import { createWalker, type Edge } from '../../properties/explore/position.ts';
import { type KernelFlags, openKernel } from '../check/open-kernel.ts';
import { serve } from '../workers/serve.ts';

/** What every worker of an exploration gets. */
export interface ExploreWorkerData {
  kernel: string | undefined;
  flags: KernelFlags;
  bounds: ExploreBounds;
  failures: boolean;
}

/** Paths to the states that are to be expanded. */
export type ExploreJob = readonly Edge[][];
export type ExploreReply = Expansion[];

const { kernel, flags, bounds, failures } = workerData as ExploreWorkerData;
const { session } = await openKernel(kernel, flags);
const walker = createWalker(session, bounds);
serve<ExploreJob, ExploreReply>((paths) => paths.map((path) => expand(walker, path, failures)));
