import type { FreeListReading } from '../../spec/ownership.ts';
import { PAGE_BYTES, pa } from '../../spec/units.ts';
import type { FreelistHead } from './api.ts';
import type { GuestWords } from './guest-words.ts';
import type { ManagedPages } from './managed-pages.ts';
import { CLAIM, type PageClaims } from './page-claims.ts';

/** The kernel's free lists, read again only as far as they changed. */
export interface FreeLists {
  /** @param written pages written since the last update */
  update(guest: GuestWords, written: Uint32Array): FreeListReading;
  isFree(page: number): boolean;
}

interface Fault {
  readonly problem: string;
  readonly problemPage: number;
}

/**
 * A list is kept as a stack of pages from its tail up. Allocators push and pop at the head, so the part below
 * the lowest page that was written is still linked as it was, and a walk from the head ends where it meets
 * that part.
 */
export function freeLists(
  heads: readonly FreelistHead[],
  managed: ManagedPages,
  claims: PageClaims,
): FreeLists {
  const pages = managed.end - managed.first;
  const NOWHERE = -1;
  const stacks: number[][] = heads.map(() => []);
  /** position in its stack, and which stack, of each page */
  const position = new Int32Array(pages).fill(NOWHERE);
  const owner = new Uint8Array(pages);
  const seen = new Int32Array(pages);
  let walk = 0;
  let broken = false;

  function update(guest: GuestWords, written: Uint32Array): FreeListReading {
    const trusted = trustedLengths(written);
    const walks = heads.map((head, list) => follow(guest, head, list, trusted[list]!));
    for (const [list, { keep }] of walks.entries()) truncate(list, keep);
    let fault = walks.find((w) => w.fault !== undefined)?.fault;
    for (const [list, { fresh }] of walks.entries()) fault = append(list, fresh) ?? fault;
    broken = fault !== undefined;
    const length = stacks.reduce((sum, stack) => sum + stack.length, 0);
    const page = fault?.problemPage;
    return {
      length,
      problem: fault?.problem,
      problemPage: page === undefined ? undefined : pa(page),
    };
  }

  /** How many pages from each list's tail up are linked as before. Nothing of a list that had a fault. */
  function trustedLengths(written: Uint32Array): number[] {
    const lengths = stacks.map((stack) => (broken ? 0 : stack.length));
    for (const page of written) {
      const index = page - managed.first;
      if (index < 0 || index >= pages || position[index] === NOWHERE) continue;
      const list = owner[index]!;
      // The page itself may link elsewhere now; those below it do not depend on it.
      lengths[list] = Math.min(lengths[list]!, position[index]!);
    }
    return lengths;
  }

  function follow(guest: GuestWords, head: FreelistHead, list: number, trusted: number) {
    const fresh: number[] = [];
    walk++;
    let node = guest.u64(head.address);
    let from = 0;
    while (node !== 0) {
      const fault = faultOf(node, () => place(head, from));
      if (fault !== undefined) return { fresh, keep: 0, fault };
      const index = node / PAGE_BYTES - managed.first;
      if (position[index] !== NOWHERE && owner[index] === list && position[index]! < trusted) {
        return { fresh, keep: position[index]! + 1, fault: undefined };
      }
      if (seen[index] === walk) {
        const problem = `the free list has a cycle: ${place(head, from)} leads back to page ${hex(node)}`;
        return { fresh, keep: 0, fault: { problem, problemPage: node } };
      }
      seen[index] = walk;
      fresh.push(index);
      from = node;
      node = guest.u64(node);
    }
    return { fresh, keep: 0, fault: undefined };
  }

  function faultOf(node: number, from: () => string): Fault | undefined {
    if (node % PAGE_BYTES !== 0) {
      const problem = `the free list is damaged: ${from()} leads to ${hex(node)}, which is not page-aligned`;
      return { problem, problemPage: node };
    }
    const page = node / PAGE_BYTES;
    if (page >= managed.first && page < managed.end) return undefined;
    const problem = `the free list is damaged: ${from()} leads to ${hex(node)}, outside the memory it manages`;
    return { problem, problemPage: node };
  }

  function truncate(list: number, keep: number): void {
    const stack = stacks[list]!;
    while (stack.length > keep) {
      const index = stack.pop()!;
      position[index] = NOWHERE;
      claims.remove(index + managed.first, CLAIM.free);
    }
  }

  /** `fresh` runs from the head down. A page that another list has already is a fault and is left out. */
  function append(list: number, fresh: readonly number[]): Fault | undefined {
    const stack = stacks[list]!;
    let fault: Fault | undefined;
    for (let i = fresh.length - 1; i >= 0; i--) {
      const index = fresh[i]!;
      if (position[index] !== NOWHERE) {
        const page = (index + managed.first) * PAGE_BYTES;
        const other = heads[owner[index]!]!.name;
        const problem = `page ${hex(page)} is on two free lists, ${other} and ${heads[list]!.name}`;
        fault = { problem, problemPage: page };
        continue;
      }
      position[index] = stack.length;
      owner[index] = list;
      stack.push(index);
      claims.add(index + managed.first, CLAIM.free);
    }
    return fault;
  }

  return {
    update,
    isFree: (page) =>
      page >= managed.first && page < managed.end && position[page - managed.first] !== NOWHERE,
  };
}

/** Where a link stands: in the page at `from`, or at 0 in the head. */
function place(head: FreelistHead, from: number): string {
  return from === 0 ? head.name : `page ${hex(from)}`;
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
