/** A kernel that the package offers by name: the default's sources with some settings of `kernel/src/config.h`. */
export interface Variant {
  name: string;
  /** What it does differently from `cow`. */
  sentence: string;
  defines: readonly string[];
}

export const VARIANTS: readonly Variant[] = [
  { name: 'cow', sentence: 'The default; its timer is Sstc.', defines: [] },
  { name: 'eager', sentence: 'fork copies every page at once.', defines: ['FORK_EAGER'] },
  {
    name: 'cow-clint',
    sentence: 'The timer is the CLINT, forwarded by a machine-mode handler.',
    defines: ['TIMER_CLINT'],
  },
  {
    name: 'cow-sstc',
    sentence: "The timer is Sstc's stimecmp, programmed by the supervisor: what `cow` is too.",
    defines: [],
  },
  { name: 'cow-rc8', sentence: 'References are counted in bytes.', defines: ['REFS=REFS_BYTE'] },
  {
    name: 'cow-rclock',
    sentence: 'Each page has a lock of its own beside its count.',
    defines: ['REFS=REFS_LOCKED'],
  },
  {
    name: 'cow-atomic',
    sentence: 'Counts are changed by atomic instructions, without a lock.',
    defines: ['REFS=REFS_ATOMIC'],
  },
  { name: 'cow-bit9', sentence: 'PTE bit 9 marks a copy-on-write page.', defines: ['COW_BIT=9'] },
  {
    name: 'cow-percpu',
    sentence: 'One free list per hart, refilled from the others.',
    defines: ['FREELIST_PERCPU'],
  },
  {
    name: 'cow-lazy',
    sentence: 'sbrk(n, 2) reserves addresses only; a page comes with its first use.',
    defines: ['LAZY_SBRK'],
  },
  {
    name: 'cow-lazy-always',
    sentence:
      'sbrk never takes pages, whatever its second argument says, as in the lazy allocation lab.',
    defines: ['LAZY_SBRK', 'LAZY_ALWAYS'],
  },
  {
    name: 'cow-renamed',
    sentence: 'Internal functions bear the names of the trees of 2025.',
    defines: ['RENAMED'],
  },
];
