import type { TraceProcess, TraceStep } from '../../spec/trace.ts';

/** The page tables of the processes after a step: the actor's and those that share a page open. */
export function PageTables(props: {
  step: TraceStep;
  chosen: string | undefined;
  choose: (page: string) => void;
}) {
  return (
    <section aria-labelledby="tables">
      <h3 id="tables">Page tables</h3>
      {props.step.processes.map((process) => (
        <details key={process.name} open={concerns(process, props.step.actor, props.chosen)}>
          <summary>
            <strong>{process.name}</strong> pid {process.pid}, {process.state},{' '}
            {process.mappings.length} pages
          </summary>
          <table>
            <thead>
              <tr>
                <th scope="col">va</th>
                <th scope="col">page</th>
                <th scope="col">flags</th>
              </tr>
            </thead>
            <tbody>
              {process.mappings.map((mapping) => (
                <tr key={mapping.va} class={mapping.page === props.chosen ? 'chosen' : ''}>
                  <th scope="row">
                    <code>0x{mapping.va.toString(16)}</code>
                  </th>
                  <td>
                    <button type="button" class="link" onClick={() => props.choose(mapping.page)}>
                      <code>{mapping.page}</code>
                    </button>
                  </td>
                  <td>
                    <code>{mapping.flags}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="dim">
            table pages: {process.tables.join(' ')}
            {process.trapframe === undefined ? '' : ` · trapframe ${process.trapframe}`}
          </p>
        </details>
      ))}
    </section>
  );
}

const concerns = (process: TraceProcess, actor: string, page: string | undefined): boolean =>
  process.name === actor || process.mappings.some((mapping) => mapping.page === page);
