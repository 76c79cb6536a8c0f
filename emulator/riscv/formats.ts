import type { Operands } from './row.ts';

/** Operand layouts of 32-bit instructions (Unprivileged manual, 2.2 and 2.3; Zicsr; F). */
export interface Format {
  readonly decode: (word: number) => Operands;
  /** operand bits for the encoder; throws RangeError when the immediate does not fit */
  readonly encode: (operands: Operands) => number;
}

const rd = (w: number): number => (w >>> 7) & 31;
const rs1 = (w: number): number => (w >>> 15) & 31;
const rs2 = (w: number): number => (w >>> 20) & 31;

function fits(imm: number, low: number, high: number, step = 1): void {
  if (imm < low || imm > high || imm % step !== 0) {
    throw new RangeError(
      `immediate ${imm} outside ${low}..${high}${step > 1 ? ` by ${step}` : ''}`,
    );
  }
}

const immB = (w: number): number =>
  ((w >> 31) << 12) | ((w << 4) & 0x800) | ((w >>> 20) & 0x7e0) | ((w >>> 7) & 0x1e);
const immJ = (w: number): number =>
  ((w >> 31) << 20) | (w & 0xff000) | ((w >>> 9) & 0x800) | ((w >>> 20) & 0x7fe);
const immS = (w: number): number => ((w >> 25) << 5) | ((w >>> 7) & 31);

function encodeB(imm: number): number {
  fits(imm, -4096, 4094, 2);
  return (
    ((imm & 0x1000) << 19) | ((imm & 0x7e0) << 20) | ((imm & 0x1e) << 7) | ((imm & 0x800) >>> 4)
  );
}

function encodeJ(imm: number): number {
  fits(imm, -0x100000, 0xffffe, 2);
  return ((imm & 0x100000) << 11) | ((imm & 0x7fe) << 20) | ((imm & 0x800) << 9) | (imm & 0xff000);
}

const registers = (o: Operands): number => (o.rd << 7) | (o.rs1 << 15) | (o.rs2 << 20);

function shift(bits: number): Format {
  const most = 2 ** bits - 1;
  return {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: 0, imm: (w >>> 20) & most }),
    encode: (o) => {
      fits(o.imm, 0, most);
      return (o.rd << 7) | (o.rs1 << 15) | (o.imm << 20);
    },
  };
}

export const formats = {
  R: {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: rs2(w), imm: 0 }),
    encode: registers,
  },
  /** one source; the field of rs2 belongs to the pattern */
  R1: {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: 0, imm: 0 }),
    encode: (o) => (o.rd << 7) | (o.rs1 << 15),
  },
  I: {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: 0, imm: w >> 20 }),
    encode: (o) => {
      fits(o.imm, -2048, 2047);
      return (o.rd << 7) | (o.rs1 << 15) | (o.imm << 20);
    },
  },
  /** I with a 6-bit shift amount */
  shift64: shift(6),
  /** I with a 5-bit shift amount */
  shift32: shift(5),
  S: {
    decode: (w) => ({ rd: 0, rs1: rs1(w), rs2: rs2(w), imm: immS(w) }),
    encode: (o) => {
      fits(o.imm, -2048, 2047);
      return (o.rs1 << 15) | (o.rs2 << 20) | ((o.imm & 31) << 7) | ((o.imm >> 5) << 25);
    },
  },
  B: {
    decode: (w) => ({ rd: 0, rs1: rs1(w), rs2: rs2(w), imm: immB(w) }),
    encode: (o) => (o.rs1 << 15) | (o.rs2 << 20) | encodeB(o.imm),
  },
  /** the immediate is the value itself: a multiple of 4096 */
  U: {
    decode: (w) => ({ rd: rd(w), rs1: 0, rs2: 0, imm: w & ~0xfff }),
    encode: (o) => {
      fits(o.imm, -0x80000000, 0x7ffff000, 4096);
      return (o.rd << 7) | o.imm;
    },
  },
  J: {
    decode: (w) => ({ rd: rd(w), rs1: 0, rs2: 0, imm: immJ(w) }),
    encode: (o) => (o.rd << 7) | encodeJ(o.imm),
  },
  /** Zicsr; imm is number | uimm << 12, where uimm is the field of rs1 */
  csr: {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: 0, imm: (w >>> 20) | (rs1(w) << 12) }),
    encode: (o) => (o.rd << 7) | (o.rs1 << 15) | ((o.imm & 0xfff) << 20),
  },
  csri: {
    decode: (w) => ({ rd: rd(w), rs1: 0, rs2: 0, imm: (w >>> 20) | (rs1(w) << 12) }),
    encode: (o) => (o.rd << 7) | ((o.imm >>> 12) << 15) | ((o.imm & 0xfff) << 20),
  },
  /** no operands */
  none: {
    decode: () => ({ rd: 0, rs1: 0, rs2: 0, imm: 0 }),
    encode: () => 0,
  },
  /** F and D with a rounding mode: imm is rm | rs3 << 3 */
  R4: {
    decode: (w) => ({
      rd: rd(w),
      rs1: rs1(w),
      rs2: rs2(w),
      imm: ((w >>> 12) & 7) | ((w >>> 27) << 3),
    }),
    encode: (o) => registers(o) | ((o.imm & 7) << 12) | ((o.imm >>> 3) << 27),
  },
  /** two sources and a rounding mode in imm */
  Rrm: {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: rs2(w), imm: (w >>> 12) & 7 }),
    encode: (o) => registers(o) | ((o.imm & 7) << 12),
  },
  /** one source and a rounding mode in imm; the field of rs2 belongs to the pattern */
  R1rm: {
    decode: (w) => ({ rd: rd(w), rs1: rs1(w), rs2: 0, imm: (w >>> 12) & 7 }),
    encode: (o) => (o.rd << 7) | (o.rs1 << 15) | ((o.imm & 7) << 12),
  },
} satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;
