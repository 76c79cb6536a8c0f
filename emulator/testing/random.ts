/** A small repeatable generator for test programs (xorshift32, Marsaglia 2003). */
export interface Random {
  /** an integer in [0, below) */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  bits64(): bigint;
}

export function createRandom(seed: number): Random {
  let state = (seed * 2654435761 + 88172645) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    bits64: () => (BigInt(next()) << 32n) | BigInt(next()),
  };
}
