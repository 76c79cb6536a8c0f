/** How much of the console is kept to look for texts and prompts in. */
const KEPT_CHARACTERS = 4096;

/** The end of what the guest has printed, and questions about it. */
export interface ConsoleText {
  add(byte: number): void;
  /** bytes printed since the start */
  readonly length: number;
  /** Did this text end at or after byte `from`? Texts up to 1024 characters are found. */
  shows(text: string, from?: number): boolean;
  /** Is the last thing printed, after byte `from`, a shell's prompt at the start of a line? */
  atPrompt(from: number): boolean;
  /** Is the last thing printed, after byte `from`, `$ ` anywhere? After output without a newline. */
  endsLikePrompt(from: number): boolean;
}

export function consoleText(): ConsoleText {
  let text = '';
  let length = 0;
  return {
    add(byte) {
      text += String.fromCharCode(byte);
      length++;
      if (text.length > 2 * KEPT_CHARACTERS) text = text.slice(-KEPT_CHARACTERS);
    },
    get length() {
      return length;
    },
    shows(wanted, from = 0) {
      const at = text.lastIndexOf(wanted);
      return at >= 0 && length - text.length + at + wanted.length > from;
    },
    atPrompt(from) {
      return length > from && (text === '$ ' || text.endsWith('\n$ '));
    },
    endsLikePrompt(from) {
      return length > from + 1 && text.endsWith('$ ');
    },
  };
}
