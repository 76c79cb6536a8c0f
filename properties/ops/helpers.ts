import { PAGE_BYTES } from '../../spec/units.ts';
import { SYSCALL, type SyscallName } from '../../spec/xv6.ts';
import type { AnyOperation, Injection } from './definition.ts';

const ARGUMENTS = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'] as const;

/** A system call through the agent's `do_syscall`: number in a7, arguments from a0 on. */
export function syscall(name: SyscallName, ...args: (bigint | number)[]): Injection {
  return syscallNumber(SYSCALL[name], ...args);
}

const EAGER = 1;

/** sbrk through the agent's `do_grow`, which also uses every new page: none is left promised. */
export const grow = (pages: number): Injection => ({
  ...syscall('sbrk', pages * PAGE_BYTES, EAGER),
  stub: 'do_grow',
});

/** As `syscall`, by number: for the system calls of other kernels. */
export function syscallNumber(number: number, ...args: (bigint | number)[]): Injection {
  const registers: Injection['registers'] = { a7: BigInt(number) };
  args.forEach((value, at) => {
    const name = ARGUMENTS[at];
    if (name === undefined) throw new Error(`syscallNumber: ${args.length} arguments, at most 6`);
    registers[name] = BigInt.asUintN(64, BigInt(value));
  });
  return { stub: 'do_syscall', registers };
}

/** Copies of `operation` with one field replaced by each of `candidates`. */
export function* replace<O extends AnyOperation, K extends keyof O>(
  operation: O,
  field: K,
  candidates: Iterable<O[K]>,
): Iterable<O> {
  for (const value of candidates) {
    if (value !== operation[field]) yield { ...operation, [field]: value };
  }
}
