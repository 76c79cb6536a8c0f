import { beforeEach, describe, expect, test } from 'vitest';
import { asm } from '../riscv/assemble.ts';
import type { Access, Hart } from './api.ts';
import { type Bare, bare, CODE, DATA } from './testing/bare.ts';
import { enterSupervisor, PTE, pageTables, RWX } from './testing/page-tables.ts';

const count = asm('addi', { rd: 9, rs1: 9, imm: 1 });
const loopBack = asm('jal', { imm: -4 });

let b: Bare;
beforeEach(() => {
  b = bare();
});

describe('budget', () => {
  test('run ends after exactly so many instructions', () => {
    b.words(CODE, count, loopBack);
    for (const budget of [1, 2, 7, 1000, 12_345]) {
      const before = b.machine.retired;
      expect(b.machine.run(budget)).toEqual({ kind: 'budget' });
      expect(b.machine.retired - before).toBe(budget);
    }
    expect(b.machine.run(0)).toEqual({ kind: 'budget' });
  });

  test('cutting a run into pieces changes nothing', () => {
    const states = [[5000], [1, 4999], Array.from({ length: 50 }, () => 100)].map((pieces) => {
      const one = bare({ harts: 3, quantumInsns: 37, scheduleSeed: 5 });
      one.words(CODE, count, asm('amoadd.d', { rd: 5, rs1: 8, rs2: 9 }), asm('jal', { imm: -8 }));
      for (const hart of one.machine.harts) hart.setX(8, BigInt(DATA));
      for (const piece of pieces) one.machine.run(piece);
      return one.machine.hash();
    });
    expect(new Set(states).size).toBe(1);
  });

  test('seeds give schedules, and the same seed the same one', () => {
    const order = (scheduleSeed: number) => {
      const one = bare({ harts: 2, quantumInsns: 100, scheduleSeed });
      one.words(CODE, count, loopBack);
      const turns: number[] = [];
      for (let i = 0; i < 40; i++) {
        one.machine.run(50);
        turns.push(Number(one.machine.harts[0]!.x(9)));
      }
      return turns.join();
    };
    expect(order(0)).toBe(order(0));
    expect(order(7)).toBe(order(7));
    expect(new Set([order(0), order(7), order(8)]).size).toBe(3);
  });
});

describe('breakpoints', () => {
  test('stop before the instruction, and go on past it', () => {
    b.words(CODE, count, count, loopBack);
    const id = b.machine.addBreakpoint({ address: BigInt(CODE + 4) });
    const stop = { kind: 'breakpoint', hart: 0, id, pc: BigInt(CODE + 4) };
    expect(b.machine.run(100)).toEqual(stop);
    expect([b.hart.x(9), b.machine.retired]).toEqual([1n, 1]);
    expect(b.machine.run(100)).toEqual(stop);
    expect([b.hart.x(9), b.machine.retired]).toEqual([2n, 3]);
    b.machine.removeBreakpoint(id);
    expect(b.machine.run(100)).toEqual({ kind: 'budget' });
  });

  test('come and go while the code is running', () => {
    b.words(CODE, count, loopBack);
    b.machine.run(1000);
    const id = b.machine.addBreakpoint({ address: BigInt(CODE) });
    expect(b.machine.run(1000)).toMatchObject({ kind: 'breakpoint', pc: BigInt(CODE) });
    b.machine.removeBreakpoint(id);
    b.machine.removeBreakpoint(id);
    expect(b.machine.run(1000)).toEqual({ kind: 'budget' });
  });

  test('a callback sees and changes registers, and may continue elsewhere', () => {
    // call a function that the callback replaces: a0 := 42, and back to ra
    b.words(CODE, asm('jal', { rd: 1, imm: 0x100 }), count, asm('jal', { imm: 0 }));
    b.words(CODE + 0x100, asm('ebreak'));
    const seen: bigint[] = [];
    b.machine.addBreakpoint({
      address: BigInt(CODE + 0x100),
      onHit(hart: Hart) {
        seen.push(hart.pc, hart.x(1));
        hart.setX(10, 42n);
        hart.pc = hart.x(1);
        return 'continue';
      },
    });
    b.machine.run(3);
    expect(seen).toEqual([BigInt(CODE + 0x100), BigInt(CODE + 4)]);
    expect([b.hart.x(10), b.hart.x(9), b.hart.pc]).toEqual([42n, 1n, BigInt(CODE + 8)]);
  });

  test('a callback that continues costs no time and loses no instruction', () => {
    b.words(CODE, count, loopBack);
    let hits = 0;
    b.machine.addBreakpoint({
      address: BigInt(CODE),
      onHit() {
        hits++;
        return 'continue';
      },
    });
    b.machine.run(100);
    expect([hits, b.hart.x(9), b.machine.retired]).toEqual([50, 50n, 100]);
  });

  test('moving pc onto another breakpoint stops there', () => {
    b.words(CODE, count, count, count, loopBack);
    const first = b.machine.addBreakpoint({ address: BigInt(CODE + 4) });
    const second = b.machine.addBreakpoint({ address: BigInt(CODE + 8) });
    expect(b.machine.run(100)).toMatchObject({ id: first });
    b.hart.pc = BigInt(CODE + 8);
    expect(b.machine.run(100)).toMatchObject({ id: second });
    expect(b.hart.x(9)).toBe(1n);
  });

  test('an interrupt between: the breakpoint is reported again on return', () => {
    b.words(CODE, count, loopBack);
    b.words(0x8000_0200, asm('csrrw', { imm: 0x304 }), asm('mret'));
    b.machine.addBreakpoint({ address: BigInt(CODE) });
    expect(b.machine.run(100)).toMatchObject({ kind: 'breakpoint' });
    b.hart.setCsr('mie', 2n);
    b.hart.setCsr('mip', 2n);
    b.hart.setCsr('mstatus', 8n);
    expect(b.machine.run(100)).toMatchObject({ kind: 'breakpoint', pc: BigInt(CODE) });
    expect(b.hart.x(9)).toBe(0n);
    expect(b.machine.retired).toBe(2);
  });

  test('by privilege, in any address space, through other mappings of the page not', () => {
    const tables = pageTables(b);
    enterSupervisor(b, tables);
    const va = 0x4000n;
    tables.map(va, DATA, RWX | PTE.U);
    tables.map(va + 0x1000n, DATA, RWX | PTE.U);
    b.words(DATA + 0x10, count, count, asm('jal', { imm: 0 }));
    b.machine.addBreakpoint({ address: va + 0x14n, privilege: 0 });
    b.hart.privilege = 0;
    b.hart.pc = va + 0x1010n;
    expect(b.machine.run(10)).toEqual({ kind: 'budget' });
    b.hart.pc = va + 0x10n;
    expect(b.machine.run(10)).toMatchObject({ kind: 'breakpoint', pc: va + 0x14n });
    // the same address in another address space
    const others = pageTables(b, 0x8008_0000);
    others.map(va, DATA + 0x1000, RWX | PTE.U);
    b.words(DATA + 0x1010, count, count, asm('jal', { imm: 0 }));
    b.hart.setCsr('satp', others.satp());
    b.hart.pc = va + 0x10n;
    expect(b.machine.run(10)).toMatchObject({ kind: 'breakpoint', pc: va + 0x14n });
    // S executes there too, in a page that is not U's
    others.map(va, DATA + 0x1000, RWX);
    b.hart.privilege = 1;
    b.hart.pc = va + 0x10n;
    expect(b.machine.run(10)).toEqual({ kind: 'budget' });
  });

  test('on an instruction over a page boundary', () => {
    const page = DATA + 0x1000;
    const bytes = new Uint8Array(Uint32Array.from([count, asm('jal', { imm: 0 })]).buffer);
    b.machine.memory.write(page - 2, bytes);
    b.machine.addBreakpoint({ address: BigInt(page - 2) });
    b.hart.pc = BigInt(page - 2);
    expect(b.machine.run(10)).toMatchObject({ kind: 'breakpoint' });
    b.machine.run(1);
    expect([b.hart.x(9), b.hart.pc]).toEqual([1n, BigInt(page + 2)]);
  });

  test('refuses odd addresses', () => {
    expect(() => b.machine.addBreakpoint({ address: 3n })).toThrow(RangeError);
  });
});

describe('watches', () => {
  const ppn = DATA / 4096;
  const load = asm('ld', { rd: 5, rs1: 6 });
  const store = asm('sd', { rs1: 6, rs2: 7 });

  test('report who, where and how, before it happens', () => {
    const seen: Access[] = [];
    b.machine.watches.onAccess = (access) => {
      seen.push(access);
      expect(b.machine.memory.readU64(DATA + 16)).toBe(0n);
      return 'continue';
    };
    b.machine.watches.set(ppn, { store: true });
    b.words(CODE, load, store);
    b.hart.setX(6, BigInt(DATA + 16));
    b.hart.setX(7, 5n);
    b.machine.run(2);
    expect(seen).toEqual([
      {
        hart: 0,
        pc: BigInt(CODE + 4),
        privilege: 3,
        satp: 0n,
        kind: 'store',
        va: BigInt(DATA + 16),
        pa: DATA + 16,
        sizeBytes: 8,
        at: 1,
      },
    ]);
    expect(b.machine.memory.readU64(DATA + 16)).toBe(5n);
  });

  test('say how many instructions were retired, without the time slept in WFI', () => {
    b.hart.setCsr('menvcfg', 1n << 63n);
    b.hart.setCsr('stimecmp', 100n);
    b.hart.setCsr('mie', 1n << 5n);
    b.words(CODE, asm('wfi'), count, store, asm('jal', { imm: 0 }));
    b.hart.setX(6, BigInt(DATA));
    const seen: number[] = [];
    b.machine.watches.onAccess = ({ at }) => {
      seen.push(at, b.machine.retired);
      return 'continue';
    };
    b.machine.watches.set(ppn, { store: true });
    b.machine.run(2000);
    expect(seen).toEqual([2, 2]);
  });

  test('stop before the instruction, and go on past it without a second report', () => {
    b.machine.watches.set(ppn, { store: true, load: true });
    b.words(CODE, store, load, asm('amoadd.d', { rd: 5, rs1: 6, rs2: 7 }), asm('jal', { imm: 0 }));
    b.hart.setX(6, BigInt(DATA));
    b.hart.setX(7, 5n);
    expect(b.machine.run(10)).toMatchObject({ kind: 'watch', access: { kind: 'store' } });
    expect([b.machine.memory.readU64(DATA), b.machine.retired]).toEqual([0n, 0]);
    expect(b.machine.run(10)).toMatchObject({ kind: 'watch', access: { kind: 'load' } });
    expect([b.machine.memory.readU64(DATA), b.machine.retired]).toEqual([5n, 1]);
    expect(b.machine.run(10)).toMatchObject({ kind: 'watch', access: { kind: 'load' } });
    expect(b.machine.run(10)).toEqual({ kind: 'budget' });
    expect(b.machine.memory.readU64(DATA)).toBe(10n);
  });

  test('every access is seen, whatever the TLB had', () => {
    b.words(CODE, load, store, asm('jal', { imm: -8 }));
    b.hart.setX(6, BigInt(DATA));
    b.machine.run(300);
    let loads = 0;
    b.machine.watches.onAccess = ({ kind }) => {
      if (kind === 'load') loads++;
      return 'continue';
    };
    b.machine.watches.set(ppn, { load: true });
    b.machine.run(300);
    expect(loads).toBe(100);
    b.machine.watches.clear();
    b.machine.run(300);
    expect(loads).toBe(100);
  });

  test('an access over a page boundary is reported for the watched page, and stops whole', () => {
    b.machine.watches.set(ppn + 1, { load: true, store: true });
    b.words(CODE, store, load, asm('jal', { imm: 0 }));
    b.hart.setX(6, BigInt(DATA + 0xffc));
    b.hart.setX(7, ~0n);
    const second = { va: BigInt(DATA + 0x1000), pa: DATA + 0x1000, sizeBytes: 4 };
    expect(b.machine.run(10)).toMatchObject({ access: { kind: 'store', ...second } });
    expect(b.machine.memory.readU64(DATA + 0xff8)).toBe(0n);
    expect(b.machine.run(10)).toMatchObject({ access: { kind: 'load', ...second } });
    expect(b.machine.run(10)).toEqual({ kind: 'budget' });
    expect(b.hart.x(5)).toBe(0xffff_ffff_ffff_ffffn);
  });

  test('walks and fetches', () => {
    const tables = pageTables(b);
    enterSupervisor(b, tables);
    const va = 0x4000_0000n;
    const leaf = tables.map(va, DATA, RWX);
    b.words(DATA, count, asm('jal', { imm: 0 }));
    const seen: string[] = [];
    b.machine.watches.onAccess = ({ kind, va: at }) => {
      seen.push(`${kind} ${at.toString(16)}`);
      return 'continue';
    };
    b.machine.watches.set(Math.floor(leaf / 4096), { walk: true });
    b.machine.watches.set(ppn, { fetch: true });
    b.step(va);
    expect(seen).toEqual(['walk 40000000', 'fetch 40000000']);
  });

  test('refuse pages that are not RAM', () => {
    expect(() => b.machine.watches.set(0, { load: true })).toThrow(RangeError);
  });
});

describe('several harts', () => {
  test('another hart’s store breaks a reservation, ours and others elsewhere do not', () => {
    const run = (offset: number) => {
      b = bare({ harts: 2, quantumInsns: 1 });
      const [first, second] = b.machine.harts as [Hart, Hart];
      const lr = asm('lr.d', { rd: 5, rs1: 6 });
      const sc = asm('sc.d', { rd: 5, rs1: 6, rs2: 7 });
      b.words(CODE, lr, asm('addi'), sc, asm('jal', { imm: 0 }));
      // the other one has the page in its write TLB already
      b.words(CODE + 0x100, asm('sd', { rs1: 6 }), asm('sd', { rs1: 6 }), asm('jal', { imm: 0 }));
      first.setX(6, BigInt(DATA));
      second.setX(6, BigInt(DATA + offset));
      second.pc = BigInt(CODE + 0x100);
      b.machine.run(8);
      return first.x(5);
    };
    expect(run(0)).toBe(1n);
    expect(run(8)).toBe(0n);
    expect(run(0x1000)).toBe(0n);
  });

  test('a trap takes the reservation away', () => {
    b.words(CODE, asm('lr.d', { rd: 5, rs1: 6 }), asm('ecall'), asm('jal', { imm: 0 }));
    b.words(0x8000_0200, asm('sc.d', { rd: 5, rs1: 6, rs2: 7 }), asm('jal', { imm: 0 }));
    b.hart.setX(6, BigInt(DATA));
    b.machine.run(5);
    expect(b.hart.x(5)).toBe(1n);
  });

  test('software interrupts reach the other hart, and wake it', () => {
    b = bare({ harts: 2, quantumInsns: 10 });
    const [first, second] = b.machine.harts as [Hart, Hart];
    second.setCsr('mie', 8n);
    second.pc = BigInt(CODE + 0x100);
    b.words(CODE + 0x100, asm('wfi'), count, asm('jal', { imm: 0 }));
    b.words(CODE, asm('sw', { rs1: 6, rs2: 7 }), asm('jal', { imm: 0 }));
    first.setX(6, 0x0200_0004n);
    first.setX(7, 1n);
    b.machine.run(60);
    expect([second.x(9), second.csr('mip')]).toEqual([1n, 8n]);
  });
});

describe('bad machines are refused', () => {
  test.each([
    { harts: 0 },
    { harts: 9 },
    { memoryBytes: 1000 },
    { memoryBytes: 2 ** 20 + 4096 },
    { memoryBytes: 2 ** 40 },
    { quantumInsns: 0 },
    { insnsPerTick: 0.5 },
    { disk: new Uint8Array(100) },
  ])('%j', (options) => {
    expect(() => bare(options)).toThrow(RangeError);
  });

  test('memory outside RAM', () => {
    expect(() => b.machine.memory.readU64(0x7fff_ffff)).toThrow(/outside RAM/);
    expect(() => b.machine.memory.write(0x8010_0000, new Uint8Array(1))).toThrow(/outside RAM/);
    expect(() => b.hart.csr('nonsense')).toThrow(RangeError);
    expect(() => b.hart.csr(0x5c0)).toThrow(RangeError);
    expect(() => b.hart.x(32)).toThrow(RangeError);
  });
});
