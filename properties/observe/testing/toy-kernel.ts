import { PTE_R, PTE_U, PTE_V, PTE_W, TABLE_ENTRIES } from '../../../spec/sv39.ts';
import { PAGE_BYTES } from '../../../spec/units.ts';
import { KERNBASE, MAXVA, TRAPFRAME } from '../../../spec/xv6.ts';
import type { KernelLayout, ObservedMemory } from '../api.ts';
import { DEFAULT_STATES } from '../proc-layout.ts';

/** A kernel's data structures in plain memory, without code: tests change them as a kernel would, or wrongly. */
export interface ToyKernel {
  readonly layout: KernelLayout;
  readonly memory: ObservedMemory;
  /** page number taken from list `list`, 0 when it is empty */
  alloc(list?: number): number;
  free(page: number, list?: number): void;
  /** new process in this slot, with a page table, a trapframe and `pages` pages of memory */
  spawn(index: number, pages: number): void;
  /** new process that shares all user pages of another one */
  fork(from: number, index: number): void;
  exit(index: number): void;
  grow(index: number): void;
  /** give a shared page a copy of its own, or write it in place */
  copy(index: number, va: number): void;
  pipe(slot: number): void;
  closePipe(slot: number): void;
  /** user mappings of a process: va to page number */
  mappings(index: number): Map<number, number>;
  read(pa: number): number;
  write(pa: number, value: number): void;
  /** restores an earlier content, as a machine's snapshot does */
  save(): () => void;
}

const RAM_BYTES = 1024 * 1024;
const NPROC = 8;
const NFILE = 8;
const STRIDE = 64;
const AT = { lists: 0x1000, proc: 0x2000, files: 0x3000, kernel: 0x1800, counts: 0x4000 };
const PAGES = RAM_BYTES / PAGE_BYTES;
const FIRST = KERNBASE + 0x8000;
const word = (offset: number) => ({ offset, sizeBytes: 8 });

/** @param lists number of free lists; @param bias count of a page that is mapped once, minus one */
export function toyKernel(lists = 1, bias = 0): ToyKernel {
  const bytes = new Uint8Array(RAM_BYTES);
  const words = new Uint32Array(bytes.buffer);
  const writtenAt = new Int32Array(PAGES);
  let now = 1;
  const touch = (pa: number) => {
    writtenAt[Math.floor((pa - KERNBASE) / PAGE_BYTES)] = now;
  };
  const read = (pa: number) => {
    const at = (pa - KERNBASE) / 4;
    return words[at]! + words[at + 1]! * 2 ** 32;
  };
  const write = (pa: number, value: number) => {
    const at = (pa - KERNBASE) / 4;
    words[at] = value % 2 ** 32;
    words[at + 1] = Math.floor(value / 2 ** 32);
    touch(pa);
  };
  const memory: ObservedMemory = {
    base: KERNBASE,
    sizeBytes: RAM_BYTES,
    bytes: () => bytes,
    mark: () => now++,
    writtenSince: (mark) => {
      const pages = [...writtenAt.keys()].filter((page) => writtenAt[page]! > mark);
      // No order is promised, and this is the one that finds pages before what leads to them.
      return Uint32Array.from(pages.reverse(), (page) => page + KERNBASE / PAGE_BYTES);
    },
  };
  const head = (list: number) => KERNBASE + AT.lists + list * 8;
  const count = (page: number) => KERNBASE + AT.counts + (page - KERNBASE / PAGE_BYTES) * 8;
  const procAt = (index: number) => KERNBASE + AT.proc + index * STRIDE;
  const fill = (page: number, byte: number) => {
    const at = page * PAGE_BYTES - KERNBASE;
    bytes.fill(byte, at, at + PAGE_BYTES);
    touch(page * PAGE_BYTES);
  };

  const alloc = (list = 0) => {
    const pa = read(head(list));
    if (pa === 0) return 0;
    write(head(list), read(pa));
    fill(pa / PAGE_BYTES, 5);
    write(count(pa / PAGE_BYTES), 1 + bias);
    return pa / PAGE_BYTES;
  };
  const free = (page: number, list = 0) => {
    fill(page, 1);
    write(count(page), 0);
    write(page * PAGE_BYTES, read(head(list)));
    write(head(list), page * PAGE_BYTES);
  };
  const table = () => {
    const page = alloc();
    fill(page, 0);
    return page;
  };
  const entryFor = (root: number, va: number): number => {
    let at = root;
    for (const span of [TABLE_ENTRIES ** 2, TABLE_ENTRIES]) {
      const entry = at * PAGE_BYTES + (Math.floor(va / PAGE_BYTES / span) % TABLE_ENTRIES) * 8;
      if (read(entry) === 0) write(entry, table() * 1024 + PTE_V);
      at = Math.floor(read(entry) / 1024);
    }
    return at * PAGE_BYTES + (Math.floor(va / PAGE_BYTES) % TABLE_ENTRIES) * 8;
  };
  const map = (root: number, va: number, page: number, flags: number) =>
    write(entryFor(root, va), page * 1024 + flags + PTE_V);
  const rootOf = (index: number) => read(procAt(index) + 24) / PAGE_BYTES;
  const sizeOf = (index: number) => read(procAt(index) + 16);

  const leaves = (root: number) => {
    const found = new Map<number, number>();
    const tables = [root];
    const visit = (at: number, level: number, va: number) => {
      for (let i = 0; i < TABLE_ENTRIES; i++) {
        const entry = read(at * PAGE_BYTES + i * 8);
        if (entry === 0) continue;
        const page = Math.floor(entry / 1024);
        const here = va + i * PAGE_BYTES * TABLE_ENTRIES ** level;
        if (level === 0) found.set(here, page);
        else {
          tables.push(page);
          visit(page, level - 1, here);
        }
      }
    };
    visit(root, 2, 0);
    found.delete(TRAPFRAME);
    return { found, tables };
  };
  const drop = (page: number) => {
    const left = read(count(page)) - 1;
    if (left - bias > 0) write(count(page), left);
    else free(page);
  };
  const start = (index: number) => {
    const [root, trapframe] = [table(), alloc()];
    map(root, TRAPFRAME, trapframe, PTE_R | PTE_W);
    for (const [offset, value] of [
      [0, 2],
      [8, index + 1],
      [16, 0],
      [24, root * PAGE_BYTES],
      [32, trapframe * PAGE_BYTES],
    ] as const) {
      write(procAt(index) + offset, value);
    }
    return root;
  };
  const grow = (index: number) => {
    const va = sizeOf(index);
    map(rootOf(index), va, alloc(), PTE_R | PTE_W | PTE_U);
    write(procAt(index) + 16, va + PAGE_BYTES);
  };

  for (let page = PAGES - 1; page >= (FIRST - KERNBASE) / PAGE_BYTES; page--) {
    free(page + KERNBASE / PAGE_BYTES, page % lists);
  }
  const kernelRoot = table();
  write(KERNBASE + AT.kernel, kernelRoot * PAGE_BYTES);
  for (let pa = KERNBASE; pa < KERNBASE + RAM_BYTES; pa += PAGE_BYTES) {
    map(kernelRoot, pa, pa / PAGE_BYTES, PTE_R | PTE_W);
  }
  for (let i = 0; i < NPROC; i++) map(kernelRoot, MAXVA - 8192 * (i + 2), alloc(), PTE_R | PTE_W);

  return {
    layout: layoutOf(lists),
    memory,
    alloc,
    free,
    spawn(index, pages) {
      start(index);
      for (let i = 0; i < pages; i++) grow(index);
    },
    fork(from, index) {
      const root = start(index);
      for (const [va, page] of leaves(rootOf(from)).found) {
        map(rootOf(from), va, page, PTE_R | (PTE_U + 0x100));
        map(root, va, page, PTE_R | (PTE_U + 0x100));
        write(count(page), read(count(page)) + 1);
      }
      write(procAt(index) + 16, sizeOf(from));
    },
    exit(index) {
      const { found, tables } = leaves(rootOf(index));
      for (const page of found.values()) drop(page);
      for (const page of tables) free(page);
      free(read(procAt(index) + 32) / PAGE_BYTES);
      for (const offset of [0, 8, 16, 24, 32]) write(procAt(index) + offset, 0);
    },
    grow,
    copy(index, va) {
      const old = leaves(rootOf(index)).found.get(va)!;
      if (read(count(old)) - bias === 1) map(rootOf(index), va, old, PTE_R | PTE_W | PTE_U);
      else {
        map(rootOf(index), va, alloc(), PTE_R | PTE_W | PTE_U);
        drop(old);
      }
    },
    pipe(slot) {
      const at = KERNBASE + AT.files + slot * 32;
      write(at, 1 + 2 ** 32);
      write(at + 8, alloc() * PAGE_BYTES);
    },
    closePipe(slot) {
      const at = KERNBASE + AT.files + slot * 32;
      free(read(at + 8) / PAGE_BYTES);
      write(at, 0);
    },
    mappings: (index) => leaves(rootOf(index)).found,
    read,
    write,
    save() {
      const copy = Uint32Array.from(words);
      return () => {
        for (const [at, old] of copy.entries()) {
          if (words[at] === old) continue;
          words[at] = old;
          touch(KERNBASE + at * 4);
        }
      };
    },
  };
}

function layoutOf(lists: number): KernelLayout {
  const none = {} as KernelLayout['functions'];
  return {
    elf: undefined as unknown as KernelLayout['elf'],
    debug: undefined,
    firstManaged: FIRST,
    proc: {
      address: KERNBASE + AT.proc,
      count: NPROC,
      strideBytes: STRIDE,
      state: { offset: 0, sizeBytes: 4 },
      pid: { offset: 8, sizeBytes: 4 },
      sz: word(16),
      pagetable: word(24),
      trapframe: word(32),
      parent: undefined,
      killed: undefined,
      kstack: undefined,
      xstate: undefined,
      extra: [{ name: 'usyscall', offset: 40 }],
      extraTables: [],
      states: DEFAULT_STATES,
    },
    freelists: Array.from({ length: lists }, (_, i) => ({
      name: `kmem[${i}].freelist`,
      address: KERNBASE + AT.lists + i * 8,
    })),
    fileTable: {
      address: KERNBASE + AT.files,
      count: NFILE,
      strideBytes: 32,
      type: { offset: 0, sizeBytes: 4 },
      ref: { offset: 4, sizeBytes: 4 },
      pipe: word(8),
      pipeType: 1,
    },
    kernelPagetable: KERNBASE + AT.kernel,
    counts: [
      {
        name: 'refs',
        address: KERNBASE + AT.counts,
        indirect: false,
        strideBytes: 8,
        count: { offset: 0, sizeBytes: 8, signed: true },
        length: PAGES,
      },
    ],
    countsNamed: false,
    roots: [{ name: 'disk.desc', address: KERNBASE + AT.kernel + 8 }],
    functions: none,
    timer: 'unknown',
    renamed: false,
    degraded: [],
  };
}
