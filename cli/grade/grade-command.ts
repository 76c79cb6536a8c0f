import { join } from 'node:path';
import { violationLine } from '../../reports/violation.ts';
import type { GradeFlags } from '../commands/grade.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { writeText } from '../files.ts';
import type { CheckJob, CheckReply } from '../workers/check-worker.ts';
import { beside } from '../workers/serve.ts';
import { createWorkerPool } from '../workers/worker-pool.ts';
import { findSubmissions, type Submission } from './find-submissions.ts';

/** One line of the table. */
interface Grade {
  name: string;
  verdict: 'pass' | 'fail' | 'inconclusive' | 'unusable';
  clause: string;
  length: number | '';
  steps: number;
  seconds: number;
  message: string;
}

const COLUMNS = ['name', 'verdict', 'clause', 'length', 'steps', 'seconds', 'message'] as const;

/** `cowcheck grade`: see its description. */
export async function gradeCommand(
  this: CliContext,
  flags: GradeFlags,
  ...args: string[]
): Promise<void> {
  const submissions = findSubmissions(args);
  const { stdout } = this.process;
  const lines = [COLUMNS.join(',')];
  stdout.write(`${lines[0]}\n`);
  const stop = new AbortController();
  const stopListening = this.terminal.onInterrupt(() => stop.abort());
  const grades = await inParallel(submissions, flags, stop.signal, (grade) => {
    stdout.write(`${csvLine(grade)}\n`);
  });
  stopListening();
  lines.push(...grades.map(csvLine));
  if (flags.csv !== undefined) writeText(flags.csv, `${lines.join('\n')}\n`);
  if (flags.json !== undefined) {
    const table = { schema: 'cowcheck-grades/1', seed: flags.seed, grades };
    writeText(flags.json, `${JSON.stringify(table, null, 2)}\n`);
  }
  const good = grades.every(({ verdict }) => verdict === 'pass');
  if (stop.signal.aborted) this.process.exitCode = EXIT.interrupted;
  else this.process.exitCode = good ? EXIT.ok : EXIT.violation;
}

/**
 * Grades each in a worker of its own, so that one that brings its thread down leaves the others alone.
 * Returns the grades in the order of the submissions; once stopped, the rest are inconclusive.
 */
async function inParallel(
  submissions: readonly Submission[],
  flags: GradeFlags,
  stop: AbortSignal,
  onGrade: (grade: Grade) => void,
): Promise<Grade[]> {
  const grades: Grade[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < submissions.length) {
      const index = next++;
      const grade = await gradeOne(submissions[index]!, flags, stop);
      grades[index] = grade;
      onGrade(grade);
    }
  };
  await Promise.all(Array.from({ length: flags.workers }, lane));
  return grades;
}

async function gradeOne(
  submission: Submission,
  flags: GradeFlags,
  stop: AbortSignal,
): Promise<Grade> {
  if (stop.aborted) return ungraded(submission);
  const pool = createWorkerPool<CheckJob, CheckReply>(
    beside(import.meta.url, '../workers/check-worker'),
    undefined,
    1,
  );
  const close = () => void pool.close();
  stop.addEventListener('abort', close);
  const limit = patience(flags.time);
  try {
    return gradeOf(
      submission.name,
      await Promise.race([pool.run(jobOf(submission, flags)), limit.over]),
    );
  } catch (error) {
    if (stop.aborted) return ungraded(submission);
    const [message = 'the worker died'] = (error as Error).message.split('\n');
    return gradeOf(submission.name, { ...NOTHING, error: message });
  } finally {
    stop.removeEventListener('abort', close);
    limit.cancel();
    await pool.close();
  }
}

/** Rejects when a kernel should have had its grade long ago, shrinking and all. */
function patience(seconds: number): { over: Promise<never>; cancel: () => void } {
  const most = seconds * 5 + 60;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`no grade after ${most} s; raise --time`));
    timer = setTimeout(late, most * 1000);
  });
  return { over, cancel: () => clearTimeout(timer) };
}

const NOTHING = { verdict: 'inconclusive', runs: 0, steps: 0, seconds: 0 } as const;

const ungraded = ({ name }: Submission): Grade => ({
  ...gradeOf(name, NOTHING),
  message: 'interrupted',
});

function jobOf({ name, kernel, fs = undefined }: Submission, flags: GradeFlags): CheckJob {
  const image = fs ?? flags.fs;
  const { memory, copying } = flags;
  return {
    kernel,
    flags: { harts: 1, memory, copying, ...(image !== undefined && { fs: image }) },
    seed: flags.seed,
    runs: flags.runs,
    seconds: flags.time,
    maxSteps: 30,
    out: join(flags.out, name.replaceAll(/[^\w.-]+/g, '-')),
    corpus: 'first',
  };
}

function gradeOf(name: string, reply: CheckReply): Grade {
  const { violation, steps, seconds, error } = reply;
  return {
    name,
    verdict: error === undefined ? reply.verdict : 'unusable',
    clause: violation?.clause ?? '',
    length: reply.length ?? '',
    steps,
    seconds: Math.round(seconds * 10) / 10,
    message: error ?? (violation ? violationLine(violation, reply.reproducer?.steps) : ''),
  };
}

/** RFC 4180: fields with commas, quotes or line ends are quoted. */
const csvLine = (grade: Grade): string =>
  COLUMNS.map((column) => csvField(String(grade[column]))).join(',');
const csvField = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
