import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  loadPlugins,
  openKernel,
  PluginError,
  runCampaign,
  runSequence,
  type Session,
  sequenceArbitrary,
} from '../index.ts';

describe('a property of one’s own', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openKernel('cow');
  });
  afterAll(() => session.dispose());

  test('no sequence of forks and stores breaks a clause', () => {
    const sequences = sequenceArbitrary({ only: ['fork', 'store', 'load'], maxSteps: 8 });
    fc.assert(
      fc.property(sequences, (sequence) => {
        expect(runSequence(session, sequence).violation).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  test('a fork takes no more pages than tables and a trapframe', () => {
    runSequence(session, [{ op: 'fork', proc: 0 } as never], {
      onOutcome: (_, { guest }) => expect(guest.allocations).toBeLessThan(8),
    });
  });
});

describe('an operation of one’s own', () => {
  test('is drawn, run and checked like ours', async () => {
    const operations = await loadPlugins(['properties/examples/unknown-call.ts']);
    const session = await openKernel('cow', { operations });
    const only = ['unknown-call', 'fork'];
    const result = runCampaign(session, { seed: 1, runs: 10, only });
    expect(result.failure?.violation.message).toBeUndefined();
    expect(result.reached['unknown-call']).toBeGreaterThan(5);
    session.dispose();
  });

  test('a plugin that is none is refused in a sentence', async () => {
    await expect(loadPlugins(['properties/nowhere.ts'])).rejects.toThrow(PluginError);
    await expect(loadPlugins(['properties/reached.ts'])).rejects.toThrow(/is no list of operation/);
  });
});
