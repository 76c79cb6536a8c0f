/** What an exploration proves, as a file that another run can check. Schema `cowcheck-certificate/1`. */
import type { DepthRow } from './campaign.ts';

export interface Certificate {
  schema: 'cowcheck-certificate/1';
  bounds: { procs: number; pages: number; depth: number; failures: boolean };
  /** what was explored; `model` for the model alone */
  kernel: { path: string; sha256: string };
  /** identifies the model's rules: a digest of its sources */
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
