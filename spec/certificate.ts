/** What an exploration proves, as a file that another run can check. Schema `cowcheck-certificate/1`. */
import type { DepthRow } from './campaign.ts';

export interface Certificate {
  schema: 'cowcheck-certificate/1';
  bounds: { procs: number; pages: number; depth: number; failures: boolean };
  /** what was explored */
  kernel: { path: string; sha256: string };
  /** version of the model's rules: that of the package */
  model: string;
  depths: DepthRow[];
  /** transitions by operation, failing allocations as `fork!` */
  operations: Record<string, number>;
  /** states of the model, and states of model and kernel together */
  states: { abstract: number; concrete: number };
  /** distinct transitions up to renaming: (state, kind of operation, state) */
  canonicalTransitions: number;
  /** SHA-256 over the sorted keys of all visited states */
  digest: string;
  /**
   * Every visited state, in the order of the search: `key parent edge`, where `parent` is the
   * index of the state before (−1 for the root) and the edge is an operation as .steps files write it,
   * with `!n ` before it when its n-th allocation fails.
   */
  visited: string[];
}

/** Bounds of an exploration of a model by itself. */
export interface ModelBounds {
  processes: number;
  /** pages of an address space: first the read-only ones, then the image's others, then heap */
  pages: number;
  /** pages of these that are never writable */
  readOnly: number;
  /** pages that exec maps, read-only ones included */
  image: number;
  frames: number;
  /** may allocations fail while frames are free? */
  failing: boolean;
}

/**
 * What an exploration of a model by itself shows. Schema `cowcheck-model-certificate/1`: the first line
 * of its file, with a `seal` (SHA-256 over this line and the states); after it come the states themselves,
 * gzip-compressed rows of as many bytes as the bounds make.
 */
export interface ModelCertificate {
  schema: 'cowcheck-model-certificate/1';
  /** name of the model, as `--model` takes it */
  model: string;
  /** version of the model's rules */
  rules: string;
  bounds: ModelBounds;
  /** canonical states, all that can be reached, and transitions out of them */
  states: number;
  transitions: number;
  /** `newStates` first reached at a depth; states and transitions up to it */
  depths: readonly { depth: number; newStates: number; states: number; transitions: number }[];
  /** transitions by operation, failing allocations as `fork!` */
  operations: Record<string, number>;
  /** digest of the set of states, independent of their order */
  digest: string;
}
