import { check } from './check.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { run } from './run.ts';

/** Every command, by name: a new one is a file here and a line below. */
export const commands = { check, replay, run, report };
