import {
  call,
  type Expr,
  type FunctionRef,
  i32,
  i64,
  type Local,
  leave,
  type ModuleBuilder,
  set,
  when,
} from '../wasm/index.ts';
import { countUp, words } from './arena-code.ts';
import { type ArenaLayout, OWN, PAGE_BYTES, WORD } from './arena-layout.ts';
import type { SnapshotHost } from './snapshot-host.ts';

/** Odd constants of full width: the golden ratio, and the multipliers of MurmurHash3's finaliser. */
const GOLDEN = 0x9e37_79b9_7f4a_7c15n;
const MIX_1 = 0xff51_afd7_ed55_8ccdn;
const MIX_2 = 0xc4ce_b9fe_1a85_ec53n;
const LANES = 4;

/**
 * The state hash: the sum over pages of a hash of (contents, page number), and the saved block's.
 * An all-zero page counts 0, so that memory never written costs nothing.
 *
 * @returns () → the hash of now
 */
export function hashCode(m: ModuleBuilder, host: SnapshotHost, layout: ArenaLayout): FunctionRef {
  const word = words(layout);

  const mix = m.function('mix', ['i64'], 'i64', (scope) => {
    const x = scope.param(0);
    const fold = set(x, i64.xor(x, i64.shrU(x, 33)));
    return [fold, set(x, i64.mul(x, MIX_1)), fold, set(x, i64.mul(x, MIX_2)), fold, leave(x)];
  });

  /** (address, size in bytes, a multiple of 64) → hash, 0 for zeros */
  const hashBytes = m.function('hashBytes', ['i32', 'i32'], 'i64', (scope) => {
    const [address, sizeBytes] = [scope.param(0), scope.param(1)];
    const at = scope.local('i32');
    const lanes: Local[] = Array.from({ length: LANES }, () => scope.local('i64'));
    // two words a multiplication: it is what takes the time
    const step = (lane: Local, index: number) => {
      const word = (number: number) => i64.load(i32.add(address, at), 8 * number);
      const pair = i64.add(i64.rotl(i64.xor(lane, word(2 * index)), 23), word(2 * index + 1));
      return set(lane, i64.rotl(i64.mul(pair, GOLDEN), 29));
    };
    const sum = lanes.reduce<Expr>(
      (total, lane) => i64.add(i64.mul(total, MIX_2), call(mix, lane)),
      i64.const(0),
    );
    return [countUp(at, sizeBytes, 16 * LANES, lanes.map(step)), leave(sum)];
  });

  /** (page) → its share of the sum */
  const hashPage = m.function('hashPage', ['i32'], 'i64', (scope) => {
    const page = scope.param(0);
    const hash = scope.local('i64');
    const address = i32.add(i32.shl(page, 12), host.pagesOffset);
    return [
      set(hash, call(hashBytes, address, PAGE_BYTES)),
      when(i64.eqz(hash), [leave(hash)]),
      leave(call(mix, i64.xor(hash, i64.mul(i64.extendU(page), GOLDEN)))),
    ];
  });

  return m.function('hash', [], 'i64', (scope) => {
    const [index, page, at] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    const [sum, hash] = [scope.local('i64'), scope.local('i64')];
    const old = i64.load(at, layout.pageHashes);
    const update = [
      set(page, i32.load(i32.shl(index, 2), layout.staleList)),
      i32.store8(page, i32.and(i32.load8u(page, layout.own), ~OWN.stale), layout.own),
      set(at, i32.shl(page, 3)),
      set(hash, call(hashPage, page)),
      set(sum, i64.add(sum, i64.sub(hash, old))),
      i64.store(at, hash, layout.pageHashes),
    ];
    const saved = host.hashed.reduce<Expr>(
      (total, { offset, sizeBytes }) =>
        i64.add(i64.mul(total, MIX_1), call(hashBytes, i32.const(offset), sizeBytes)),
      i64.const(0),
    );
    return [
      set(sum, i64.load(0, layout.base + WORD.hashSum)),
      countUp(index, word.get(WORD.staleCount), 1, update),
      word.set(WORD.staleCount, 0),
      i64.store(0, sum, layout.base + WORD.hashSum),
      leave(call(mix, i64.add(i64.mul(sum, GOLDEN), saved))),
    ];
  });
}
