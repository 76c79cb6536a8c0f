import { coverage } from '../../properties/explore/coverage.ts';
import {
  ExplorationFileError,
  parseCertificate,
} from '../../properties/explore/exploration-file.ts';
import type { CheckFlags } from '../commands/check.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { readText } from '../files.ts';
import type { OpenKernel } from './open-kernel.ts';

const DEFAULT_RUNS = 1000;

/** `cowcheck check --coverage-of CERT`: how much of an exploration a random campaign meets. */
export function coverageCommand(
  context: CliContext,
  { session, kernel }: OpenKernel,
  flags: CheckFlags & { coverageOf: string },
): void {
  const file = flags.coverageOf;
  const { certificate, visited } = certificateOf(file);
  if (certificate.kernel.sha256 !== kernel.sha256) {
    throw new UsageError(
      `${file} certifies another kernel (${certificate.kernel.path}), not ${kernel.path}`,
    );
  }
  const { failures: _, ...bounds } = certificate.bounds;
  const wanted = (flags.runs ?? DEFAULT_RUNS) * flags.maxSteps;
  const { steps, covered } = coverage(session, bounds, visited, {
    seed: flags.seed,
    steps: wanted,
  });
  const total = Object.values(covered).reduce((sum, count) => sum + count, 0);
  const share = ((100 * total) / certificate.canonicalTransitions).toFixed(1);
  const lines = [
    `${total} of ${certificate.canonicalTransitions} canonical transitions met (${share} %) in ${steps} random operations, seed ${flags.seed}`,
    ...Object.entries(covered).map(
      ([kind, count]) =>
        `  ${kind.padEnd(10)} ${String(count).padStart(8)} distinct, of ${certificate.operations[kind] ?? 0} explored`,
    ),
  ];
  context.process.stdout.write(`${lines.join('\n')}\n`);
  context.process.exitCode = EXIT.ok;
}

function certificateOf(file: string) {
  try {
    return parseCertificate(readText(file, 'certificate'), file);
  } catch (error) {
    if (error instanceof ExplorationFileError) throw new UsageError(error.message);
    throw error;
  }
}
