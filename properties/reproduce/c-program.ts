import type { Address, Operation } from '../../spec/operation.ts';
import { printText } from '../../spec/typed-text.ts';
import { TIGHT_PAGES } from '../run/session.ts';
import { claimsOf } from './c-claims.ts';
import { cAddress, cOperation } from './c-operations.ts';
import { MAIN, RUNTIME } from './c-runtime.ts';

/** One step as it was played: who acted, and what a correct kernel answers. */
export interface PlayedStep {
  operation: Operation;
  /** the operation as the .steps format prints it */
  text: string;
  /** slot that acted; undefined for the environment */
  slot: number | undefined;
  /** slot of the process that a fork makes */
  child?: number | undefined;
  /** expected result in the words of the .steps format */
  expected: string;
}

/** A byte that a process must find at the end. */
export interface FinalByte {
  slot: number;
  va: Address;
  value: number;
}

export interface CReproducer {
  /** does the sequence start with little memory? */
  tight: boolean;
  steps: readonly PlayedStep[];
  finalBytes: readonly FinalByte[];
  clause: string;
  message: string;
}

/**
 * A program for any xv6 tree that does what the sequence does, using nothing but the user library. Each
 * process does its step k at tick start + k·gap, by the clock alone: no pipe or page is shared for it. A
 * process more, the filler, holds the memory that the sequence must not get. What a program can see go
 * wrong is said on the console, and the free pages are counted before and after.
 */
export function cProgram(input: CReproducer): string {
  const { steps, tight } = input;
  const slots = 1 + Math.max(0, ...steps.map((step) => step.child ?? 0));
  const last = steps.length;
  const pressed = steps.some(({ operation }) => operation.op === 'pressure');
  const fills = tight || pressed || steps.some(({ operation }) => operation.op === 'fail-alloc');
  const claims = claimsOf(input);
  return [
    header(input),
    RUNTIME.replace('$SLOTS', String(slots))
      .replace('$PROBE', String(last + 2))
      .replace('$STEPS', String(last + 4 + 4 * (slots + 1)))
      .replace('$FILLS', fills ? '1' : '0')
      .replace('$SCARCE', tight || pressed ? '1' : '0')
      .replace('$KILLED_AT', String(claims.killedAt)),
    fillerCode(input),
    'static void\nsteps(void)\n{\n  long got;\n',
    ...steps.map((step, at) => stepCode(step, at + 1, claims.of(at))),
    finalCode(input.finalBytes, last + 1),
    '}\n',
    MAIN.replace('$TYPING', () => typing(steps)),
  ].join('\n');
}

/** What the filler does: no program can make one allocation fail, so it takes all memory but the n − 1 pages before. */
function fillerCode({ steps, tight }: CReproducer): string {
  const lines = steps.flatMap(({ operation }, at) =>
    operation.op === 'fail-alloc' ? [`  hold(${at + 1}, ${operation.nth - 1});`] : [],
  );
  if (tight) lines.unshift(`  fill_memory(${TIGHT_PAGES});`);
  return `static void\nfiller(void)\n{\n${lines.map((line) => `${line}\n`).join('')}}\n`;
}

const comment = (text: string): string => text.replaceAll('*/', '* /').replaceAll('\n', ' ');

function header(input: CReproducer): string {
  return [
    `// A sequence of system calls that violates "${input.clause}", found by cowcheck.`,
    `// ${comment(input.message)}`,
    '//',
    ...input.steps.map((step, at) => `//   ${at + 1}. ${step.text}`),
    '//',
    '// To run it: save it as user/cowrepro.c, add $U/_cowrepro to UPROGS in the Makefile, make qemu,',
    '// and type cowrepro.',
  ].join('\n');
}

function stepCode(step: PlayedStep, number: number, claim: string | undefined): string {
  const lines = [`  // ${number}. ${step.text}`];
  if (step.operation.op === 'fail-alloc') lines.push('  // (the filler sees to that)');
  if (step.operation.op === 'type') {
    lines.push('  // (main asks the user for it, before the first step.)');
  }
  if (step.slot === undefined) return `${lines.join('\n')}\n`;
  const c = cOperation(step.operation, step.slot, step.child);
  const body = c.code.map((line) => `    ${line.replaceAll('STEP', String(number))}`);
  const said = `complain(${number}, ${JSON.stringify(c.says)}, got, `;
  const check = claim === undefined ? [] : [`    ${claim.replace('complain(', said)}`];
  lines.push(`  AT(${number}, ${step.slot}) {`, ...body, ...check, '  }');
  return `${lines.join('\n')}\n`;
}

function finalCode(bytes: readonly FinalByte[], number: number): string {
  if (bytes.length === 0) return '';
  const lines = bytes.map(
    ({ slot, va, value }) =>
      `  AT(${number}, ${slot}) {\n    got = *(volatile unsigned char *)${cAddress(va)};\n` +
      `    if (got != ${value}) complain(${number}, "the byte at ${va}", got, "${value}");\n  }`,
  );
  return ['  // what each process must find in the end', ...lines, ''].join('\n');
}

/** What the user must type, ahead of the steps: no program can do it. */
function typing(steps: readonly PlayedStep[]): string {
  const texts = steps.flatMap(({ operation }) => (operation.op === 'type' ? [operation.text] : []));
  if (texts.length === 0) return '';
  const shown = JSON.stringify(
    `cowrepro: type this in the next ten seconds: ${printText(texts.join(''))}`,
  );
  return `  printf("%s\\n", ${shown});\n  sleep_until(uptime() + 100);\n`;
}
