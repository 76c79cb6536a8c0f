import type { CheckResult, Violation } from '../spec/result.ts';
import { violationLine } from './violation.ts';

/**
 * A workflow command that puts the violation at its kernel source line in the pull request's diff
 * (docs.github.com, "Workflow commands", `error`). `sourceRoot` is put before the file name, since
 * debug information names files from the kernel's own folder.
 */
export function renderAnnotation(
  violation: Violation,
  stepsFile?: string,
  sourceRoot = '',
): string {
  const frame = violation.where?.[0];
  const properties = [
    ...(frame === undefined
      ? []
      : [`file=${property(sourceRoot + frame.file)}`, `line=${frame.line}`]),
    `title=${property(`cowcheck: ${violation.clause}`)}`,
  ].join(',');
  return `::error ${properties}::${data(violationLine(violation, stepsFile))}`;
}

export function annotations(result: CheckResult, sourceRoot = ''): string[] {
  const violation = result.violation;
  return violation === undefined
    ? []
    : [renderAnnotation(violation, result.reproducer?.steps, sourceRoot)];
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
