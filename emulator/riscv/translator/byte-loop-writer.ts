import {
  type Body,
  copy,
  type Expr,
  fill,
  i32,
  i64,
  type Local,
  type Stmt,
  select,
  set,
  when,
} from '../../wasm/index.ts';
import type { Size } from '../sem.ts';
import type { ByteLoop, LoopAccess } from './byte-loop.ts';
import { loadFrom, tagHits, tlbEntry } from './fast-access.ts';
import type { RegionScope } from './region-scope.ts';
import { accessOf } from './row-access.ts';

/** Fewer rounds than this are left to the block itself. */
const LEAST_ROUNDS = 8;

/**
 * Runs many rounds of a loop at once, before its block: as many as surely do not end the loop, stay
 * in the pages of the first round, and fit in the budget. The state afterwards is that at the start
 * of a later round, so faults, counts and stops come where they would have come.
 */
export function writeByteLoop(loop: ByteLoop, insns: number, scope: RegionScope): Body {
  const rounds = scope.temp('i64');
  const target = access(loop, loop.store, scope.writeTlb, scope);
  const source = loop.load && access(loop, loop.load, scope.readTlb, scope);
  const limits = [loop.store, loop.load].flatMap((a) => (a ? [roomInPage(loop, a, scope)] : []));
  const body: Body = [
    set(rounds, roundsBefore(loop, scope)),
    [...limits, i64.extendU(i32.divU(scope.left, insns))].map((most) => atMost(rounds, most)),
    when(i64.geU(rounds, LEAST_ROUNDS), moveAll(loop, insns, rounds, target, source, scope)),
  ];
  const hits = source ? [target, source] : [target];
  return hits.reduceRight<Body>((inner, { find, hit }) => [find, when(hit, inner)], body);
}

interface Found {
  readonly find: Stmt;
  readonly hit: Expr;
  /** host address of the first round's access */
  readonly host: Expr;
}

function access(loop: ByteLoop, at: LoopAccess, table: Local, scope: RegionScope): Found {
  const entry = scope.temp('i32');
  const va = addressOf(at, scope);
  return {
    find: set(entry, tlbEntry(table, va)),
    hit: tagHits(entry, va, loop.size),
    host: i32.add(i32.load(entry, 8), i32.wrap(va)),
  };
}

const addressOf = ({ base, distance }: LoopAccess, scope: RegionScope): Expr =>
  i64.add(scope.register(base), distance);

/** Rounds that an access can make within its page. */
function roomInPage(loop: ByteLoop, at: LoopAccess, scope: RegionScope): Expr {
  const offset = i64.and(addressOf(at, scope), 0xfff);
  const bytes = loop.step > 0 ? i64.sub(4096, offset) : i64.add(offset, loop.size);
  return i64.shrU(bytes, Math.log2(loop.size));
}

/** Rounds after which the loop surely goes on. */
function roundsBefore({ repeat }: ByteLoop, scope: RegionScope): Expr {
  const value = (register: number) => (register ? scope.register(register) : i64.const(0));
  const [left, right] = [value(repeat.left), value(repeat.right)];
  const distance = repeat.approach > 0 ? i64.sub(right, left) : i64.sub(left, right);
  const rounds = i64.divU(i64.sub(distance, 1), Math.abs(repeat.approach));
  if (repeat.relation === 'ne') return rounds;
  return select(i64[repeat.relation](left, right), rounds, i64.const(0));
}

const atMost = (rounds: Local, most: Expr): Stmt =>
  when(i64.gtU(rounds, most), [set(rounds, most)]);

function moveAll(
  loop: ByteLoop,
  insns: number,
  rounds: Local,
  target: Found,
  source: Found | undefined,
  scope: RegionScope,
): Body {
  const { size } = loop;
  const bytes = scope.temp('i32');
  const to = scope.temp('i32');
  const lowest = (host: Expr) => (loop.step > 0 ? host : i32.add(i32.sub(host, bytes), size));
  const advance: Body = [
    [...loop.steps].map(([r, step]) =>
      set(scope.target(r), i64.add(scope.register(r), i64.mul(rounds, step))),
    ),
    set(scope.left, i32.sub(scope.left, i32.mul(i32.wrap(rounds), insns))),
  ];
  const sized: Body = [
    set(bytes, i32.shl(i32.wrap(rounds), Math.log2(size))),
    set(to, lowest(target.host)),
  ];
  if (!source) {
    const { rs2 } = loop.store.insn.operands;
    const value = rs2 ? scope.register(rs2) : i64.const(0);
    const run: Body = [...sized, fill(to, i32.wrap(value), bytes), advance];
    return size === 1 ? run : [when(sameBytes(value, size), run)];
  }
  const from = scope.temp('i32');
  const ahead = loop.step > 0 ? i32.sub(to, from) : i32.sub(from, to);
  return [
    ...sized,
    set(from, lowest(source.host)),
    // A copy onto what is read later repeats bytes: the rounds must run one by one.
    when(i32.geU(ahead, bytes), [
      copy(to, from, bytes),
      lastLoaded(loop, loop.step > 0 ? i32.add(to, i32.sub(bytes, size)) : to, scope),
      advance,
    ]),
  ];
}

/** The loaded register holds the value of the last round. */
function lastLoaded(loop: ByteLoop, host: Expr, scope: RegionScope): Stmt {
  const insn = loop.load?.insn;
  if (!insn) return [];
  const size = accessOf(insn.row)?.size ?? 1;
  const signed = !insn.row.name.endsWith('u');
  return set(scope.target(insn.operands.rd), loadFrom(size, signed, host, 0));
}

/** Is a stored value of this size one byte over and over? */
function sameBytes(value: Expr, size: Size): Expr {
  const bits = 64 - 8 * size;
  const low = i64.shl(value, bits);
  const repeated = i64.mul(i64.and(value, 0xff), 0x0101_0101_0101_0101n);
  return i64.eq(low, i64.shl(repeated, bits));
}
