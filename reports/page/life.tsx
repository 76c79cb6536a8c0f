import type { Trace, TraceEvent } from '../../spec/trace.ts';

/** Everything that happened to one frame: who allocated, shared, copied, dropped and freed it. */
export function Life(props: {
  trace: Trace;
  page: string;
  at: number;
  choose: (index: number) => void;
}) {
  const events = props.trace.steps.flatMap((step, index) =>
    step.events
      .filter((event) => event.page === props.page)
      .map((event) => ({ event, index, step })),
  );
  return (
    <section aria-labelledby="life">
      <h3 id="life">
        The life of page <code>{props.page}</code>
      </h3>
      {events.length === 0 ? (
        <p class="dim">Nothing happened to this page during the sequence.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">step</th>
              <th scope="col">what</th>
              <th scope="col">kernel</th>
            </tr>
          </thead>
          <tbody>
            {events.map(({ event, index, step }, row) => (
              <tr key={row} class={index === props.at ? 'chosen' : ''}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => props.choose(index)}>
                    {step.step} <code>{step.operation}</code>
                  </button>
                </th>
                <td>
                  {event.kind}
                  {event.note === undefined ? '' : ` (${event.note})`}
                </td>
                <td>{path(event)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const path = (event: TraceEvent): string =>
  event.where.map((frame) => `${frame.function} ${frame.file}:${frame.line}`).join(' ← ');
