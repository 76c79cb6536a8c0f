import type { SourceLine } from '../../spec/result.ts';
import { tellingFrame } from '../../spec/telling-frame.ts';
import type { Trace, TraceEvent, TraceFrame, TraceStep } from '../../spec/trace.ts';

/** Of a longer life only the last events are told; all are in the table of the page's life. */
const MOST_EVENTS = 4;

/** The wrong page in short, as rows of a `dl`: who took it, what became of it, who has it now. */
export function Story({ trace, page }: { trace: Trace; page: string }) {
  const all = trace.steps.flatMap((step) =>
    step.events.filter((event) => event.page === page).map((event) => ({ event, step })),
  );
  const at = all.findLastIndex(({ event }) => event.kind === 'allocated');
  const taken = all[at];
  const later = all.slice(at + 1);
  const step = trace.steps.find((one) => one.step === trace.wrong?.step) ?? trace.steps.at(-1);
  const frame = step?.frames.find((one) => one.page === page);
  return (
    <>
      <dt>Taken</dt>
      <dd>
        {taken === undefined ? (
          'before the sequence began'
        ) : (
          <>
            by <By where={taken.event.where} /> in <Step step={taken.step} />
          </>
        )}
      </dd>
      {later.length === 0 ? null : (
        <>
          <dt>Then</dt>
          <dd>
            <ul class="plain">
              {later.slice(-MOST_EVENTS).map(({ event, step: then }, row) => (
                <li key={row}>
                  <What event={event} /> in <Step step={then} />
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
      {frame === undefined || step === undefined ? null : (
        <>
          <dt>Now</dt>
          <dd>{nowOf(frame, step)}</dd>
        </>
      )}
    </>
  );
}

function What({ event }: { event: TraceEvent }) {
  const kind = event.kind.replaceAll('-', ' ');
  return (
    <>
      <strong>{kind}</strong>
      {event.where.length === 0 ? null : (
        <>
          {' by '}
          <By where={event.where} />
        </>
      )}
      {event.note === undefined ? '' : ` (${event.note})`}
    </>
  );
}

function By({ where }: { where: readonly SourceLine[] }) {
  const frame = tellingFrame(where);
  if (frame === undefined) return <>the kernel</>;
  return (
    <>
      <code>{frame.function}</code> {frame.file}:{frame.line}
    </>
  );
}

const Step = ({ step }: { step: TraceStep }) => (
  <>
    step {step.step} <code>{step.operation}</code>
  </>
);

/** Who has the page after the wrong step, and who should. */
function nowOf(frame: TraceFrame, step: TraceStep): string {
  const owners = frame.owners.join(', ');
  if (frame.class === 'lost') {
    return `nobody has it, and it is not free: step ${step.step} should have given it back`;
  }
  if (frame.class === 'free') {
    return owners === '' ? 'on the free list' : `on the free list, though ${owners} still own it`;
  }
  if (owners === '') return `used by the kernel (${frame.class})`;
  const { count, modelOwners } = frame;
  return [
    `owned by ${owners}`,
    modelOwners === undefined
      ? ''
      : `; in the model by ${modelOwners.length === 0 ? 'nobody' : modelOwners.join(', ')}`,
    count === undefined || count === frame.owners.length ? '' : `; the kernel counts ${count}`,
  ].join('');
}
