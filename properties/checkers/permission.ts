import { refsOf } from '../../model/frames.ts';
import { flagsOf, frameOf } from '../../model/page-map.ts';
import { PTE_R, PTE_U, PTE_W, PTE_X } from '../../spec/sv39.ts';
import { type Checker, type Disagreement, hex, pageAddress } from './checker.ts';
import { type Pair, pairPages } from './pairing.ts';
import { slotName } from './sharing.ts';

const FIXED = PTE_R | PTE_X | PTE_U;

/**
 * PTE_W only on a page with one owner, and never on one that was never writable; R, X and U as exec
 * and sbrk made them. A page that may be written need not have PTE_W: copy-on-write takes it away.
 */
export const permission: Checker = {
  clause: 'permission',
  compare(view, candidate) {
    const pairing = pairPages(view, candidate);
    if ('message' in pairing) return undefined; // ownership tells
    for (const pair of pairing.pairs) {
      const wrong = wrongFlags(pair, refsOf(candidate.after.frames, frameOf(pair.entry)));
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  },
};

function wrongFlags({ slot, va, entry, mapping }: Pair, owners: number): Disagreement | undefined {
  const wanted = flagsOf(entry);
  const found = mapping.flags & (FIXED | PTE_W);
  const mayWrite = (wanted & PTE_W) !== 0 && owners === 1;
  const writes = (found & PTE_W) !== 0;
  if ((wanted & FIXED) === (found & FIXED) && (mayWrite || !writes)) return undefined;
  const expected = flagText((wanted & FIXED) | (mayWrite ? PTE_W : 0));
  const received = flagText(found);
  const why =
    (wanted & FIXED) !== (found & FIXED)
      ? ''
      : owners > 1
        ? `, though it has ${owners} owners`
        : ', though it was never writable';
  return {
    message: `${slotName(slot)}@${hex(va)} is mapped ${received}${why}; expected ${expected}`,
    expected,
    received,
    page: pageAddress(mapping.ppn),
  };
}

/** `r-xu` */
export const flagText = (flags: number): string =>
  [
    [PTE_R, 'r'],
    [PTE_W, 'w'],
    [PTE_X, 'x'],
    [PTE_U, 'u'],
  ]
    .map(([bit, letter]) => ((flags & (bit as number)) !== 0 ? letter : '-'))
    .join('');
