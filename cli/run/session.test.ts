import { describe, expect, test } from 'vitest';
import type { ElfFile } from '../../emulator/elf/index.ts';
import type { Stop } from '../../emulator/machine/api.ts';
import { fakeMachine, type Slice } from '../testing/fake-machine.ts';
import { type FakeTerminal, fakeTerminal } from '../testing/fake-terminal.ts';
import { guestText } from './guest-text.ts';
import { type Outcome, runSession, type SessionOptions } from './session.ts';

const PANIC = 0x8000_0100;
const EXIT = 0x8000_0200;

/** A kernel of which only two functions are known. */
const elf = {
  symbol(name: string) {
    const address = { panic: PANIC, kexit: EXIT }[name];
    return address === undefined ? undefined : { name, address, code: true };
  },
  symbolAt: () => undefined,
  section: () => undefined,
  sections: [],
} as unknown as ElfFile;

interface Ran {
  outcome: Outcome;
  shown: string;
  notes: string;
  terminal: FakeTerminal;
}

async function session(
  options: SessionOptions & { interactive?: boolean; msPerSlice?: number },
  guest: (slice: Slice, terminal: FakeTerminal) => Stop | undefined,
  driver: 'absent' | 'looking' | 'talking' = 'talking',
  kernel: ElfFile = elf,
): Promise<Ran> {
  const terminal = fakeTerminal(options.interactive ?? false);
  let shown = '';
  let notes = '';
  let now = 0;
  const text = guestText((bytes) => {
    shown += new TextDecoder().decode(bytes);
  });
  const machine = fakeMachine((slice) => guest(slice, terminal), text.add);
  Object.assign(machine, { diskDriver: driver });
  const outcome = await runSession(machine, kernel, text, options, {
    terminal,
    now: () => {
      now += options.msPerSlice ?? 1;
      return now;
    },
    note(line) {
      notes += `${line}\n`;
    },
  });
  expect(terminal.open).toBe(0);
  return { outcome, shown, notes, terminal };
}

/** A shell that boots, echoes lines and runs them. */
function shell(command: (line: string, slice: Slice) => void): (slice: Slice) => undefined {
  let line = '';
  let started = false;
  return (slice) => {
    if (!started) slice.print('init: starting sh\n$ ');
    started = true;
    for (const char of slice.typed) {
      slice.print(char);
      if (char !== '\n') {
        line += char;
        continue;
      }
      command(line, slice);
      line = '';
      slice.print('$ ');
    }
    return undefined;
  };
}

describe('--exec', () => {
  test('types the command at the prompt and leaves with its status', async () => {
    const { outcome, shown } = await session(
      { exec: 'echo $ hi' },
      shell((line, slice) => {
        slice.print(`${line.slice(5)}\n`);
        slice.reach(EXIT, 7n);
      }),
    );
    expect(outcome).toEqual({ kind: 'command', status: 7 });
    expect(shown).toBe('init: starting sh\n$ echo $ hi\n$ hi\n$ ');
  });

  test('a command without a last newline ends after some quiet', async () => {
    const { outcome } = await session(
      { exec: 'cat f' },
      shell((_, slice) => {
        slice.print('no newline');
        slice.reach(EXIT, 0n);
      }),
    );
    expect(outcome).toEqual({ kind: 'command', status: 0 });
  });

  test('statuses of processes before the command do not count, negative ones do', async () => {
    const { outcome } = await session(
      { exec: 'x' },
      shell((_, slice) => {
        slice.reach(EXIT, 0xffff_ffff_ffff_ffffn);
      }),
    );
    expect(outcome).toEqual({ kind: 'command', status: -1 });
    let booted = false;
    const quiet = shell(() => {});
    const { outcome: none } = await session({ exec: 'x' }, (slice) => {
      if (!booted) slice.reach(EXIT, 9n);
      booted = true;
      return quiet(slice);
    });
    expect(none).toEqual({ kind: 'command', status: 0 });
  });
});

test('--until ends when the text is shown', async () => {
  let slices = 0;
  const { outcome, shown } = await session({ until: 'ALL OK' }, ({ print }) => {
    print(['ALL', ' OK', '!'][slices++]!);
    return undefined;
  });
  expect(outcome).toEqual({ kind: 'shown' });
  expect(shown).toBe('ALL OK');
});

test('the test finisher ends the session with its code', async () => {
  const { outcome } = await session({}, () => ({ kind: 'exit', code: 3 }));
  expect(outcome).toEqual({ kind: 'exit', code: 3 });
});

describe('a panic', () => {
  const panicking = (slice: Slice) => {
    slice.reach(PANIC);
    if (slice.elapsed < 1_000_000) slice.print('panic: kfree\n');
    return undefined;
  };

  test('is reported with the harts and ends a session with a task', async () => {
    const { outcome, shown, notes } = await session({ exec: 'x' }, panicking);
    expect(outcome).toEqual({ kind: 'failed' });
    expect(shown).toContain('panic: kfree\n');
    expect(notes).toMatch(/the kernel panicked\nhart 0: supervisor, /);
  });

  test('is known by its message where there are no symbols', async () => {
    const { outcome } = await session(
      { until: 'never' },
      ({ elapsed, print }) => {
        if (elapsed < 300_000) print('\nhello\npanic: x\n');
        return undefined;
      },
      'talking',
      { ...elf, symbol: () => undefined },
    );
    expect(outcome).toEqual({ kind: 'failed' });
  });

  test('is told once to a person, who may look around', async () => {
    const { outcome, notes } = await session({ interactive: true }, (slice) => {
      panicking(slice);
      return slice.elapsed > 200_000_000 ? { kind: 'exit', code: 0 } : undefined;
    });
    expect(outcome.kind).toBe('exit');
    expect(notes.match(/panicked/g)).toHaveLength(1);
  });
});

describe('keys', () => {
  test('reach the guest as fast as it takes them; Ctrl-A C shows the harts, Ctrl-A X leaves', async () => {
    let typed = '';
    const { outcome, notes } = await session({ interactive: true }, (slice, terminal) => {
      if (slice.elapsed < 300_000) terminal.keys('hello \x01\x01\x01c');
      typed += slice.typed;
      if (typed.length === 7) terminal.keys('\x01x');
      return undefined;
    });
    expect(typed).toBe('hello \x01');
    expect(notes).toMatch(/^hart 0: supervisor/m);
    expect(outcome).toEqual({ kind: 'left' });
  });

  test('from a pipe are for the guest as they are; its end ends an idle guest', async () => {
    let typed = '';
    const { outcome } = await session({}, (slice, terminal) => {
      if (slice.elapsed < 300_000) {
        terminal.keys('\x01x');
        terminal.end();
      }
      typed += slice.typed;
      return { kind: 'idle' };
    });
    expect(typed).toBe('\x01x');
    expect(outcome).toEqual({ kind: 'idle' });
  });

  test('a shell that has read all of a pipe ends the session', async () => {
    const lines: string[] = [];
    const guest = shell((line) => lines.push(line));
    let piped = false;
    const { outcome } = await session({}, (slice, terminal) => {
      if (!piped) terminal.keys('ls\necho x\n');
      if (!piped) terminal.end();
      piped = true;
      return guest(slice);
    });
    expect(lines).toEqual(['ls', 'echo x']);
    expect(outcome).toEqual({ kind: 'left' });
  });

  test('a signal interrupts', async () => {
    const { outcome } = await session({}, (_, terminal) => {
      terminal.interrupt();
      return undefined;
    });
    expect(outcome).toEqual({ kind: 'interrupted' });
  });
});

describe('time', () => {
  test('a limit ends the session and says where the harts are', async () => {
    const options = { timeLimitSeconds: 2, msPerSlice: 100 };
    const { outcome, notes } = await session(options, () => undefined);
    expect(outcome).toEqual({ kind: 'time-limit' });
    expect(notes).toMatch(/the time limit of 2 s is over\nhart 0: supervisor/);
  });

  test('a silent guest with a task is given up', async () => {
    const { outcome, notes } = await session({ exec: 'x', msPerSlice: 5000 }, () => undefined);
    expect(outcome).toEqual({ kind: 'silent' });
    expect(notes).toContain('has printed nothing for 10 s');
    expect(notes).toContain('has been silent for 120 s');
  });
});

test('a disk that the driver refuses ends the session before anything is shown', async () => {
  const guest = ({ print }: Slice) => {
    print('panic: could not find virtio disk\n');
    return undefined;
  };
  const { outcome, shown } = await session({ mayRefuseDisk: true }, guest, 'looking');
  expect(outcome).toEqual({ kind: 'disk-refused' });
  expect(shown).toBe('');
});
