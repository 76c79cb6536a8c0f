import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clang, gcc, gnuTool, parse } from './testing/compile.ts';

const SOURCE = `volatile int sink;
static inline __attribute__((always_inline)) int
inner(int x)
{
  sink = x; // line 5
  return sink + 1;
}
static inline __attribute__((always_inline)) int
middle(int x)
{
  if(x > 3)
    return inner(x); // line 12
  return x * 7;
}
__attribute__((noinline)) int
plain(int x)
{
  for(int i = 0; i < x; i++)
    sink += i;
  return sink;
}
__attribute__((noinline, section(".text.cold"))) int far_away(int x) { return plain(x) + 1; }
int
main(int argc)
{
  int y = middle(argc); // line 26
  return plain(y) + far_away(y);
}
`;

const VARIANTS = [clang, gcc].flatMap((compiler) =>
  [2, 4, 5].flatMap((version) =>
    ['-O0', '-O2'].map((level) => ({ compiler, flags: ['-g', level, `-gdwarf-${version}`] })),
  ),
);
VARIANTS.push(
  { compiler: gcc, flags: ['-g', '-O2', '-gdwarf-5', '-ffunction-sections'] },
  { compiler: gcc, flags: ['-g', '-O2', '-gdwarf-4', '-mno-relax'] },
  { compiler: clang, flags: ['-g', '-O2', '-gdwarf-5', '-ffunction-sections'] },
);

const addr2line = gnuTool('addr2line');

for (const { compiler, flags } of VARIANTS) {
  describe.skipIf(!compiler.available)(`${compiler.name} ${flags.join(' ')}`, () => {
    test('an inlined call shows both functions, innermost first', () => {
      const { elf, debug } = parse(compiler.build(SOURCE, flags));
      const main = elf.symbol('main')!;
      const chains = [];
      for (let pc = main.address; pc < main.address + main.sizeBytes; pc += 2) {
        chains.push(debug.where(pc));
      }
      expect(chains).toContainEqual([
        { function: 'inner', file: 'main.c', line: 5 },
        { function: 'middle', file: 'main.c', line: 12 },
        { function: 'main', file: 'main.c', line: 26 },
      ]);
    });

    test('functions and their code', () => {
      const { elf, debug } = parse(compiler.build(SOURCE, flags));
      for (const name of ['plain', 'far_away', 'main']) {
        const symbol = elf.symbol(name)!;
        const last = symbol.address + symbol.sizeBytes - 2;
        for (const pc of [symbol.address, last]) {
          expect([pc, debug.functionAt(pc)?.name]).toEqual([pc, name]);
          expect(elf.symbolAt(pc)).toEqual({ symbol, offset: pc - symbol.address });
        }
      }
      expect(debug.functionAt(0x10)).toBeUndefined();
      expect(debug.where(0x10)).toEqual([]);
    });

    test.skipIf(addr2line === undefined)('agrees with addr2line at every instruction', () => {
      const bytes = compiler.build(SOURCE, flags);
      const { elf, debug } = parse(bytes);
      const pcs = ['plain', 'far_away', 'main'].flatMap((name) => {
        const { address, sizeBytes } = elf.symbol(name)!;
        return Array.from({ length: sizeBytes / 2 }, (_, i) => address + i * 2);
      });
      const ours = pcs.map((pc) => debug.where(pc).map((f) => `${f.function} ${f.file}:${f.line}`));
      for (const [i, expected] of theirs(bytes, pcs).entries()) {
        // Code that its compiler gives line 0: addr2line has nothing, we say the line before it.
        if (expected.some((frame) => frame.includes('?'))) continue;
        expect([pcs[i], ...ours[i]!]).toEqual([pcs[i], ...expected]);
      }
    });
  });
}

/** The frames of each address, in the form `function file:line`. */
function theirs(bytes: Uint8Array, pcs: readonly number[]): string[][] {
  const directory = mkdtempSync(join(tmpdir(), 'cowcheck-elf-'));
  const file = join(directory, 'main.elf');
  writeFileSync(file, bytes);
  const input = pcs.map((pc) => pc.toString(16)).join('\n');
  const text = execFileSync(addr2line!, ['-a', '-i', '-f', '-e', file], {
    input,
    encoding: 'utf8',
  });
  rmSync(directory, { recursive: true });
  const blocks = text.trim().split(/(?:^|\n)0x[0-9a-f]{16}\n/);
  return blocks
    .slice(1)
    .map((block) =>
      block
        .split(/\n(?=[a-z_]+\n)/)
        .map((frame) => frame.replace(/\n(?:\S*\/)?(\S+)(?: \(discriminator \d+\))?/, ' $1')),
    );
}
