/** What the guest prints: handed on in bursts, and its end kept to look for texts and prompts in. */
export interface GuestText {
  add(byte: number): void;
  /** bytes printed since the start */
  readonly length: number;
  /** Is this text among the last thousands of bytes? */
  shows(text: string): boolean;
  /** Is the last thing printed, after byte `from`, a shell's prompt at the start of a line? */
  atPrompt(from: number): boolean;
  /** Is the last thing printed, after byte `from`, `$ ` anywhere? After output without a newline. */
  endsLikePrompt(from: number): boolean;
  /** Hands on what was not handed on yet. */
  flush(): void;
}

const KEPT_CHARACTERS = 8192;

/** @param write Receives the bytes, in bursts rather than one by one. */
export function guestText(write: (bytes: Uint8Array) => void): GuestText {
  let text = '';
  let length = 0;
  let pending: number[] = [];
  return {
    add(byte) {
      text += String.fromCharCode(byte);
      length++;
      if (text.length > 2 * KEPT_CHARACTERS) text = text.slice(-KEPT_CHARACTERS);
      pending.push(byte);
    },
    get length() {
      return length;
    },
    shows: (wanted) => text.includes(wanted),
    atPrompt: (from) => length > from && (text === '$ ' || text.endsWith('\n$ ')),
    endsLikePrompt: (from) => length > from + 1 && text.endsWith('$ '),
    flush() {
      if (pending.length > 0) write(Uint8Array.from(pending));
      pending = [];
    },
  };
}
