import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clause } from '../spec/clause.ts';
import { parseSteps, printSteps } from '../spec/steps.ts';
import { runCampaignPart } from './campaign.ts';
import {
  entryOf,
  explain,
  openKernel,
  reproducerInC,
  runCampaign,
  runSequence,
  type Session,
  stepsOf,
} from './index.ts';

const CORPUS = new URL('./corpus/', import.meta.url).pathname;

describe('on the bundled kernel', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openKernel('cow');
  });
  afterAll(() => session.dispose());

  test('the corpus shows nothing, and every operation of it is possible', () => {
    const entries = readdirSync(CORPUS).map((name) => {
      const sequence = parseSteps(readFileSync(join(CORPUS, name), 'utf8'));
      return { ...entryOf(name, sequence), expects: sequence.expects };
    });
    expect(entries.length).toBeGreaterThan(40);
    for (const base of ['roomy', 'tight']) {
      for (const entry of entries.filter((each) => each.base === base)) {
        const { steps, violation } = runSequence(session, entry.sequence, { base: entry.base });
        expect([entry.name, violation?.message ?? 'pass']).toEqual([entry.name, entry.expects]);
        expect([entry.name, steps.every((step) => step.done)]).toEqual([entry.name, true]);
      }
    }
  });

  test('random sequences show nothing, and reach what they should', () => {
    const { verdict, reached, steps, failure } = runCampaign(session, { seed: 11, runs: 40 });
    expect(failure?.violation.message).toBeUndefined();
    expect(verdict).toBe('pass');
    expect(steps).toBeGreaterThan(500);
    for (const situation of [
      'a page is shared',
      'a process is killed',
      'an allocation is made to fail',
    ]) {
      expect([situation, (reached[situation] ?? 0) > 0]).toEqual([situation, true]);
    }
  });

  test('a campaign is the same in one piece and in parts', () => {
    const options = { seed: 3, runs: 48, maxSteps: 12 };
    const whole = runCampaignPart(session, options, 0);
    const first = runCampaignPart(session, { ...options, runs: 20 }, 0);
    const rest = runCampaignPart(session, { ...options, runs: 28 }, 20);
    expect(first.steps + rest.steps).toBe(whole.steps);
    expect(runCampaignPart(session, options, 0)).toEqual(whole);
  });

  test('a campaign that reaches too little is inconclusive', () => {
    const nothing = runCampaign(session, { seed: 1, runs: 0, only: ['fork'] });
    expect(nothing.verdict).toBe('inconclusive');
  });
});

describe('a kernel that copies at fork', () => {
  test('is told so, in one operation', async () => {
    const session = await openKernel('eager');
    const { violation } = runSequence(session, [{ op: 'fork', proc: 0 }]);
    expect(violation?.clause).toBe('ownership');
    expect(violation?.message).toMatch(/^fork does not share/);
    session.dispose();
  });
});

describe('seeded bugs', () => {
  const cases: [name: string, clause: Clause, atMost: number][] = [
    ['fork-no-increment', 'refcount', 2],
    ['parent-keeps-write', 'permission', 2],
    ['fork-failure-keeps-mappings', 'liveness', 3],
    ['fork-panics-without-memory', 'liveness', 2],
    ['unshare-adds-execute', 'permission', 2],
    ['pipe-never-freed', 'conservation', 2],
  ];
  test.each(cases)('%s breaks %s in at most %d operations', async (name, clause, atMost) => {
    const session = await openKernel(`mutant:${name}`);
    const { failure } = runCampaign(session, { seed: 1, runs: 60 });
    expect(failure?.violation.clause).toBe(clause);
    expect(failure?.minimal).toBe(true);
    expect(failure?.sequence.length).toBeLessThanOrEqual(atMost);
    session.dispose();
  });

  test('the source lines of a store to a shared page are those of the store', async () => {
    const session = await openKernel('mutant:copyout-ignores-cow');
    const { failure } = runCampaign(session, { seed: 1, runs: 60 });
    // an explanation leaves the session as it was: the second one says the same
    for (let time = 0; time < 2; time++) {
      const { violation } = explain(session, failure!);
      expect(violation.clause).toBe('isolation');
      const functions = violation.where?.map((line) => line.function);
      expect(functions?.slice(0, 2)).toEqual(['memmove', 'copyout']);
    }
    session.dispose();
  });

  test('a reproducer shows the bug again, and only there; its page names the guilty line', async () => {
    const session = await openKernel('mutant:pipe-never-freed');
    const { failure } = runCampaign(session, { seed: 1, runs: 60 });
    const { violation, base, sequence, steps } = failure!;
    const notes = { kernel: 'mutant:pipe-never-freed', base, violation };
    const kept = printSteps(stepsOf(sequence, steps, notes));
    expect(kept).toContain('expects: conservation');

    const { trace, violation: explained } = explain(session, failure!);
    expect(explained.where?.[0]?.function).toBe('kalloc');
    expect(explained.where?.map((line) => line.function)).toContain('pipealloc');
    expect(trace.steps.at(-1)?.operation).toBe('end');
    expect(reproducerInC(session, failure!)).toContain('got = pipe(');

    const entry = entryOf('kept', parseSteps(kept));
    const again = runSequence(session, entry.sequence, { base: entry.base });
    expect(again.violation?.clause).toBe('conservation');
    session.dispose();
    const good = await openKernel('cow');
    expect(runSequence(good, entry.sequence, { base: entry.base }).violation).toBeUndefined();
    good.dispose();
  });
});
