/**
 * The documents' examples, run: in every `console` block each `$ npx cowcheck …` is executed, and every
 * line that the document shows under it must occur in the output, numbers aside.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCS = join(ROOT, 'docs');

interface Example {
  command: string;
  shown: string[];
}

function examplesOf(text: string): Example[] {
  const examples: Example[] = [];
  for (const [, block] of text.matchAll(/^```console\n([\s\S]*?)^```/gm)) {
    for (const line of block!.split('\n')) {
      if (line.startsWith('$ ')) examples.push({ command: line.slice(2), shown: [] });
      else if (line.trim() !== '') examples.at(-1)?.shown.push(line);
    }
  }
  return examples;
}

/** A folder that looks like the checkout, so that what an example writes does not land in it. */
function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cowcheck-docs-'));
  symlinkSync(join(ROOT, 'properties'), join(folder, 'properties'));
  return folder;
}

const withoutNumbers = (text: string): string => text.replaceAll(/0x[0-9a-f]+|\d[\d,.]*/g, 'N');

for (const name of readdirSync(DOCS).filter((file) => file.endsWith('.md'))) {
  const examples = examplesOf(readFileSync(join(DOCS, name), 'utf8'));
  describe.skipIf(examples.length === 0)(name, () => {
    const folder = workFolder();
    test.each(examples)('$command', ({ command, shown }) => {
      const [npx, tool, ...args] = command.split(' ');
      expect([npx, tool]).toEqual(['npx', 'cowcheck']);
      const run = spawnSync(process.execPath, [join(ROOT, 'bin/cowcheck.js'), ...args], {
        cwd: folder,
        encoding: 'utf8',
        timeout: 300_000,
      });
      const output = withoutNumbers(run.stdout);
      for (const line of shown) expect(output).toContain(withoutNumbers(line.trim()));
      expect(run.stderr).not.toContain('internal error');
    });
  });
}
