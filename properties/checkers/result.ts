import { type Expected, matchesRegister, printExpected } from '../../model/index.ts';
import type { GuestStep } from '../guest/api.ts';
import type { Candidate, Checker, Disagreement, StepView } from './checker.ts';
import { slotName } from './sharing.ts';

/** Every system call returns what the model allows; a killed process is one the model kills. */
export const result: Checker = {
  clause: 'result',
  compare(view, candidate) {
    return compareOwn(view, candidate) ?? compareOthers(view, candidate) ?? firstReturns(view);
  },
};

function compareOwn(view: StepView, { outcome }: Candidate): Disagreement | undefined {
  if (view.slot === undefined || matchesResult(view, outcome.result)) return undefined;
  return disagreement(slotName(view.slot), outcome.result, describeResult(view, view.guest.result));
}

function matchesResult(view: StepView, expected: Expected): boolean {
  const { result: got } = view.guest;
  if (got.kind === 'gone') return expected.kind === 'killed' || expected.kind === 'exited';
  if (got.kind === 'blocked') return expected.kind === 'blocked';
  if (got.kind !== 'value') return false;
  if (expected.kind === 'value' && expected.sc !== undefined) {
    if ((got.a3 !== 0n) !== (expected.sc !== 0)) return false;
  }
  return matchesRegister(expected, got.a0, (slot) => view.slots[slot]?.pid);
}

/** Who else came back or died must be who the model says, with its results. */
function compareOthers(view: StepView, { before, outcome }: Candidate): Disagreement | undefined {
  const unexplained = new Set(view.guest.ended.filter((slot) => slot !== view.slot));
  const returned = new Map(view.guest.completions.map(({ slot, a0 }) => [slot, a0]));
  for (const { slot, result: expected } of outcome.completions) {
    const isNew = before.processes[slot + 1] === undefined;
    if (isNew || slot === view.slot) continue;
    if (expected.kind === 'killed' || expected.kind === 'exited') {
      if (!unexplained.delete(slot)) return disagreement(slotName(slot), expected, 'still alive');
      returned.delete(slot);
      continue;
    }
    const a0 = returned.get(slot);
    if (a0 === undefined || !matchesRegister(expected, a0, (s) => view.slots[s]?.pid)) {
      const got = a0 === undefined ? 'not back' : describeRegister(view, a0);
      return disagreement(slotName(slot), expected, got);
    }
    returned.delete(slot);
  }
  for (const slot of unexplained) return disagreement(slotName(slot), 'lives on', 'gone');
  for (const [slot, a0] of returned) {
    return disagreement(slotName(slot), { kind: 'blocked' }, describeRegister(view, a0));
  }
  return undefined;
}

/** fork returns 0 in the child. */
function firstReturns(view: StepView): Disagreement | undefined {
  const wrong = view.guest.firstReturns.find(({ a0 }) => a0 !== 0n);
  if (wrong === undefined) return undefined;
  return disagreement(`fork in ${slotName(wrong.slot)}`, '= 0x0', describeRegister(view, wrong.a0));
}

function disagreement(who: string, expected: Expected | string, received: string): Disagreement {
  const wanted = plain(typeof expected === 'string' ? expected : printExpected(expected));
  const got = plain(received);
  return { message: `${who}: expected ${wanted}, got ${got}`, expected: wanted, received: got };
}

/** Without the sign that marks a value in a .steps file. */
const plain = (result: string): string => result.replace(/^= /, '');

/** A guest result in the words of the .steps format. */
export function describeResult(view: Pick<StepView, 'slots'>, got: GuestStep['result']): string {
  switch (got.kind) {
    case 'value':
      return describeRegister(view, got.a0);
    case 'gone':
      return 'killed';
    case 'blocked':
      return 'blocked';
    case 'trouble':
      return got.trouble.message;
  }
}

const MINUS_ONE = (1n << 64n) - 1n;

function describeRegister({ slots }: Pick<StepView, 'slots'>, a0: bigint): string {
  if (a0 === MINUS_ONE) return '-1';
  const slot = slots.findIndex(({ pid }) => pid > 2 && BigInt(pid) === a0);
  return `= 0x${a0.toString(16)}${slot >= 0 ? ` (the pid of s${slot})` : ''}`;
}
