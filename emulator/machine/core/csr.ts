import { csrRows } from '../../riscv/csrs.ts';
import {
  type Body,
  block,
  brTable,
  call,
  type Expr,
  i32,
  i64,
  type Local,
  label,
  leave,
  type Stmt,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import { CSR_INDEX_BASE, HART } from '../layout.ts';
import type { Core } from './core.ts';
import type { CsrBehaviour } from './csr-behaviour.ts';
import { counterBehaviour } from './csr-counters.ts';
import { pmpBehaviour } from './csr-pmp.ts';
import { trapBehaviour } from './csr-traps.ts';
import { get, longs, params, privilege, words } from './kit.ts';

const ILLEGAL = 2;
const MIP = 0x344;
const SEIP = 1 << 9;

/** Reading and writing control and status registers by number. */
export function defineCsr(core: Core): void {
  const behaviours = { ...trapBehaviour(core), ...counterBehaviour(core), ...pmpBehaviour(core) };
  defineAccess(core, behaviours, 'read');
  defineAccess(core, behaviours, 'write');
  defineInstruction(core, behaviours);
}

const behaviourOf = (all: Record<string, CsrBehaviour>, name: string): CsrBehaviour => {
  const found = all[name] ?? all[name.replace(/\d+$/, '#')];
  if (!found) throw new Error(`behaviourOf: nothing says what ${name} does`);
  return found;
};

const rowOf = (number: Expr): Expr => i32.load8u(i32.and(number, 0xfff), CSR_INDEX_BASE);

/** `switch (row of number)`; the case of no row is empty. */
function switchRow(number: Expr, cases: readonly Body[]): Stmt {
  const end = label();
  const labels = cases.map(() => label());
  let inner: Stmt = brTable(rowOf(number), [end, ...labels], end);
  cases.forEach((body, index) => {
    inner = [block(labels[index]!, [inner]), body];
  });
  return block(end, [inner]);
}

function defineAccess(
  { m, f }: Core,
  behaviours: Record<string, CsrBehaviour>,
  which: 'read' | 'write',
): void {
  if (which === 'read') {
    m.define(f.csrRead, (s) => {
      const [h, number] = params(s);
      const cases = csrRows.map((row) => [leave(behaviourOf(behaviours, row.name).read(h, row))]);
      return [switchRow(number, cases), leave(i64.const(0))];
    });
    return;
  }
  m.define(f.csrWrite, (s) => {
    const [h, number, value] = params(s);
    const scratch = s.local('i64');
    const cases = csrRows.map((row) => [
      ...(behaviourOf(behaviours, row.name).write?.(h, value, scratch, row) ?? []),
      leave(),
    ]);
    return [switchRow(number, cases)];
  });
}

/** What only some modes may do beyond the rights that the number gives. */
function defineInstruction({ m, f }: Core, behaviours: Record<string, CsrBehaviour>): void {
  m.define(f.csr, (s) => {
    const [h, imm, operation, source, writes] = params(s);
    const [number, row] = words(s, 2);
    const [old, value] = longs(s, 2);
    const illegal = [call(f.raise, h, ILLEGAL, 0), leave(i64.const(0))];
    const guarded = csrRows.flatMap((csr, index) => {
      const denied = behaviourOf(behaviours, csr.name).denied?.(h, csr);
      return denied ? [{ index, denied }] : [];
    });
    // most registers have no further guard: one comparison of the row's number with the last guarded
    const guards = guarded.map(({ index, denied }) =>
      when(i32.eq(row, index + 1), [when(denied, illegal)]),
    );
    // setting and clearing bits of mip works on what software wrote, not on SEIP's line (3.1.9)
    const line = i64.and(get(h, HART.mipLines), SEIP);
    const unwritten = i64.and(line, i64.xor(get(h, HART.mipSoft), -1));
    const base = i64.xor(old, select(i32.eq(number, MIP), i64.and(old, unwritten), i64.const(0)));
    return [
      set(number, i32.and(imm, 0xfff)),
      set(row, rowOf(number)),
      when(i32.eqz(row), illegal),
      when(i32.gtU(i32.and(i32.shrU(number, 8), 3), privilege(h)), illegal),
      when(i32.and(i32.eq(i32.shrU(number, 10), 3), writes), illegal),
      when(
        isGuarded(
          guarded.map(({ index }) => index + 1),
          row,
        ),
        guards,
      ),
      set(old, call(f.csrRead, h, number)),
      when(writes, [
        set(
          value,
          select(
            i32.eqz(operation),
            source,
            select(i32.eq(operation, 1), i64.or(base, source), i64.and(base, i64.xor(source, -1))),
          ),
        ),
        call(f.csrWrite, h, number, value),
      ]),
      leave(old),
    ];
  });
}

/** Is the row among these? Guarded rows come in few runs of neighbours. */
function isGuarded(rows: readonly number[], row: Local): Expr {
  let test: Expr = i32.const(0);
  for (let start = 0; start < rows.length; ) {
    let end = start;
    while (rows[end + 1] === rows[end]! + 1) end++;
    const inRun = i32.leU(i32.sub(row, rows[start]!), end - start);
    test = i32.or(inRun, test);
    start = end + 1;
  }
  return test;
}
