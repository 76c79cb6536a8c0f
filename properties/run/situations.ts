import { type ModelState, processOf } from '../../model/index.ts';
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
  const isWritten = operation.op !== 'exit' && someLostAnOwner(before, step.sharing);
  noteConsole(reached, operation, step, isWritten);
  if (result.kind === 'value' && result.a0 === MINUS_ONE) reached.count('a call fails');
  if (step.outcome?.result.kind === 'killed' || ended.some((slot) => slot !== step.slot)) {
    reached.count('a process is killed');
  }
  if (result.kind === 'blocked') reached.count('a process blocks');
  if (completions.length > 0) reached.count('a blocked process comes back');
  if (failed) reached.count('an allocation is made to fail');
  if (step.sharing.shared.size > 0) reached.count('a page is shared');
  if (isWritten) reached.count('a shared page is written');
  if (step.states.length > 1) reached.count('the model allows several states');
}

const someLostAnOwner = (before: Sharing, after: Sharing): boolean =>
  [...before.shared].some((page) => after.ownerCount(page) < before.ownerCount(page));

/** What happened at the console. `isWritten`: a page was shared and is so no more. */
function noteConsole(
  reached: Reached,
  operation: AnyOperation,
  { guest: { result, completions }, outcome, slot }: StepOutcome,
  isWritten: boolean,
): void {
  if (operation.op === 'type' && completions.length > 0) {
    reached.count('a reader that waits at the console comes back');
  }
  if (result.kind !== 'value' || BigInt.asIntN(64, result.a0) <= 0n || !outcome) return;
  if (outcome.output) reached.count('the console is written');
  const { fd } = operation as { fd?: number };
  if (operation.op !== 'read' || slot === undefined || fd === undefined) return;
  if (!isConsole(outcome.state, slot, fd)) return;
  reached.count('the console is read');
  if (isWritten) reached.count('the console is read into a shared page');
}

function isConsole(state: ModelState, slot: number, fd: number): boolean {
  const file = state.files.get(processOf(state, slot).descriptors[fd | 0] ?? -1);
  return file?.kind === 'console';
}
