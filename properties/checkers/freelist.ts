import { freePages } from '../../model/index.ts';
import type { Checker } from './checker.ts';

/** The free list is well formed and without a cycle. */
export const freelistShape: Checker = {
  clause: 'freelist',
  observe({ observed: { freelist: list } }) {
    if (list.problem === undefined) return undefined;
    return {
      message: `the free list is broken: ${list.problem}`,
      expected: 'a list of pages without a cycle',
      received: list.problem,
      ...(list.problemPage !== undefined && { page: list.problemPage }),
    };
  },
};

/** The free list is as long as the model says. Asked late: a page that is missing has a better name. */
export const freelistLength: Checker = {
  clause: 'freelist',
  compare({ observed }, { after }) {
    const expected = freePages(after);
    const received = observed.freelist.length;
    if (expected === received) return undefined;
    const difference = Math.abs(expected - received);
    return {
      message:
        `the free list has ${received} pages, ${difference} ` +
        `${received < expected ? 'fewer' : 'more'} than it should have`,
      expected: `${expected} free pages`,
      received: `${received} free pages`,
    };
  },
};
