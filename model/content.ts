/**
 * What a page of memory (or a file) holds, immutable: bytes, and the parts of them that the model
 * cannot predict until they are read from the guest.
 */
import { PAGE_BYTES } from '../spec/units.ts';

/** A part whose bytes the kernel may choose. */
export interface Unknown {
  from: number;
  /** exclusive */
  to: number;
  /**
   * Set on the stack page of a fresh image: somewhere in the part must stand these arguments of exec
   * and the array of pointers to them; `va` is the page's address.
   */
  argv?: { va: number; args: readonly Uint8Array[] };
}

export interface Content {
  bytes: Uint8Array;
  /** ascending, disjoint; empty when everything is predicted */
  unknown: readonly Unknown[];
}

/** A page of zeros, shared by every page that nobody wrote to. Never changed. */
export const ZERO_PAGE: Content = { bytes: new Uint8Array(PAGE_BYTES), unknown: [] };

/** Content with everything predicted. `bytes` must not change afterwards. */
export const known = (bytes: Uint8Array): Content => ({ bytes, unknown: [] });

/** Is any byte of [from, to) unpredictable? */
export const isUnknown = (content: Content, from: number, to: number): boolean =>
  content.unknown.some((part) => part.from < to && from < part.to);

/**
 * The content with `data` at `at`, as new content. `unknownData` marks parts of `data` (offsets within
 * it) that are themselves unpredictable.
 */
export function overwrite(
  content: Content,
  at: number,
  data: Uint8Array,
  unknownData: readonly Unknown[] = [],
): Content {
  const bytes = content.bytes.slice();
  bytes.set(data, at);
  if (content.unknown.length === 0 && unknownData.length === 0) return { bytes, unknown: [] };
  const kept = content.unknown.flatMap((part) => cut(part, at, at + data.length));
  const added = unknownData.map(({ from, to }) => ({ from: from + at, to: to + at }));
  return { bytes, unknown: [...kept, ...added].sort((a, b) => a.from - b.from) };
}

/** What is left of an unknown part when [from, to) becomes something else. */
function cut(part: Unknown, from: number, to: number): Unknown[] {
  if (to <= part.from || part.to <= from) return [part];
  const left = { from: part.from, to: from };
  const right = { from: to, to: part.to };
  return [left, right].filter((rest) => rest.from < rest.to);
}

/** Fills the unknown parts from `actual`, the page as it stands in the guest. */
export function resolve(content: Content, actual: Uint8Array): Content {
  if (content.unknown.length === 0) return content;
  const bytes = content.bytes.slice();
  for (const { from, to } of content.unknown) bytes.set(actual.subarray(from, to), from);
  return known(bytes);
}
