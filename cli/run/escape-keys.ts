/** What a person means by the keys typed at the console. */
export type KeyAction =
  | { kind: 'type'; bytes: Uint8Array }
  | { kind: 'leave' }
  | { kind: 'show-harts' }
  | { kind: 'help' };

const CTRL_A = 1;

/**
 * Picks the Ctrl-A sequences out of what is typed, as QEMU's console does: Ctrl-A X leaves, Ctrl-A C shows
 * the harts, Ctrl-A H shows these keys, Ctrl-A Ctrl-A types a Ctrl-A; others mean nothing.
 */
export function escapeKeys(): (typed: Uint8Array) => KeyAction[] {
  let escaped = false;

  function meaning(byte: number): KeyAction | undefined {
    if (byte === CTRL_A) return { kind: 'type', bytes: Uint8Array.of(CTRL_A) };
    const key = String.fromCharCode(byte).toLowerCase();
    if (key === 'x') return { kind: 'leave' };
    if (key === 'c') return { kind: 'show-harts' };
    return key === 'h' || key === '?' ? { kind: 'help' } : undefined;
  }

  return (typed) => {
    const actions: KeyAction[] = [];
    for (const byte of typed) {
      if (escaped) {
        escaped = false;
        const action = meaning(byte);
        if (action) actions.push(action);
      } else if (byte === CTRL_A) {
        escaped = true;
      } else {
        actions.push({ kind: 'type', bytes: Uint8Array.of(byte) });
      }
    }
    return actions;
  };
}

export const KEYS_HELP =
  'Ctrl-A X leaves, Ctrl-A C shows the harts, Ctrl-A Ctrl-A types a Ctrl-A, Ctrl-A H shows this';
