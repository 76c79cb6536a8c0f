import type { Core } from '../../machine/core/core.ts';
import { params } from '../../machine/core/kit.ts';
import { HART, HOT } from '../../machine/layout.ts';
import {
  type Body,
  call,
  type Expr,
  type FunctionScope,
  i32,
  i64,
  type Local,
  leave,
  type Stmt,
  set,
  when,
} from '../../wasm/index.ts';
import {
  exportName,
  type RegionImportName,
  regionSignatures,
  sharedNames,
} from './region-imports.ts';

/** Adds the functions that regions import to the core module, and exports them. */
export function defineRegionFunctions(core: Core): void {
  const { m, f } = core;
  const add = (name: RegionImportName, write: (scope: FunctionScope) => Body): void => {
    const [args, result] = regionSignatures[name];
    m.exportFunction(m.function(exportName(name), args, result, write));
  };

  add('load', (s) => {
    const [h, left, pc, va, detail] = params(s);
    const value = s.local('i64');
    return [
      enter(h, left, pc),
      i32.store(h, 1, HOT.inRegion),
      set(value, call(f.slowLoad, h, va, i32.and(detail, 15))),
      outside(h),
      finish(h, left, pc, detail),
      leave(value),
    ];
  });

  add('store', (s) => {
    const [h, left, pc, va, value, detail] = params(s);
    return [
      enter(h, left, pc),
      i32.store(h, 1, HOT.inRegion),
      call(f.slowStore, h, va, value, i32.and(detail, 15)),
      outside(h),
      finish(h, left, pc, detail),
      leave(i32.ne(i32.load(h, HOT.event), 0)),
    ];
  });

  add('csr', (s) => {
    const [h, left, pc, number, source, detail] = params(s);
    const old = s.local('i64');
    const writes = i32.and(i32.shrU(detail, 2), 1);
    return [
      enter(h, left, pc),
      set(old, call(f.csr, h, number, i32.and(detail, 3), source, writes)),
      finish(h, left, pc, detail),
      leave(old),
    ];
  });

  add('sfence', (s) => {
    const [h, left, pc, va, asid, detail] = params(s);
    const asidGiven = i32.and(i32.shrU(detail, 1), 1);
    return [
      enter(h, left, pc),
      call(f.sfenceVma, h, va, asid, i32.and(detail, 1), asidGiven),
      finish(h, left, pc, detail),
      leave(i32.ne(i32.load(h, HOT.event), 0)),
    ];
  });

  for (const name of ['ecall', 'mret', 'sret'] as const) {
    add(name, (s) => {
      const [h, left, pc] = params(s);
      const trapped = i32.and(i32.load(h, HOT.event), 1);
      // a return has set pc; a trap counts when the dispatcher enters it
      const done = when(i32.eqz(trapped), [i32.store(h, i32.sub(left, 1), HOT.left)]);
      return [enter(h, left, pc), call(f[name], h), done];
    });
  }

  for (const name of sharedNames) m.exportFunction(f[name], exportName(name));
  add('mulhu', (s) => [leave(call(f.mulHighU, s.param(0), s.param(1)))]);
}

/** Says where the hart is, for time, traps and callbacks. */
const enter = (h: Local, left: Local, pc: Local): Body => [
  i32.store(h, left, HOT.left),
  i64.store(h, pc, HART.pc),
];

/** The slow call is over; a watched access stays noted for the dispatcher. */
const outside = (h: Local): Stmt =>
  i32.store(h, i32.and(i32.load(h, HOT.inRegion), 2), HOT.inRegion);

/** When the region is to be left after this instruction: it was executed. */
function finish(h: Local, left: Local, pc: Local, detail: Expr): Body {
  const length = i64.extendU(i32.shrU(detail, 4));
  return [
    when(i32.eq(i32.load(h, HOT.event), 2), [
      i32.store(h, i32.sub(left, 1), HOT.left),
      i64.store(h, i64.add(pc, length), HART.pc),
    ]),
  ];
}
