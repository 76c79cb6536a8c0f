import { add, divide, fusedMultiplyAdd, multiply, squareRoot, subtract } from './arithmetic.ts';
import { classify, compare, extreme } from './compare.ts';
import { changeFormat, fromInteger, type IntegerKind, toInteger } from './convert.ts';
import { box, DOUBLE, type FloatFormat, type FloatResult, SINGLE, unbox } from './format.ts';

/**
 * A floating-point instruction's computation. Operands and result are 64-bit registers (singles are
 * NaN-boxed); `rm` is a valid rounding mode, 0 to 4.
 */
export type FloatOperation = (rm: number, a: bigint, b: bigint, c: bigint) => FloatResult;

const FORMATS = { s: SINGLE, d: DOUBLE } as const;
const INTEGERS: readonly IntegerKind[] = ['w', 'wu', 'l', 'lu'];

/** Computations that yield a number of the format. */
function arithmetic(f: FloatFormat): Record<string, FloatOperation> {
  const numeric =
    (run: (rm: number, a: bigint, b: bigint, c: bigint) => FloatResult): FloatOperation =>
    (rm, a, b, c) => {
      const result = run(rm, unbox(f, a), unbox(f, b), unbox(f, c));
      return { bits: box(f, result.bits), flags: result.flags };
    };
  const fused = (product: boolean, addend: boolean): FloatOperation =>
    numeric((rm, a, b, c) => fusedMultiplyAdd(f, rm, [a, b, c], { product, addend }));
  return {
    fadd: numeric((rm, a, b) => add(f, rm, a, b)),
    fsub: numeric((rm, a, b) => subtract(f, rm, a, b)),
    fmul: numeric((rm, a, b) => multiply(f, rm, a, b)),
    fdiv: numeric((rm, a, b) => divide(f, rm, a, b)),
    fsqrt: numeric((rm, a) => squareRoot(f, rm, a)),
    fmin: numeric((_, a, b) => extreme(f, 'min', a, b)),
    fmax: numeric((_, a, b) => extreme(f, 'max', a, b)),
    fmadd: fused(false, false),
    fmsub: fused(false, true),
    fnmsub: fused(true, false),
    fnmadd: fused(true, true),
  };
}

/** Computations that yield an integer. */
function relations(f: FloatFormat): Record<string, FloatOperation> {
  const relation =
    (which: 'eq' | 'lt' | 'le'): FloatOperation =>
    (_, a, b) =>
      compare(f, which, unbox(f, a), unbox(f, b));
  return {
    feq: relation('eq'),
    flt: relation('lt'),
    fle: relation('le'),
    fclass: (_, a) => classify(f, unbox(f, a)),
  };
}

function table(): Map<string, FloatOperation> {
  const all = new Map<string, FloatOperation>();
  for (const [letter, f] of Object.entries(FORMATS)) {
    for (const [name, run] of Object.entries({ ...arithmetic(f), ...relations(f) })) {
      all.set(`${name}.${letter}`, run);
    }
    for (const kind of INTEGERS) {
      all.set(`fcvt.${kind}.${letter}`, (rm, a) => toInteger(f, rm, kind, unbox(f, a)));
      all.set(`fcvt.${letter}.${kind}`, (rm, a) => {
        const result = fromInteger(f, rm, kind, a);
        return { bits: box(f, result.bits), flags: result.flags };
      });
    }
  }
  all.set('fcvt.s.d', (rm, a) => {
    const result = changeFormat(DOUBLE, SINGLE, rm, a);
    return { bits: box(SINGLE, result.bits), flags: result.flags };
  });
  all.set('fcvt.d.s', (rm, a) => changeFormat(SINGLE, DOUBLE, rm, unbox(SINGLE, a)));
  return all;
}

const OPERATIONS = table();
const NAMES = [...OPERATIONS.keys()];
const BY_NUMBER = [...OPERATIONS.values()];

/** The number by which generated code names an operation; throws on an unknown mnemonic. */
export function floatOperationNumber(mnemonic: string): number {
  const index = NAMES.indexOf(mnemonic);
  if (index < 0) throw new RangeError(`floatOperationNumber: no operation ${mnemonic}`);
  return index;
}

/** Runs an operation by its number. */
export function runFloat(operation: number, rm: number, a: bigint, b: bigint, c: bigint) {
  const run = BY_NUMBER[operation];
  if (run === undefined) throw new RangeError(`runFloat: no operation ${operation}`);
  return run(rm, a, b, c);
}
