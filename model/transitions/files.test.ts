import { describe, expect, it } from 'vitest';
import type { Operation } from '../../spec/operation.ts';
import { only, run, settleChoices, started } from '../fixture.ts';
import { freePages, printExpected, readContent, step } from '../index.ts';

const free = 1000 - 6;
const pipe: Operation = { op: 'pipe', proc: 0, va: 'bss' };
const read = (fd: number, va: string, length: number, proc = 0): Operation => ({
  op: 'read',
  proc,
  fd,
  va,
  length,
});
const write = (fd: number, va: string, length: number, proc = 0): Operation => ({
  op: 'write',
  proc,
  fd,
  va,
  length,
});
const fork: Operation = { op: 'fork', proc: 0 };
const results = (state: ReturnType<typeof started>, operation: Operation, failAt?: number) =>
  step(state, operation, { failAt }).map((o) => printExpected(o.result));

describe('pipe', () => {
  it('takes one page and copies two descriptors out', () => {
    const made = run(started(), pipe);
    expect(freePages(made)).toBe(free - 2);
    expect(readContent(made, 0, 0x4000, 8)).toEqual(Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0));
    const closed = run(made, { op: 'close', proc: 0, fd: 0 }, { op: 'close', proc: 0, fd: 1 });
    expect(freePages(closed)).toBe(free - 1);
  });

  it('gives the page back when the descriptors cannot be written or memory ends', () => {
    for (const [va, failAt] of [
      ['text', undefined],
      ['bss', 1],
      ['bss', 2],
    ] as const) {
      const { state, result } = only(started(), { op: 'pipe', proc: 0, va }, { failAt });
      expect(printExpected(result)).toBe('-1');
      expect(freePages(state)).toBe(free);
    }
  });

  it('carries bytes to a shared page, which is copied first', () => {
    const written = run(started(), pipe, write(1, 'data', 8), fork);
    const { state, result } = only(written, read(0, 'data1', 100));
    expect(printExpected(result)).toBe('= 0x8');
    expect(readContent(state, 0, 0x3000, 1)).toEqual(readContent(state, 0, 0x2000, 1));
    expect(freePages(state)).toBe(freePages(written) - 1);
    expect(results(written, read(0, 'data1', 8), 1)).toEqual(['= 0x0', '-1', '-1']);
  });

  it('blocks a reader until a writer comes, and both ends when they close', () => {
    const waiting = only(run(started(), pipe, fork), read(0, 'data', 10, 1));
    expect(waiting.result.kind).toBe('blocked');
    const written = only(waiting.state, write(1, 'data', 3));
    expect(written.completions.map((c) => [c.slot, printExpected(c.result)])).toEqual([
      [1, '= 0x3'],
    ]);
    const closed = run(waiting.state, { op: 'close', proc: 0, fd: 1 });
    expect(closed.processes[2]!.blocked).toBeDefined();
    const noReader = run(started(), pipe, { op: 'close', proc: 0, fd: 0 });
    expect(results(noReader, write(1, 'data', 1))).toEqual(['-1']);
  });

  it('lets a full writer go on as it is read', () => {
    const full = only(run(started(), pipe, fork), write(1, 'data', 1000));
    expect(full.result.kind).toBe('blocked');
    const once = only(full.state, read(0, 'data', 600));
    expect([printExpected(once.result), once.completions]).toEqual([
      '= 0x200',
      [{ slot: 0, result: { kind: 'value', value: 1000n } }],
    ]);
  });

  it('stops where user memory ends, or refuses the whole', () => {
    const allowed = (...operations: Operation[]) =>
      new Set(results(run(started(), ...operations.slice(0, -1)), operations.at(-1)!));
    expect(allowed(pipe, write(1, 'brk-0x3', 9))).toEqual(new Set(['= 0x3', '= 0x0', '-1']));
    expect(allowed(pipe, write(1, 'guard', 9))).toEqual(new Set(['= 0x0', '-1']));
  });
});

describe('files', () => {
  const create: Operation = { op: 'open', proc: 0, path: 'str_f0', mode: 0x202 };

  it('give back what was written, across pages and descriptors', () => {
    const state = run(
      started(),
      { op: 'fill', proc: 0, va: 'data1', length: 0x800, value: 9 },
      create,
      write(0, 'data1-0x400', 0x800),
      { op: 'open', proc: 0, path: 'str_f0', mode: 0 },
      fork,
      read(1, 'bss-0x100', 0x1000),
    );
    const bytes = readContent(state, 0, 0x3f00, 0x800)!;
    expect([bytes[0], bytes[0x3ff], bytes[0x400], bytes[0x7ff]]).toEqual([0x5a, 0x5a, 9, 9]);
    expect(readContent(state, 1, 0x3f00, 1)).toEqual(Uint8Array.of(0x5a));
    expect(new Set(results(state, read(1, 'data', 1)))).toEqual(new Set(['= 0x0']));
  });

  it('refuse what xv6 refuses', () => {
    const d0 = run(started(), { op: 'mkdir', proc: 0, path: 'str_d0' }, create);
    const cases: [Operation, string][] = [
      [{ op: 'mkdir', proc: 0, path: 'str_d0' }, '-1'],
      [{ op: 'open', proc: 0, path: 'str_d0', mode: 2 }, '-1'],
      [{ op: 'open', proc: 0, path: 'str_d0', mode: 0 }, '= 0x1'],
      [{ op: 'open', proc: 0, path: 'str_missing', mode: 0 }, '-1'],
      [{ op: 'open', proc: 0, path: 'guard', mode: 0 }, '-1'],
      [{ op: 'link', proc: 0, from: 'str_d0', to: 'str_f1' }, '-1'],
      [{ op: 'link', proc: 0, from: 'str_f0', to: 'str_d0' }, '-1'],
      [{ op: 'link', proc: 0, from: 'str_f0', to: 'str_f1' }, '= 0x0'],
      [{ op: 'unlink', proc: 0, path: 'str_d0' }, '= 0x0'],
      [{ op: 'unlink', proc: 0, path: 'str_empty' }, '-1'],
      [{ op: 'chdir', proc: 0, path: 'str_f0' }, '-1'],
      [{ op: 'chdir', proc: 0, path: 'str_d0' }, '= 0x0'],
      [{ op: 'dup', proc: 0, fd: 9 }, '-1'],
      [{ op: 'close', proc: 0, fd: -1 }, '-1'],
      [{ op: 'fstat', proc: 0, fd: 0, va: 'text' }, '-1'],
      [write(5, 'data', 1), '-1'],
    ];
    for (const [operation, expected] of cases) {
      expect([operation.op, ...results(d0, operation)]).toEqual([operation.op, expected]);
    }
  });

  it('fstat leaves its numbers to the kernel', () => {
    const { state } = only(run(started(), create), { op: 'fstat', proc: 0, fd: 0, va: 'bss' });
    expect(readContent(state, 0, 0x4000, 24)).toBeUndefined();
    expect(readContent(settleChoices(state), 0, 0x4000, 24)).toBeDefined();
  });

  it('exec runs the program under another name, and no program that was changed', () => {
    const linked = run(started(), { op: 'link', proc: 0, from: 'str_init', to: 'str_f1' });
    const exec: Operation = { op: 'exec', proc: 0, path: 'str_f1', argv: 'argv_none' };
    expect(results(linked, exec)).toEqual(['= 0x0']);
    const emptied = run(linked, { op: 'open', proc: 0, path: 'str_init', mode: 0x402 });
    expect(results(emptied, exec)).toEqual(['-1']);
  });
});
