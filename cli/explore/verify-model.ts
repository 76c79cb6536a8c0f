import { verifyCore } from '../../model/explore/verify.ts';
import { ExplorationFileError } from '../../properties/explore/exploration-file.ts';
import type { ExploreFlags } from '../commands/explore.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { rulesVersion } from './explore-model.ts';
import { count } from './explore-text.ts';
import { readModelCertificate, sameModel } from './model-files.ts';

/** One of so many states is expanded again. */
const EVERY = 10;

/** `cowcheck explore --verify CERT` where CERT is of a model. */
export async function verifyModel(
  context: CliContext,
  flags: ExploreFlags,
  path: string,
): Promise<void> {
  const abort = new AbortController();
  const stopListening = context.terminal.onInterrupt(() => abort.abort());
  try {
    const { certificate, rows } = readModelCertificate(path);
    const { bounds, model } = certificate;
    sameModel(certificate, { model: flags.model ?? model, rules: rulesVersion() }, path);
    const found = await verifyCore({
      ...{ bounds, model, rows, workers: flags.workers, signal: abort.signal },
      sample: { every: EVERY, seed: flags.seed },
    });
    if (abort.signal.aborted) {
      context.process.exitCode = EXIT.interrupted;
      return;
    }
    const sameSet = found.digest === certificate.digest && found.states === certificate.states;
    const problem = found.problem ?? (sameSet ? undefined : 'its states are not those it counts');
    context.process.stdout.write(
      problem === undefined
        ? `${path} holds: ${count(found.expanded)} of ${count(found.states)} states expanded again, ` +
            `${count(found.transitions)} transitions, all as certified\n`
        : `${path} does not hold: ${problem}\n`,
    );
    context.process.exitCode = problem === undefined ? EXIT.ok : EXIT.violation;
  } catch (error) {
    const mendable = error instanceof RangeError || error instanceof ExplorationFileError;
    throw mendable ? new UsageError(error.message) : error;
  } finally {
    stopListening();
  }
}
