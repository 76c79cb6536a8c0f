import { expect, test } from 'vitest';
import { parseOperation } from '../../spec/steps.ts';
import { openKernel } from '../bundled.ts';
import { explain } from './explain.ts';
import { runSequence } from './run-sequence.ts';

async function explained(kernel: string, lines: readonly string[]) {
  const session = await openKernel(kernel);
  const sequence = lines.map((line, at) => parseOperation(line, at + 1));
  const { steps, violation } = runSequence(session, sequence);
  const failure = { base: 'roomy', sequence, steps, violation: violation! } as const;
  const all = explain(session, { ...failure, originalLength: 0, minimal: true, work: {} });
  session.dispose();
  return all;
}

test('every line is a step, those too at which nothing happens; it says which allocation failed', async () => {
  const { trace } = await explained('mutant:exec-failure-leaks', [
    'p0 sleep 1',
    'fail-alloc 12',
    'p0 exec str_init argv_none',
  ]);
  expect(trace.steps.map(({ operation }) => operation.split(' ')[0])).toEqual([
    'p0',
    'fail-alloc',
    'p0',
  ]);
  const [before, armed, wrong] = trace.steps;
  expect(armed?.note).toBe(
    'Nothing happens yet: page allocation number 12 from here on will fail.',
  );
  expect(armed).toMatchObject({ actor: '', insns: 0, events: [], frames: before?.frames });
  expect(wrong?.note).toMatch(/^The allocation in uvmalloc \(src\/uvm\.c:\d+\) fails/);
  expect(trace.wrong?.step).toBe(3);
  expect(wrong?.frames.map(({ page }) => page)).toContain(trace.wrong?.pages[0]);
});

test('what shows only at the end has a step of its own, with who should have dropped the page', async () => {
  const { trace, violation } = await explained('mutant:kfree-ignores-count', ['p0 fork']);
  const [fork, end] = trace.steps;
  expect(trace.steps).toHaveLength(2);
  expect(end).toMatchObject({ operation: 'end', actor: 'init', step: 2 });
  expect(trace.wrong).toEqual({ step: 2, pages: [violation.page] });
  const life = [fork, end].flatMap((step) =>
    step!.events.filter(({ page }) => page === violation.page).map(({ kind }) => kind),
  );
  expect(life).toEqual(['shared', 'freed']);
});

test('a sharer that goes drops the page, though it is handed to kfree', async () => {
  const { trace } = await explained('mutant:copyout-ignores-cow', [
    'p0 fork',
    'p1 exit 0',
    'p0 wait data',
  ]);
  const dropped = trace.steps.flatMap(({ events }) =>
    events.filter(({ kind }) => kind === 'dropped'),
  );
  expect(dropped.length).toBeGreaterThan(0);
  for (const { where, note } of dropped) {
    expect(where[0]?.function).toBe('kfree');
    expect(note).toMatch(/ → /);
  }
  const written = trace.steps.at(-1)!.events.filter(({ kind }) => kind === 'written');
  expect(written).toMatchObject([{ page: trace.wrong!.pages[0] }]);
});
