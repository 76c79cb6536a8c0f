import { choose, type Expr, i32, i64 } from '../../wasm/index.ts';
import type { Row } from '../row.ts';
import type { Sem } from '../sem.ts';
import { word } from './i.ts';

type Value = (s: Sem) => Expr;

function row(name: string, f3: string, opcode: string, section: string, value: Value): Row {
  return {
    name,
    pattern: `0000001 ----- ----- ${f3} ----- ${opcode}`,
    format: 'R',
    assembly: 'rd, rs1, rs2',
    section,
    semantics: (s) => s.setRd(value(s)),
  };
}

const wide = (name: string, f3: string, section: string, value: Value): Row =>
  row(name, f3, '0110011', section, value);

const narrow = (name: string, f3: string, section: string, value: Value): Row =>
  row(name, f3, '0111011', section, (s) => word(value(s)));

/** Quotient or remainder with the results that the manual gives instead of a trap (table 11). */
function divide(s: Sem, kind: 'divS' | 'remS' | 'divU' | 'remU'): Expr {
  const a = s.temp(s.rs1);
  const b = s.temp(s.rs2);
  const byZero = kind.startsWith('div') ? i64.const(-1) : a;
  const overflow = kind === 'divS' ? i64.sub(0, a) : i64.const(0);
  const plain = i64[kind](a, b);
  const safe = kind.endsWith('S') ? choose(i64.eq(b, -1), overflow, plain) : plain;
  return choose(i64.eqz(b), byZero, safe);
}

function divideWord(s: Sem, kind: 'divS' | 'remS' | 'divU' | 'remU'): Expr {
  const a = s.temp(i32.wrap(s.rs1));
  const b = s.temp(i32.wrap(s.rs2));
  const byZero = kind.startsWith('div') ? i32.const(-1) : a;
  const overflow = kind === 'divS' ? i32.sub(0, a) : i32.const(0);
  const plain = i32[kind](a, b);
  const safe = kind.endsWith('S') ? choose(i32.eq(b, -1), overflow, plain) : plain;
  return choose(i32.eqz(b), byZero, safe);
}

const MUL = 'Unprivileged 13.1';
const DIV = 'Unprivileged 13.2';

/** The M extension. */
export const rowsM: readonly Row[] = [
  wide('mul', '000', MUL, (s) => i64.mul(s.rs1, s.rs2)),
  wide('mulh', '001', MUL, (s) => s.mulHigh('ss', s.rs1, s.rs2)),
  wide('mulhsu', '010', MUL, (s) => s.mulHigh('su', s.rs1, s.rs2)),
  wide('mulhu', '011', MUL, (s) => s.mulHigh('uu', s.rs1, s.rs2)),
  wide('div', '100', DIV, (s) => divide(s, 'divS')),
  wide('divu', '101', DIV, (s) => divide(s, 'divU')),
  wide('rem', '110', DIV, (s) => divide(s, 'remS')),
  wide('remu', '111', DIV, (s) => divide(s, 'remU')),
  narrow('mulw', '000', MUL, (s) => i32.mul(i32.wrap(s.rs1), i32.wrap(s.rs2))),
  narrow('divw', '100', DIV, (s) => divideWord(s, 'divS')),
  narrow('divuw', '101', DIV, (s) => divideWord(s, 'divU')),
  narrow('remw', '110', DIV, (s) => divideWord(s, 'remS')),
  narrow('remuw', '111', DIV, (s) => divideWord(s, 'remU')),
];
