import type { Sharing } from '../checkers/index.ts';
import type { AnyOperation } from '../ops/index.ts';
import type { Reached } from '../reached.ts';
import type { StepOutcome } from './run-step.ts';

const MINUS_ONE = (1n << 64n) - 1n;

/** Counts what a step was an instance of. */
export function noteSituations(
  reached: Reached,
  operation: AnyOperation,
  step: StepOutcome,
  before: Sharing,
): void {
  reached.count(operation.op);
  const { result, completions, failed, ended } = step.guest;
  if (result.kind === 'value' && result.a0 === MINUS_ONE) reached.count('a call fails');
  if (step.outcome?.result.kind === 'killed' || ended.some((slot) => slot !== step.slot)) {
    reached.count('a process is killed');
  }
  if (result.kind === 'blocked') reached.count('a process blocks');
  if (completions.length > 0) reached.count('a blocked process comes back');
  if (failed) reached.count('an allocation is made to fail');
  if (step.sharing.shared.size > 0) reached.count('a page is shared');
  for (const page of before.shared) {
    if (step.sharing.ownerCount(page) >= before.ownerCount(page)) continue;
    if (operation.op !== 'exit') reached.count('a shared page is written');
    break;
  }
  if (step.states.length > 1) reached.count('the model allows several states');
}
