/** Parsers of option values: each throws a sentence that says what was expected. */

/** A whole number within bounds, in decimal or 0x hexadecimal. */
export function integer(
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): (input: string) => number {
  return (input) => {
    const value = /^(\d+|0x[0-9a-f]+)$/i.test(input) ? Number(input) : Number.NaN;
    if (!(value >= minimum && value <= maximum)) {
      const upTo = maximum === Number.MAX_SAFE_INTEGER ? 'up' : `to ${maximum}`;
      throw new SyntaxError(`expected a whole number from ${minimum} ${upTo}, not "${input}"`);
    }
    return value;
  };
}

/** A positive number of seconds. */
export function seconds(input: string): number {
  const value = /^\d+(\.\d+)?$/.test(input) ? Number(input) : 0;
  if (value <= 0) throw new SyntaxError(`expected a positive number of seconds, not "${input}"`);
  return value;
}

/** Text of at least one character. */
export function text(input: string): string {
  if (input === '') throw new SyntaxError('expected some text, not an empty argument');
  return input;
}
