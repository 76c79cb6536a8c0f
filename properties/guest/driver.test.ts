import { expect, test } from 'vitest';
import { parseOperation } from '../../spec/steps.ts';
import { openKernel, runSequence } from '../index.ts';

const cases: [what: string, kernel: string, harts: number, sequence: string][] = [
  [
    'a parent has freed its child, while init parks again and again',
    'cow',
    3,
    'p0 fork; p0 wait 0x0; p0 open str_f0 0x202; p0 store.1 heap 0x1',
  ],
  [
    'a zombie has woken its parent',
    'cow-lazy',
    2,
    `p0 fork; p0 fork; p1 fork; p1 mkdir tstr_f0; p0 load.1 brk; p0 wait 0x0; p1 fork; p0 wait 0x0;
     p2 fork; p1 pipe data+0xffc; p2 exit 0; p1 store.1 0xffffff8000000000 0x1`,
  ],
];

test.each(cases)('several harts: nothing is read before %s', async (_, kernel, harts, text) => {
  const session = await openKernel(kernel, { harts });
  const sequence = text.split(';').map((line, at) => parseOperation(line, at + 1));
  const { violation } = runSequence(session, sequence, { base: 'tight' });
  expect(violation?.message).toBeUndefined();
  session.dispose();
});
