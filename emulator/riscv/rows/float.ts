import { floatOperationNumber } from '../../softfloat/operations.ts';
import { type Expr, i64, select } from '../../wasm/index.ts';
import type { Row } from '../row.ts';
import type { Sem } from '../sem.ts';

/** The two widths of floating point: letter of the mnemonic, fmt field, sections. */
interface Width {
  letter: 's' | 'd';
  fmt: '00' | '01';
  /** chapter of the Unprivileged manual */
  chapter: number;
}

const WIDTHS: readonly Width[] = [
  { letter: 's', fmt: '00', chapter: 21 },
  { letter: 'd', fmt: '01', chapter: 22 },
];

const BOX = 0xffff_ffff_0000_0000n;
const CANONICAL_NAN = 0x7fc0_0000n;
const boxed = (word: Expr): Expr => i64.or(word, BOX);

/** A single's bits in the low half; what is not NaN-boxed reads as the canonical NaN. */
const unboxed = (s: Sem, register: Expr): Expr => {
  const bits = s.temp(register);
  return select(
    i64.eq(i64.and(bits, BOX), i64.const(BOX)),
    i64.and(bits, 0xffff_ffffn),
    i64.const(CANONICAL_NAN),
  );
};

/** Arithmetic with a rounding mode and two sources. */
const binary =
  (name: string, f5: string) =>
  (w: Width): Row => ({
    name: `${name}.${w.letter}`,
    pattern: `${f5}${w.fmt} ----- ----- --- ----- 1010011`,
    format: 'Rrm',
    assembly: 'rd, rs1, rs2',
    section: `Unprivileged ${w.chapter}.6`,
    float: ['rd', 'rs1', 'rs2'],
    semantics: (s) => {
      s.needFloat();
      s.setFd(s.float(floatOperationNumber(`${name}.${w.letter}`), s.rs1, s.rs2));
    },
  });

const squareRoot = (w: Width): Row => ({
  name: `fsqrt.${w.letter}`,
  pattern: `01011${w.fmt} 00000 ----- --- ----- 1010011`,
  format: 'R1rm',
  assembly: 'rd, rs1',
  section: `Unprivileged ${w.chapter}.6`,
  float: ['rd', 'rs1'],
  semantics: (s) => {
    s.needFloat();
    s.setFd(s.float(floatOperationNumber(`fsqrt.${w.letter}`), s.rs1));
  },
});

const fused =
  (name: string, opcode: string) =>
  (w: Width): Row => ({
    name: `${name}.${w.letter}`,
    pattern: `-----${w.fmt} ----- ----- --- ----- ${opcode}`,
    format: 'R4',
    assembly: 'rd, rs1, rs2, rs3',
    section: `Unprivileged ${w.chapter}.6`,
    float: ['rd', 'rs1', 'rs2', 'rs3'],
    semantics: (s) => {
      s.needFloat();
      s.setFd(s.float(floatOperationNumber(`${name}.${w.letter}`), s.rs1, s.rs2, s.rs3));
    },
  });

const extreme =
  (name: 'fmin' | 'fmax', f3: string) =>
  (w: Width): Row => ({
    name: `${name}.${w.letter}`,
    pattern: `00101${w.fmt} ----- ----- ${f3} ----- 1010011`,
    format: 'R',
    assembly: 'rd, rs1, rs2',
    section: `Unprivileged ${w.chapter}.6`,
    float: ['rd', 'rs1', 'rs2'],
    semantics: (s) => {
      s.needFloat();
      s.setFd(s.float(floatOperationNumber(`${name}.${w.letter}`), s.rs1, s.rs2));
    },
  });

const relation =
  (name: 'feq' | 'flt' | 'fle', f3: string) =>
  (w: Width): Row => ({
    name: `${name}.${w.letter}`,
    pattern: `10100${w.fmt} ----- ----- ${f3} ----- 1010011`,
    format: 'R',
    assembly: 'rd, rs1, rs2',
    section: `Unprivileged ${w.chapter}.8`,
    float: ['rs1', 'rs2'],
    semantics: (s) => {
      s.needFloat();
      s.setRd(s.float(floatOperationNumber(`${name}.${w.letter}`), s.rs1, s.rs2));
    },
  });

const classify = (w: Width): Row => ({
  name: `fclass.${w.letter}`,
  pattern: `11100${w.fmt} 00000 ----- 001 ----- 1010011`,
  format: 'R1',
  assembly: 'rd, rs1',
  section: `Unprivileged ${w.chapter}.9`,
  float: ['rs1'],
  semantics: (s) => {
    s.needFloat();
    s.setRd(s.float(floatOperationNumber(`fclass.${w.letter}`), s.rs1));
  },
});

/** The sign bit comes from `sign` of both; no computation, so no flag, not even for a signaling NaN. */
const signInjection =
  (name: string, f3: string, sign: (a: Expr, b: Expr, mask: bigint) => Expr) =>
  (w: Width): Row => ({
    name: `${name}.${w.letter}`,
    pattern: `00100${w.fmt} ----- ----- ${f3} ----- 1010011`,
    format: 'R',
    assembly: 'rd, rs1, rs2',
    section: `Unprivileged ${w.chapter}.7`,
    float: ['rd', 'rs1', 'rs2'],
    semantics: (s) => {
      s.needFloat();
      const single = w.letter === 's';
      const mask = single ? 0x8000_0000n : 0x8000_0000_0000_0000n;
      const rest = single ? 0x7fff_ffffn : 0x7fff_ffff_ffff_ffffn;
      const a = single ? s.temp(unboxed(s, s.rs1)) : s.rs1;
      const b = single ? s.temp(unboxed(s, s.rs2)) : s.rs2;
      const bits = i64.or(i64.and(a, rest), i64.and(sign(a, b, mask), mask));
      s.setFd(single ? boxed(bits) : bits);
    },
  });

const INTEGERS = [
  ['w', '00000'],
  ['wu', '00001'],
  ['l', '00010'],
  ['lu', '00011'],
] as const;

const conversions = (w: Width): Row[] =>
  INTEGERS.flatMap(([kind, rs2]): Row[] => [
    {
      name: `fcvt.${kind}.${w.letter}`,
      pattern: `11000${w.fmt} ${rs2} ----- --- ----- 1010011`,
      format: 'R1rm',
      assembly: 'rd, rs1',
      section: `Unprivileged ${w.chapter}.7`,
      float: ['rs1'],
      semantics: (s) => {
        s.needFloat();
        s.setRd(s.float(floatOperationNumber(`fcvt.${kind}.${w.letter}`), s.rs1));
      },
    },
    {
      name: `fcvt.${w.letter}.${kind}`,
      pattern: `11010${w.fmt} ${rs2} ----- --- ----- 1010011`,
      format: 'R1rm',
      assembly: 'rd, rs1',
      section: `Unprivileged ${w.chapter}.7`,
      float: ['rd'],
      semantics: (s) => {
        s.needFloat();
        s.setFd(s.float(floatOperationNumber(`fcvt.${w.letter}.${kind}`), s.rs1));
      },
    },
  ]);

const changeFormat = (name: 'fcvt.s.d' | 'fcvt.d.s', fmt: string, rs2: string): Row => ({
  name,
  pattern: `01000${fmt} ${rs2} ----- --- ----- 1010011`,
  format: 'R1rm',
  assembly: 'rd, rs1',
  section: 'Unprivileged 22.5',
  float: ['rd', 'rs1'],
  semantics: (s) => {
    s.needFloat();
    s.setFd(s.float(floatOperationNumber(name), s.rs1));
  },
});

/** Bits between register files, unchanged. */
const moves = (w: Width): Row[] => {
  const single = w.letter === 's';
  const x = single ? 'w' : 'd';
  return [
    {
      name: `fmv.x.${x}`,
      pattern: `11100${w.fmt} 00000 ----- 000 ----- 1010011`,
      format: 'R1',
      assembly: 'rd, rs1',
      section: `Unprivileged ${w.chapter}.7`,
      float: ['rs1'],
      semantics: (s) => {
        s.needFloat();
        s.setRd(single ? i64.extend32s(s.rs1) : s.rs1);
      },
    },
    {
      name: `fmv.${x}.x`,
      pattern: `11110${w.fmt} 00000 ----- 000 ----- 1010011`,
      format: 'R1',
      assembly: 'rd, rs1',
      section: `Unprivileged ${w.chapter}.7`,
      float: ['rd'],
      semantics: (s) => {
        s.needFloat();
        s.setFd(single ? boxed(i64.and(s.rs1, 0xffff_ffffn)) : s.rs1);
      },
    },
  ];
};

const memory = (w: Width): Row[] => {
  const single = w.letter === 's';
  const size = single ? 4 : 8;
  const f3 = single ? '010' : '011';
  const x = single ? 'w' : 'd';
  return [
    {
      name: `fl${x}`,
      pattern: `------------ ----- ${f3} ----- 0000111`,
      format: 'I',
      assembly: 'rd, imm(rs1)',
      section: `Unprivileged ${w.chapter}.5`,
      float: ['rd'],
      semantics: (s) => {
        s.needFloat();
        const bits = s.load(size, false, i64.add(s.rs1, s.imm));
        s.setFd(single ? boxed(bits) : bits);
      },
    },
    {
      name: `fs${x}`,
      pattern: `------- ----- ----- ${f3} ----- 0100111`,
      format: 'S',
      assembly: 'rs2, imm(rs1)',
      section: `Unprivileged ${w.chapter}.5`,
      float: ['rs2'],
      semantics: (s) => {
        s.needFloat();
        s.store(size, i64.add(s.rs1, s.imm), s.rs2);
      },
    },
  ];
};

const FAMILIES: readonly ((w: Width) => Row | Row[])[] = [
  binary('fadd', '00000'),
  binary('fsub', '00001'),
  binary('fmul', '00010'),
  binary('fdiv', '00011'),
  squareRoot,
  fused('fmadd', '1000011'),
  fused('fmsub', '1000111'),
  fused('fnmsub', '1001011'),
  fused('fnmadd', '1001111'),
  extreme('fmin', '000'),
  extreme('fmax', '001'),
  relation('fle', '000'),
  relation('flt', '001'),
  relation('feq', '010'),
  classify,
  signInjection('fsgnj', '000', (_, b) => b),
  signInjection('fsgnjn', '001', (_, b, mask) => i64.xor(b, mask)),
  signInjection('fsgnjx', '010', (a, b) => i64.xor(a, b)),
  conversions,
  moves,
  memory,
];

/** The F and D extensions: every family of instructions in both widths. */
export const rowsFloat: readonly Row[] = [
  ...WIDTHS.flatMap((w) => FAMILIES.flatMap((family) => family(w))),
  changeFormat('fcvt.s.d', '00', '00001'),
  changeFormat('fcvt.d.s', '01', '00000'),
];
