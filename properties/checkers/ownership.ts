import { refsOf } from '../../model/frames.ts';
import { frameOf } from '../../model/page-map.ts';
import { type Checker, type Disagreement, hex, pageAddress, type StepView } from './checker.ts';
import { ownersInModel, pairPages } from './pairing.ts';

/** A fork after which parent and child have nothing in common has a plainer name. */
function noSharing({ operation, guest, sharing }: StepView): Disagreement | undefined {
  const child = operation.op === 'fork' && guest.created !== undefined ? guest.created : undefined;
  const pages = child === undefined ? undefined : sharing.mappings.get(child);
  if (pages === undefined || pages.some(({ ppn }) => sharing.shared.has(ppn))) return undefined;
  return {
    message: `fork does not share: each of the child's ${pages.length} pages is a copy`,
    expected: 'pages shared by parent and child until one of them writes',
    received: `${pages.length} pages of the child's own`,
  };
}

/** The partition of user pages into shared sets equals the model's. */
export const ownership: Checker = {
  clause: 'ownership',
  compare(view, candidate) {
    const pairing = pairPages(view, candidate);
    if ('message' in pairing) return noSharing(view) ?? pairing;
    const { after } = candidate;
    for (const { entry, mapping } of pairing.pairs) {
      const frame = frameOf(entry);
      const expected = refsOf(after.frames, frame);
      const received = view.observed.ownersOf(mapping.ppn).length;
      if (expected === received) continue;
      const page = pageAddress(mapping.ppn);
      const owners = ownersInModel(after.processes, frame);
      return {
        message: `page ${hex(page)} has ${received} mappings, expected owners {${owners}}`,
        expected: `${expected} mappings`,
        received: `${received} mappings`,
        page,
      };
    }
    return undefined;
  },
};
