import { workerData } from 'node:worker_threads';
import type { ExploreBounds } from '../../properties/explore/alphabet.ts';
import { type Edge, type Expansion, expand } from '../../properties/explore/expand.ts';
import { openSession } from '../../properties/run/session.ts';
import { serve } from '../workers/serve.ts';

/** What every worker of an exploration gets. */
export interface ExploreWorkerData {
  kernel: Uint8Array;
  image: Uint8Array;
  agent: Uint8Array;
  bounds: ExploreBounds;
  failures: boolean;
}

/** Paths to the states that are to be expanded. */
export type ExploreJob = readonly Edge[][];
export type ExploreReply = Expansion[];

const { kernel, image, agent, bounds, failures } = workerData as ExploreWorkerData;
const session = openSession({ kernel, image, agent });
serve<ExploreJob, ExploreReply>((paths) =>
  paths.map((path) => expand(session, bounds, path, failures)),
);
