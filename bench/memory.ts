import { fileURLToPath } from 'node:url';
import type { Benchmark, Subject } from './benchmark.ts';
import { booted } from './booted.ts';
import { consoleRun } from './console-run.ts';
import { peakOf } from './process-use.ts';

const MIB = 2 ** 20;
const SNAPSHOTS = 10_000;
const INSNS_BETWEEN = 100_000;

/** The work itself, in a process of its own so that nothing else counts. */
async function child([kernelPath, imagePath, snapshots]: string[]): Promise<void> {
  const machine = booted({ kernelPath: kernelPath!, imagePath: imagePath!, scratch: '' });
  machine.type('grind &\nusertests -q\n');
  for (let i = 0; i < Number(snapshots); i++) {
    machine.run(INSNS_BETWEEN);
    machine.snapshot();
  }
  process.stdout.write(`peak ${peakOf(process.pid)}\n`);
  // the parent reads the peak of this process while it is still there
  setTimeout(() => {}, 10_000);
}

async function peak(subject: Subject, snapshots: number): Promise<number> {
  const self = fileURLToPath(import.meta.url);
  const { kernelPath, imagePath } = subject;
  const { peakBytes } = await consoleRun(
    [process.execPath, '--import', 'tsx', self, kernelPath, imagePath, String(snapshots)],
    [{ expect: 'peak ' }],
  );
  return peakBytes;
}

export const memory: Benchmark = {
  name: 'memory',
  async run(subject) {
    const guest = await peak(subject, 0);
    const many = await peak(subject, SNAPSHOTS);
    return [
      {
        name: 'process with a 128 MiB guest',
        ours: `${Math.round(guest / MIB)} MiB`,
        figure: `${Math.round(guest / MIB)} MiB`,
        target: 'below 512 MiB',
        met: guest < 512 * MIB,
      },
      {
        name: 'ten thousand snapshots of one run',
        ours: `${Math.round(many / MIB)} MiB`,
        figure: `${Math.round(many / MIB)} MiB`,
        target: 'below 2048 MiB',
        met: many < 2048 * MIB,
      },
    ];
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await child(process.argv.slice(2));
