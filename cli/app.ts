import { type Application, buildApplication, buildRouteMap, text_en } from '@stricli/core';
import { commands } from './commands/index.ts';
import type { CliContext } from './context.ts';
import { exitCodeOf, isMendable, UsageError } from './exit-codes.ts';

function describe(error: unknown): string {
  if (error instanceof UsageError) return `cowcheck: ${error.message}`;
  if (isMendable(error))
    return `cowcheck: the kernel file is damaged, build it anew: ${error.message}`;
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `cowcheck: internal error, please report it: ${details}`;
}

/** The command line of `cowcheck`. */
export function application(version: string): Application<CliContext> {
  const routes = buildRouteMap({
    routes: commands,
    docs: { brief: 'Finds the bugs of copy-on-write fork in xv6-riscv kernels' },
  });
  return buildApplication(routes, {
    name: 'cowcheck',
    versionInfo: { currentVersion: version },
    determineExitCode: exitCodeOf,
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    localization: {
      text: {
        ...text_en,
        exceptionWhileRunningCommand: describe,
        exceptionWhileLoadingCommandFunction: describe,
        commandErrorResult: describe,
      },
    },
  });
}
