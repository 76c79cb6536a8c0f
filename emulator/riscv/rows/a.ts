import { type Expr, i64, select } from '../../wasm/index.ts';
import type { Row } from '../row.ts';
import type { Sem } from '../sem.ts';

type Combine = (s: Sem, old: Expr, value: Expr) => Expr;

const extend = (size: 4 | 8, value: Expr): Expr => (size === 8 ? value : i64.extend32s(value));

function pair(name: string, f5: string, effect: (s: Sem, size: 4 | 8) => void, rs2 = true): Row[] {
  return ([4, 8] as const).map((size) => ({
    name: `${name}.${size === 4 ? 'w' : 'd'}`,
    pattern: `${f5} -- ${rs2 ? '-----' : '00000'} ----- ${size === 4 ? '010' : '011'} ----- 0101111`,
    format: 'R',
    assembly: rs2 ? 'rd, rs2, (rs1)' : 'rd, (rs1)',
    section: rs2 ? 'Unprivileged 14.4' : 'Unprivileged 14.2',
    semantics: (s) => effect(s, size),
  }));
}

/** The value in memory becomes `combine(old, rs2)`; word values are sign-extended for comparing. */
function amo(name: string, f5: string, combine: Combine): Row[] {
  return pair(name, f5, (s, size) => {
    const value = s.temp(extend(size, s.rs2));
    s.setRd(s.amo(size, s.rs1, (old) => combine(s, old, value)));
  });
}

/** Sign extension keeps the order of unsigned words too. */
const least = (less: (a: Expr, b: Expr) => Expr) => (_: Sem, old: Expr, value: Expr) =>
  select(less(old, value), old, value);

/** The A extension: Zalrsc and Zaamo. */
export const rowsA: readonly Row[] = [
  ...pair('lr', '00010', (s, size) => s.setRd(s.loadReserved(size, s.rs1)), false),
  ...pair('sc', '00011', (s, size) => s.setRd(s.storeConditional(size, s.rs1, s.rs2))),
  ...amo('amoswap', '00001', (_, _old, value) => value),
  ...amo('amoadd', '00000', (_, old, value) => i64.add(old, value)),
  ...amo('amoxor', '00100', (_, old, value) => i64.xor(old, value)),
  ...amo('amoand', '01100', (_, old, value) => i64.and(old, value)),
  ...amo('amoor', '01000', (_, old, value) => i64.or(old, value)),
  ...amo('amomin', '10000', least(i64.ltS)),
  ...amo('amomax', '10100', least(i64.gtS)),
  ...amo('amominu', '11000', least(i64.ltU)),
  ...amo('amomaxu', '11100', least(i64.gtU)),
];
