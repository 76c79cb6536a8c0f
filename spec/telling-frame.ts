import type { SourceLine } from './result.ts';

/** The allocator and what moves memory: code that is right, called by the code that is wrong. */
const TOOLS = new Set(['kalloc', 'kfree', 'memmove', 'memcpy', 'memset', 'freewalk', 'panic']);

/**
 * The frame that tells most about a violation: the innermost that is no tool of others, so `uvmcopy` and
 * not the `kalloc` that it calls. Undefined without frames.
 */
export const tellingFrame = (where: readonly SourceLine[] | undefined): SourceLine | undefined =>
  where?.find((frame) => !TOOLS.has(frame.function)) ?? where?.[0];
