import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelBuildError } from './build-error.ts';
import { packageRoot } from './sources.ts';

/** How a seeded bug shows in a test program: measured, not guessed. */
export type Outcome = 'pass' | 'fail' | 'hang' | 'panic';

/** One seeded bug: the header of a file of `kernel/mutants/`. */
export interface MutantInfo {
  name: string;
  /** What it does wrong. */
  sentence: string;
  /** Row of the bug catalogue. */
  row: number;
  /** Clause that must catch it; further ones that may follow after a comma. */
  clause: string;
  /** Fewest harts on which it can show. */
  harts: number;
  /** Variant that it changes. */
  base: string;
  cowtest: Outcome;
  usertests: Outcome;
  /** What `explore` makes of it; absent for one that needs several harts. */
  explored?: Explored;
}

/**
 * The clause that `explore` names, and the operations of the shortest sequence, after what it prepares; or
 * why no sequence within its bounds and operations shows the bug.
 */
export type Explored = { clause: string; operations: number } | { reason: string };

const OUTCOMES: readonly string[] = ['pass', 'fail', 'hang', 'panic'];

function mutantsDir(): string {
  return join(packageRoot(), 'kernel', 'mutants');
}

/** Reads a patch's header: `# name: sentence`, then `# key: value` lines. Throws KernelBuildError on a bad one. */
export function parseMutant(patch: string, file: string): MutantInfo {
  const lines = patch.split('\n').filter((line) => line.startsWith('# '));
  const fields = lines.map((line) => /^# ([\w-]+): (.+)$/.exec(line));
  const [name = '', sentence = ''] = fields[0]?.slice(1) ?? [];
  const values = new Map(fields.slice(1).map((match) => [match?.[1], match?.[2]?.trim()]));
  const fail = (what: string) => new KernelBuildError(`${file}: the header ${what}`, file);
  if (`${name}.patch` !== file) throw fail(`names ${JSON.stringify(name)}, not the file`);
  const number = (key: string) => {
    const value = Number(values.get(key));
    if (!Number.isInteger(value) || value < 1) throw fail(`needs "# ${key}: NUMBER"`);
    return value;
  };
  const outcome = (key: string) => {
    const value = values.get(key) ?? '';
    if (!OUTCOMES.includes(value)) throw fail(`needs "# ${key}: ${OUTCOMES.join('|')}"`);
    return value as Outcome;
  };
  const explore = values.get('explore');
  const explored = explore === undefined ? undefined : parseExplored(explore);
  if (explore !== undefined && explored === undefined) {
    throw fail('needs "# explore: CLAUSE OPERATIONS" or "# explore: none, REASON"');
  }
  const clause = values.get('clause');
  if (clause === undefined) throw fail('needs "# clause: NAME"');
  return {
    name,
    sentence,
    row: number('catalogue'),
    clause,
    harts: number('harts'),
    base: values.get('base') ?? 'cow',
    cowtest: outcome('cowtest'),
    usertests: outcome('usertests'),
    ...(explored && { explored }),
  };
}

function parseExplored(text: string): Explored | undefined {
  const [, reason] = /^none, (.+)$/.exec(text) ?? [];
  if (reason !== undefined) return { reason };
  const [, clause, operations] = /^([\w-]+) (\d+)$/.exec(text) ?? [];
  return clause === undefined ? undefined : { clause, operations: Number(operations) };
}

/** The whole text of a mutant's patch. Throws KernelBuildError, naming what there is, when there is none. */
export function readMutant(name: string): string {
  const known = mutantNames();
  if (!known.includes(name)) {
    throw new KernelBuildError(
      `no mutant is called ${JSON.stringify(name)}; see: ${known.join(', ')}`,
    );
  }
  return readFileSync(join(mutantsDir(), `${name}.patch`), 'utf8');
}

function mutantNames(): string[] {
  const files = readdirSync(mutantsDir()).filter((file) => file.endsWith('.patch'));
  return files.map((file) => file.slice(0, -'.patch'.length)).sort();
}

/** All seeded bugs, by row of the catalogue, then by name. */
export function mutants(): MutantInfo[] {
  const all = mutantNames().map((name) => parseMutant(readMutant(name), `${name}.patch`));
  return all.sort((a, b) => a.row - b.row || (a.name < b.name ? -1 : 1));
}
