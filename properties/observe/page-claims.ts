import type { ManagedPages } from './managed-pages.ts';

/**
 * Who may claim a page. Claims of two kinds contradict each other, and so do two of a kind that is not shared
 * by its nature: user pages are mapped often, kernel tables, stacks and pages that processes have of their own
 * are shared by all or some of them in some designs.
 */
export const CLAIM = {
  free: 0,
  user: 1,
  table: 2,
  trapframe: 3,
  kstack: 4,
  kernelTable: 5,
  pipe: 6,
  extra: 7,
} as const;

export type Claim = (typeof CLAIM)[keyof typeof CLAIM];

const KINDS = 8;
const SHAREABLE: ReadonlySet<number> = new Set<number>([
  CLAIM.user,
  CLAIM.kernelTable,
  CLAIM.kstack,
  CLAIM.extra,
]);

/**
 * How many claims of each kind every managed page has. Pages outside are not recorded: the kernel's image
 * and devices belong to nobody. Kept up to date claim by claim, so that a check costs what changed.
 */
export interface PageClaims {
  add(page: number, kind: Claim): void;
  remove(page: number, kind: Claim): void;
  count(page: number, kind: Claim): number;
  /** The kind of the page's claims: −1 without any, −2 in conflict. */
  soleKind(page: number): number;
  /** Pages without a claim. Valid after `settle`. */
  readonly unclaimed: ReadonlySet<number>;
  /** Pages with contradicting claims. Valid after `settle`. */
  readonly conflicting: ReadonlySet<number>;
  /** Marks a page as changed although its claims did not change (a permission did). */
  touch(page: number): void;
  /** Brings the two sets up to date and returns the pages touched since the last time. */
  settle(): number[];
}

export function pageClaims({ first, end }: ManagedPages): PageClaims {
  const pages = end - first;
  const counts = new Uint16Array(pages * KINDS);
  const touchedFlag = new Uint8Array(pages);
  let touched: number[] = [];
  const unclaimed = new Set<number>();
  const conflicting = new Set<number>();
  for (let page = first; page < end; page++) unclaimed.add(page);

  const touch = (page: number) => {
    if (page < first || page >= end || touchedFlag[page - first]) return;
    touchedFlag[page - first] = 1;
    touched.push(page);
  };
  const change = (page: number, kind: Claim, by: number) => {
    if (page < first || page >= end) return;
    counts[(page - first) * KINDS + kind]! += by;
    touch(page);
  };
  const soleKind = (page: number) => {
    let sole = -1;
    const base = (page - first) * KINDS;
    for (let kind = 0; kind < KINDS; kind++) {
      const count = counts[base + kind]!;
      if (count === 0) continue;
      if (sole !== -1 || (count > 1 && !SHAREABLE.has(kind))) return -2;
      sole = kind;
    }
    return sole;
  };
  const setMember = (set: Set<number>, page: number, member: boolean) => {
    if (member) set.add(page);
    else set.delete(page);
  };
  return {
    add: (page, kind) => change(page, kind, 1),
    remove: (page, kind) => change(page, kind, -1),
    count: (page, kind) =>
      page < first || page >= end ? 0 : counts[(page - first) * KINDS + kind]!,
    soleKind,
    unclaimed,
    conflicting,
    touch,
    settle() {
      const settled = touched;
      touched = [];
      for (const page of settled) {
        touchedFlag[page - first] = 0;
        const sole = soleKind(page);
        setMember(unclaimed, page, sole === -1);
        setMember(conflicting, page, sole === -2);
      }
      return settled;
    },
  };
}
