/** Bytes as one word of a .steps line: what is no plain character is `\n` or `\x04`. */

const PLAIN = /^[!-<>-[\]-~]$/;

/** The word for these bytes (one character each, up to 0xff). */
export const printText = (text: string): string => Array.from(text, printCharacter).join('');

function printCharacter(character: string): string {
  if (PLAIN.test(character)) return character;
  if (character === '\n') return '\\n';
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** The bytes of a word; undefined when it is empty or holds an escape that is not known. */
export function parseText(word: string): string | undefined {
  if (!/^([!-[\]-~]|\\n|\\x[0-9a-f]{2})+$/i.test(word)) return undefined;
  return word.replace(/\\n|\\x([0-9a-f]{2})/gi, (_, code?: string) =>
    code === undefined ? '\n' : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
