/**
 * The clauses: what holds after every operation. Each checker carries one of these ids, each mutant
 * names the one that must catch it, and every violation is reported under exactly one.
 */
export const CLAUSES = {
  conservation: 'every page is in exactly one class; nothing lost, nothing in two',
  ownership: "the partition of user pages into shared sets equals the model's",
  freelist: "the free list's length equals the model's, and it is well formed and without a cycle",
  refcount: 'where the kernel keeps counts, each equals the number of mappings',
  permission:
    'PTE_W only on a page with one owner; a page never writable never becomes so; X and U never change',
  content: 'what every process reads is what the model says it wrote',
  result:
    'every system call returns what the model allows; a killed process is one the model kills',
  isolation: 'a store, by user or kernel, never reaches a frame with more than one owner',
  'use-after-free': 'no access touches a page on the free list outside the allocator',
  translation: 'no hart holds a writable translation that its page table no longer grants',
  liveness: 'every operation ends within its instruction budget; no panic, no kernel fault',
  quiescence: 'when all processes of a sequence are gone, the free list is back at its length',
} as const;

export type Clause = keyof typeof CLAUSES;
export const CLAUSE_IDS = Object.keys(CLAUSES) as Clause[];
export const isClause = (text: string): text is Clause => Object.hasOwn(CLAUSES, text);
