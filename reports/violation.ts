import type { Reproducer, SourceLine, Violation } from '../spec/result.ts';

/** `kalloc.c:61 kfree`; empty without a frame. */
export const lineOf = (frame: SourceLine | undefined): string =>
  frame === undefined ? '' : `${frame.file}:${frame.line} ${frame.function}`;

/** The command that shows a violation again. */
export function replayCommand(stepsFile: string, kernel?: string): string {
  return `npx cowcheck replay ${stepsFile}${kernel === undefined ? '' : ` --kernel ${kernel}`}`;
}

/**
 * A violation as one line: step, operation, what was expected and received, clause, kernel source line
 * and the command that replays it.
 */
export function violationLine(violation: Violation, stepsFile?: string, kernel?: string): string {
  const page = violation.page === undefined ? '' : `pa ${violation.page} `;
  const where = lineOf(violation.where?.[0]);
  return [
    `step ${violation.step} ${violation.operation}: ${page}`,
    `expected ${violation.expected}, ${violation.received} [${violation.clause}]`,
    where === '' ? '' : ` ${where}`,
    stepsFile === undefined ? '' : ` — replay: ${replayCommand(stepsFile, kernel)}`,
  ].join('');
}

/** `shrunk from 28 to 2 operations`; only how long it is where it was that short before. */
export function shrunkLine({ originalLength, length }: Reproducer): string {
  const operations = `${length} ${length === 1 ? 'operation' : 'operations'}`;
  return originalLength === length ? operations : `shrunk from ${originalLength} to ${operations}`;
}
