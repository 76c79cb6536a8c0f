/** Result of a command as `--json` writes it: schema `cowcheck/1`. */
import type { DepthRow, MutantRow } from './campaign.ts';
import type { Clause } from './clause.ts';
import type { Trace } from './trace.ts';

export interface SourceLine {
  function: string;
  file: string;
  line: number;
}

/** The first disagreement between the model and the kernel. Rendered once, by `reports/`. */
export interface Violation {
  clause: Clause;
  /** 1-based step of the (shrunk) sequence */
  step: number;
  /** the operation as the .steps format prints it */
  operation: string;
  message: string;
  expected: string;
  received: string;
  /** physical address of the page concerned, hexadecimal */
  page?: string;
  /** kernel source, innermost first */
  where?: SourceLine[];
}

export interface Reproducer {
  /** path of the .steps file */
  steps: string;
  /** path of the C program */
  c: string;
  /** path of the HTML page, where one was written */
  html?: string;
  originalLength: number;
  length: number;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface CheckResult {
  schema: 'cowcheck/1';
  command: string;
  kernel: { path: string; sha256: string; features: string[] };
  seed: number;
  /** sequences run */
  runs: number;
  /** operations run and checked */
  steps: number;
  stepsPerSecond: number;
  seconds: number;
  verdict: Verdict;
  /** ended by the user before it was through; without a violation the verdict is then inconclusive */
  interrupted?: true;
  violation?: Violation;
  reproducer?: Reproducer;
  /** how often each `sometimes` was reached: operations, clauses, situations */
  reached: Record<string, number>;
  /** the shrunk sequence step by step, for the page; only with a violation */
  trace?: Trace;
  /** written by `cowcheck mutants` */
  mutants?: MutantRow[];
  /** written by `cowcheck explore` */
  depths?: DepthRow[];
}
