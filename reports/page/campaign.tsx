import * as Plot from '@observablehq/plot';
import { useEffect, useRef } from 'preact/hooks';
import type { MutantRow } from '../../spec/campaign.ts';
import type { CheckResult } from '../../spec/result.ts';

/** 0 and the powers of ten, as far as they are needed. */
const powersOfTen = (counts: readonly number[]): number[] => {
  const ticks = [0];
  const most = Math.max(...counts);
  for (let tick = 1; tick <= most; tick *= 10) ticks.push(tick);
  return ticks;
};

/** `exec!`, as an exploration names an operation of which an allocation fails, in words. */
const inWords = (what: string): string => what.replace(/!$/, ', an allocation fails');

/** Room for the names of what was reached, which wrap at 12 em. */
const LABEL_PX = 160;

/** The campaign's figures: what was exercised and how often, mutants, states per depth. */
export function Campaign({ result }: { result: CheckResult }) {
  const reached = Object.entries(result.reached)
    .map(([what, times]) => ({ what: inWords(what), times }))
    .sort((a, b) => b.times - a.times);
  const { depths } = result;
  return (
    <section aria-labelledby="campaign">
      <h2 id="campaign">The campaign</h2>
      {reached.length === 0 ? null : (
        <Chart
          label="How often each operation, clause and situation was reached"
          table={{
            head: ['what', 'times'],
            rows: reached.map(({ what, times }) => [what, String(times)]),
          }}
          draw={(width) =>
            Plot.plot({
              width,
              height: 50 + reached.length * 30,
              marginLeft: LABEL_PX,
              style: { fontSize: '12px' },
              marginBottom: 48,
              x: {
                type: 'symlog',
                grid: true,
                label: 'times (logarithmic)',
                labelOffset: 36,
                ticks: powersOfTen(reached.map(({ times }) => times)),
                tickFormat: ',d',
              },
              marks: [
                Plot.axisY({ label: null, tickSize: 0, lineWidth: 12, fill: 'var(--ink)' }),
                Plot.barX(reached, {
                  x: 'times',
                  y: 'what',
                  sort: { y: '-x' },
                  fill: 'var(--bar)',
                }),
              ],
            })
          }
        />
      )}
      {depths === undefined ? null : (
        <Chart
          label="New canonical states per depth"
          table={{
            head: ['depth', 'states', 'transitions', 'seconds'],
            rows: depths.map((row) =>
              [row.depth, row.states, row.transitions, row.seconds].map(String),
            ),
          }}
          draw={(width) =>
            Plot.plot({
              width,
              marginLeft: 70,
              marginBottom: 48,
              style: { fontSize: '12px' },
              x: {
                label: 'depth',
                labelOffset: 36,
                tickFormat: 'd',
                ticks: depths.map((row) => row.depth),
              },
              y: {
                type: 'symlog',
                grid: true,
                label: 'states (logarithmic)',
                ticks: powersOfTen(depths.map((row) => row.states)),
                tickFormat: ',d',
              },
              marks: [
                Plot.lineY(depths, { x: 'depth', y: 'states', stroke: 'var(--bar)' }),
                Plot.dot(depths, { x: 'depth', y: 'states', fill: 'var(--bar)' }),
              ],
            })
          }
        />
      )}
      {result.mutants === undefined ? null : <Mutants rows={result.mutants} />}
    </section>
  );
}

function Chart(props: {
  label: string;
  draw: (width: number) => Element;
  table: { head: string[]; rows: string[][] };
}) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const width = Math.max(280, Math.min(900, holder.current?.clientWidth ?? 640));
    const drawn = props.draw(width);
    drawn.setAttribute('aria-hidden', 'true');
    holder.current?.replaceChildren(drawn);
  }, [props.draw]);
  return (
    <figure>
      <figcaption>{props.label}</figcaption>
      <div ref={holder} />
      <details>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              {props.table.head.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.table.rows.map((row) => (
              <tr key={row[0]}>
                {row.map((cell, index) => (
                  <td key={props.table.head[index]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Mutants({ rows }: { rows: readonly MutantRow[] }) {
  const caught = rows.filter((row) => row.caught !== undefined).length;
  return (
    <>
      <h3>
        Mutants: {caught} of {rows.length} caught
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways where the window is narrow */}
      <table tabIndex={0}>
        <thead>
          <tr>
            <th scope="col">mutant</th>
            <th scope="col">catalogue row</th>
            <th scope="col">expected</th>
            <th scope="col">caught by</th>
            <th scope="col">operations</th>
            <th scope="col">seconds</th>
            <th scope="col">shrunk to</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.name} ${row.seed}`}>
              <th scope="row">{row.name}</th>
              <td>{row.row}</td>
              <td>{row.expected.join(', ')}</td>
              <td class={row.caught === undefined ? 'wrong' : ''}>
                {row.caught ?? '✗ not caught'}
              </td>
              <td>{row.steps}</td>
              <td>{row.seconds.toFixed(1)}</td>
              <td>{row.length ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
