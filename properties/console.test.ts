import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOperation } from '../spec/steps.ts';
import { openKernel } from './bundled.ts';
import { runCampaign } from './campaign.ts';
import { syscall } from './ops/helpers.ts';
import type { AnyOperation } from './ops/index.ts';
import { createReached } from './reached.ts';
import { runSequence } from './run/run-sequence.ts';
import type { Session } from './run/session.ts';

const sequence = (...lines: string[]): AnyOperation[] =>
  lines.map((line, at) => parseOperation(line, at + 1));

const OPENED = ['p0 open str_console 0x2', 'p0 fork'];

/** What each step gave, or the clause that it broke. */
function play(session: Session, ...lines: string[]): string[] {
  const { steps, violation } = runSequence(session, sequence(...lines));
  return violation ? [`${violation.clause}: ${violation.message}`] : steps.map((s) => s.received);
}

describe.each([1, 2])('the console of a kernel on %d harts', (harts) => {
  let session: Session;
  beforeAll(async () => {
    session = await openKernel('cow', { harts });
  });
  afterAll(() => session.dispose());

  test('wakes the reader that waits, with what init lived to see typed', () => {
    expect(
      play(session, ...OPENED, 'p1 read 0 data 16', 'type hel', 'type lo\\n', 'p1 load.4 data'),
    ).toEqual(['= 0x0', 's1', 'blocked', 'ok', 'ok', '= 0x6c6c6568']);
    const typed = runSequence(session, sequence(...OPENED, 'p0 read 0 data 1', 'type a\\n'));
    expect(typed.steps.at(-1)).toMatchObject({ done: true, slot: undefined });
  });

  test('has fetched all that was typed, whichever hart does it', () => {
    const line = `type ${'x'.repeat(100)}\\n`;
    for (let before = 0; before < 12; before++) {
      const calls = Array.from({ length: before }, () => 'p0 getpid');
      const results = play(session, ...OPENED, ...calls, 'p1 read 0 data 4', line, 'p1 getpid');
      expect(results.slice(-3, -1)).toEqual(['blocked', 'ok']);
      expect(results.at(-1)).not.toBe('skipped');
    }
  });

  test('goes on when everybody waits, and lets waiting readers be killed', () => {
    const all = [
      'p0 read 0 data 4',
      'p0 read 0 bss 4',
      'p0 getpid',
      'type a\\nb\\n',
      'p1 load.2 bss',
    ];
    const results = play(session, ...OPENED, ...all);
    expect(results.slice(2)).toEqual(['blocked', 'blocked', 'skipped', 'ok', expect.any(String)]);
    const killed = ['p1 read 0 data 4', 'p0 kill 1', 'type a\\n', 'p0 read 0 data 4'];
    expect(play(session, ...OPENED, ...killed).slice(2)).toEqual([
      'blocked',
      '= 0x0',
      'ok',
      '= 0x2',
    ]);
  });

  test('keeps what was not read, and ends with control-D', () => {
    const reads = ['p0 read 0 data 2', 'p0 read 0 data 2', 'p0 read 0 data 9', 'p0 read 0 data 9'];
    expect(play(session, OPENED[0]!, 'type abc\\nde\\x04', ...reads).slice(2)).toEqual([
      '= 0x2',
      '= 0x2',
      '= 0x2',
      '= 0x0',
    ]);
  });

  test('holds 128 bytes, and forgets the rest', () => {
    const full = `type ${'x'.repeat(130)}\\n`;
    const reads = ['p0 read 0 data 100', 'p0 read 0 data 28', 'p0 read 0 data 1'];
    expect(play(session, OPENED[0]!, full, ...reads).slice(2)).toEqual([
      '= 0x64',
      '= 0x1c',
      'blocked',
    ]);
  });

  test('gets the bytes of a buffer across pages', () => {
    const { guest } = session;
    const limits = { budgetInsns: 10_000_000 };
    guest.restore(session.base('roomy').guest);
    guest.perform(0, syscall('open', guest.agent.address('str_console'), 2), limits);
    const write = syscall('write', 0, guest.agent.address('str_cross'), 5);
    const { printed } = guest.perform(0, write, limits);
    expect(new TextDecoder().decode(printed)).toBe('/init');
  });
});

test('after a key on three harts, who is woken on another hart is waited for until it is back', async () => {
  const session = await openKernel('cow', { harts: 3 });
  const lines = ['p0 fork', 'type \\n', 'p0 wait 0x0', 'p0 exit 0'];
  expect(play(session, ...lines).slice(1)).toEqual(['ok', 'blocked', 'exited']);
  session.dispose();
});

describe('what a campaign sees of the console', () => {
  test('a line read into a shared page, a reader that comes back, bytes written', async () => {
    const session = await openKernel('cow');
    const reached = createReached();
    const steps = [
      'p1 read 0 data 16',
      'type hello\\n',
      'p0 write 0 data 6',
      'type abc\\n',
      'p0 read 0 bss 2',
      'p0 read 0 bss 2',
    ];
    runSequence(session, sequence(...OPENED, ...steps), { reached });
    expect(reached.get('the console is written')).toBe(1);
    expect(reached.get('the console is read')).toBe(2);
    expect(reached.get('the console is read into a shared page')).toBe(1);
    expect(reached.get('a reader that waits at the console comes back')).toBe(1);
    session.dispose();
  });

  const ONLY = ['fork', 'store', 'load', 'open', 'type', 'read', 'fail-alloc'];
  test.each([
    ['copyout-ignores-cow', 'isolation', 3],
    ['copyout-without-memory-panics', 'liveness', 4],
  ] as const)('%s shows with console operations alone', async (name, clause, atMost) => {
    const session = await openKernel(`mutant:${name}`);
    const { failure } = runCampaign(session, { seed: 7, runs: 100, only: ONLY });
    expect(failure?.violation.clause).toBe(clause);
    expect(failure?.sequence.length).toBeLessThanOrEqual(atMost);
    expect(failure?.sequence[0]).toMatchObject({ op: 'open', path: 'str_console' });
    session.dispose();
  });
});
