/** Rows that whole campaigns add to a result: the mutants' table and the depths of an exploration. */
import type { Clause } from './clause.ts';

/** One seeded bug: was it caught, by what, how fast. Written by `cowcheck mutants`. */
export interface MutantRow {
  name: string;
  /** row of the bug catalogue */
  row: number;
  /** clauses that may catch it, the expected one first */
  expected: Clause[];
  /** what caught it; absent when nothing did */
  caught?: Clause;
  /** operations run until then */
  steps: number;
  seconds: number;
  /** by a kept reproducer, after the random sequences had found nothing in their time */
  byCorpus?: boolean;
  /** operations in the shrunk reproducer */
  length?: number;
  seed: number;
}

/** One depth of an exploration. */
export interface DepthRow {
  depth: number;
  /** new canonical states */
  states: number;
  transitions: number;
  seconds: number;
}
