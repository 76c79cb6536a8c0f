import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { printAction } from '../../model/explore/print-action.ts';
import { type CoreProgress, type CoreResult, exploreCore } from '../../model/explore/search.ts';
import { ExplorationFileError } from '../../properties/explore/exploration-file.ts';
import type { DepthRow } from '../../spec/campaign.ts';
import type { ExploreFlags } from '../commands/explore.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import { packageVersion } from '../package-file.ts';
import { count, depthTable, exploreLine } from './explore-text.ts';
import {
  type ModelIdentity,
  readModelCheckpoint,
  writeModelCertificate,
  writeModelCheckpoint,
} from './model-files.ts';

/** Rows that there is room for: memory is used only as it is touched. */
const MAX_STATES = 2 ** 25;
/** Milliseconds between two looks at how far a depth is. */
const LOOK_EVERY_MS = 250;

/**
 * `cowcheck explore --model NAME`: the model by itself, every clause in every state. One page of text,
 * the others as `--pages` says; `--procs`, `--frames` and `--failures` bound the rest.
 */
export async function exploreModel(
  context: CliContext,
  flags: ExploreFlags,
  model: string,
): Promise<void> {
  const { procs, pages, frames, failures, checkpoint } = flags;
  const identity: ModelIdentity = {
    model,
    rules: rulesVersion(),
    bounds: {
      ...{ processes: procs, pages: pages + 1, readOnly: 1, image: 2 },
      ...{ frames, failing: failures },
    },
  };
  const abort = new AbortController();
  const stopListening = context.terminal.onInterrupt(() => abort.abort());
  try {
    const resume =
      checkpoint !== undefined && existsSync(checkpoint)
        ? readModelCheckpoint(checkpoint, identity)
        : undefined;
    const found = await search(context, flags, identity, abort.signal, resume);
    report(context, flags, identity, found);
    if (abort.signal.aborted && !found.result.complete) {
      interrupted(context, flags, identity, found.result);
    }
  } catch (error) {
    const mendable = error instanceof RangeError || error instanceof ExplorationFileError;
    throw mendable ? new UsageError(error.message) : error;
  } finally {
    stopListening();
  }
}

/** Version of the model's rules: they change with the package. */
export const rulesVersion = (): string => `cowcheck ${packageVersion()}`;

interface Found {
  result: CoreResult;
  depths: DepthRow[];
  seconds: number;
}

async function search(
  context: CliContext,
  { workers, depth }: ExploreFlags,
  { model, bounds }: ModelIdentity,
  signal: AbortSignal,
  resume: ReturnType<typeof readModelCheckpoint> | undefined,
): Promise<Found> {
  const start = context.now();
  const line = exploreLine(context);
  const depths: DepthRow[] = [];
  let probe: (() => CoreProgress) | undefined;
  let first: number | undefined;
  const look = setInterval(() => {
    if (probe === undefined) return;
    const at = probe();
    const elapsedMs = context.now() - start;
    first ??= at.states;
    const rate = `${count(((at.states - first) * 1000) / Math.max(elapsedMs, 1))} states a second`;
    line.show({ ...at, expanded: at.frontier - at.left }, rate, elapsedMs);
  }, LOOK_EVERY_MS);
  let depthStart = start;
  let transitions = resume?.depths.at(-1)?.transitions ?? 0;
  try {
    const result = await exploreCore({
      ...{ bounds, model, workers, signal, maxStates: MAX_STATES },
      ...(depth !== undefined && { maxDepth: depth }),
      ...(resume !== undefined && { resume }),
      onStart(tell) {
        probe = tell;
      },
      onDepth(at) {
        const now = context.now();
        const seconds = (now - depthStart) / 1000;
        const out = at.transitions - transitions;
        depths.push({ depth: at.depth, states: at.newStates, transitions: out, seconds });
        depthStart = now;
        ({ transitions } = at);
        return undefined;
      },
    });
    return { result, depths, seconds: Math.max(context.now() - start, 1) / 1000 };
  } finally {
    clearInterval(look);
    line.end();
  }
}

function report(
  context: CliContext,
  flags: ExploreFlags,
  identity: ModelIdentity,
  { result, depths, seconds }: Found,
): void {
  const { checkpoint: _, ...figures } = result;
  const { violation, states, transitions, complete } = figures;
  const verdict = violation ? 'fail' : complete ? 'pass' : 'inconclusive';
  const totals =
    `model ${identity.model}: ${count(states)} states, ${count(transitions)} transitions, ` +
    `${count(states / seconds)} states a second, digest ${result.digest}`;
  const lines = [totals, verdictLine(result)];
  if (violation) lines.push(...violation.trace.map((action) => `  ${printAction(action)}`));
  context.process.stdout.write(`${depthTable(depths)}${lines.join('\n')}\n`);
  if (flags.json !== undefined) {
    const { model } = identity;
    const json = { schema: 'cowcheck/1', command: 'explore', model, verdict, seconds, ...figures };
    writeText(flags.json, `${JSON.stringify(json, null, 2)}\n`);
  }
  if (complete) certify(context, flags, identity, result);
  context.process.exitCode = violation ? EXIT.violation : EXIT.ok;
}

function verdictLine({ violation, complete, depths }: CoreResult): string {
  if (violation) return `breaks the clause ${violation.clause}:`;
  const last = depths.at(-1)?.depth ?? 0;
  return complete
    ? `every clause holds in every state; the last new one is ${last - 1} operations away`
    : `every clause holds in the states of the first ${last} depths; there are more`;
}

function certify(
  { process }: CliContext,
  flags: ExploreFlags,
  identity: ModelIdentity,
  result: CoreResult,
): void {
  mkdirSync(flags.out, { recursive: true });
  const file = flags.certificate ?? join(flags.out, 'model.certificate');
  writeModelCertificate(file, identity, result);
  process.stdout.write(
    `certificate ${file}: check it with npx cowcheck explore --verify ${file}\n`,
  );
}

/** Ctrl-C, or a signal to end. */
function interrupted(
  { process }: CliContext,
  flags: ExploreFlags,
  { rules }: ModelIdentity,
  { checkpoint }: CoreResult,
): void {
  process.exitCode = EXIT.interrupted;
  if (checkpoint === undefined) return;
  mkdirSync(flags.out, { recursive: true });
  const file = flags.checkpoint ?? join(flags.out, 'model.checkpoint');
  process.stderr.write(`interrupted; writing ${file}\n`);
  writeModelCheckpoint(file, rules, checkpoint);
  process.stderr.write(`go on with --checkpoint ${file}\n`);
}
