import type { MutantInfo } from './mutants.ts';

const PREAMBLE = `# Seeded bugs

Each file of \`kernel/mutants/\` is one bug in the bundled kernel, as a patch with a header. The columns: the row of the
bug catalogue it belongs to; the clause that must catch it (others that may, after it); the fewest harts on which it can
show; the variant it changes; and what \`cowtest\` and \`usertests -q\` made of it when they were run on it. A bug that both
pass is one that these tests miss.

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
  ];
  return `| ${cells.join(' | ')} |`;
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
    '| row | mutant | what it does wrong | caught by | harts | base | cowtest | usertests -q |',
    '|-|-|-|-|-|-|-|-|',
    ...all.map(row),
    '',
  ].join('\n');
}
