import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultCacheDir } from '../../kernel/cache.ts';
import { compileAll } from '../../kernel/objects.ts';
import { readSources } from '../../kernel/sources.ts';
import { findToolchain } from '../../kernel/toolchain.ts';
import type { Operation } from '../../spec/operation.ts';
import { OPERATIONS } from '../ops/index.ts';
import { printLine } from '../run/describe.ts';
import { cAddress } from './c-operations.ts';
import { cProgram, type PlayedStep } from './c-program.ts';

const step = (operation: Operation, more: Partial<PlayedStep> = {}): PlayedStep => ({
  operation,
  text: printLine(operation),
  slot: 'proc' in operation ? 0 : undefined,
  expected: 'ok',
  ...more,
});

const program = (steps: PlayedStep[]): string =>
  cProgram({ tight: false, steps, finalBytes: [], clause: 'content', message: 'a byte is wrong' });

describe('C reproducer', () => {
  test('says what it does, who does it, and what must come of it', () => {
    const text = program([
      step({ op: 'fork', proc: 0 }, { child: 1, expected: 's1' }),
      step({ op: 'store', proc: 1, va: 'data+0x8', width: 4, value: 7 }, { slot: 1 }),
      step({ op: 'load', proc: 0, va: 'data', width: 4 }, { expected: '= 0x0' }),
      step({ op: 'load', proc: 1, va: 'data+0x8', width: 4 }, { slot: 1, expected: '= 0x7' }),
      step({ op: 'load', proc: 0, va: 'text', width: 4 }, { expected: '= 0x6f' }),
      step({ op: 'sbrk', proc: 0, bytes: -4096 }, { expected: '-1' }),
      step({ op: 'fail-alloc', nth: 3 }),
    ]);
    expect(text).toContain('//   2. p1 store.4 data+0x8 0x7');
    expect(text).toContain('AT(1, 0) {\n    got = fork();\n    if (got == 0) { me = 1; }');
    expect(text).toContain('AT(2, 1) {\n    *(volatile unsigned int *)(at_data + 0x8UL) = 7;');
    expect(text).toContain('if (got != (long)0x0UL) complain(3,');
    expect(text).toContain('if (got != (long)0x7UL) complain(4,');
    expect(text).not.toContain('complain(5,'); // its text is not the agent's
    expect(text).toContain('if (got != -1) complain(6,');
    expect(text).toContain('hold(7, 2);');
    expect(text).toContain('#define SLOTS 2');
  });

  test('descriptors are those of the sequence; the user is asked to type, before anything', () => {
    const text = program([
      step({ op: 'open', proc: 0, path: 'str_console', mode: 2 }),
      step({ op: 'type', text: 'hi\n' }),
      step({ op: 'read', proc: 0, fd: 0, va: 'data', length: 3 }),
      step({ op: 'type', text: '\x04' }),
      step({ op: 'close', proc: 0, fd: -1 }),
    ]);
    expect(text).toContain('got = read(0, (char *)at_data, 3);');
    expect(text).toContain('got = close(-1);');
    expect(text).toMatch(
      /ten seconds: hi\\\\n\\\\x04"\);\n {2}sleep_until\(uptime\(\) \+ 100\);\n {2}start = uptime/,
    );
    expect(program([step({ op: 'fork', proc: 0 })])).not.toContain('ten seconds');
  });

  test('addresses are expressions; negative differences and raw numbers too', () => {
    expect(cAddress('brk-0x1')).toBe('(at_brk() - 0x1UL)');
    expect(cAddress('str_f0')).toBe('at_str_f0');
    expect(cAddress('0xffffffffffffffff')).toBe('18446744073709551615UL');
    expect(() => cAddress('two words')).toThrow(/not an address/);
  });

  test('a comment cannot be broken out of', () => {
    const text = cProgram({
      tight: false,
      steps: [],
      finalBytes: [],
      clause: 'content',
      message: 'a\nb */ c',
    });
    expect(text).toContain('// a b * / c');
  });

  test('every operation compiles against our own user library', async () => {
    const toolchain = findToolchain(undefined, defaultCacheDir());
    expect(toolchain).toBeDefined();
    const drawn = OPERATIONS.flatMap((definition) =>
      fc.sample(definition.arbitrary, { numRuns: 6, seed: 7 }),
    );
    const steps = drawn.map((operation) => step(operation as Operation));
    const path = 'user/programs/cowrepro.c';
    const tree = new Map([...readSources(['src', 'user']), [path, program(steps)]]);
    const cacheDir = mkdtempSync(join(tmpdir(), 'cowcheck-c-'));
    try {
      const site = { toolchain: toolchain!, cacheDir };
      const [object] = await compileAll(site, tree, [path], ['-Iuser']);
      expect(object).toMatch(/\.o$/);
    } finally {
      rmSync(cacheDir, { recursive: true, force: true });
    }
  });

  const gcc = 'riscv64-unknown-elf-gcc';
  test.skipIf(!has(gcc)).each([
    ['none', []],
    ['every', OPERATIONS],
  ])('%s of the operations compiles as a program of a public tree does', (_, operations) => {
    const folder = mkdtempSync(join(tmpdir(), 'cowcheck-gcc-'));
    const file = join(folder, 'cowrepro.c');
    const drawn = operations.flatMap((definition) =>
      fc.sample(definition.arbitrary, { numRuns: 4, seed: 8 }),
    );
    writeFileSync(file, program(drawn.map((operation) => step(operation as Operation))));
    const flags = ['-Wall', '-Werror', '-O', '-ffreestanding', '-fno-common', '-mcmodel=medany'];
    try {
      const include = ['-I', 'kernel/src', '-I', 'kernel/user'];
      execFileSync(gcc, [...flags, ...include, '-c', file, '-o', `${file}.o`], { stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
