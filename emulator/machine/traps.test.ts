import { beforeEach, describe, expect, test } from 'vitest';
import { asm, csrOperand } from '../riscv/assemble.ts';
import { csrNumber, csrRows } from '../riscv/csrs.ts';
import { type Bare, bare, CODE, DATA, MTVEC, STVEC } from './testing/bare.ts';

let b: Bare;
beforeEach(() => {
  b = bare();
});

const MIE = 1n << 3n;
const SIE = 1n << 1n;
const MPP_S = 1n << 11n;
const SPP = 1n << 8n;

function csr(operation: string, name: string, rs1 = 0, rd = 0): number {
  return asm(operation, { rd, rs1, imm: csrOperand(csrNumber(name), rs1) });
}

/** Values of the machine's trap registers after one instruction. */
const machineTrap = () => ({
  pc: b.hart.pc,
  cause: b.hart.csr('mcause'),
  epc: b.hart.csr('mepc'),
  tval: b.hart.csr('mtval'),
});
const expected = (cause: bigint, tval: bigint, epc = BigInt(CODE)) => ({
  pc: MTVEC,
  cause,
  epc,
  tval,
});

describe('exceptions', () => {
  test('1: fetch from where there is no memory', () => {
    b.step(0x1000n);
    expect(machineTrap()).toEqual(expected(1n, 0x1000n, 0x1000n));
  });
  test('2: illegal instructions, with their bits', () => {
    b.execute(0xffff_ffff);
    expect(machineTrap()).toEqual(expected(2n, 0xffff_ffffn));
    b.execute(0x0000_0000);
    expect(machineTrap()).toEqual(expected(2n, 0n));
    b.execute(0x1234_2001);
    expect(machineTrap()).toEqual(expected(2n, 0x2001n));
    const unknown = asm('csrrw', { imm: csrOperand(0x5c0) });
    b.execute(unknown);
    expect(machineTrap()).toEqual(expected(2n, BigInt(unknown)));
  });
  test('3: ebreak', () => {
    b.execute(asm('ebreak'));
    expect(machineTrap()).toEqual(expected(3n, BigInt(CODE)));
    b.execute(0x9002);
    expect(machineTrap()).toEqual(expected(3n, BigInt(CODE)));
  });
  test('4 and 6: misaligned atomics', () => {
    b.execute(asm('lr.w', { rd: 1, rs1: 2 }), { 2: BigInt(DATA + 2) });
    expect(machineTrap()).toEqual(expected(4n, BigInt(DATA + 2)));
    b.execute(asm('sc.d', { rd: 1, rs1: 2, rs2: 3 }), { 2: BigInt(DATA + 4) });
    expect(machineTrap()).toEqual(expected(6n, BigInt(DATA + 4)));
    b.execute(asm('amoadd.d', { rd: 1, rs1: 2, rs2: 3 }), { 2: BigInt(DATA + 4) });
    expect(machineTrap()).toEqual(expected(6n, BigInt(DATA + 4)));
  });
  test('5 and 7: access where there is nothing', () => {
    for (const address of [0n, 0x4000_0000n, 1n << 40n, 1n << 60n, 0xffff_ffff_ffff_fff8n]) {
      b.execute(asm('lb', { rd: 1, rs1: 2 }), { 2: address });
      expect(machineTrap()).toEqual(expected(5n, address));
      b.execute(asm('sd', { rs1: 2, rs2: 3 }), { 2: address });
      expect(machineTrap()).toEqual(expected(7n, address));
      b.execute(asm('amoswap.w', { rd: 1, rs1: 2, rs2: 3 }), { 2: address & ~7n });
      expect(machineTrap()).toEqual(expected(7n, address & ~7n));
    }
  });
  test('an access that begins in RAM and ends outside writes nothing', () => {
    const end = BigInt(0x8000_0000 + 2 ** 20);
    b.longs(Number(end) - 8, 7n);
    b.execute(asm('sd', { rs1: 2, rs2: 3 }), { 2: end - 4n, 3: ~0n });
    expect(machineTrap()).toMatchObject({ cause: 7n });
    expect(b.machine.memory.readU64(Number(end) - 8)).toBe(7n);
  });
  test.each([
    [0, 8n],
    [1, 9n],
    [3, 11n],
  ] as const)('ecall from %i', (privilege, cause) => {
    b.hart.privilege = privilege;
    b.execute(asm('ecall'));
    expect(machineTrap()).toEqual(expected(cause, 0n));
  });
  test('a trap counts as one instruction and leaves registers alone', () => {
    b.execute(asm('lb', { rd: 1, rs1: 2 }), { 1: 77n, 2: 0n });
    expect([b.hart.x(1), b.machine.retired]).toEqual([77n, 1]);
  });
});

describe('delegation', () => {
  test('from U and S to S, never from M', () => {
    b.hart.setCsr('medeleg', ~0n);
    expect(b.hart.csr('medeleg')).toBe(0xb3ffn);
    for (const privilege of [0, 1] as const) {
      b.hart.privilege = privilege;
      b.hart.setCsr('mstatus', SIE);
      b.execute(asm('ebreak'));
      expect([b.hart.pc, b.hart.csr('scause'), b.hart.csr('sepc')]).toEqual([
        STVEC,
        3n,
        BigInt(CODE),
      ]);
      // SPIE took SIE's place, and SPP says where we came from
      expect(b.hart.csr('mstatus') & 0x122n).toBe(0x20n | (privilege === 1 ? SPP : 0n));
      expect(b.hart.privilege).toBe(1);
    }
    b.hart.privilege = 3;
    b.execute(asm('ebreak'));
    expect(b.hart.pc).toBe(MTVEC);
  });

  test('ecall from M cannot be delegated', () => {
    b.hart.setCsr('medeleg', 1n << 11n);
    expect(b.hart.csr('medeleg')).toBe(0n);
  });
});

describe('returns', () => {
  test('mret', () => {
    b.hart.setCsr('mstatus', MPP_S | (1n << 7n) | (1n << 17n));
    b.hart.setCsr('mepc', BigInt(DATA));
    b.execute(asm('mret'));
    expect([b.hart.pc, b.hart.privilege]).toEqual([BigInt(DATA), 1]);
    // MIE ← MPIE, MPIE ← 1, MPP ← U, MPRV ← 0
    expect(b.hart.csr('mstatus') & 0x2_1888n).toBe(0x88n);
  });
  test('mret to M keeps MPRV', () => {
    b.hart.setCsr('mstatus', (3n << 11n) | (1n << 17n));
    b.execute(asm('mret'));
    expect([b.hart.privilege, b.hart.csr('mstatus') & (1n << 17n)]).toEqual([3, 1n << 17n]);
  });
  test('sret', () => {
    b.hart.privilege = 1;
    b.hart.setCsr('mstatus', 1n << 5n);
    b.hart.setCsr('sepc', BigInt(DATA));
    b.execute(asm('sret'));
    expect([b.hart.pc, b.hart.privilege, b.hart.csr('mstatus') & 0x122n]).toEqual([
      BigInt(DATA),
      0,
      0x22n,
    ]);
  });
  test.each([
    ['mret', 1, 0n],
    ['mret', 0, 0n],
    ['sret', 0, 0n],
    ['sret', 1, 1n << 22n],
    ['wfi', 1, 1n << 21n],
    ['wfi', 0, 0n],
    ['sfence.vma', 1, 1n << 20n],
    ['sfence.vma', 0, 0n],
  ] as const)('%s in %i with mstatus %i is illegal', (name, privilege, status) => {
    b.hart.setCsr('mstatus', status);
    b.hart.privilege = privilege;
    b.execute(asm(name));
    expect(machineTrap()).toEqual(expected(2n, BigInt(asm(name))));
  });
  test('they are legal without TSR, TW, TVM', () => {
    b.hart.privilege = 1;
    b.execute(asm('sfence.vma'));
    expect(b.hart.pc).toBe(BigInt(CODE + 4));
    b.execute(asm('wfi'));
    expect(b.hart.pc).toBe(BigInt(CODE + 4));
  });
});

describe('interrupts', () => {
  const PENDING = { SSI: 1n << 1n, STI: 1n << 5n, SEI: 1n << 9n };

  test('priority among those that are pending', () => {
    b.hart.setCsr('mie', 0xaaan);
    b.hart.setCsr('mip', PENDING.SSI | PENDING.STI | PENDING.SEI);
    b.hart.setCsr('mstatus', MIE);
    const taken: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      b.hart.setCsr('mstatus', MIE);
      b.words(Number(MTVEC), asm('addi'));
      b.execute(asm('addi'));
      const cause = b.hart.csr('mcause');
      taken.push(cause & 63n);
      b.hart.setCsr('mip', b.hart.csr('mip') & ~(1n << (cause & 63n)));
    }
    expect(taken).toEqual([9n, 1n, 5n]);
  });

  test('vectored mode moves interrupts, not exceptions', () => {
    b.hart.setCsr('mtvec', MTVEC | 1n);
    b.hart.setCsr('mie', PENDING.SSI);
    b.hart.setCsr('mip', PENDING.SSI);
    b.hart.setCsr('mstatus', MIE);
    b.words(Number(MTVEC) + 4, asm('ebreak'));
    b.execute(asm('addi'));
    // the interrupt went to base + 4, where the ebreak went to base
    expect([b.hart.pc, b.hart.csr('mcause'), b.hart.csr('mepc')]).toEqual([MTVEC, 3n, MTVEC + 4n]);
  });

  test.each([
    ['M with MIE clear: no', 3, 0n, 0n, false],
    ['M with MIE: yes', 3, MIE, 0n, true],
    ['S: machine interrupts always', 1, 0n, 0n, true],
    ['M: delegated ones never', 3, MIE | SIE, PENDING.SSI, false],
    ['S with SIE clear: delegated ones not', 1, 0n, PENDING.SSI, false],
    ['S with SIE: delegated ones', 1, SIE, PENDING.SSI, true],
    ['U: delegated ones always', 0, 0n, PENDING.SSI, true],
  ] as const)('%s', (_, privilege, status, mideleg, taken) => {
    b.hart.setCsr('mideleg', mideleg);
    b.hart.setCsr('mie', PENDING.SSI);
    b.hart.setCsr('mip', PENDING.SSI);
    b.hart.setCsr('mstatus', status);
    b.hart.privilege = privilege;
    b.execute(asm('addi'));
    expect(b.hart.pc !== BigInt(CODE + 4)).toBe(taken);
  });

  test('sip and sie show and change delegated bits only', () => {
    b.hart.setCsr('mideleg', PENDING.SSI);
    b.hart.setCsr('mie', 0xaaan);
    b.hart.setCsr('mip', PENDING.SSI | PENDING.SEI);
    expect([b.hart.csr('sie'), b.hart.csr('sip')]).toEqual([PENDING.SSI, PENDING.SSI]);
    b.hart.setCsr('sie', 0n);
    b.hart.setCsr('sip', 0n);
    expect([b.hart.csr('mie'), b.hart.csr('mip')]).toEqual([0xaaan & ~2n, PENDING.SEI]);
  });

  test('WFI waits for what is enabled, whether or not it is taken', () => {
    b.hart.setCsr('mie', PENDING.SSI);
    b.words(CODE, asm('wfi'), asm('addi', { rd: 5, rs1: 5, imm: 1 }));
    expect(b.machine.run(10)).toEqual({ kind: 'idle' });
    expect([b.hart.waiting, b.hart.pc]).toEqual([true, BigInt(CODE + 4)]);
    b.hart.setCsr('mip', PENDING.SSI);
    b.machine.run(1);
    expect([b.hart.waiting, b.hart.x(5)]).toEqual([false, 1n]);
  });

  test('stopAtTraps', () => {
    b.machine.stopAtTraps('exceptions');
    b.words(CODE, asm('addi'), asm('ebreak'));
    expect(b.machine.run(100)).toEqual({
      kind: 'trap',
      hart: 0,
      cause: 3n,
      tval: BigInt(CODE + 4),
      epc: BigInt(CODE + 4),
    });
    expect([b.machine.retired, b.hart.pc]).toEqual([2, MTVEC]);
  });
});

describe('control and status registers', () => {
  test('each instruction reads the old value and writes', () => {
    b.hart.setCsr('mscratch', 0b1100n);
    b.execute(csr('csrrw', 'mscratch', 1, 2), { 1: 0b1010n });
    expect([b.hart.x(2), b.hart.csr('mscratch')]).toEqual([0b1100n, 0b1010n]);
    b.execute(csr('csrrs', 'mscratch', 1, 2), { 1: 0b0101n });
    expect([b.hart.x(2), b.hart.csr('mscratch')]).toEqual([0b1010n, 0b1111n]);
    b.execute(csr('csrrc', 'mscratch', 1, 2), { 1: 0b0110n });
    expect([b.hart.x(2), b.hart.csr('mscratch')]).toEqual([0b1111n, 0b1001n]);
    const uimm = (operation: string, value: number) =>
      asm(operation, { rd: 2, imm: csrOperand(csrNumber('mscratch'), value) });
    b.execute(uimm('csrrwi', 31));
    expect(b.hart.csr('mscratch')).toBe(31n);
    b.execute(uimm('csrrsi', 0));
    b.execute(uimm('csrrci', 3));
    expect([b.hart.x(2), b.hart.csr('mscratch')]).toEqual([31n, 28n]);
  });

  test('rd may be rs1', () => {
    b.hart.setCsr('sscratch', 5n);
    b.execute(csr('csrrw', 'sscratch', 1, 1), { 1: 9n });
    expect([b.hart.x(1), b.hart.csr('sscratch')]).toEqual([5n, 9n]);
  });

  test('rights follow from the number', () => {
    for (const { name, number } of csrRows) {
      const needs = (number >> 8) & 3;
      for (const privilege of [0, 1, 3] as const) {
        if (privilege >= needs) continue;
        b.hart.privilege = privilege;
        b.execute(csr('csrrs', name, 0, 1));
        expect([name, privilege, b.hart.csr('mcause'), b.hart.pc]).toEqual([
          name,
          privilege,
          2n,
          MTVEC,
        ]);
        b.hart.privilege = 3;
      }
      if (number >> 10 !== 3) continue;
      b.execute(csr('csrrw', name, 0, 1));
      expect([name, b.hart.pc]).toEqual([name, MTVEC]);
    }
  });

  test('every register can be read in M, and read-only ones keep their value', () => {
    b.hart.setCsr('mstatus', 1n << 13n);
    for (const { name } of csrRows) {
      b.execute(csr('csrrs', name, 0, 1));
      expect([name, b.hart.pc]).toEqual([name, BigInt(CODE + 4)]);
    }
  });

  test.each([
    ['mstatus', ~0n, (1n << 63n) | 0xa_007e_79aan],
    ['sstatus', ~0n, (1n << 63n) | 0x2_000c_6122n],
    ['mie', ~0n, 0xaaan],
    ['mideleg', ~0n, 0x222n],
    ['mtvec', 0x1003n, 0x1001n],
    ['mepc', 0x1003n, 0x1002n],
    ['stvec', ~0n, ~0n & ~2n],
    ['misa', 0n, 0x8000_0000_0014_112dn],
    ['satp', 5n << 60n, 0n],
    ['satp', (8n << 60n) | (0xabcdn << 44n) | 7n, (8n << 60n) | (0xabcdn << 44n) | 7n],
    ['mcounteren', ~0n, 0xffff_ffffn],
    ['menvcfg', ~0n, (1n << 63n) | (1n << 61n) | 1n],
    ['mhpmcounter3', 5n, 0n],
    ['tselect', 1n, 0n],
    ['mcountinhibit', ~0n, 5n],
  ])('%s takes the bits it has', (name, written, read) => {
    b.hart.setCsr(name, written);
    expect(b.hart.csr(name)).toBe(BigInt.asUintN(64, read));
  });

  test('a reserved MPP leaves MPP as it was', () => {
    b.hart.setCsr('mstatus', MPP_S);
    b.hart.setCsr('mstatus', 2n << 11n);
    expect(b.hart.csr('mstatus') & (3n << 11n)).toBe(MPP_S);
  });

  test('TVM guards satp', () => {
    b.hart.setCsr('mstatus', 1n << 20n);
    b.hart.privilege = 1;
    b.execute(csr('csrrs', 'satp', 0, 1));
    expect(b.hart.pc).toBe(MTVEC);
  });

  test('fcsr needs FS', () => {
    b.execute(csr('csrrs', 'fcsr', 0, 1));
    expect(b.hart.pc).toBe(MTVEC);
    b.hart.setCsr('mstatus', 1n << 13n);
    b.execute(csr('csrrw', 'fcsr', 1, 2), { 1: ~0n });
    expect([b.hart.csr('frm'), b.hart.csr('fflags')]).toEqual([7n, 31n]);
    // FS is dirty, and SD says so
    expect(b.hart.csr('mstatus') >> 63n).toBe(1n);
  });

  test('clearing bits of mip does not make SEIP’s line a written bit', () => {
    // the PLIC raises SEIP: source 10 (UART) enabled for hart 0, threshold 0, input waiting
    b.execute(asm('sw', { rs1: 1, rs2: 2 }), { 1: 0x0c00_0028n, 2: 1n });
    b.execute(asm('sw', { rs1: 1, rs2: 2 }), { 1: 0x0c00_2080n, 2: 1n << 10n });
    b.execute(asm('sb', { rs1: 1, rs2: 2 }), { 1: 0x1000_0001n, 2: 1n });
    b.machine.type('x');
    expect(b.hart.csr('mip') & 0x200n).toBe(0x200n);
    b.execute(csr('csrrs', 'mip', 1, 2), { 1: 2n });
    b.execute(asm('lbu', { rd: 3, rs1: 1 }), { 1: 0x1000_0000n });
    b.execute(asm('lw', { rd: 3, rs1: 1 }), { 1: 0x0c20_1004n });
    expect([b.hart.x(3), b.hart.csr('mip')]).toEqual([10n, 2n]);
  });
});

describe('counters', () => {
  test('count instructions, take values, stand still', () => {
    b.words(
      CODE,
      csr('csrrs', 'minstret', 0, 5),
      asm('addi'),
      asm('addi'),
      csr('csrrs', 'minstret', 0, 6),
      csr('csrrw', 'mcycle', 7),
      csr('csrrs', 'mcycle', 0, 8),
    );
    b.hart.setX(7, 1000n);
    b.machine.run(6);
    expect([b.hart.x(6) - b.hart.x(5), b.hart.x(8)]).toEqual([3n, 1000n]);
    b.hart.setCsr('mcountinhibit', 5n);
    const before = b.hart.csr('minstret');
    b.words(CODE, asm('jal', { imm: 0 }));
    b.hart.pc = BigInt(CODE);
    b.machine.run(10);
    expect(b.hart.csr('minstret')).toBe(before);
    b.hart.setCsr('mcountinhibit', 0n);
    b.machine.run(10);
    expect(b.hart.csr('minstret')).toBe(before + 10n);
  });

  test.each(['cycle', 'time', 'instret', 'hpmcounter3'])('%s as the enables say', (name) => {
    const bit = 1n << BigInt(csrNumber(name) & 31);
    const readable = (privilege: 0 | 1 | 3, m: bigint, s: bigint) => {
      b.hart.setCsr('mcounteren', m);
      b.hart.setCsr('scounteren', s);
      b.hart.privilege = privilege;
      b.execute(csr('csrrs', name, 0, 1));
      const ok = b.hart.pc === BigInt(CODE + 4);
      b.hart.privilege = 3;
      return ok;
    };
    expect(readable(3, 0n, 0n)).toBe(true);
    expect(readable(1, 0n, bit)).toBe(false);
    expect(readable(1, bit, 0n)).toBe(true);
    expect(readable(0, bit, 0n)).toBe(false);
    expect(readable(0, 0n, bit)).toBe(false);
    expect(readable(0, bit, bit)).toBe(true);
  });
});

describe('timers', () => {
  test('mtimecmp fires at its tick, counted in instructions', () => {
    b.machine.memory.write(Number(MTVEC), new Uint8Array([0x6f, 0, 0, 0]));
    b.words(CODE, asm('jal', { imm: 0 }));
    b.hart.setCsr('mie', 1n << 7n);
    b.hart.setCsr('mstatus', MIE);
    b.hart.pc = BigInt(CODE);
    b.execute(asm('sd', { rs1: 1, rs2: 2 }), { 1: 0x0200_4000n, 2: 7n });
    b.words(CODE, asm('jal', { imm: 0 }));
    b.hart.pc = BigInt(CODE);
    b.machine.stopAtTraps('all');
    const stop = b.machine.run(1000);
    expect(stop).toMatchObject({ kind: 'trap', cause: (1n << 63n) | 7n });
    // 10 instructions a tick: 70 of them, whichever was the first
    expect([b.machine.retired, b.machine.mtime]).toEqual([70, 7n]);
  });

  test('stimecmp: Sstc', () => {
    b.hart.setCsr('menvcfg', 1n << 63n);
    b.hart.setCsr('stimecmp', 5n);
    b.words(CODE, asm('jal', { imm: 0 }));
    b.hart.pc = BigInt(CODE);
    b.machine.run(49);
    expect(b.hart.csr('mip')).toBe(0n);
    b.machine.run(2);
    expect(b.hart.csr('mip')).toBe(1n << 5n);
    b.hart.setCsr('stimecmp', 100n);
    expect(b.hart.csr('mip')).toBe(0n);
  });

  test('stimecmp needs menvcfg.STCE and mcounteren.TM below M', () => {
    const readable = () => {
      b.hart.privilege = 1;
      b.execute(csr('csrrs', 'stimecmp', 0, 1));
      const ok = b.hart.pc === BigInt(CODE + 4);
      b.hart.privilege = 3;
      return ok;
    };
    expect(readable()).toBe(false);
    b.hart.setCsr('menvcfg', 1n << 63n);
    expect(readable()).toBe(false);
    b.hart.setCsr('mcounteren', 2n);
    expect(readable()).toBe(true);
  });

  test('WFI jumps to the next timer, and time does not pass while frozen', () => {
    b.hart.setCsr('menvcfg', 1n << 63n);
    b.hart.setCsr('stimecmp', 1000n);
    b.hart.setCsr('mie', 1n << 5n);
    b.words(CODE, asm('wfi'), asm('jal', { imm: 0 }));
    b.machine.run(10_000);
    expect([b.machine.mtime, b.machine.retired]).toEqual([1000n, 1]);
    b.machine.freezeTime(true);
    b.machine.run(5000);
    expect(b.machine.mtime).toBe(1000n);
    b.hart.setCsr('stimecmp', 2000n);
    expect(b.machine.fireTimer(0)).toBe(true);
    b.machine.run(1);
    expect(b.hart.csr('stimecmp')).toBe(1000n);
    b.machine.advanceTime(5n);
    b.machine.freezeTime(false);
    expect(b.machine.mtime).toBe(1005n);
    b.machine.run(100);
    expect(b.machine.mtime).toBeGreaterThan(1010n);
  });

  test('a frozen machine that waits is idle', () => {
    b.hart.setCsr('menvcfg', 1n << 63n);
    b.hart.setCsr('stimecmp', 1000n);
    b.hart.setCsr('mie', 1n << 5n);
    b.machine.freezeTime(true);
    b.words(CODE, asm('wfi'), asm('jal', { imm: 0 }));
    expect(b.machine.run(100_000)).toEqual({ kind: 'idle' });
    b.machine.fireTimer(0);
    expect(b.machine.run(5)).toEqual({ kind: 'budget' });
  });
});
