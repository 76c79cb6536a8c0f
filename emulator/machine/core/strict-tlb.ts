import {
  brIf,
  call,
  type Expr,
  fill,
  i32,
  i64,
  label,
  leave,
  loop,
  set,
  when,
} from '../../wasm/index.ts';
import {
  HART,
  HART_BASE,
  HART_STRIDE,
  STRICT_BASE,
  STRICT_ENTRIES,
  STRICT_ENTRY_SIZE,
  STRICT_STRIDE,
} from '../layout.ts';
import type { Core } from './core.ts';
import { get, getW, params, putW, repeat, words } from './kit.ts';

const VALID = 1n << 63n;
const VPN_MASK = (1n << 27n) - 1n;
const GLOBAL_BIT = 32;
/** `strictUsed` has a bit for each part of the table that holds entries, so that a flush clears only those */
const PARTS = 32;
const PART_BYTES = STRICT_STRIDE / PARTS;

/**
 * The architectural TLB of strict mode: an entry per (hart, asid, 4 KiB page) that stays until an
 * sfence.vma covers it (Privileged manual, 12.2.1), or until another page takes its place. Part of the
 * saved state. Key: valid | asid << 32 | vpn. Value: the leaf entry with its level in bits 54 and 55.
 */
export function defineStrictTlb(core: Core): void {
  const { m, f } = core;

  const tableOf = (h: Expr): Expr =>
    i32.add(STRICT_BASE, i32.mul(i32.divU(i32.sub(h, HART_BASE), HART_STRIDE), STRICT_STRIDE));
  const vpnOf = (va: Expr): Expr => i64.and(i64.shrU(va, 12), VPN_MASK);
  const asidOf = (h: Expr): Expr => i64.and(i64.shrU(get(h, HART.satp), 44), 0xffff);
  /**
   * Distant pages of equal low bits, as stacks and trampolines have, are spread by the high ones; the first
   * pages of RAM, a kernel, stay clear of the first pages of a user program, whose stale entries are sought.
   */
  const entryOf = (h: Expr, va: Expr): Expr => {
    const vpn = i32.wrap(vpnOf(va));
    const index = i32.and(
      i32.xor(vpn, i32.add(i32.shrU(vpn, 10), i32.shrU(vpn, 17))),
      STRICT_ENTRIES - 1,
    );
    return i32.add(tableOf(h), i32.mul(index, STRICT_ENTRY_SIZE));
  };
  const keyOf = (h: Expr, va: Expr): Expr =>
    i64.or(i64.or(vpnOf(va), i64.shl(asidOf(h), 32)), VALID);
  const partOf = (h: Expr, entry: Expr): Expr => i32.divU(i32.sub(entry, tableOf(h)), PART_BYTES);
  const sameAsid = (a: Expr, b: Expr): Expr => i64.eqz(i64.and(i64.xor(a, b), 0xffff_0000_0000n));

  m.define(f.strictFind, (s) => {
    const [h, va] = params(s);
    const entry = s.local('i32');
    const key = s.local('i64');
    const samePage = i64.eqz(i64.and(i64.xor(i64.load(entry), key), VALID | VPN_MASK));
    const global = i64.ne(i64.and(i64.load(entry, 8), GLOBAL_BIT), 0);
    return [
      set(entry, entryOf(h, va)),
      set(key, keyOf(h, va)),
      when(i32.and(samePage, i32.or(sameAsid(i64.load(entry), key), global)), [leave(entry)]),
      leave(i32.const(0)),
    ];
  });

  m.define(f.strictInsert, (s) => {
    const [h, va, pte, level] = params(s);
    const entry = s.local('i32');
    const key = s.local('i64');
    const other = i32.and(i64.ltS(i64.load(entry), 0), i64.ne(i64.load(entry), key));
    return [
      set(entry, entryOf(h, va)),
      set(key, keyOf(h, va)),
      // what the speed TLB derived from the entry that is forgotten goes with it
      when(other, [call(f.flushHart, h)]),
      putW(h, HART.strictUsed, i32.or(getW(h, HART.strictUsed), i32.shl(1, partOf(h, entry)))),
      i64.store(entry, key),
      i64.store(entry, i64.or(pte, i64.shl(i64.extendU(level), 54)), 8),
    ];
  });

  m.define(f.strictFlush, (s) => {
    const [h, va, asid, hasVa, hasAsid] = params(s);
    const [i, entry] = words(s, 2);
    const top = label();
    const value = i64.load(entry, 8);
    const mask = i64.shl(-1, i64.mul(i64.shrU(value, 54), 9));
    const wrongPage = i64.ne(
      i64.and(i64.xor(i64.load(entry), vpnOf(va)), i64.and(mask, VPN_MASK)),
      0,
    );
    const wrongAsid = i32.or(
      i64.ne(i64.and(i64.shrU(i64.load(entry), 32), 0xffff), i64.and(asid, 0xffff)),
      i64.ne(i64.and(value, GLOBAL_BIT), 0),
    );
    return [
      when(i32.eqz(getW(h, HART.strictUsed)), [leave()]),
      set(entry, tableOf(h)),
      when(i32.eqz(i32.or(hasVa, hasAsid)), [
        set(i, getW(h, HART.strictUsed)),
        loop(top, [
          fill(i32.add(entry, i32.mul(i32.ctz(i), PART_BYTES)), i32.const(0), PART_BYTES),
          set(i, i32.and(i, i32.sub(i, 1))),
          brIf(top, i),
        ]),
        putW(h, HART.strictUsed, 0),
        leave(),
      ]),
      repeat(i, STRICT_ENTRIES, [
        when(i32.eqz(i32.or(i32.and(hasVa, wrongPage), i32.and(hasAsid, wrongAsid))), [
          i64.store(entry, 0),
        ]),
        set(entry, i32.add(entry, STRICT_ENTRY_SIZE)),
      ]),
    ];
  });
}
