import { useEffect, useRef, useState } from 'preact/hooks';
import type { Trace, TraceStep } from '../../spec/trace.ts';
import { FrameMap } from './frames.tsx';
import { Life } from './life.tsx';
import { PageTables } from './tables.tsx';

/** The sequence as a timeline, and everything about the chosen step under it. */
export function Walk({ trace }: { trace: Trace }) {
  const last = trace.steps.length - 1;
  const found = trace.steps.findIndex(({ step }) => step === trace.wrong?.step);
  const wrongIndex = found < 0 ? last : found;
  const [at, setAt] = useState(Math.max(0, Math.min(wrongIndex, last)));
  const [page, setPage] = useState(trace.wrong?.pages[0]);
  useArrowKeys((by) => setAt((now) => Math.max(0, Math.min(last, now + by))));
  const step = trace.steps[at];
  if (step === undefined) return null;
  return (
    <section aria-labelledby="sequence">
      <h2 id="sequence">
        The sequence <small class="keys">← → step · Home End jump</small>
      </h2>
      <Timeline trace={trace} at={at} choose={setAt} />
      <StepSummary step={step} wrong={trace.wrong?.step === step.step} />
      <div class="columns">
        <FrameMap step={step} wrong={trace.wrong?.pages ?? []} chosen={page} choose={setPage} />
        <PageTables step={step} chosen={page} choose={setPage} />
      </div>
      {page === undefined ? null : <Life trace={trace} page={page} at={at} choose={setAt} />}
    </section>
  );
}

function useArrowKeys(move: (by: number) => void) {
  const latest = useRef(move);
  latest.current = move;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const target = event.target;
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
      const by = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      latest.current(by);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function Timeline(props: { trace: Trace; at: number; choose: (index: number) => void }) {
  const wrong = props.trace.wrong?.step;
  return (
    <ol class="timeline">
      {props.trace.steps.map((step, index) => (
        <li key={step.step}>
          <button
            type="button"
            class={step.step === wrong ? 'wrong' : ''}
            aria-current={index === props.at ? 'step' : undefined}
            onClick={() => props.choose(index)}
          >
            <span class="dim">{step.step}</span> <code>{step.operation}</code>
            <span class="outcome">
              {step.received}
              {step.step === wrong ? <strong class="wrong"> ✗ wrong</strong> : null}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function StepSummary({ step, wrong }: { step: TraceStep; wrong: boolean }) {
  const { model, kernel } = step.freePages;
  return (
    <p class="summary" aria-live="polite">
      <strong>
        Step {step.step}: <code>{step.operation}</code>
      </strong>{' '}
      {step.actor === '' ? null : `by ${step.actor}`}
      {wrong ? <strong class="wrong"> — the first wrong step</strong> : null}.{' '}
      {step.note === undefined ? null : <>{step.note} </>}
      {step.actor === '' && !wrong ? null : (
        <>
          Expected <code>{step.expected}</code>, received <code>{step.received}</code>.{' '}
        </>
      )}
      Free list:{' '}
      <span class={model === kernel ? '' : 'wrong'}>
        model {model}, kernel {kernel}
        {model === kernel ? '' : ` (${kernel > model ? '+' : ''}${kernel - model})`}
      </span>
      .{step.insns === 0 ? '' : ` ${step.insns.toLocaleString('en-US')} instructions.`}
    </p>
  );
}
