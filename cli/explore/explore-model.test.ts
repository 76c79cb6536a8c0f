import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { fakeTerminal } from '../testing/fake-terminal.ts';
import { inProcess } from '../testing/in-process.ts';

const out = mkdtempSync(join(tmpdir(), 'cowcheck-model-'));
afterAll(() => rmSync(out, { recursive: true }));
const file = (name: string) => join(out, name);

const BOUNDS = ['--procs', '2', '--pages', '2', '--frames', '4'];
const ALWAYS = ['explore', '--workers', '1', '--out', out];
const explore = (...args: string[]) => inProcess([...ALWAYS, ...BOUNDS, ...args]);

test('a correct model passes', async () => {
  const { code, out: text } = await explore('--model', 'cow');
  expect(code).toBe(EXIT.ok);
  expect(text).toMatch(/^depth {2}new states {2}transitions {2}seconds\n {4}1 +\d+ +\d+ /);
  expect(text).toMatch(
    /model cow: 715 states, .* digest [0-9a-f]{16}\nevery clause holds in every/,
  );
});

test('a mutated model breaks a clause, with the operations that lead there', async () => {
  const { code, out: text } = await explore('--model', 'reap-forgets');
  expect(code).toBe(EXIT.violation);
  expect(text).toContain('breaks the clause conservation:\n  s0 exit\n  wait reaps s0\n');
});

test('a depth limit leaves states out and says so, without a certificate', async () => {
  const { code, out: text } = await explore('--model', 'cow', '--depth', '2');
  expect(code).toBe(EXIT.ok);
  expect(text).toContain('in the states of the first 2 depths; there are more');
  expect(text).not.toContain('certificate');
});

test.each([
  [['--model', 'no-such'], /no model "no-such"; there are cow, always-copies, eager/],
  [['cow', '--model', 'cow'], /leave KERNEL out/],
  [['--model', 'cow', '--verify', '/no/such'], /cannot read \/no\/such/],
])('%j is bad usage', async (args, message) => {
  const { code, err } = await explore(...args);
  expect(err).toMatch(message);
  expect(code).toBe(EXIT.usage);
});

describe('a certificate', () => {
  const cert = file('cert');
  const verify = (...args: string[]) => explore('--verify', ...args);
  const damage = (name: string, change: (bytes: Buffer) => Buffer) => {
    writeFileSync(file(name), change(readFileSync(cert)));
    return file(name);
  };

  test('says what was visited, and a tenth of it is run again', async () => {
    await explore('--model', 'cow', '--certificate', cert);
    const [line] = readFileSync(cert, 'latin1').split('\n');
    expect(JSON.parse(line!)).toMatchObject({ model: 'cow', states: 715 });
    expect(JSON.parse(line!).operations['store!']).toBeGreaterThan(100);
    const first = await verify(cert);
    expect(first).toMatchObject({ code: EXIT.ok, err: '' });
    expect(first.out).toMatch(/holds: \d\d of 715 states expanded again, [\d,]+ transitions/);
    expect((await verify(cert, '--seed', '2')).out).not.toBe(first.out);
  });

  test('that was cut or changed, or is of another model, is refused', async () => {
    const cut = damage('cut', (bytes) => bytes.subarray(0, -20));
    expect((await verify(cut)).err).toMatch(/cut is damaged: it is cut or changed; make it anew/);
    const changed = damage('changed', (bytes) => {
      bytes.write('9', bytes.indexOf('"states":') + 9);
      return bytes;
    });
    expect((await verify(changed)).err).toMatch(/changed is damaged: its seal is wrong/);
    const other = await verify(cert, '--model', 'eager');
    expect(other.err).toMatch(/belongs to the model cow, not to eager/);
    expect(other.code).toBe(EXIT.usage);
  });
});

describe('an interrupted exploration', () => {
  const checkpoint = file('checkpoint');
  const big = [...ALWAYS, '--model', 'cow', '--procs', '3', '--pages', '1'];
  const digest = (text: string) => /digest \w+/.exec(text)?.[0];

  test('goes on from its checkpoint to the same end', async () => {
    const terminal = fakeTerminal(false);
    let over = false;
    const interrupt = () => {
      terminal.interrupt();
      if (!over) setImmediate(interrupt);
    };
    interrupt();
    const args = [...big, '--frames', '5', '--checkpoint', checkpoint];
    const stopped = await inProcess(args, terminal);
    over = true;
    expect(stopped.code).toBe(EXIT.interrupted);
    expect(stopped.err).toContain(`go on with --checkpoint ${checkpoint}`);
    expect(stopped.out).toContain('there are more');
    const other = await inProcess([...big, '--frames', '6', '--checkpoint', checkpoint]);
    expect(other.err).toMatch(/made with the bounds \{.*"frames":5/);
    expect(other.code).toBe(EXIT.usage);
    const resumed = await inProcess(args);
    expect(resumed.code).toBe(EXIT.ok);
    const whole = await inProcess([...big, '--frames', '5']);
    expect(digest(resumed.out)).toBe(digest(whole.out));
  });
});
