import {
  type CoreDepth,
  type CoreResult,
  exploreCore,
  printAction,
} from '../../model/explore/search.ts';
import type { ExploreFlags } from '../commands/explore.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';

/** Rows that there is room for: memory is used only as it is touched. */
const MAX_STATES = 2 ** 25;
const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/**
 * `cowcheck explore --model NAME`: the model by itself, every clause in every state. One page of text,
 * the others as `--pages` says; `--procs`, `--frames` and `--failures` bound the rest.
 */
export async function exploreModel(
  context: CliContext,
  flags: ExploreFlags,
  model: string,
): Promise<void> {
  const { procs, pages, frames, failures, workers, depth } = flags;
  const bounds = {
    processes: procs,
    pages: pages + 1,
    readOnly: 1,
    image: 2,
    frames,
    failing: failures,
  };
  const abort = new AbortController();
  const stopListening = context.terminal.onInterrupt(() => abort.abort());
  const start = context.now();
  const seconds = () => Math.max(context.now() - start, 1) / 1000;
  try {
    const result = await exploreCore({
      bounds,
      model,
      workers,
      maxStates: MAX_STATES,
      signal: abort.signal,
      ...(depth !== undefined && { maxDepth: depth }),
      onDepth(at) {
        context.process.stderr.write(progressLine(at, seconds()));
        return undefined;
      },
    });
    report(context, flags, result, model, seconds());
    if (abort.signal.aborted) context.process.exitCode = EXIT.interrupted;
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  } finally {
    stopListening();
  }
}

const progressLine = ({ depth, states, newStates }: CoreDepth, seconds: number): string =>
  `depth ${depth}: ${count(states)} states, frontier ${count(newStates)}, ` +
  `${count(states / seconds)} states a second\n`;

function report(
  context: CliContext,
  flags: ExploreFlags,
  result: CoreResult,
  model: string,
  seconds: number,
): void {
  const { violation, states, transitions, complete } = result;
  const verdict = violation ? 'fail' : complete ? 'pass' : 'inconclusive';
  const totals =
    `model ${model}: ${count(states)} states, ${count(transitions)} transitions, ` +
    `${count(states / seconds)} states a second, digest ${result.digest}`;
  const lines = [totals, verdictLine(result)];
  if (violation) lines.push(...violation.trace.map((action) => `  ${printAction(action)}`));
  context.process.stdout.write(`${lines.join('\n')}\n`);
  const json = { schema: 'cowcheck/1', command: 'explore', model, verdict, seconds, ...result };
  const text = `${JSON.stringify(json, null, 2)}\n`;
  if (flags.json !== undefined) writeText(flags.json, text);
  context.process.exitCode = violation ? EXIT.violation : EXIT.ok;
}

function verdictLine({ violation, complete, depths }: CoreResult): string {
  if (violation) return `breaks the clause ${violation.clause}:`;
  const last = depths.at(-1)?.depth ?? 0;
  return complete
    ? `every clause holds in every state; the last new one is ${last - 1} operations away`
    : `every clause holds in the states of the first ${last} depths; there are more`;
}
