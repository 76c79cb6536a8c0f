import { expect, test } from 'vitest';
import { consoleRun } from './console-run.ts';

const shell = [
  process.execPath,
  '-e',
  `process.stdout.write('$ ');
   process.stdin.on('data', (line) => process.stdout.write('ran ' + line + '$ '));`,
];

test('types at each expected text and ends after the last', async () => {
  const { seconds } = await consoleRun(shell, [
    { expect: '$ ', type: 'one\n' },
    { expect: 'ran one', type: 'two\n' },
    { expect: 'ran two' },
  ]);
  expect(seconds).toBeGreaterThan(0);
});

test('fails when the program leaves, complains or cannot be started', async () => {
  const node = (code: string) => [process.execPath, '-e', code];
  await expect(consoleRun(node('console.log("bye")'), [{ expect: 'x' }])).rejects.toThrow(
    /left with 0 before "x".*bye/s,
  );
  await expect(
    consoleRun(
      node('console.log("panic: x"); setInterval(() => {}, 1e6)'),
      [{ expect: 'y' }],
      ['panic:'],
    ),
  ).rejects.toThrow('it printed "panic:"');
  await expect(consoleRun(['/no/such/program'], [{ expect: 'x' }])).rejects.toThrow('ENOENT');
});
