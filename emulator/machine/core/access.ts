import { call, type Expr, i32, i64, type Stmt, when } from '../../wasm/index.ts';
import { CONTEXT, CORE, HART, HOT, PAGE_FLAG } from '../layout.ts';
import { type Core, LOAD } from './core.ts';
import { getW, hostAddress, pageOf } from './kit.ts';
import { PMP_ENFORCED } from './pmp.ts';
import { accessFault } from './walk.ts';

/** An atomic reads through the write entry, so a page whose loads are watched has none. */
export const NEVER_WRITABLE =
  PAGE_FLAG.code |
  PAGE_FLAG.walked |
  PAGE_FLAG.reserved |
  PAGE_FLAG.watchStore |
  PAGE_FLAG.watchLoad;

const pageBase = (va: Expr): Expr => i64.and(va, -4096);
/** Does the access reach into the next page? */
export const crosses = (va: Expr, size: Expr): Expr =>
  i32.gtU(i32.add(i32.and(i32.wrap(va), 0xfff), size), 4096);
/** Bytes of a crossing access in its first page. */
export const firstPart = (va: Expr): Expr => i32.sub(4096, i32.and(i32.wrap(va), 0xfff));

/** Physical address of a data access, or -1 with a trap pending. */
export const translate = (core: Core, h: Expr, va: Expr, kind: number, size: Expr): Expr =>
  call(core.f.translate, h, va, kind, getW(h, HOT.dataPrivilege), size);

/** With PMP entries that matter, only a page of one permission may be cached. */
const uniform = (core: Core, h: Expr, pa: Expr, kind: number): Expr =>
  i32.or(
    i32.ne(getW(h, HART.pmpMode), PMP_ENFORCED),
    call(core.f.pmpCheck, h, pageBase(pa), 4096, kind, getW(h, HOT.dataPrivilege)),
  );

/** Enters the translation into the speed TLB; addend is host address − va. */
export function cache(core: Core, h: Expr, va: Expr, pa: Expr, kind: 0 | 1): Stmt {
  const table = kind === LOAD ? CONTEXT.read : CONTEXT.write;
  const index = i32.and(i32.wrap(i64.shrU(va, 8)), 0xff0);
  const addend = i32.sub(hostAddress(core, pageBase(pa)), i32.wrap(pageBase(va)));
  // eager: nobody can tell a cached walk from one that is done again, but who watches walks
  const allowed =
    core.tlb === 'eager'
      ? i32.and(i32.eqz(i32.load(CORE.walkWatches)), uniform(core, h, pa, kind))
      : uniform(core, h, pa, kind);
  return when(allowed, [
    call(
      core.f.insert,
      getW(h, HOT.dataContext),
      i32.add(index, table),
      pageBase(va),
      addend,
      pageOf(pa),
    ),
  ]);
}

/** An access fault at `va`. */
export const fault = (core: Core, h: Expr, va: Expr, kind: number): Stmt =>
  call(core.f.raise, h, accessFault(i32.const(kind)), va);
