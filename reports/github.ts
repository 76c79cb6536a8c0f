import type { GateResult } from '../spec/gate.ts';
import type { Violation } from '../spec/result.ts';
import { tellingFrame } from '../spec/telling-frame.ts';
import { change, figure } from './markdown.ts';
import { violationLine } from './violation.ts';

/**
 * A workflow command that puts the violation at its kernel source line in the pull request's diff
 * (docs.github.com, "Workflow commands", `error`). `sourceRoot` is put before the file name, since
 * debug information names files from the kernel's own folder.
 */
function renderAnnotation(violation: Violation, stepsFile?: string, sourceRoot = ''): string {
  const frame = tellingFrame(violation.where);
  const properties = [
    ...(frame === undefined
      ? []
      : [`file=${property(sourceRoot + frame.file)}`, `line=${frame.line}`]),
    `title=${property(`cowcheck: ${violation.clause}`)}`,
  ].join(',');
  return `::error ${properties}::${data(violationLine(violation, stepsFile))}`;
}

/** What the patch broke, at the kernel's source lines, and the costs that exceed the threshold. */
export function gateAnnotations({ broken, costs }: GateResult, sourceRoot = ''): string[] {
  const dear = costs.filter((row) => row.exceeds);
  return [
    ...broken.map(({ violation, reproducer }) =>
      renderAnnotation(violation, reproducer?.steps, sourceRoot),
    ),
    ...dear.map(
      (row) =>
        `::error title=${property('cowcheck: cost')}::${data(`${row.operation}: ${row.metric} ${figure(row.base)} → ${figure(row.head)} (${change(row)})`)}`,
    ),
  ];
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
