import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { asm, csrOperand } from '../riscv/assemble.ts';
import type { Privilege } from './api.ts';
import { type Bare, bare, CODE, DATA, STVEC, trapped } from './testing/bare.ts';
import {
  enterSupervisor,
  entry,
  type PageTables,
  PTE,
  pageTables,
  RWX,
} from './testing/page-tables.ts';

const VA = 0x4000_0000n;
const ADUE = 1n << 61n;
let b: Bare;
let tables: PageTables;
beforeEach(() => {
  b = bare();
  tables = pageTables(b);
  enterSupervisor(b, tables);
});

const load = asm('ld', { rd: 5, rs1: 6 });
const store = asm('sd', { rs1: 6, rs2: 7 });

/** Executes in S (or as given) one access at `va`; the cause of its trap, or undefined. */
function access(kind: 'load' | 'store' | 'fetch', va: bigint, privilege: Privilege = 1) {
  b.hart.privilege = privilege;
  if (kind === 'fetch') b.step(va);
  else {
    b.words(CODE, kind === 'load' ? load : store);
    b.hart.setX(6, va);
    b.step(BigInt(CODE));
  }
  const cause = trapped(b.hart) ? b.hart.csr('scause') : undefined;
  b.hart.privilege = 1;
  return cause;
}

describe('Sv39', () => {
  test('translates, and faults where nothing is mapped', () => {
    b.longs(DATA, 42n);
    tables.map(VA, DATA, RWX);
    expect(access('load', VA)).toBeUndefined();
    expect(b.hart.x(5)).toBe(42n);
    for (const [kind, cause] of [
      ['load', 13n],
      ['store', 15n],
      ['fetch', 12n],
    ] as const) {
      expect(access(kind, VA + 0x1000n)).toBe(cause);
      expect(b.hart.csr('stval')).toBe(VA + 0x1000n);
    }
  });

  test.each([1n << 38n, 1n << 39n, (1n << 64n) - (1n << 40n), 1n << 63n])(
    'bits 63 to 39 must equal bit 38: %i does not',
    (bits) => {
      tables.map(VA, DATA, RWX);
      tables.map(VA | (1n << 38n), DATA, RWX);
      expect(access('load', VA | bits)).toBe(13n);
      expect(access('fetch', VA | bits)).toBe(12n);
    },
  );

  test.each([PTE.A, PTE.D, PTE.U, 1n << 54n, 1n << 63n])(
    'an entry that points at a table must not have bit %i',
    (bit) => {
      tables.map(VA, DATA, RWX);
      const slot = tables.root + Number(VA >> 30n) * 8;
      b.longs(slot, b.machine.memory.readU64(slot) | bit);
      expect(access('load', VA)).toBe(13n);
    },
  );

  test('the upper half works', () => {
    const high = (1n << 64n) - 0x1000n;
    tables.map(high, DATA, RWX);
    expect(access('store', high + 0xff8n)).toBeUndefined();
  });

  test.each([
    [1, 2 ** 21],
    [2, 2 ** 30],
  ])('superpages of level %i, aligned', (level, sizeBytes) => {
    const base = 2n * BigInt(2 ** 30);
    // identity: RAM lies at 2 GiB
    tables.map(base, Number(base), RWX, level);
    b.longs(DATA, 99n);
    expect(access('load', BigInt(DATA))).toBeUndefined();
    expect(b.hart.x(5)).toBe(99n);
    tables.map(BigInt(sizeBytes) * 3n, Number(base) + 0x1000, RWX, level);
    expect(access('load', BigInt(sizeBytes) * 3n)).toBe(13n);
  });

  test('an access over a page boundary translates both pages, and stores all or nothing', () => {
    tables.map(VA, DATA, RWX);
    tables.map(VA + 0x1000n, DATA + 0x5000, RWX);
    b.hart.setX(7, 0x1122_3344_5566_7788n);
    expect(access('store', VA + 0xffdn)).toBeUndefined();
    expect(b.machine.memory.readU32(DATA + 0xffc) >>> 8).toBe(0x667788);
    expect(b.machine.memory.readU64(DATA + 0x5000)).toBe(0x11_2233_4455n);
    tables.map(VA + 0x1000n, DATA + 0x5000, PTE.V | PTE.R | PTE.A);
    b.hart.setX(7, 0n);
    expect(access('store', VA + 0xffdn)).toBe(15n);
    expect(b.hart.csr('stval')).toBe(VA + 0x1000n);
    expect(b.machine.memory.readU32(DATA + 0xffc) >>> 8).toBe(0x667788);
    expect(access('load', VA + 0xffdn)).toBeUndefined();
    expect(b.hart.x(5)).toBe(0x1122_3344_5566_7788n);
  });

  test('an instruction over a page boundary needs both pages', () => {
    b.words(DATA + 0xffc, 0x0001_0001);
    const word = asm('addi', { rd: 8, imm: 77 });
    b.machine.memory.write(DATA + 0xffe, new Uint8Array([word & 255, (word >>> 8) & 255]));
    b.machine.memory.write(DATA + 0x5000, new Uint8Array([(word >>> 16) & 255, word >>> 24]));
    tables.map(VA, DATA, RWX);
    expect(access('fetch', VA + 0xffen)).toBe(12n);
    expect([b.hart.csr('sepc'), b.hart.csr('stval')]).toEqual([VA + 0xffen, VA + 0x1000n]);
    tables.map(VA + 0x1000n, DATA + 0x5000, RWX);
    expect(access('fetch', VA + 0xffen)).toBeUndefined();
    expect([b.hart.x(8), b.hart.pc]).toEqual([77n, VA + 0x1002n]);
  });

  test('A and D: set by hardware with menvcfg.ADUE', () => {
    b.hart.setCsr('menvcfg', ADUE);
    const leaf = tables.map(VA, DATA, PTE.V | PTE.R | PTE.W);
    access('load', VA);
    expect(b.machine.memory.readU64(leaf) & 0xc0n).toBe(PTE.A);
    access('store', VA);
    expect(b.machine.memory.readU64(leaf) & 0xc0n).toBe(PTE.A | PTE.D);
  });

  test('A and D: faults without', () => {
    b.hart.setCsr('menvcfg', 0n);
    const leaf = tables.map(VA, DATA, PTE.V | PTE.R | PTE.W);
    expect(access('load', VA)).toBe(13n);
    b.longs(leaf, entry(DATA, PTE.V | PTE.R | PTE.W | PTE.A));
    expect(access('load', VA)).toBeUndefined();
    expect(access('store', VA)).toBe(15n);
    expect(b.machine.memory.readU64(leaf)).toBe(entry(DATA, PTE.V | PTE.R | PTE.W | PTE.A));
  });

  test('MPRV: M loads and stores as MPP does, and fetches as M', () => {
    tables.map(VA, DATA, RWX);
    b.longs(DATA, 123n);
    b.hart.setCsr('mstatus', (1n << 17n) | (1n << 11n));
    b.words(CODE, load);
    b.hart.privilege = 3;
    b.hart.setX(6, VA);
    b.step(BigInt(CODE));
    expect([b.hart.pc, b.hart.x(5)]).toEqual([BigInt(CODE + 4), 123n]);
    b.hart.setCsr('mstatus', 1n << 17n);
    b.step(BigInt(CODE));
    expect(b.hart.csr('mcause')).toBe(13n);
  });

  test('a walk through a hole in memory is an access fault', () => {
    b.longs(tables.root + 8 * 5, entry(0x1000_0000, PTE.V));
    expect(access('load', 5n << 30n)).toBe(5n);
    expect(access('store', 5n << 30n)).toBe(7n);
    expect(access('fetch', 5n << 30n)).toBe(1n);
  });

  test('any entry, privilege, SUM, MXR and ADUE: as the plain reading of the manual says', () => {
    const leaf = tables.map(VA, DATA, RWX);
    const kinds = fc.constantFrom('load', 'store', 'fetch');
    fc.assert(
      fc.property(
        fc.nat(0x3ff),
        fc.boolean(),
        fc.constantFrom<Privilege>(0, 1),
        fc.nat(3),
        fc.boolean(),
        kinds,
        (flags, strange, privilege, sumMxr, adue, kind) => {
          const reserved = strange ? 1n << 54n : 0n;
          const pte = entry(DATA, BigInt(flags)) | reserved;
          b.longs(leaf, pte);
          b.words(DATA, asm('addi'));
          b.hart.setCsr('mstatus', BigInt(sumMxr) << 18n);
          b.hart.setCsr('menvcfg', adue ? ADUE : 0n);
          b.hart.privilege = privilege;
          const reachable = b.hart.translate(VA, kind) !== undefined;
          // the code page is S's: U cannot run our load, so map it for U as well as need be
          tables.map(BigInt(CODE), CODE, RWX | (privilege === 0 ? PTE.U : 0n));
          tables.map(STVEC & ~0xfffn, Number(STVEC & ~0xfffn), RWX);
          const cause = access(kind, VA, privilege);
          tables.map(BigInt(CODE), CODE, RWX);
          expect([cause === undefined, cause]).toEqual([reachable, cause]);
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe('TLB modes', () => {
  /** Loads through VA in the guest and yields the value, or the cause of the trap as a string. */
  const look = (): bigint | string => {
    const cause = access('load', VA);
    return cause === undefined ? b.hart.x(5) : `trap ${cause}`;
  };
  /** The guest itself rewrites the entry, through a mapping of the page table made at the start. */
  const rewrite = (leaf: number, value: bigint) => {
    b.hart.setX(7, value);
    expect(access('store', VA + 0x8000n + BigInt(leaf % 4096))).toBeUndefined();
  };
  const fence = (va?: bigint, asid?: bigint) => {
    b.hart.setX(6, va ?? 0n);
    b.hart.setX(7, asid ?? 0n);
    b.words(
      CODE,
      asm('sfence.vma', { rs1: va === undefined ? 0 : 6, rs2: asid === undefined ? 0 : 7 }),
    );
    b.step(BigInt(CODE));
  };
  const start = (tlb: 'coherent' | 'strict' | 'eager', asid = 0) => {
    b = bare({ tlb });
    tables = pageTables(b);
    enterSupervisor(b, tables, asid);
    b.longs(DATA, 1n);
    b.longs(DATA + 0x1000, 2n);
    const leaf = tables.map(VA, DATA, RWX);
    tables.map(VA + 0x8000n, leaf - (leaf % 4096), RWX | PTE.G);
    return leaf;
  };

  test.each(['coherent', 'eager'] as const)('%s: a store to the entry is seen at once', (tlb) => {
    const leaf = start(tlb);
    expect(look()).toBe(1n);
    rewrite(leaf, entry(DATA + 0x1000, RWX));
    expect(look()).toBe(2n);
    rewrite(leaf, entry(DATA, PTE.V | PTE.R | PTE.A));
    expect([look(), access('store', VA)]).toEqual([1n, 15n]);
    rewrite(leaf, 0n);
    expect(look()).toBe('trap 13');
    rewrite(leaf, entry(DATA + 0x1000, RWX));
    expect([look(), access('store', VA)]).toEqual([2n, undefined]);
  });

  test.each(['coherent', 'eager'] as const)('%s: part of an entry, and A and D', (tlb) => {
    const leaf = start(tlb);
    access('store', VA);
    const alias = VA + 0x8000n + BigInt(leaf % 4096);
    // one byte, that of the permissions: W goes, then comes back without D
    b.words(CODE, asm('sb', { rs1: 6, rs2: 7 }));
    const writeByte = (value: bigint) => {
      b.words(CODE, asm('sb', { rs1: 6, rs2: 7 }));
      b.hart.setX(6, alias);
      b.hart.setX(7, value);
      b.step(BigInt(CODE));
      expect(trapped(b.hart)).toBe(false);
    };
    writeByte(PTE.V | PTE.R | PTE.A);
    expect(access('store', VA)).toBe(15n);
    writeByte(PTE.V | PTE.R | PTE.W | PTE.A);
    expect(access('store', VA)).toBeUndefined();
    expect(b.machine.memory.readU64(leaf) & PTE.D).toBe(PTE.D);
    // cleared again: the next accesses set them again
    writeByte(PTE.V | PTE.R | PTE.W);
    look();
    expect(b.machine.memory.readU64(leaf) & (PTE.A | PTE.D)).toBe(PTE.A);
    access('store', VA);
    expect(b.machine.memory.readU64(leaf) & PTE.D).toBe(PTE.D);
    // an atomic on the entry
    b.hart.setX(7, 0n);
    b.words(CODE, asm('amoswap.d', { rd: 5, rs1: 6, rs2: 7 }));
    b.hart.setX(6, alias);
    b.step(BigInt(CODE));
    expect(look()).toBe('trap 13');
  });

  test.each(['coherent', 'eager'] as const)('%s: an entry becomes a pointer to a table', (tlb) => {
    start(tlb);
    // a superpage at 3 GiB whose entry the guest turns into a pointer to VA's table
    const middle = b.machine.memory.readU64(tables.root + Number(VA >> 30n) * 8);
    b.longs(tables.root + 8 * 3, entry(0x8000_0000, RWX));
    tables.map(0x1_0000_0000n, tables.root, RWX);
    b.longs(DATA, 7n);
    expect(access('load', (3n << 30n) + BigInt(DATA - 0x8000_0000))).toBeUndefined();
    expect(b.hart.x(5)).toBe(7n);
    b.hart.setX(7, middle);
    access('store', 0x1_0000_0000n + 24n);
    expect(access('load', (3n << 30n) + BigInt(DATA - 0x8000_0000))).toBe(13n);
    expect(access('load', 3n << 30n)).toBeUndefined();
    // and the other way round: the pointer gains R, and is a misaligned superpage
    expect(look()).toBe(7n);
    b.hart.setX(7, middle | PTE.R | PTE.A);
    access('store', 0x1_0000_0000n + (VA >> 30n) * 8n);
    expect(look()).toBe('trap 13');
  });

  test.each(['coherent', 'eager'] as const)('%s: a page table that maps itself', (tlb) => {
    const leaf = start(tlb);
    const table = leaf - (leaf % 4096);
    const self = VA + 0x9000n;
    const own = tables.map(self, table, RWX);
    b.hart.setX(7, entry(DATA, RWX));
    // the store changes the entry that it goes through
    expect(access('store', self + BigInt(own % 4096))).toBeUndefined();
    b.hart.setX(7, 5n);
    expect(access('store', self + 8n)).toBeUndefined();
    expect(b.machine.memory.readU64(DATA + 8)).toBe(5n);
  });

  test('eager: every access walks', () => {
    const leaf = start('eager');
    look();
    let walks = 0;
    b.machine.watches.onAccess = () => {
      walks++;
      return 'continue';
    };
    b.machine.watches.set(Math.floor(leaf / 4096), { walk: true });
    for (let i = 0; i < 5; i++) look();
    expect(walks).toBe(5);
  });

  test.each(['coherent', 'eager'] as const)('%s: through the higher levels too', (tlb) => {
    start(tlb);
    look();
    const rootSlot = tables.root + Number(VA >> 30n) * 8;
    const pte = b.machine.memory.readU64(rootSlot);
    tables.map(0x1_0000_0000n, tables.root, RWX);
    b.hart.setX(7, 0n);
    access('store', 0x1_0000_0000n + (VA >> 30n) * 8n);
    expect(look()).toBe('trap 13');
    b.longs(rootSlot, pte);
    expect(look()).toBe(1n);
  });

  test('strict: stays until sfence.vma', () => {
    const leaf = start('strict');
    expect(look()).toBe(1n);
    rewrite(leaf, entry(DATA + 0x1000, RWX));
    expect(look()).toBe(1n);
    fence(VA + 0x1000n);
    expect(look()).toBe(1n);
    fence(VA);
    expect(look()).toBe(2n);
    rewrite(leaf, entry(DATA + 0x1000, PTE.V | PTE.R | PTE.A));
    expect(access('store', VA)).toBeUndefined();
    fence();
    expect(access('store', VA)).toBe(15n);
  });

  test('strict: a page that was not mapped is not remembered', () => {
    const leaf = start('strict');
    rewrite(leaf, 0n);
    fence();
    expect(look()).toBe('trap 13');
    rewrite(leaf, entry(DATA, RWX));
    expect(look()).toBe(1n);
  });

  test('strict: per address space, and global entries in all', () => {
    const leaf = start('strict', 1);
    const otherSpace = () => b.hart.setCsr('satp', tables.satp(2));
    const firstSpace = () => b.hart.setCsr('satp', tables.satp(1));
    expect(look()).toBe(1n);
    rewrite(leaf, entry(DATA + 0x1000, RWX | PTE.G));
    otherSpace();
    expect(look()).toBe(2n);
    rewrite(leaf, entry(DATA, RWX));
    fence(undefined, 2n);
    // global entries stay when one space is flushed
    expect(look()).toBe(2n);
    firstSpace();
    fence(undefined, 1n);
    expect(look()).toBe(2n);
    fence(VA);
    expect(look()).toBe(1n);
  });

  test('strict: changing satp flushes nothing', () => {
    const leaf = start('strict', 1);
    look();
    rewrite(leaf, 0n);
    b.hart.setCsr('satp', 0n);
    b.hart.setCsr('satp', tables.satp(1));
    expect(look()).toBe(1n);
  });

  test('strict: the TLB is part of a snapshot', () => {
    const leaf = start('strict');
    look();
    rewrite(leaf, 0n);
    const snapshot = b.machine.snapshot();
    fence();
    expect(look()).toBe('trap 13');
    b.machine.restore(snapshot);
    expect(look()).toBe(1n);
  });

  test.each(['coherent', 'strict', 'eager'] as const)('%s: writes of the host are seen', (tlb) => {
    const leaf = start(tlb);
    look();
    b.longs(leaf, entry(DATA + 0x1000, RWX));
    if (tlb === 'strict') fence();
    expect(look()).toBe(2n);
  });
});

describe('code', () => {
  const count = asm('addi', { rd: 9, rs1: 9, imm: 1 });
  const add10 = asm('addi', { rd: 9, rs1: 9, imm: 10 });

  test('stores to executed code are seen at once', () => {
    tables.map(VA, DATA, RWX);
    b.words(DATA, count, asm('jal', { imm: -4 }));
    access('fetch', VA);
    expect(b.hart.x(9)).toBe(1n);
    b.hart.setX(7, (BigInt(asm('jal', { imm: -4 })) << 32n) | BigInt(add10));
    access('store', VA);
    access('fetch', VA);
    expect(b.hart.x(9)).toBe(11n);
  });

  test('a page that was written becomes code, and is written again', () => {
    b.hart.privilege = 3;
    b.hart.setX(6, BigInt(DATA));
    const back = asm('jalr', { rs1: 1 });
    const write = asm('sd', { rs1: 6, rs2: 7 });
    b.words(CODE, write, asm('jalr', { rd: 1, rs1: 6 }), asm('jal', { imm: -8 }));
    b.hart.pc = BigInt(CODE);
    for (const word of [count, add10, count]) {
      b.hart.setX(7, (BigInt(back) << 32n) | BigInt(word));
      b.machine.run(5);
    }
    expect(b.hart.x(9)).toBe(12n);
  });

  test('a program that rewrites its next instruction', () => {
    b.hart.privilege = 3;
    b.hart.setX(6, BigInt(CODE + 4));
    b.hart.setX(7, BigInt(add10));
    b.words(CODE, asm('sw', { rs1: 6, rs2: 7 }), count, asm('jal', { imm: -8 }));
    b.hart.pc = BigInt(CODE);
    b.machine.run(2);
    expect(b.hart.x(9)).toBe(10n);
  });

  test('a page mapped elsewhere runs its own content', () => {
    tables.map(VA, DATA, RWX);
    b.words(DATA, count);
    b.words(DATA + 0x1000, add10);
    access('fetch', VA);
    tables.map(VA, DATA + 0x1000, RWX);
    access('fetch', VA);
    tables.map(VA, DATA, RWX);
    access('fetch', VA);
    expect(b.hart.x(9)).toBe(12n);
  });

  test('more code than the decoder keeps', () => {
    const big = bare({ memoryBytes: 4 * 2 ** 20 });
    const pages = 900;
    for (let page = 0; page < pages; page++) {
      const at = 0x8001_0000 + page * 4096;
      big.words(at, asm('addi', { rd: 9, rs1: 9, imm: page }));
      big.words(at + 4, asm('addi', { rd: 9, rs1: 9, imm: 1 }));
      const last = page === pages - 1;
      big.words(at + 8, last ? asm('jalr', { rs1: 8 }) : asm('jal', { imm: 4096 - 8 }));
    }
    big.hart.pc = 0x8001_0000n;
    big.hart.setX(8, 0x8001_0000n);
    big.machine.run(3 * 2 * pages);
    expect(big.hart.x(9)).toBe(BigInt((pages - 1) * pages + 2 * pages));
  });
});

describe('PMP', () => {
  const cfg = (...bytes: number[]) =>
    bytes.reduce((all, byte, index) => all | (BigInt(byte) << BigInt(8 * index)), 0n);
  const [TOR, NA4, NAPOT, LOCK] = [0x08, 0x10, 0x18, 0x80];
  const at = (privilege: Privilege, kind: 'load' | 'store', pa: number) => {
    b.hart.privilege = privilege;
    b.words(CODE, kind === 'load' ? load : store);
    b.hart.setX(6, BigInt(pa));
    b.step(BigInt(CODE));
    const bad = trapped(b.hart);
    b.hart.privilege = 3;
    return !bad;
  };
  beforeEach(() => {
    b = bare();
  });

  test('nothing is refused until an entry is programmed; then everything else is', () => {
    expect(at(1, 'load', DATA)).toBe(true);
    b.hart.setCsr('pmpaddr0', BigInt(DATA) >> 2n);
    b.hart.setCsr('pmpaddr1', BigInt(DATA + 0x1000) >> 2n);
    b.hart.setCsr('pmpcfg0', cfg(TOR | 5, TOR | 1));
    expect([at(1, 'load', CODE), at(1, 'load', DATA + 8)]).toEqual([true, true]);
    expect(at(1, 'store', DATA + 8)).toBe(false);
    expect(at(1, 'load', DATA + 0x1000)).toBe(false);
    // partly in, partly out
    expect(at(1, 'load', DATA + 0xffc)).toBe(false);
    expect(at(3, 'store', DATA + 8)).toBe(true);
  });

  test('the first entry that matches decides; locked ones bind M and cannot be changed', () => {
    b.hart.setCsr('pmpaddr0', (BigInt(DATA) >> 2n) | 0x1ffn);
    b.hart.setCsr('pmpaddr1', (1n << 54n) - 1n);
    b.hart.setCsr('pmpcfg0', cfg(NAPOT | LOCK | 1, NAPOT | 7));
    expect([at(3, 'load', DATA + 0xff8), at(3, 'store', DATA + 0xff8)]).toEqual([true, false]);
    expect([at(1, 'store', DATA), at(1, 'store', DATA + 0x1000)]).toEqual([false, true]);
    b.hart.setCsr('pmpcfg0', cfg(7, NAPOT | 7));
    b.hart.setCsr('pmpaddr0', 0n);
    expect(b.hart.csr('pmpcfg0') & 0xffn).toBe(BigInt(NAPOT | LOCK | 1));
    expect(b.hart.csr('pmpaddr0')).toBe((BigInt(DATA) >> 2n) | 0x1ffn);
  });

  test('NA4: four bytes', () => {
    b.hart.setCsr('pmpaddr0', BigInt(DATA) >> 2n);
    b.hart.setCsr('pmpaddr1', (1n << 54n) - 1n);
    b.hart.setCsr('pmpcfg0', cfg(NA4, NAPOT | 7));
    expect(at(1, 'load', DATA)).toBe(false);
    expect(at(1, 'load', DATA + 4)).toBe(true);
    // allowed by both entries, but only partly in the first
    b.hart.setCsr('pmpcfg0', cfg(NA4 | 7, NAPOT | 7));
    expect(at(1, 'load', DATA)).toBe(false);
    expect(at(1, 'load', DATA + 8)).toBe(true);
  });

  test('a fault of the walk itself', () => {
    const satp = tables.satp();
    tables = pageTables(b);
    enterSupervisor(b, tables);
    tables.map(VA, DATA, RWX);
    b.hart.privilege = 3;
    b.hart.setCsr('pmpaddr0', BigInt(tables.root) >> 2n);
    b.hart.setCsr('pmpaddr1', BigInt(tables.root + 0x1000) >> 2n);
    b.hart.setCsr('pmpaddr2', (1n << 54n) - 1n);
    b.hart.setCsr('pmpcfg0', cfg(TOR | 7, TOR, TOR | 7));
    b.hart.setCsr('medeleg', 0n);
    expect(at(1, 'load', Number(VA))).toBe(false);
    expect([b.hart.csr('mcause'), satp]).toEqual([1n, satp]);
  });

  test('writing W without R changes nothing', () => {
    const word = asm('csrrw', { rs1: 6, imm: csrOperand(0x3a0, 6) });
    b.hart.setX(6, 2n);
    b.execute(word);
    expect(b.hart.csr('pmpcfg0')).toBe(0n);
  });
});
