import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backtrace } from './backtrace.ts';
import { readCallFrames } from './call-frames.ts';
import { parseElf } from './parse-elf.ts';
import { clang, gcc, gnuTool, parse } from './testing/compile.ts';

const SOURCE = `volatile int sink;
__attribute__((noinline)) int leaf(int x) { return sink + x; }
__attribute__((noinline)) int low(int x) { return leaf(x) + leaf(sink) * 2; }
__attribute__((noinline)) int high(int x) { return low(x) + 1; }
int main(int argc) { return high(argc) + 3; }
`;
const FLAGS = ['-g', '-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls'];
const compiler = clang.available ? clang : gcc;

test('without call frame information frame pointers are followed', () => {
  const elf = parseElf(
    compiler.build(SOURCE, [...FLAGS, '-g0', '-fno-asynchronous-unwind-tables']),
  );
  const at = (name: string, offset: number) => elf.symbol(name)!.address + offset;
  // Two frames as the calling convention lays them out: ra at s0 - 8, the caller's s0 at s0 - 16.
  const memory = new Map([
    [0x8fc0 - 8, at('high', 12)],
    [0x8fc0 - 16, 0x8fe0],
    [0x8fe0 - 8, at('main', 14)],
    [0x8fe0 - 16, 0],
  ]);
  const registers = { pc: at('low', 8), ra: 0, sp: 0x8fa0, s0: 0x8fc0 };
  const frames = backtrace(elf, undefined, registers, (address) => memory.get(address));
  expect(frames.map((f) => [f.function, f.offset])).toEqual([
    ['low', 8],
    ['high', 12],
    ['main', 14],
  ]);
});

test('a damaged stack ends the backtrace', () => {
  const elf = parseElf(
    compiler.build(SOURCE, [...FLAGS, '-g0', '-fno-asynchronous-unwind-tables']),
  );
  const pc = elf.symbol('low')!.address;
  const loop = (address: number) => (address % 16 === 8 ? pc + 4 : 0x8fc0);
  const registers = { pc, ra: pc, sp: 0x8fa0, s0: 0x8fc0 };
  expect(backtrace(elf, undefined, registers, loop).length).toBeLessThanOrEqual(64);
  const lost = { ...registers, ra: 0 };
  expect(backtrace(elf, undefined, lost, () => undefined)).toHaveLength(1);
  const wild = { pc: 0x1234, ra: 0, sp: 1, s0: 3 };
  expect(backtrace(elf, undefined, wild, () => 0)).toMatchObject([{ function: '', lines: [] }]);
});

const readelf = gnuTool('readelf');

describe.skipIf(readelf === undefined)('call frame information agrees with readelf', () => {
  const variants = [
    { compiler: gcc, flags: [...FLAGS, '-gdwarf-5'] },
    { compiler: gcc, flags: ['-g', '-O2', '-fasynchronous-unwind-tables'] },
    { compiler: clang, flags: [...FLAGS, '-fasynchronous-unwind-tables'] },
    { compiler: clang, flags: ['-g', '-O2', '-fno-asynchronous-unwind-tables'] },
  ].filter((v) => v.compiler.available);
  test.each(variants)('$compiler.name $flags', ({ compiler: built, flags }) => {
    const bytes = built.build(SOURCE, flags);
    const { elf } = parse(bytes);
    const frames = readCallFrames(elf);
    const expected = interpreted(bytes);
    expect(expected.length).toBeGreaterThan(4);
    const names = new Map([
      [2, 'sp'],
      [8, 's0'],
    ]);
    const ours = expected.map(({ pc }) => {
      const row = frames.rowAt(pc);
      const cfa = row?.cfa && `${names.get(row.cfa.register)}+${row.cfa.offset}`;
      return { pc, cfa, ra: row?.saved.get(1), s0: row?.saved.get(8) };
    });
    expect(ours).toEqual(expected);
  });
});

interface ExpectedRow {
  pc: number;
  cfa: string | undefined;
  ra: number | undefined;
  s0: number | undefined;
}

/** The rows that `readelf --debug-dump=frames-interp` prints for functions. */
function interpreted(bytes: Uint8Array): ExpectedRow[] {
  const directory = mkdtempSync(join(tmpdir(), 'cowcheck-elf-'));
  const file = join(directory, 'main.elf');
  writeFileSync(file, bytes);
  const text = execFileSync(readelf!, ['--debug-dump=frames-interp', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  rmSync(directory, { recursive: true });
  const rows: ExpectedRow[] = [];
  let columns: string[] = [];
  let inFunction = false;
  for (const line of text.split('\n')) {
    if (/ FDE /.test(line)) inFunction = true;
    else if (/ CIE /.test(line)) inFunction = false;
    const words = line.trim().split(/\s+/);
    if (words[0] === 'LOC') columns = words;
    else if (inFunction && /^[0-9a-f]{16}$/.test(words[0] ?? '')) {
      const saved = (name: string) => {
        const rule = words[columns.indexOf(name)] ?? '';
        return columns.includes(name) && rule.startsWith('c') ? Number(rule.slice(1)) : undefined;
      };
      rows.push({
        pc: Number.parseInt(words[0]!, 16),
        cfa: words[1],
        ra: saved('ra'),
        s0: saved('s0'),
      });
    }
  }
  return rows;
}
