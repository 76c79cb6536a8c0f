/**
 * `npm run bench`: what the emulator costs, next to Debian's QEMU in the same run. Figures of another run
 * or machine mean little; the ratios do.
 *
 *   npm run bench -- [--kernel ELF --fs IMG] [--only TEXT]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImage, buildKernel } from '../kernel/build.ts';
import type { Benchmark, Measurement, Subject } from './benchmark.ts';
import { besideQemu } from './beside-qemu.ts';
import { checks } from './checks.ts';
import { memory } from './memory.ts';
import { qemuVersion } from './qemu.ts';
import { snapshots } from './snapshots.ts';

const { values } = parseArgs({
  options: {
    kernel: { type: 'string' },
    fs: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});

async function subject(scratch: string): Promise<Subject> {
  const imagePath = join(scratch, 'fs.img');
  if (values.fs === undefined) writeFileSync(imagePath, (await buildImage()).image);
  return {
    kernelPath: values.kernel ?? (await buildKernel('cow')).path,
    imagePath: values.fs ?? imagePath,
    scratch,
  };
}

function print({ name, ours, theirs, figure, target, met }: Measurement): void {
  const beside = theirs === undefined ? '' : `, QEMU ${theirs}`;
  console.log(
    `${met ? 'met   ' : 'MISSED'} ${name}: ${ours}${beside}: ${figure} (target ${target})`,
  );
}

const qemu = qemuVersion();
console.log(
  `node ${process.version}, ${qemu ?? 'no qemu-system-riscv64: its comparisons are left out'}`,
);
const benchmarks: Benchmark[] = [snapshots, memory, checks, ...(qemu ? besideQemu : [])];
const scratch = mkdtempSync(join(tmpdir(), 'cowcheck-bench-'));
try {
  const on = await subject(scratch);
  console.log(`kernel ${on.kernelPath}`);
  for (const benchmark of benchmarks.filter(({ name }) => name.includes(values.only))) {
    try {
      for (const measurement of await benchmark.run(on)) print(measurement);
    } catch (error) {
      console.log(`FAILED ${benchmark.name}: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
