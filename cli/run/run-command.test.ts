import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../kernel/build.ts';
import { EXIT } from '../exit-codes.ts';
import { fakeTerminal } from '../testing/fake-terminal.ts';
import { inProcess } from '../testing/in-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cowcheck-run-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A kernel of these instructions at 0x80000000, without symbols. */
function kernelOf(...instructions: number[]): string {
  const bytes = new Uint8Array(64 + 56 + 4 * instructions.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, 0x8000_0000n, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint16(58, 64, true);
  view.setUint32(64, 1, true);
  view.setUint32(68, 5, true);
  view.setBigUint64(72, 120n, true);
  view.setBigUint64(80, 0x8000_0000n, true);
  view.setBigUint64(88, 0x8000_0000n, true);
  view.setBigUint64(96, BigInt(4 * instructions.length), true);
  view.setBigUint64(104, BigInt(4 * instructions.length), true);
  view.setBigUint64(112, 4096n, true);
  for (const [i, word] of instructions.entries()) view.setUint32(120 + 4 * i, word, true);
  const path = join(folder, `kernel-${instructions.join('-')}`);
  writeFileSync(path, bytes);
  return path;
}

/** An image that nobody looks at. */
function emptyImage(): string {
  const path = join(folder, 'empty.img');
  writeFileSync(path, new Uint8Array(2048));
  return path;
}

describe('the bundled kernel', () => {
  test('runs a command and returns its status', async () => {
    const hello = await inProcess(['run', '--exec', 'echo hello']);
    expect(hello).toMatchObject({ code: 0, err: '' });
    expect(hello.out).toMatch(/init: starting sh\n\$ echo hello\nhello\n\$ \n$/);
    expect((await inProcess(['run', 'eager', '--exec', 'cat none'])).code).toBe(1);
  });

  test('runs the same on three harts, until a text is shown', async () => {
    const ran = await inProcess(['run', '--harts', '3', '--until', 'starting sh']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('init: starting sh');
  });

  test('is typed at through a pipe', async () => {
    const terminal = fakeTerminal(false);
    const running = inProcess(['run', '--until', 'marker 42'], terminal);
    // the kernel echoes it at once, and the shell reads it when it starts
    setTimeout(() => terminal.keys('echo marker  42\n'), 0);
    expect((await running).code).toBe(EXIT.ok);
  });

  test('writes the image only when asked to', async () => {
    const image = join(folder, 'fs.img');
    const before = (await buildImage()).image;
    writeFileSync(image, before);
    await inProcess(['run', 'cow', '--fs', image, '--exec', 'echo kept > f']);
    expect(Buffer.compare(readFileSync(image), before)).toBe(0);
    await inProcess(['run', 'cow', '--fs', image, '--exec', 'echo kept > f', '--write-fs']);
    const again = await inProcess(['run', 'cow', '--fs', image, '--exec', 'cat f']);
    expect(again.out).toContain('$ cat f\nkept\n');
    const bundled = await inProcess(['run', '--write-fs']);
    expect(bundled.code).toBe(EXIT.usage);
    expect(bundled.err).toContain('give it with --fs');
  });
});

describe('a kernel that goes wrong', () => {
  const run = (kernel: string, ...more: string[]) =>
    inProcess(['run', kernel, '--fs', emptyImage(), '--memory', '1', ...more]);

  test('in an endless loop is ended by the time limit, which says where', async () => {
    const { code, err } = await run(kernelOf(0x0000006f), '--time-limit', '0.3');
    expect(code).toBe(EXIT.violation);
    expect(err).toMatch(/the time limit of 0.3 s is over\nhart 0: machine, .*0x80000000/);
  });

  test('on garbage traps for ever, and is told so', async () => {
    const { code, err } = await run(kernelOf(0, 0xffff_ffff));
    expect(code).toBe(EXIT.violation);
    expect(err).toMatch(
      /hart 0 traps for ever: .* at 0x0, traps with mcause 1;.*\nhart 0: machine/,
    );
  });

  test('asleep for good is told apart', async () => {
    const terminal = fakeTerminal(false);
    // wfi; j .-4, with every interrupt off
    const running = inProcess(
      ['run', kernelOf(0x1050_0073, 0xffdf_f06f), '--fs', emptyImage(), '--memory', '1'],
      terminal,
    );
    setTimeout(terminal.end, 10);
    const { code, err } = await running;
    expect(err).toMatch(/every hart waits and nothing can wake one\nhart 0: machine/);
    expect(code).toBe(EXIT.violation);
  });

  test('that ends by the test finisher gives the status', async () => {
    // lui a0,0x100; lui a1,0x73; addi a1,a1,0x333; sw a1,0(a0)
    const kernel = kernelOf(0x0010_0537, 0x0007_35b7, 0x3335_8593, 0x00b5_2023, 0x0000_006f);
    expect((await run(kernel)).code).toBe(7);
  });

  test('can be interrupted', async () => {
    const terminal = fakeTerminal(false);
    const running = inProcess(
      ['run', kernelOf(0x0000_006f), '--fs', emptyImage(), '--memory', '1'],
      terminal,
    );
    setTimeout(terminal.interrupt, 50);
    expect((await running).code).toBe(EXIT.interrupted);
  });
});
