/**
 * Frames of user memory, immutable: how many mappings each has, and its content. Numbers are abstract
 * and never used twice; which physical page a frame is, only the observation knows.
 */
import { type Content, ZERO_PAGE } from './content.ts';

const CHUNK = 256;

interface Chunk {
  readonly refs: Int32Array;
  readonly contents: readonly Content[];
}

export interface Frames {
  readonly chunks: readonly (Chunk | undefined)[];
  /** number of the next frame */
  readonly next: number;
  /** frames with at least one mapping */
  readonly live: number;
}

export const noFrames: Frames = { chunks: [], next: 1, live: 0 };

/** Mappings of a frame. */
export const refsOf = (frames: Frames, frame: number): number =>
  frames.chunks[Math.floor(frame / CHUNK)]?.refs[frame % CHUNK] ?? 0;

export const contentOf = (frames: Frames, frame: number): Content =>
  frames.chunks[Math.floor(frame / CHUNK)]?.contents[frame % CHUNK] ?? ZERO_PAGE;

/** Changes to frames under construction; chunks are copied at their first change. */
export interface FramesDraft {
  chunks: (Chunk | undefined)[];
  own: Set<number>;
  next: number;
  live: number;
}

export const draftFrames = (frames: Frames): FramesDraft => ({
  chunks: frames.chunks.slice(),
  own: new Set(),
  next: frames.next,
  live: frames.live,
});

/** The finished frames; the draft must not be used afterwards. */
export const finishFrames = (draft: FramesDraft): Frames => ({
  chunks: draft.chunks,
  next: draft.next,
  live: draft.live,
});

function writable(draft: FramesDraft, frame: number): { refs: Int32Array; contents: Content[] } {
  const index = Math.floor(frame / CHUNK);
  if (!draft.own.has(index)) {
    const old = draft.chunks[index];
    draft.chunks[index] = {
      refs: old ? old.refs.slice() : new Int32Array(CHUNK),
      contents: old ? old.contents.slice() : new Array<Content>(CHUNK).fill(ZERO_PAGE),
    };
    draft.own.add(index);
  }
  return draft.chunks[index] as { refs: Int32Array; contents: Content[] };
}

/** A new frame with one mapping. */
export function addFrame(draft: FramesDraft, content: Content): number {
  const frame = draft.next++;
  const chunk = writable(draft, frame);
  chunk.refs[frame % CHUNK] = 1;
  chunk.contents[frame % CHUNK] = content;
  draft.live++;
  return frame;
}

/** Adds to the mappings of a frame; returns true when the last one went away. */
export function changeRefs(draft: FramesDraft, frame: number, by: 1 | -1): boolean {
  const chunk = writable(draft, frame);
  const refs = chunk.refs[frame % CHUNK]! + by;
  if (refs < 0) throw new Error(`changeRefs: frame ${frame} has no mapping to drop`);
  chunk.refs[frame % CHUNK] = refs;
  if (refs > 0) return false;
  chunk.contents[frame % CHUNK] = ZERO_PAGE;
  draft.live--;
  return true;
}

export function setContent(draft: FramesDraft, frame: number, content: Content): void {
  writable(draft, frame).contents[frame % CHUNK] = content;
}

/** Frames whose content differs, found by comparing only chunks that are not the same object. */
export function* changedContents(before: Frames, after: Frames): Generator<number> {
  for (let c = 0; c < after.chunks.length; c++) {
    const a = before.chunks[c];
    const b = after.chunks[c];
    if (a === b || !b) continue;
    for (let i = 0; i < CHUNK; i++) {
      if (b.refs[i]! > 0 && a?.contents[i] !== b.contents[i]) yield c * CHUNK + i;
    }
  }
}
