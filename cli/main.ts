import { readFileSync } from 'node:fs';
import { run } from '@stricli/core';
import { application } from './app.ts';
import type { CliContext } from './context.ts';
import { fromParser } from './exit-codes.ts';
import { packageFile } from './package-file.ts';
import { processTerminal } from './terminal.ts';

const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
  version: string;
};

const context: CliContext = {
  process: { stdout: process.stdout, stderr: process.stderr },
  terminal: processTerminal(process),
  now: () => performance.now(),
};

// a reader that went away (`| head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

await run(application(version), process.argv.slice(2), context);
process.exitCode = fromParser(Number(context.process.exitCode ?? 0));
