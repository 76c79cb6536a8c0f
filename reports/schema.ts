import * as v from 'valibot';
import { CLAUSE_IDS, type Clause } from '../spec/clause.ts';
import type { CheckResult } from '../spec/result.ts';

/** The shape of `--json` output; docs/result.schema.json is generated from it. */
const SourceLine = v.object({ function: v.string(), file: v.string(), line: v.number() });

const ClauseId = v.picklist(CLAUSE_IDS as [Clause, ...Clause[]]);

const Violation = v.object({
  clause: ClauseId,
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  operation: v.string(),
  message: v.string(),
  expected: v.string(),
  received: v.string(),
  page: v.optional(v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/))),
  where: v.optional(v.array(SourceLine)),
});

const TraceProcess = v.object({
  name: v.string(),
  pid: v.number(),
  state: v.string(),
  mappings: v.array(v.object({ va: v.number(), page: v.string(), flags: v.string() })),
  tables: v.array(v.string()),
  trapframe: v.optional(v.string()),
});

const TraceFrame = v.object({
  page: v.string(),
  class: v.picklist([
    'free',
    'user',
    'table',
    'trapframe',
    'kstack',
    'kernel-table',
    'pipe',
    'kernel',
    'lost',
  ]),
  owners: v.array(v.string()),
  modelOwners: v.optional(v.array(v.string())),
  count: v.optional(v.number()),
});

const TraceEvent = v.object({
  page: v.string(),
  kind: v.picklist(['allocated', 'freed', 'shared', 'dropped', 'written', 'touched-while-free']),
  where: v.array(SourceLine),
  note: v.optional(v.string()),
});

const TraceStep = v.object({
  step: v.number(),
  operation: v.string(),
  actor: v.string(),
  expected: v.string(),
  received: v.string(),
  freePages: v.object({ model: v.number(), kernel: v.number() }),
  processes: v.array(TraceProcess),
  frames: v.array(TraceFrame),
  events: v.array(TraceEvent),
  insns: v.number(),
  note: v.optional(v.string()),
});

const Trace = v.object({
  steps: v.array(TraceStep),
  wrong: v.optional(v.object({ step: v.number(), pages: v.array(v.string()) })),
});

const MutantRow = v.object({
  name: v.string(),
  row: v.number(),
  expected: v.array(ClauseId),
  caught: v.optional(ClauseId),
  steps: v.number(),
  seconds: v.number(),
  length: v.optional(v.number()),
  byCorpus: v.optional(v.boolean()),
  seed: v.number(),
});

const DepthRow = v.object({
  depth: v.number(),
  states: v.number(),
  transitions: v.number(),
  seconds: v.number(),
});

export const CheckResultSchema = v.looseObject({
  schema: v.literal('cowcheck/1'),
  command: v.string(),
  kernel: v.object({ path: v.string(), sha256: v.string(), features: v.array(v.string()) }),
  seed: v.number(),
  runs: v.number(),
  steps: v.number(),
  stepsPerSecond: v.number(),
  seconds: v.number(),
  verdict: v.picklist(['pass', 'fail', 'inconclusive']),
  interrupted: v.optional(v.literal(true)),
  violation: v.optional(Violation),
  reproducer: v.optional(
    v.object({
      steps: v.string(),
      c: v.string(),
      html: v.optional(v.string()),
      originalLength: v.number(),
      length: v.number(),
    }),
  ),
  reached: v.record(v.string(), v.number()),
  trace: v.optional(Trace),
  mutants: v.optional(v.array(MutantRow)),
  depths: v.optional(v.array(DepthRow)),
});

/** A file that is no result: one sentence saying what stands where something else was expected. */
export class ResultError extends Error {}

/** Reads a result file's text. Throws ResultError. */
export function parseResult(text: string, file: string): CheckResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ResultError(
      `${file} is not JSON (${(error as Error).message}); give a file written by --json`,
    );
  }
  const parsed = v.safeParse(CheckResultSchema, value);
  if (parsed.success) return parsed.output as CheckResult;
  const issue = parsed.issues[0];
  const path = v.getDotPath(issue);
  throw new ResultError(
    `${file} is not a result of cowcheck: ${path === null ? '' : `${path}: `}${issue.message}; give a file written by --json`,
  );
}
