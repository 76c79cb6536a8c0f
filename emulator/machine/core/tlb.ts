import {
  block,
  br,
  brIf,
  call,
  type Expr,
  type FunctionScope,
  i32,
  i64,
  type Local,
  label,
  leave,
  loop,
  type Stmt,
  set,
  when,
} from '../../wasm/index.ts';
import { CONTEXT, CONTEXTS_PER_HART, CORE, DECODED_SIZE, HART, HOT } from '../layout.ts';
import type { Core } from './core.ts';
import { forHarts, get, getW, mstatus, params, privilege, putW, repeat, words } from './kit.ts';

/**
 * The software TLB. Each hart keeps some contexts, one for a (satp, privilege, SUM, MXR); changing
 * between them flushes nothing. In coherent mode an entry goes when a page-table page that a walk has
 * read changes; in strict mode the entries mirror the architectural TLB of strict-tlb.ts.
 */
export function defineTlb(core: Core): void {
  defineFlushes(core);
  defineDrops(core);
  defineContexts(core);
  defineInsert(core);
}

const nextGeneration = (context: Local) => [
  i32.store(CORE.generation, i32.add(i32.load(CORE.generation), 1)),
  i32.store(context, i32.load(CORE.generation), CONTEXT.generation),
];

/** Address of the k-th filled entry of a context. */
const usedEntry = (context: Local, k: Local) =>
  i32.add(context, i32.shl(i32.load16u(i32.add(context, i32.shl(k, 1)), CONTEXT.used), 4));

const reloadGeneration = (h: Local) =>
  putW(h, HOT.fetchGeneration, i32.load(getW(h, HOT.fetchContext), CONTEXT.generation));

function defineFlushes(core: Core): void {
  const { m, f, layout } = core;
  m.define(f.flushContext, (s) => {
    const context = s.param(0);
    const k = s.local('i32');
    return [
      repeat(k, i32.load(context, CONTEXT.usedCount), [i64.store(usedEntry(context, k), -1)]),
      i32.store(context, 0, CONTEXT.usedCount),
      nextGeneration(context),
    ];
  });

  m.define(f.flushHart, (s) => {
    const h = s.param(0);
    const k = s.local('i32');
    const context = s.local('i32');
    return [
      set(context, getW(h, HOT.contexts)),
      repeat(k, CONTEXTS_PER_HART, [
        call(f.flushContext, context),
        set(context, i32.add(context, layout.contextStride)),
      ]),
      reloadGeneration(h),
    ];
  });

  m.define(f.flushAll, (s) => {
    const h = s.local('i32');
    return [
      forHarts(core, h, [call(f.flushHart, h)]),
      set(h, i32.load(CORE.running)),
      putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
    ];
  });

  m.define(f.newGenerations, (s) => {
    const h = s.local('i32');
    const k = s.local('i32');
    const context = s.local('i32');
    return forHarts(core, h, [
      set(context, getW(h, HOT.contexts)),
      repeat(k, CONTEXTS_PER_HART, [
        nextGeneration(context),
        set(context, i32.add(context, layout.contextStride)),
      ]),
      reloadGeneration(h),
    ]);
  });
}

/** For each filled entry of each context of each hart: `body(entry, offset in the context)`. */
function forEntries(core: Core, s: FunctionScope, body: (entry: Local, offset: Expr) => Stmt) {
  const [h, c, k, context, entry] = words(s, 5);
  return forHarts(core, h, [
    set(context, getW(h, HOT.contexts)),
    repeat(c, CONTEXTS_PER_HART, [
      repeat(k, i32.load(context, CONTEXT.usedCount), [
        set(entry, usedEntry(context, k)),
        body(entry, i32.sub(entry, context)),
      ]),
      set(context, i32.add(context, core.layout.contextStride)),
    ]),
  ]);
}

/** -2 never matches either, and says that the entry is in the list of used ones already. */
const dropEntry = (entry: Local): Stmt => i64.store(entry, -2);

function defineDrops(core: Core): void {
  const { m, f, layout } = core;
  m.define(f.dropWrites, (s) => {
    const page = s.param(0);
    return forEntries(core, s, (entry, offset) =>
      when(i32.ltU(i32.sub(offset, CONTEXT.write), CONTEXT.fetch - CONTEXT.write), [
        when(i32.or(i32.eq(page, -1), i32.eq(i32.load(entry, 12), page)), [dropEntry(entry)]),
      ]),
    );
  });

  m.define(f.dropFetches, (s) => {
    const decoded = s.param(0);
    return forEntries(core, s, (entry, offset) =>
      when(i32.and(i32.geU(offset, CONTEXT.fetch), i32.eq(i32.load(entry, 8), decoded)), [
        dropEntry(entry),
      ]),
    );
  });

  m.define(f.forgetPage, (s) => {
    const page = s.param(0);
    const index = s.local('i32');
    return [
      forEntries(core, s, (entry, offset) =>
        when(i32.and(i32.ltU(offset, CONTEXT.fetch), i32.eq(i32.load(entry, 12), page)), [
          dropEntry(entry),
        ]),
      ),
      set(index, i32.load16u(i32.shl(page, 1), layout.codeIndex)),
      when(index, [
        call(f.dropFetches, i32.add(i32.mul(i32.sub(index, 1), DECODED_SIZE), layout.decoded)),
        call(f.newGenerations),
      ]),
    ];
  });
}

function defineContexts({ m, f, layout }: Core): void {
  m.define(f.findContext, (s) => {
    const [h, satp, key] = [s.param(0), s.param(1), s.param(2)];
    const [context, k, oldest, best] = words(s, 4);
    const found = label();
    const search = label();
    return [
      set(context, getW(h, HOT.contexts)),
      set(oldest, -1),
      putW(h, HOT.contextClock, i32.add(getW(h, HOT.contextClock), 1)),
      block(found, [
        loop(search, [
          brIf(
            found,
            i32.and(
              i32.eq(i32.load(context, CONTEXT.key), key),
              i64.eq(i64.load(context, CONTEXT.satp), satp),
            ),
          ),
          when(i32.ltU(i32.load(context, CONTEXT.lastUse), oldest), [
            set(oldest, i32.load(context, CONTEXT.lastUse)),
            set(best, context),
          ]),
          set(context, i32.add(context, layout.contextStride)),
          set(k, i32.add(k, 1)),
          brIf(search, i32.ltU(k, CONTEXTS_PER_HART)),
        ]),
        set(context, best),
        call(f.flushContext, context),
        i64.store(context, satp, CONTEXT.satp),
        i32.store(context, key, CONTEXT.key),
        br(found),
      ]),
      i32.store(context, getW(h, HOT.contextClock), CONTEXT.lastUse),
      leave(context),
    ];
  });

  m.define(f.selectContexts, (s) => {
    const h = s.param(0);
    const [mode, context] = [s.local('i32'), s.local('i32')];
    const [satp, status] = [s.local('i64'), s.local('i64')];
    const bit = (position: number) => i32.and(i32.wrap(i64.shrU(status, position)), 1);
    const sumMxr = i32.shl(i32.and(i32.wrap(i64.shrU(status, 18)), 3), 2);
    // M-mode is never translated; without paging neither are S and U.
    const find = (level: Local) =>
      call(
        f.findContext,
        h,
        i64.mul(satp, i64.extendU(i32.ne(level, 3))),
        i32.or(level, i32.mul(sumMxr, i32.ne(level, 3))),
      );
    return [
      set(status, mstatus(h)),
      set(satp, get(h, HART.satp)),
      set(mode, privilege(h)),
      set(context, find(mode)),
      putW(h, HOT.fetchContext, context),
      putW(h, HOT.fetchTlb, i32.add(context, CONTEXT.fetch)),
      reloadGeneration(h),
      when(i32.and(i32.eq(mode, 3), bit(17)), [
        set(mode, i32.and(i32.wrap(i64.shrU(status, 11)), 3)),
        set(context, find(mode)),
      ]),
      putW(h, HOT.dataPrivilege, mode),
      putW(h, HOT.dataContext, context),
      putW(h, HOT.readTlb, i32.add(context, CONTEXT.read)),
      putW(h, HOT.writeTlb, i32.add(context, CONTEXT.write)),
      putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
    ];
  });
}

function defineInsert({ m, f }: Core): void {
  m.define(f.insert, (s) => {
    const [context, offset, tag, addend, page] = params(s);
    const entry = s.local('i32');
    const count = s.local('i32');
    return [
      set(entry, i32.add(context, offset)),
      when(i64.eq(i64.load(entry), -1), [
        set(count, i32.load(context, CONTEXT.usedCount)),
        i32.store16(i32.add(context, i32.shl(count, 1)), i32.shrU(offset, 4), CONTEXT.used),
        i32.store(context, i32.add(count, 1), CONTEXT.usedCount),
      ]),
      i64.store(entry, tag),
      i32.store(entry, addend, 8),
      i32.store(entry, page, 12),
    ];
  });
}
