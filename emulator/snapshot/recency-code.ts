import {
  br,
  call,
  type Expr,
  type FunctionRef,
  i32,
  label,
  leave,
  loop,
  type ModuleBuilder,
  type Stmt,
  set,
  when,
} from '../wasm/index.ts';
import { countUp, words } from './arena-code.ts';
import { type ArenaLayout, OWN, WORD } from './arena-layout.ts';
import type { SnapshotHost } from './snapshot-host.ts';

/** The core's flag of a page that was written since the dirty list was drained. */
const DIRTY = 1;

export interface RecencyCode {
  /** () → number of pages drained from the core's dirty list */
  drain: FunctionRef;
  /** (page): its contents may have changed in the current epoch */
  touch: FunctionRef;
  /** (epoch, destination) → number of pages touched since its start, written there as u32 */
  since: FunctionRef;
}

/**
 * Which pages changed when. The list runs from the page touched last to the one untouched for longest,
 * so that asking for the pages since an epoch costs their number.
 */
export function recencyCode(
  m: ModuleBuilder,
  host: SnapshotHost,
  layout: ArenaLayout,
): RecencyCode {
  const word = words(layout);
  const head = host.pageCount;
  const own = (page: Expr): Expr => i32.load8u(page, layout.own);
  const next = (at: Expr): Expr => i32.load(i32.shl(at, 2), layout.next);
  const setNext = (at: Expr, value: Expr): Stmt => i32.store(i32.shl(at, 2), value, layout.next);
  const previous = (at: Expr): Expr => i32.load(i32.shl(at, 2), layout.previous);
  const setPrevious = (at: Expr, value: Expr): Stmt =>
    i32.store(i32.shl(at, 2), value, layout.previous);
  const epoch = (at: Expr): Expr => i32.load(i32.shl(at, 2), layout.epochs);

  /** Puts a page on a list unless its own byte says that it is there. */
  const enlist = (page: Expr, bit: number, list: number, count: number): Stmt =>
    when(i32.eqz(i32.and(own(page), bit)), [
      i32.store8(page, i32.or(own(page), bit), layout.own),
      i32.store(i32.shl(word.get(count), 2), page, list),
      word.add(count, 1),
    ]);

  const touch = m.function('touch', ['i32'], 'void', (scope) => {
    const page = scope.param(0);
    const first = scope.local('i32');
    return [
      enlist(page, OWN.stale, layout.staleList, WORD.staleCount),
      when(i32.eq(epoch(page), word.get(WORD.epoch)), [leave()]),
      i32.store(i32.shl(page, 2), word.get(WORD.epoch), layout.epochs),
      setNext(previous(page), next(page)),
      setPrevious(next(page), previous(page)),
      set(first, next(i32.const(head))),
      setNext(page, first),
      setPrevious(page, i32.const(head)),
      setPrevious(first, page),
      setNext(i32.const(head), page),
    ];
  });

  const drain = m.function('drain', [], 'i32', (scope) => {
    const [index, page, count] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    return [
      set(count, i32.load(0, host.dirtyCountOffset)),
      countUp(index, count, 1, [
        set(page, i32.load(i32.shl(index, 2), host.dirtyListOffset)),
        i32.store8(
          page,
          i32.and(i32.load8u(page, host.pageFlagsOffset), ~DIRTY),
          host.pageFlagsOffset,
        ),
        enlist(page, OWN.changed, layout.changedList, WORD.changedCount),
        call(touch, page),
      ]),
      i32.store(0, 0, host.dirtyCountOffset),
      leave(count),
    ];
  });

  const since = m.function('since', ['i32', 'i32'], 'i32', (scope) => {
    const [mark, to] = [scope.param(0), scope.param(1)];
    const [page, count] = [scope.local('i32'), scope.local('i32')];
    const again = label();
    return [
      set(page, i32.const(head)),
      loop(again, [
        set(page, next(page)),
        when(i32.eq(page, head), [leave(count)]),
        when(i32.ltU(epoch(page), mark), [leave(count)]),
        i32.store(i32.add(to, i32.shl(count, 2)), page),
        set(count, i32.add(count, 1)),
        br(again),
      ]),
      leave(count),
    ];
  });

  return { drain, touch, since };
}
