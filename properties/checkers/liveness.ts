import type { Checker } from './checker.ts';

/** Every operation ends within its instruction budget; no panic, no kernel fault. */
export const liveness: Checker = {
  clause: 'liveness',
  observe({ guest: { result } }) {
    if (result.kind !== 'trouble') return undefined;
    const { trouble } = result;
    const received = {
      panic: trouble.message,
      hang: `no end: ${trouble.message}`,
      idle: trouble.message,
      lost: trouble.message,
      'powered-off': trouble.message,
    }[trouble.kind];
    return {
      message: received,
      expected: 'the operation ends',
      received,
      where: trouble.where,
    };
  },
};
