import type { Machine } from '../../emulator/machine/api.ts';
import type { ModelState, Outcome } from '../../model/index.ts';
import type { Clause } from '../../spec/clause.ts';
import type { OwnershipSnapshot } from '../../spec/ownership.ts';
import type { SourceLine } from '../../spec/result.ts';
import type { GuestSlot, GuestStep } from '../guest/api.ts';
import type { AnyOperation } from '../ops/definition.ts';
import type { FreeAccess } from '../run/free-watch.ts';
import type { Sharing } from './sharing.ts';

/** What was seen of one step, before it is held against the model. */
export interface StepView {
  operation: AnyOperation;
  /** slot that acted; undefined for the environment */
  slot: number | undefined;
  guest: GuestStep;
  slots: readonly GuestSlot[];
  observed: OwnershipSnapshot;
  /** user pages by owners after the step, and before it */
  sharing: Sharing;
  sharingBefore: Sharing;
  /** pages that may have been written during the step */
  written: ReadonlySet<number>;
  /** accesses to pages of the free list by others than the allocator */
  freeAccesses: readonly FreeAccess[];
  /** free before the step? */
  wasFree: (ppn: number) => boolean;
  machine: Machine;
}

/** One way in which the model says the step may have gone, brought into line with the observation. */
export interface Candidate {
  before: ModelState;
  outcome: Outcome;
  /** the outcome's state with what a correct kernel may choose taken from the guest */
  after: ModelState;
}

/** A disagreement, as an object; rendered by reports. */
export interface Disagreement {
  message: string;
  expected: string;
  received: string;
  /** physical address of the page concerned */
  page?: number;
  where?: SourceLine[];
}

/** One clause of the spec, held after every operation. */
export interface Checker {
  clause: Clause;
  /** what the observation alone shows */
  observe?: (view: StepView) => Disagreement | undefined;
  /** what it shows against one allowed outcome */
  compare?: (view: StepView, candidate: Candidate) => Disagreement | undefined;
}

export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
export const pageAddress = (ppn: number): number => ppn * 4096;
