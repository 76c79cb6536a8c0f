import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorpusEntry } from '../../properties/plan.ts';
import { entryOf } from '../../properties/reproduce/index.ts';
import type { Sequence } from '../../spec/operation.ts';
import type { OperationSyntax } from '../../spec/operation-syntax.ts';
import { parseSteps, StepsError } from '../../spec/steps.ts';
import { UsageError } from '../exit-codes.ts';
import { packageFile } from '../package-file.ts';

const BUNDLED = 'properties/corpus';

/** The .steps files of a folder, the bundled ones when none is named, in alphabetical order. */
export function readCorpus(folder: string | undefined): CorpusEntry[] {
  const directory = folder ?? packageFile(BUNDLED);
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.steps'));
  } catch (error) {
    throw new UsageError(`cannot read the corpus ${directory}: ${(error as Error).message}`);
  }
  return names.sort().map((name) => entryOf(name, readSteps(join(directory, name))));
}

/** Reads a .steps file. Throws UsageError naming the file and the line. */
export function readSteps(path: string, syntax?: readonly OperationSyntax[]): Sequence {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    return parseSteps(text, syntax);
  } catch (error) {
    if (error instanceof StepsError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}
