/**
 * The reference model: what a correct copy-on-write xv6 does, exactly. States are immutable; `step`
 * gives every outcome that is allowed.
 */
export { type Adoption, adopt, type Evidence } from './adopt.ts';
export { canonical } from './canonical.ts';
export type { DiskFiles } from './disk.ts';
export { type AgentImage, initialState, ModelError } from './initial.ts';
export { checkInvariants, type InvariantFailure } from './invariants.ts';
export {
  type Completion,
  type Expected,
  matchesRegister,
  type Outcome,
  printExpected,
  value,
} from './outcome.ts';
export { defaultProfile, type LazySbrk, type Profile } from './profile.ts';
export {
  actingSlot,
  actingSlots,
  type Blocked,
  INIT,
  liveSlots,
  type ModelState,
  type Process,
  processOf,
  targetSlot,
} from './state.ts';
export { beginSequence, endSequence, step } from './step.ts';
export {
  freePages,
  freePagesAtLeast,
  mappingAt,
  ownersOf,
  pressurePages,
  readContent,
  resolveAddress,
  type UserMapping,
  userMappings,
} from './view.ts';
export type { Env } from './work.ts';
