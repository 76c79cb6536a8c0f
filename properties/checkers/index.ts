import type { Checker } from './checker.ts';
import { conservation, freedWhileMapped } from './conservation.ts';
import { consoleOutput } from './console-output.ts';
import { content } from './content.ts';
import { freelistLength, freelistShape } from './freelist.ts';
import { isolation } from './isolation.ts';
import { liveness } from './liveness.ts';
import { ownership } from './ownership.ts';
import { permission } from './permission.ts';
import { quiescence } from './quiescence.ts';
import { refcount } from './refcount.ts';
import { result } from './result.ts';
import { translation } from './translation.ts';
import { useAfterFree } from './use-after-free.ts';

/**
 * One checker per clause, in the order in which they are asked: the first to object names the
 * violation, so those that tell the cause come before those that tell its consequences.
 */
export const CHECKERS: readonly Checker[] = [
  freedWhileMapped,
  liveness,
  freelistShape,
  refcount,
  conservation,
  useAfterFree,
  isolation,
  result,
  ownership,
  permission,
  translation,
  freelistLength,
  content,
  consoleOutput,
  quiescence,
];

export type { Candidate, Checker, Disagreement, StepView } from './checker.ts';
export { INIT, type Sharing, sharingOf, slotName } from './sharing.ts';
