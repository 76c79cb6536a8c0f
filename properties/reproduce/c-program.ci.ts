/** Reproducers in C, built like any program of the image and run in its shell, on a correct kernel and on bugs. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, buildKernel } from '../../kernel/build.ts';
import { defaultCacheDir } from '../../kernel/cache.ts';
import { replaceFile } from '../../kernel/image/replace-file.ts';
import { builtBytes, compileAll, link } from '../../kernel/objects.ts';
import { librarySources } from '../../kernel/programs.ts';
import { readSources } from '../../kernel/sources.ts';
import { runCommands } from '../../kernel/testing/run-commands.ts';
import { findToolchain } from '../../kernel/toolchain.ts';
import type { Violation } from '../../spec/result.ts';
import { parseSteps } from '../../spec/steps.ts';
import { openKernel } from '../bundled.ts';
import { runSequence } from '../run/run-sequence.ts';
import type { Session } from '../run/session.ts';
import { entryOf, reproducerInC } from './index.ts';

const CORPUS = 'properties/corpus';
/** A program of the image whose place ours takes. */
const NAME = 'forktest';

let cacheDir = '';
beforeAll(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cowcheck-c-'));
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

/** What the program says on that kernel, a line each. */
async function saidBy(program: string, kernel: string): Promise<string[]> {
  const site = { toolchain: findToolchain(undefined, defaultCacheDir())!, cacheDir };
  const path = 'user/programs/cowrepro.c';
  const tree = new Map([...readSources(['src', 'user']), [path, program]]);
  const objects = await compileAll(site, tree, [path, ...librarySources(tree)], ['-Iuser']);
  const elf = builtBytes(await link(site, tree, objects, 'user/user.ld', ['--strip-debug']));
  const [{ elf: kernelElf }, { image }] = await Promise.all([buildKernel(kernel), buildImage()]);
  const { shown } = runCommands(kernelElf, replaceFile(image, `/${NAME}`, elf), 1, [NAME]);
  return shown.split('\n').filter((line) => /cowrepro|panic/.test(line));
}

/** A corpus entry as if it had failed: its program, on a correct kernel, has nothing to say. */
function programOf(session: Session, file: string): string {
  const { base, sequence } = entryOf(file, parseSteps(readFileSync(join(CORPUS, file), 'utf8')));
  const { steps } = runSequence(session, sequence, { base });
  const violation = { clause: 'content', step: 1, operation: '', message: file } as Violation;
  const length = sequence.length;
  const failure = {
    base,
    sequence,
    steps,
    violation,
    originalLength: length,
    minimal: true,
    work: {},
  };
  return reproducerInC(session, failure);
}

describe('a reproducer in C', async () => {
  const session = await openKernel('cow');
  afterAll(() => session.dispose());

  // but those for which somebody would have to type
  const files = readdirSync(CORPUS).filter(
    (file) => file.endsWith('.steps') && !/^type /m.test(readFileSync(join(CORPUS, file), 'utf8')),
  );
  test.each(files)('%s finds nothing wrong with a correct kernel', async (file) => {
    const said = await saidBy(programOf(session, file), 'cow');
    expect(said).toEqual([expect.stringMatching(/ free pages before and after$/)]);
  });

  test.each([
    ['parent-keeps-write', '23-parent-writes', /step 4: load of 1 at data gave 34, expected 0x11/],
    ['child-keeps-write', '24-child-writes', /memory of slot 0's parent changed/],
    ['copyout-ignores-cow', '39-read-into-a-shared-page', /memory of slot 0's parent changed/],
    ['pipe-never-freed', '63-pipe-outlives-its-pages', / lost/],
    ['unshare-no-decrement', '02-child-writes-and-exits', / lost/],
    ['fork-no-increment', '01-child-exits-parent-reads', /panic/],
  ])('tells of %s, by %s', async (mutant, file, expected) => {
    const said = await saidBy(programOf(session, `${file}.steps`), `mutant:${mutant}`);
    expect(said.join('\n')).toMatch(expected);
  });
});
