import { buildImage, buildPatched } from '../kernel/build.ts';
import { openKernel, runCampaign, runSequence, type Session } from '../properties/index.ts';
import { randomSequences } from '../properties/plan.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

const RATE = 5000;
const SEQUENCES = 512;
/** sequences of one timed slice; the fastest slices met no other process */
const SLICE = 32;

/** Checked operations a second, every clause on: the median of the faster half of the slices. */
function rateOf(session: Session): number {
  const rates: number[] = [];
  let checked = 0;
  let start = 0;
  let at = 0;
  for (const { base, sequence } of randomSequences(session, { seed: 1, runs: SEQUENCES })) {
    if (at % SLICE === 0) {
      checked = 0;
      start = performance.now();
    }
    checked += runSequence(session, sequence, { base }).checked;
    at += 1;
    if (at % SLICE === 0) rates.push((checked * 1000) / (performance.now() - start));
  }
  // the first slices still compile
  const warm = rates.slice(rates.length / 4).sort((a, b) => b - a);
  return warm[Math.floor(warm.length / 4)] ?? 0;
}

async function throughput(): Promise<Measurement> {
  const session = await openKernel('cow');
  const rate = rateOf(session);
  session.dispose();
  return {
    name: 'checked operations on cow',
    ours: `${(1e6 / rate).toFixed(0)} us each`,
    figure: `${Math.round(rate).toLocaleString('en')} a second`,
    target: RATE.toLocaleString('en'),
    met: rate >= RATE,
  };
}

/** The bundled kernel for another size of RAM. */
const sized = (mib: number): string =>
  [
    '--- a/src/config.h',
    '+++ b/src/config.h',
    '@@ -28,1 +28,1 @@',
    '-#define RAM_MIB 128',
    `+#define RAM_MIB ${mib}`,
    '',
  ].join('\n');

const SIZES_MIB = [64, 256, 1024];

async function memorySizes(): Promise<Measurement> {
  const rates: number[] = [];
  const { image } = await buildImage();
  for (const mib of SIZES_MIB) {
    const { elf } = await buildPatched(`cow-${mib}`, sized(mib));
    const memoryBytes = mib * 2 ** 20;
    const session = await openKernel({ kernel: elf, image }, { memoryBytes });
    rates.push(rateOf(session));
    session.dispose();
  }
  const ratio = rates[0]! / rates.at(-1)!;
  const shown = rates.map((rate, i) => `${SIZES_MIB[i]} MiB ${Math.round(rate)}/s`);
  return {
    name: 'cost of a check, 64 MiB to 1 GiB of RAM',
    ours: shown.join(', '),
    figure: `${ratio.toFixed(2)}×`,
    target: 'flat: below 1.3×',
    met: ratio < 1.3,
  };
}

/** A seeded bug whose shortest sequence has five operations. */
const FIVE_STEPS = 'wait-forgets-child';
const SEEDS = 20;

async function timeToFind(): Promise<Measurement> {
  const session = await openKernel(`mutant:${FIVE_STEPS}`);
  const seconds: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const start = performance.now();
    const { failure } = runCampaign(session, { seed, runs: 5000 });
    seconds.push(failure ? (performance.now() - start) / 1000 : Number.POSITIVE_INFINITY);
  }
  session.dispose();
  const median = seconds.sort((a, b) => a - b)[SEEDS / 2]!;
  return {
    name: `${FIVE_STEPS} found and shrunk, median of ${SEEDS} seeds`,
    ours: `${seconds[0]!.toFixed(1)} to ${seconds.at(-1)!.toFixed(1)} s`,
    figure: `${median.toFixed(1)} s`,
    target: 'below 10 s',
    met: median < 10,
  };
}

/** What checking costs: throughput, independence of the size of RAM, time to a finding. */
export const checks: Benchmark = {
  name: 'checks',
  run: async () => [await throughput(), await memorySizes(), await timeToFind()],
};
