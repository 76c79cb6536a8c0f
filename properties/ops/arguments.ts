import fc from 'fast-check';
import type { Address, Width } from '../../spec/operation.ts';

/**
 * Arbitraries of arguments. Good and bad ones are about equally common, and everything is drawn near
 * an edge: of a page, of a region, of the address space, of a size.
 */

/** Which process acts; taken modulo the number of live ones, so larger numbers are never wrong. */
export const processes: fc.Arbitrary<number> = fc.integer({ min: 0, max: 7 });

const hex = (value: number): string => `0x${value.toString(16)}`;

/** `data`, `data+0x8`, `brk-0x1` */
export function addressAt(region: string, offset: number): Address {
  if (offset === 0) return region;
  return offset < 0 ? `${region}-${hex(-offset)}` : `${region}+${hex(offset)}`;
}

const IN_PAGE = [0, 0, 0, 8, 16, 0x100, 0x7f8, 0xff0, 0xff8];
/** offsets at which an access of up to 8 bytes reaches into the next page, or starts just before */
const ACROSS = [0xff9, 0xffc, 0xffe, 0xfff, -1, -4, -8, 0x1000, 0xff0];

const offsets: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...IN_PAGE) },
  { weight: 1, arbitrary: fc.constantFrom(...ACROSS) },
);

const regionsAt = (...names: string[]): fc.Arbitrary<Address> =>
  fc.tuple(fc.constantFrom(...names), offsets).map(([region, at]) => addressAt(region, at));

/** Places that a process may write, mostly. */
const writable: fc.Arbitrary<Address> = fc.oneof(
  { weight: 6, arbitrary: regionsAt('data', 'data1', 'bss', 'stack', 'heap') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('sp-0x8', 'sp-0x10', 'brk-0x1', 'brk-0x8', 'brk-0x1000'),
  },
);

/** Places that exist but must not be written, or that do not exist at all. */
const forbidden: fc.Arbitrary<Address> = fc.oneof(
  { weight: 3, arbitrary: regionsAt('text', 'text2', 'guard') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('brk', 'brk+0x1', 'brk-0x4', 'brk+0x1000', 'brk+0x10000'),
  },
  { weight: 3, arbitrary: regionsAt('trapframe', 'trampoline', 'maxva') },
  { weight: 1, arbitrary: regionsAt('kernel') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0x7fffffff',
      '0x7fffffffffffffff',
      '0x80000000',
      '0x100000000',
      '0x100002000',
      '0x200002000',
      '0x3fffffffff',
      '0x4000000000',
      '0x4000000001',
      '0x4000002000',
      '0x8000000000',
      '0x8000002000',
      '0x8000003ffc',
      '0xffffff8000000000',
      '0xffffffff80000000',
      '0xfffffffffffff000',
      '0xffffffffffffffff',
    ),
  },
);

/** Where something is written: half of them may be, half may not. */
export const destinations: fc.Arbitrary<Address> = fc.oneof(
  { weight: 3, arbitrary: writable },
  { weight: 2, arbitrary: forbidden },
);

/**
 * Where user code itself reads or writes: mostly where it may, as a fault is the end of a process and
 * of what its successors might have shown.
 */
export const places: fc.Arbitrary<Address> = fc.oneof(
  { weight: 6, arbitrary: writable },
  { weight: 1, arbitrary: forbidden },
);

/** Destinations of buffers: page edges are more common. */
export const buffers: fc.Arbitrary<Address> = fc.oneof(
  { weight: 4, arbitrary: destinations },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'data+0xffc',
      'data1+0xffc',
      'data+0xf00',
      'bss-0x1',
      'text2+0xffc',
      'stack-0x4',
      'brk-0x10',
      'heap-0x8',
    ),
  },
);

export const widths: fc.Arbitrary<Width> = fc.constantFrom(1, 2, 4, 8);
export const atomicWidths: fc.Arbitrary<4 | 8> = fc.constantFrom(4, 8);

/** Small, so that a reader can tell values apart. */
export const values: fc.Arbitrary<number> = fc.integer({ min: 1, max: 255 });

/** Lengths of buffers: nothing, one byte, around a page, absurd. */
export const lengths: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 4, 8, 16, 100, 512) },
  { weight: 3, arbitrary: fc.constantFrom(0, 4095, 4096, 4097, 8192) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0x7fffffff, -0x80000000, 12288) },
);

/** Descriptors: those that `pipe` and `open` hand out first, and bad ones. */
export const descriptors: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 15, 16, 0x7fffffff) },
);

const files = ['str_f0', 'str_f1', 'str_f2', 'str_f3'];

/** Paths as the agent's strings, in data and in text, and addresses that hold none. */
export const paths: fc.Arbitrary<Address> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('str_f0', 'str_f0', 'str_f1', 'str_f2', 'tstr_f0') },
  { weight: 2, arbitrary: fc.constantFrom('str_d0', 'str_dot', 'str_dotdot', 'str_missing') },
  { weight: 1, arbitrary: fc.constantFrom('str_empty', 'str_long', 'str_notelf', 'str_console') },
  { weight: 2, arbitrary: forbidden },
);

export const newPaths: fc.Arbitrary<Address> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...files) },
  { weight: 3, arbitrary: fc.constant('str_console') },
  { weight: 2, arbitrary: paths },
);

/** Simplest address first: the start of the region, then `data`. */
export function* simplerAddress(address: Address): Iterable<Address> {
  if (address !== 'data') yield 'data';
  const region = /^([a-z_0-9]+)[+-]/.exec(address)?.[1];
  if (region !== undefined && region !== 'data') yield region;
}

/** Smaller numbers of the same kind: 0, 1, half. */
export function* simplerNumber(value: number, floor = 0): Iterable<number> {
  if (value === floor) return;
  yield floor;
  if (value > floor + 1) {
    yield floor + 1;
    const half = Math.floor((value + floor) / 2);
    if (half > floor + 1) yield half;
    if (value - 1 > half) yield value - 1;
  }
  if (value < 0) yield -1;
}
