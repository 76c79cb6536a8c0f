import { refsOf } from '../../model/frames.ts';
import { frameOf } from '../../model/page-map.ts';
import { type Checker, hex, pageAddress } from './checker.ts';
import { ownersInModel, pairPages } from './pairing.ts';

/** The partition of user pages into shared sets equals the model's. */
export const ownership: Checker = {
  clause: 'ownership',
  compare(view, candidate) {
    const pairing = pairPages(view, candidate);
    if ('message' in pairing) return pairing;
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
