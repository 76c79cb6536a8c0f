import { expect, test } from 'vitest';
import { parseOperation } from '../../spec/steps.ts';
import { openKernel, runSequence } from '../index.ts';

/** A parent in wait frees its child's pages on another hart, while init parks again and again. */
test('on several harts nothing is read before a woken process is through', async () => {
  const session = await openKernel('cow', { harts: 3 });
  const sequence = ['p0 fork', 'p0 wait 0x0', 'p0 open str_f0 0x202', 'p0 store.1 heap 0x1'].map(
    (line) => parseOperation(line),
  );
  const { violation } = runSequence(session, sequence, { base: 'tight' });
  expect(violation?.message).toBeUndefined();
  session.dispose();
});
