import { check } from './check.ts';
import { doctor } from './doctor.ts';
import { explore } from './explore.ts';
import { gate } from './gate.ts';
import { grade } from './grade.ts';
import { mutants } from './mutants.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { run } from './run.ts';

/** Every command, by name: a new one is a file here and a line below. */
export const commands = { check, replay, gate, grade, explore, mutants, run, doctor, report };
