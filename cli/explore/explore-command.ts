import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  breadthFirst,
  type Exploration,
  newExploration,
} from '../../properties/explore/breadth-first.ts';
import { rootOf, stepsOf } from '../../properties/explore/expand.ts';
import {
  certificateOf,
  ExplorationFileError,
  type Identity,
  parseCheckpoint,
  printCheckpoint,
} from '../../properties/explore/exploration-file.ts';
import { createWalker } from '../../properties/explore/position.ts';
import { runSequence } from '../../properties/run/run-sequence.ts';
import { type ShrunkFailure, shrinkFailure } from '../../properties/run/shrink-failure.ts';
import type { CheckResult } from '../../spec/result.ts';
import { type OpenKernel, openKernel } from '../check/open-kernel.ts';
import { explained } from '../check/result-of-failure.ts';
import type { ExploreFlags } from '../commands/explore.ts';
import type { CliContext } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { readIfPresent, readText, writeText } from '../files.ts';
import { packageVersion } from '../package-file.ts';
import { withPage } from '../report/render-page.ts';
import { beside } from '../workers/serve.ts';
import { createWorkerPool, type WorkerPool } from '../workers/worker-pool.ts';
import { exploreModel } from './explore-model.ts';
import { count, depthTable, exploreLine, summary } from './explore-text.ts';
import type { ExploreJob, ExploreReply, ExploreWorkerData } from './explore-worker.ts';
import { isModelCertificate } from './model-files.ts';
import { verifyCertificate } from './verify-certificate.ts';
import { verifyModel } from './verify-model.ts';

export type ExplorePool = WorkerPool<ExploreJob, ExploreReply>;

/** Operations in a row, where nothing else is asked for. */
const DEFAULT_DEPTH = 6;
type Flags = ExploreFlags & { depth: number };

/** `cowcheck explore`: see its description. */
export async function exploreCommand(
  this: CliContext,
  given: ExploreFlags,
  name?: string,
): Promise<void> {
  const ofModel = given.verify !== undefined && isModelCertificate(given.verify);
  if (given.model !== undefined || ofModel) {
    if (name !== undefined) throw new UsageError('a model is no kernel: leave KERNEL out');
    if (given.verify !== undefined) return verifyModel(this, given, given.verify);
    return exploreModel(this, given, given.model!);
  }
  const flags = { ...given, depth: given.depth ?? DEFAULT_DEPTH };
  const { memory, copying, fs } = flags;
  const kernelFlags = { harts: 1, memory, copying, ...(fs !== undefined && { fs }) };
  const opened = await openKernel(name, kernelFlags);
  const { procs, pages, depth, failures } = flags;
  const bounds = { procs, pages, depth };
  const identity: Identity = {
    kernel: { path: opened.kernel.path, sha256: opened.kernel.sha256 },
    model: `cowcheck ${packageVersion()}${copying ? ' with --copying' : ''}`,
  };
  const data: ExploreWorkerData = {
    kernel: name,
    flags: kernelFlags,
    bounds,
    failures,
  };
  const startPool = (of: ExploreWorkerData): ExplorePool =>
    createWorkerPool(beside(import.meta.url, './explore-worker'), of, flags.workers);
  try {
    if (flags.verify !== undefined) {
      const text = readText(flags.verify, 'certificate');
      const file = { path: flags.verify, text, seed: flags.seed };
      this.process.exitCode = await verifyCertificate(this, file, identity, (of) =>
        startPool({ ...data, ...of }),
      );
      return;
    }
    const at = begin(opened, flags, identity);
    const pool = startPool(data);
    await search(this, { flags, opened, identity, at, pool });
  } catch (error) {
    if (error instanceof ExplorationFileError) throw new UsageError(error.message);
    throw error;
  } finally {
    opened.session.dispose();
  }
}

/** A new exploration, or the one of the checkpoint. */
function begin({ session }: OpenKernel, flags: Flags, identity: Identity): Exploration {
  const { procs, pages, depth, failures, checkpoint } = flags;
  const bounds = { procs, pages, depth };
  const text = checkpoint === undefined ? undefined : readIfPresent(checkpoint);
  if (checkpoint !== undefined && text !== undefined) {
    return parseCheckpoint(text, checkpoint, identity, { ...bounds, failures });
  }
  const walker = createWalker(session, bounds);
  try {
    return newExploration(bounds, failures, rootOf(walker));
  } finally {
    walker.dispose();
  }
}

interface Search {
  flags: Flags;
  opened: OpenKernel;
  identity: Identity;
  at: Exploration;
  pool: ExplorePool;
}

/** Paths that one worker gets at once. */
const SHARE = 8;

async function search(context: CliContext, job: Search): Promise<void> {
  const { flags, at, pool, identity, opened } = job;
  let interrupted = false;
  const stopListening = context.terminal.onInterrupt(() => {
    interrupted = true;
  });
  const start = context.now();
  const line = exploreLine(context);
  let finished = false;
  try {
    finished = await breadthFirst(at, {
      now: context.now,
      async expandAll(paths, onDone) {
        let next = 0;
        const takeShares = async () => {
          while (next < paths.length && !interrupted) {
            const first = next;
            next += SHARE;
            const expansions = await pool.run(paths.slice(first, first + SHARE));
            for (const [i, expansion] of expansions.entries()) onDone(first + i, expansion);
          }
        };
        // two for each worker, so that none waits for the next share
        await Promise.all(Array.from({ length: 2 * pool.size }, takeShares));
      },
      onProgress(exploration, depth, left) {
        const elapsedMs = context.now() - start;
        const transitions = totalOf(exploration.operations);
        const rate = `${count((transitions * 1000) / Math.max(elapsedMs, 1))} transitions a second`;
        const { visited, expanded } = exploration;
        const ending = depth > exploration.bounds.depth;
        line.show({ depth, ending, states: visited.length, left, expanded }, rate, elapsedMs);
        return !interrupted;
      },
    });
  } finally {
    line.end();
    stopListening();
    await pool.close();
  }
  const seconds = (context.now() - start) / 1000;
  const result = resultOf(job, finished, seconds);
  context.process.stdout.write(`${depthTable(at.depths)}${summary(at, result)}`);
  if (flags.json !== undefined) writeText(flags.json, `${JSON.stringify(result, null, 2)}\n`);
  if (finished) {
    mkdirSync(flags.out, { recursive: true });
    const file = flags.certificate ?? join(flags.out, 'certificate.json');
    writeText(file, `${JSON.stringify(certificateOf(at, identity))}\n`);
    const copying = flags.copying ? ' --copying' : '';
    context.process.stdout.write(
      `certificate ${file}: check it with npx cowcheck explore ${opened.name}${copying} --verify ${file}\n`,
    );
  }
  if (interrupted) {
    const file = flags.checkpoint ?? join(flags.out, 'checkpoint.json');
    mkdirSync(flags.out, { recursive: true });
    writeText(file, printCheckpoint(at, identity));
    context.process.stderr.write(`interrupted; go on with --checkpoint ${file}\n`);
  }
  context.process.exitCode = interrupted
    ? EXIT.interrupted
    : at.violation === undefined
      ? EXIT.ok
      : EXIT.violation;
}

const totalOf = (operations: Record<string, number>): number =>
  Object.values(operations).reduce((sum, times) => sum + times, 0);

function resultOf({ flags, opened, at }: Search, finished: boolean, seconds: number): CheckResult {
  const steps = totalOf(at.operations);
  const result: CheckResult = {
    schema: 'cowcheck/1',
    command: 'explore',
    kernel: opened.kernel,
    seed: 0,
    runs: at.expanded,
    steps,
    stepsPerSecond: steps / Math.max(seconds, 1e-3),
    seconds,
    verdict: at.violation !== undefined ? 'fail' : finished ? 'pass' : 'inconclusive',
    reached: at.operations,
    depths: at.depths,
  };
  const failure = failureOf(opened, at);
  if (failure === undefined) return result;
  return withPage({ ...result, ...explained(opened, flags.out, 0, failure) });
}

/**
 * The violation as a sequence from the start. The search has found a shortest path; shrinking leaves out
 * what the preparation made and the violation does not need.
 */
function failureOf({ session }: OpenKernel, at: Exploration): ShrunkFailure | undefined {
  if (at.violation === undefined) return undefined;
  const sequence = stepsOf(at.bounds, at.violation.path);
  const { violation } = runSequence(session, sequence, { base: 'roomy' });
  return shrinkFailure(session, 'roomy', sequence, violation ?? at.violation.violation);
}
