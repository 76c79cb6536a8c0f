import { CLAUSES } from '../../spec/clause.ts';
import type { CheckResult } from '../../spec/result.ts';
import { tellingFrame } from '../../spec/telling-frame.ts';
import { extent } from '../extent.ts';
import { replayCommand, shrunkLine } from '../violation.ts';
import { Campaign } from './campaign.tsx';
import { Story } from './story.tsx';
import { Walk } from './walk.tsx';

/** The whole page: what was found, the sequence to step through, the campaign's figures. */
export function Page({ result }: { result: CheckResult }) {
  return (
    <main>
      <Headline result={result} />
      {result.violation === undefined ? null : <Finding result={result} />}
      {result.trace === undefined ? null : <Walk trace={result.trace} />}
      <Campaign result={result} />
    </main>
  );
}

const VERDICTS = {
  pass: 'Nothing found',
  fail: 'Violation found',
  inconclusive: 'Inconclusive',
} as const;

/** What a run over seeded bugs is about is whether each was caught. */
const OF_MUTANTS = {
  pass: 'Every bug caught:',
  fail: 'Not every bug caught:',
  inconclusive: 'Inconclusive',
} as const;

function Headline({ result }: { result: CheckResult }) {
  const { kernel } = result;
  return (
    <header>
      <h1>
        <span class={`verdict ${result.verdict}`}>
          {(result.mutants ? OF_MUTANTS : VERDICTS)[result.verdict]}
        </span>{' '}
        <code>{result.kernel.path}</code>
      </h1>
      <p class="dim">
        {extent(result)} · {Math.round(result.stepsPerSecond).toLocaleString('en-US')} a second ·
        seed {result.seed}
        {kernel.sha256 === '' ? null : (
          <>
            {' · kernel sha256 '}
            <code>{kernel.sha256.slice(0, 12)}</code>
          </>
        )}
        {kernel.features.map((feature) => ` · ${feature}`)}
      </p>
    </header>
  );
}

function Finding({ result }: { result: CheckResult }) {
  const violation = result.violation;
  if (violation === undefined) return null;
  return (
    <section class="finding" aria-labelledby="finding">
      <h2 id="finding">
        {violation.clause} <small>{CLAUSES[violation.clause]}</small>
      </h2>
      <dl>
        <dt>Step {violation.step}</dt>
        <dd>
          <code>{violation.operation}</code>
        </dd>
        <dt>What</dt>
        <dd>{violation.message}</dd>
        <dt>Expected</dt>
        <dd>
          <code>{violation.expected}</code>
        </dd>
        <dt>Received</dt>
        <dd>
          <code>{violation.received}</code>
        </dd>
        {violation.page === undefined ? null : (
          <>
            <dt>Page</dt>
            <dd>
              <code>{violation.page}</code>
            </dd>
            {result.trace === undefined ? null : (
              <Story trace={result.trace} page={violation.page} />
            )}
          </>
        )}
        {violation.where === undefined || violation.where.length === 0 ? null : (
          <>
            <dt>Kernel</dt>
            <dd>
              <ol class="plain">
                {violation.where.map((frame, depth) => (
                  <li key={depth} class={frame === tellingFrame(violation.where) ? 'telling' : ''}>
                    <code>{frame.function}</code> {frame.file}:{frame.line}
                  </li>
                ))}
              </ol>
            </dd>
          </>
        )}
        {result.reproducer === undefined ? null : (
          <>
            <dt>Replay</dt>
            <dd>
              <code>{replayCommand(result.reproducer.steps, result.kernel.path)}</code>{' '}
              <span class="dim">({shrunkLine(result.reproducer)})</span>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
