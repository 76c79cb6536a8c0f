import { useState } from 'preact/hooks';
import type { TraceFrame, TraceStep } from '../../spec/trace.ts';

/**
 * The frames as a map: one tile a page, coloured by its set of owners and lettered with them, so that
 * it reads without colour; the same as a table for screen readers and for small print.
 */
export function FrameMap(props: {
  step: TraceStep;
  wrong: readonly string[];
  chosen: string | undefined;
  choose: (page: string) => void;
}) {
  const [shown, setShown] = useState('all');
  const classes = [...new Set(props.step.frames.map((frame) => frame.class))].sort();
  const frames = props.step.frames.filter((frame) => shown === 'all' || frame.class === shown);
  return (
    <section aria-labelledby="frames">
      <h3 id="frames">Frames after this step</h3>
      <label>
        Show{' '}
        <select value={shown} onChange={(event) => setShown(event.currentTarget.value)}>
          <option value="all">all classes</option>
          {classes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="dim small">
        A tile is a page of memory: the end of its address, who owns it, and where the kernel keeps
        counts, the count and the true number of owners.
      </p>
      <div class="map">
        {frames.map((frame) => (
          <Tile
            key={frame.page}
            frame={frame}
            wrong={props.wrong.includes(frame.page) || isOutOfPlace(frame)}
            chosen={frame.page === props.chosen}
            choose={props.choose}
          />
        ))}
      </div>
      <details>
        <summary>The same as a table</summary>
        <FrameTable frames={frames} />
      </details>
    </section>
  );
}

function Tile(props: {
  frame: TraceFrame;
  wrong: boolean;
  chosen: boolean;
  choose: (page: string) => void;
}) {
  const { frame } = props;
  const who = ownerNames(frame);
  const label = `${frame.page}: ${frame.class}${who === '' ? '' : `, owned by ${frame.owners.join(', ')}`}${frame.modelOwners === undefined ? '' : `, in the model by ${frame.modelOwners.join(', ') || 'nobody'}`}${props.wrong ? ', wrong' : ''}`;
  return (
    <button
      type="button"
      class={`tile class-${frame.class}${props.wrong ? ' wrong' : ''}`}
      style={{ '--hue': String(hueOf(who)) }}
      aria-pressed={props.chosen}
      title={label}
      onClick={() => props.choose(frame.page)}
    >
      <span class="page">{frame.page.slice(-6)}</span>
      <span>{[frame.class === 'user' ? '' : frame.class, who].filter(Boolean).join(' · ')}</span>
      <Count frame={frame} />
      {frame.modelOwners === undefined ? null : <span>≠ model</span>}
      {props.wrong ? <strong>✗ wrong</strong> : null}
    </button>
  );
}

/** Only user pages are counted by their owners; a free one must have none. */
function Count({ frame }: { frame: TraceFrame }) {
  const { count, owners } = frame;
  if (count === undefined) return null;
  if (frame.class !== 'user' && frame.class !== 'free') {
    return <span class="dim">count {count}</span>;
  }
  const right = count === owners.length;
  return (
    <span class={right ? 'dim' : 'wrong'}>
      {right ? '' : '✗ '}count {count}/{owners.length}
    </span>
  );
}

/** Lost, or on the free list and in use. */
const isOutOfPlace = (frame: TraceFrame): boolean =>
  frame.class === 'lost' || (frame.class === 'free' && frame.owners.length > 0);

function FrameTable({ frames }: { frames: readonly TraceFrame[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">page</th>
          <th scope="col">class</th>
          <th scope="col">owners</th>
          <th scope="col">owners in the model</th>
          <th scope="col">count</th>
        </tr>
      </thead>
      <tbody>
        {frames.map((frame) => (
          <tr key={frame.page}>
            <th scope="row">
              <code>{frame.page}</code>
            </th>
            <td>{frame.class}</td>
            <td>{frame.owners.join(', ')}</td>
            <td>
              {frame.modelOwners === undefined
                ? 'the same'
                : frame.modelOwners.join(', ') || 'nobody'}
            </td>
            <td>{frame.count ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `s0 s2`: the processes that own a frame, each once. */
const ownerNames = (frame: TraceFrame): string =>
  [...new Set(frame.owners.map((owner) => owner.split('@')[0]))].join(' ');

/** A hue for a set of owners, the same on every step. */
function hueOf(owners: string): number {
  let hash = 0;
  for (const char of owners) hash = (hash * 31 + char.charCodeAt(0)) % 3600;
  return (hash * 137) % 360;
}
