import { spawn } from 'node:child_process';
import { cpuSecondsOf, peakOf } from './process-use.ts';

export interface ConsoleRun {
  /** wall-clock seconds from the start of the process until the last expected text */
  seconds: number;
  /** processor seconds that it used, on all cores; 0 where the system does not tell */
  cpuSeconds: number;
  /** largest resident set seen, in bytes; 0 where the system does not tell */
  peakBytes: number;
}

/** Types `type` as soon as the console shows `expect`; the last step only waits. */
export interface Step {
  expect: string;
  type?: string;
}

/**
 * Runs a program with a console until it has shown the texts of all steps, in order, then ends it.
 * Throws with the end of its output when it leaves early or shows one of `failures`.
 */
export function consoleRun(
  command: readonly string[],
  steps: readonly Step[],
  failures: readonly string[] = [],
): Promise<ConsoleRun> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let from = 0;
    let next = 0;
    let done = false;

    function fail(why: string): void {
      if (done) return;
      done = true;
      child.kill('SIGKILL');
      reject(new Error(`${program}: ${why}; its output ends in\n${output.slice(-2000)}`));
    }

    function look(): void {
      while (!done && next < steps.length) {
        const step = steps[next]!;
        const at = output.indexOf(step.expect, from);
        if (at < 0) break;
        from = at + step.expect.length;
        next++;
        if (step.type !== undefined) child.stdin.write(step.type);
      }
      const failure = failures.find((text) => output.indexOf(text, from) >= 0);
      if (next === steps.length && !done) {
        done = true;
        const seconds = (performance.now() - start) / 1000;
        const { pid = 0 } = child;
        const used = { cpuSeconds: cpuSecondsOf(pid), peakBytes: peakOf(pid) };
        child.kill('SIGKILL');
        resolve({ seconds, ...used });
      } else if (failure !== undefined) {
        fail(`it printed "${failure}"`);
      }
    }

    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('latin1').on('data', (text: string) => {
        output += text;
        look();
      });
    }
    child.stdin.on('error', () => {});
    child.on('error', (error) => fail(error.message));
    child.on('close', (code) => fail(`it left with ${code} before "${steps[next]?.expect}"`));
  });
}
