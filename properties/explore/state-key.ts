import { createHash } from 'node:crypto';

/** 96 bits of SHA-256 of a canonical state, in hexadecimal: collisions are out of reach at 10⁹ states. */
export type StateKey = string;

export const keyOf = (canonicalState: string): StateKey =>
  createHash('sha256').update(canonicalState).digest('hex').slice(0, 24);
