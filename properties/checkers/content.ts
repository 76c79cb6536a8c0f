import type { Content } from '../../model/content.ts';
import { contentOf } from '../../model/frames.ts';
import { frameOf } from '../../model/page-map.ts';
import { type Checker, type Disagreement, hex, pageAddress, type StepView } from './checker.ts';
import { type Pair, pairPages } from './pairing.ts';
import { slotName } from './sharing.ts';

const PAGE = 4096;

/**
 * What every process reads is what the model says it wrote. Pages are compared that the step may have
 * written, that lie elsewhere than before, or whose content the model changed.
 */
export const content: Checker = {
  clause: 'content',
  compare(view, candidate) {
    const pairing = pairPages(view, candidate);
    if ('message' in pairing) return undefined; // ownership tells
    const bytes = view.machine.memory.bytes();
    const compared = new Set<number>();
    for (const pair of pairing.pairs) {
      const { ppn } = pair.mapping;
      if (compared.has(ppn)) continue;
      compared.add(ppn);
      const frame = frameOf(pair.entry);
      const wanted = contentOf(candidate.after.frames, frame);
      const unchanged = contentOf(candidate.before.frames, frame) === wanted;
      if (unchanged && !view.written.has(ppn) && view.sharingBefore.ownerCount(ppn) > 0) continue;
      const wrong = differingByte(wanted, bytes, ppn * PAGE - view.machine.memory.base);
      if (wrong >= 0) return describe(view, pair, wanted, wrong, bytes);
    }
    return undefined;
  },
};

/** Offset of the first byte that is not as predicted; −1 when there is none. */
function differingByte(wanted: Content, bytes: Uint8Array, at: number): number {
  const page = bytes.subarray(at, at + PAGE);
  if (wanted.unknown.length === 0 && Buffer.compare(wanted.bytes, page) === 0) return -1;
  for (let offset = 0; offset < PAGE; offset++) {
    if (wanted.bytes[offset] === page[offset]) continue;
    if (!wanted.unknown.some(({ from, to }) => from <= offset && offset < to)) return offset;
  }
  return -1;
}

function describe(
  view: StepView,
  pair: Pair,
  wanted: Content,
  offset: number,
  bytes: Uint8Array,
): Disagreement {
  const page = pageAddress(pair.mapping.ppn);
  const byte = bytes[page - view.machine.memory.base + offset]!;
  const at = `${slotName(pair.slot)}@${hex(pair.va + offset)}`;
  const expected = hex(wanted.bytes[offset]!);
  const owners = view.sharing.describeOwners(pair.mapping.ppn);
  return {
    message: `${at} reads ${hex(byte)}, expected ${expected} (page ${hex(page)} of ${owners})`,
    expected: `${expected} at ${at}`,
    received: `${hex(byte)} at ${at}`,
    page,
  };
}
