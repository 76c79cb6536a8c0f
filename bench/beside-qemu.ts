import type { Benchmark, Measurement, Subject } from './benchmark.ts';
import { builtCommand } from './built.ts';
import { type ConsoleRun, consoleRun, type Step } from './console-run.ts';
import { qemuCommand } from './qemu.ts';

const PROMPT = '\n$ ';
const PASSED = 'ALL TESTS PASSED';
const FAILURES = ['FAILED', 'panic:'];

/** A piece of work, as each side is told to do it. */
interface Work {
  options: readonly string[];
  steps: readonly Step[];
}

const BOOT: Work = { options: ['--until', PROMPT], steps: [{ expect: PROMPT }] };
const USERTESTS: Work = {
  options: ['--exec', 'usertests -q'],
  steps: [{ expect: PROMPT, type: 'usertests -q\n' }, { expect: PASSED }],
};

let main: string | undefined;

function cowcheckCommand(
  { kernelPath, imagePath }: Subject,
  { options }: Work,
  harts: number,
): string[] {
  main ??= builtCommand();
  const command = [process.execPath, main, 'run', kernelPath];
  return [...command, '--fs', imagePath, '--harts', String(harts), ...options];
}

const faster = (a: ConsoleRun | undefined, b: ConsoleRun): ConsoleRun =>
  a === undefined || b.seconds < a.seconds ? b : a;

const shown = ({ seconds, cpuSeconds }: ConsoleRun): string =>
  `${seconds.toFixed(2)} s (${cpuSeconds.toFixed(2)} s of processor)`;

function compare(
  name: string,
  work: Work,
  settings: { harts: number; icount?: boolean; atLeast: number; rounds?: number },
): Benchmark {
  return {
    name,
    async run(subject): Promise<Measurement[]> {
      let ours: ConsoleRun | undefined;
      let theirs: ConsoleRun | undefined;
      // alternating, so that a slow moment of the machine meets both; the best of each counts
      for (let round = 0; round < (settings.rounds ?? 1); round++) {
        const command = cowcheckCommand(subject, work, settings.harts);
        ours = faster(ours, await consoleRun(command, work.steps.slice(-1), FAILURES));
        theirs = faster(
          theirs,
          await consoleRun(qemuCommand(subject, settings), work.steps, FAILURES),
        );
      }
      const ratio = theirs!.seconds / ours!.seconds;
      return [
        {
          name,
          ours: shown(ours!),
          theirs: shown(theirs!),
          figure: `${ratio.toFixed(2)} times as fast`,
          target: `${settings.atLeast}`,
          met: ratio >= settings.atLeast,
        },
      ];
    },
  };
}

/** The same kernel, image and commands on cowcheck and on Debian's QEMU, whole processes. */
export const besideQemu: Benchmark[] = [
  compare('boot to shell, 1 hart', BOOT, { harts: 1, atLeast: 1, rounds: 5 }),
  compare('usertests -q, 1 hart', USERTESTS, { harts: 1, atLeast: 4 }),
  compare('usertests -q, 3 harts', USERTESTS, { harts: 3, atLeast: 5 }),
  compare('usertests -q, 1 hart, QEMU -icount', USERTESTS, {
    harts: 1,
    icount: true,
    atLeast: 15,
  }),
];
