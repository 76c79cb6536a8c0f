import { describe, expect, test } from 'vitest';
import { readDebugInfo } from './debug-info.ts';
import { ElfError } from './elf-error.ts';
import { parseElf } from './parse-elf.ts';
import { clang, gcc, parse } from './testing/compile.ts';

const SOURCE = `
int initialised[4] = { 1, 2, 3, 4 };
char zeros[10000];
static int hidden(int x) { return x + zeros[x]; }
int main(int argc) { initialised[argc]++; return hidden(argc); }
`;

const compiler = clang.available ? clang : gcc;
const fixture = (flags: readonly string[] = ['-g', '-O1']) => compiler.build(SOURCE, flags);

/** A copy with some bytes changed. */
function edited(bytes: Uint8Array, changes: Record<number, number>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [at, value] of Object.entries(changes)) copy[Number(at)] = value;
  return copy;
}

describe('an executable', () => {
  test('segments, symbols and initial memory', () => {
    const elf = parseElf(fixture());
    const main = elf.symbol('main')!;
    expect(elf.entry).toBe(main.address);
    expect(main).toMatchObject({ kind: 'function', global: true, code: true });
    const data = elf.symbol('initialised')!;
    expect([...elf.read(data.address + 4, 8)!]).toEqual([2, 0, 0, 0, 3, 0, 0, 0]);
    expect(elf.read(elf.symbol('zeros')!.address, 10000)).toEqual(new Uint8Array(10000));
    expect(elf.symbolAt(data.address + 15)).toEqual({ symbol: data, offset: 15 });
    const image = elf.segments.find((s) => s.executable)!;
    expect(main.address).toBeGreaterThanOrEqual(image.virtualAddress);
    expect(elf.read(0x10, 4)).toBeUndefined();
    expect(elf.symbolAt(0x10)).toBeUndefined();
    expect(elf.symbol('absent')).toBeUndefined();
  });

  test('stripped files have neither symbols nor debug information', () => {
    const elf = parseElf(fixture(['-O1', '-Wl,-s']));
    expect(elf.symbols).toEqual([]);
    expect(readDebugInfo(elf)).toBeUndefined();
    expect(elf.segments.length).toBeGreaterThan(0);
  });

  test('without -g there are symbols and no debug information', () => {
    const elf = parseElf(fixture(['-g0', '-O1']));
    expect(elf.symbol('main')).toBeDefined();
    expect(readDebugInfo(elf)).toBeUndefined();
  });
});

describe('files that cannot be used are named in a sentence', () => {
  const PHOFF = 64;
  const cases: [what: string, make: () => Uint8Array, message: RegExp][] = [
    ['empty', () => new Uint8Array(0), /the file is empty; give the kernel ELF/],
    ['text', () => new TextEncoder().encode('#!/bin/sh\nexit 0\n'), /not an ELF file/],
    ['x86-64', () => edited(fixture(), { 18: 62, 19: 0 }), /for x86-64, not for RISC-V/],
    ['unheard of', () => edited(fixture(), { 18: 0x34, 19: 0x12 }), /machine number 4660/],
    ['32 bits', () => edited(fixture(), { 4: 1 }), /32-bit RISC-V/],
    ['object', () => edited(fixture(), { 16: 1 }), /relocatable object/],
    ['cut in its header', () => fixture().subarray(0, 30), /truncated/],
    ['cut in a segment', () => fixture().subarray(0, 0x300), /truncated/],
    ['cut in the sections', () => fixture().subarray(0, -40), /section header table is truncated/],
    ['no segments', () => edited(fixture(), { 56: 0 }), /no loadable segment/],
    ['entry outside', () => edited(fixture(), { 24: 0, 25: 0, 26: 0, 27: 0xff }), /lies outside/],
    [
      'file part larger than memory',
      () =>
        edited(fixture(), {
          [PHOFF + firstLoad() * 56 + 40]: 1,
          [PHOFF + firstLoad() * 56 + 41]: 0,
        }),
      /bytes in the file but only/,
    ],
    ['overlapping', overlapping, /segments overlap: 0x/],
  ];
  test.each(cases)('%s', (_, make, message) => {
    expect(() => parseElf(make())).toThrow(ElfError);
    expect(() => parseElf(make())).toThrow(message);
  });

  /** Index of the first loadable program header with file contents. */
  function firstLoad(): number {
    const bytes = fixture();
    for (let i = 0; ; i++)
      if (bytes[PHOFF + i * 56] === 1 && bytes[PHOFF + i * 56 + 4]! & 1) return i;
  }

  /** The first two loadable segments at one physical address. */
  function overlapping(): Uint8Array {
    const bytes = Uint8Array.from(fixture());
    const loads = [...Array(bytes[56]).keys()].filter((i) => bytes[PHOFF + i * 56] === 1);
    const [from, to] = [PHOFF + loads[0]! * 56 + 24, PHOFF + loads[1]! * 56 + 24];
    bytes.copyWithin(to, from, from + 8);
    return bytes;
  }
});

/** Asks everything; what a damaged file answers does not matter, how it fails does. */
function exercise(bytes: Uint8Array): void {
  const elf = parseElf(bytes);
  elf.symbolAt(elf.entry);
  const debug = readDebugInfo(elf);
  if (debug === undefined) return;
  for (const name of ['proc', 'kmem', 'absent']) debug.struct(name)?.members.map((m) => m.type);
  debug.variables().map((v) => v.type.sizeBytes);
  for (let pc = elf.entry; pc < elf.entry + 64; pc += 2) debug.where(pc);
}

function failsCleanly(bytes: Uint8Array, what: string): void {
  try {
    exercise(bytes);
  } catch (error) {
    if (!(error instanceof ElfError))
      throw new Error(`${what}: ${String(error)}`, { cause: error });
    expect(error.message).not.toMatch(/\n/);
  }
}

describe.each([2, 4, 5])(
  'damage to a file with DWARF %i ends in ElfError or an answer',
  (version) => {
    const build = () =>
      compiler.build(
        `struct proc { int pid : 3; struct proc *parent; char name[16]; };
      struct { struct proc *list; int n; } kmem;
      static inline int twice(int x) { return kmem.n * x; }
      int main(int argc) { kmem.n = argc; return twice(argc) + kmem.list->pid; }`,
        ['-g', '-O2', `-gdwarf-${version}`],
      );

    test('cut anywhere', () => {
      const bytes = build();
      for (let length = 0; length < bytes.length; length += 7) {
        failsCleanly(bytes.subarray(0, length), `cut to ${length}`);
      }
    });

    test('bytes changed anywhere', () => {
      const bytes = build();
      let state = version;
      const random = (below: number) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      for (let round = 0; round < 600; round++) {
        const copy = Uint8Array.from(bytes);
        for (let n = random(4); n >= 0; n--) {
          // The debug sections, where most structure is, lie behind the program.
          copy[64 + random(copy.length - 64)] = [0, 0xff, 0x7f, 0x80, random(256)][random(5)]!;
        }
        failsCleanly(copy, `round ${round}`);
      }
    });
  },
);

test('debug information is there for what the tests above damage', () => {
  expect(parse(fixture()).debug.variable('zeros')).toBeDefined();
});
