import type { MutantInfo } from './mutants.ts';

const PREAMBLE = `# Seeded bugs

Each file of \`kernel/mutants/\` is one bug in the bundled kernel, as a patch with a header. The columns: the row of the
bug catalogue it belongs to; the clause that must catch it (others that may, after it); the fewest harts on which it can
show; the variant it changes; what \`cowtest\` and \`usertests -q\` made of it when they were run on it; and how many
operations \`explore\` needs to show it. A bug that both test programs pass is one that these miss.

The last column is the length of the shortest sequence over the operations of \`explore\`, with 3 processes and 2 pages,
each with every single failing allocation; the search is breadth-first, so there is no shorter one. 0 means that what
explore prepares (the first fork, \`sbrk\`, \`pipe\`, \`write\`) shows it already. \`npx cowcheck mutants --explore\` runs it.
Below the table stands why it cannot show the others.

To add one: write the patch with \`diff -u\` against \`kernel/src\` (paths \`a/src/…\`, \`b/src/…\`) and the header, run
both programs on it, and bring this table up to date with \`UPDATE_GOLDEN=1 npx vitest run kernel/mutants.test.ts\`.
`;

function row(mutant: MutantInfo): string {
  const cells = [
    String(mutant.row),
    `\`${mutant.name}\``,
    mutant.sentence.replaceAll('|', '\\|'),
    mutant.clause,
    String(mutant.harts),
    mutant.base,
    mutant.cowtest,
    mutant.usertests,
    mutant.explored !== undefined && 'operations' in mutant.explored
      ? `${mutant.explored.operations}`
      : '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Why explore does not show some, each reason once. */
function reasons(all: readonly MutantInfo[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, explored } of all) {
    if (explored === undefined || !('reason' in explored)) continue;
    names.set(explored.reason, [...(names.get(explored.reason) ?? []), `\`${name}\``]);
  }
  return [...names].map(([reason, them]) => `- ${reason}: ${them.join(', ')}`);
}

/** The page docs/mutants.md: all mutants, and how many of them the test programs miss. */
export function renderMutantsTable(all: readonly MutantInfo[]): string {
  const missed = all.filter(({ cowtest, usertests }) => cowtest === 'pass' && usertests === 'pass');
  const rows = new Set(all.map((mutant) => mutant.row));
  const summary =
    `${all.length} bugs of ${rows.size} rows of the catalogue; ` +
    `${missed.length} of them pass both \`cowtest\` and \`usertests -q\`.`;
  return [
    PREAMBLE,
    summary,
    '',
    '| row | mutant | what it does wrong | caught by | harts | base | cowtest | usertests -q | explore |',
    '|-|-|-|-|-|-|-|-|-|',
    ...all.map(row),
    '',
    '## What `explore` does not show, and why',
    '',
    'One process acts at a time in `explore`, so those that need several harts are out. Of the others:',
    '',
    ...reasons(all),
    '',
  ].join('\n');
}
