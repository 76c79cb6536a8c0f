import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import loadWabt from 'wabt';
import { ByteWriter } from './bytes.ts';
import {
  after,
  type Body,
  block,
  br,
  brIf,
  brTable,
  call,
  callIndirect,
  choose,
  copy,
  type Expr,
  type FunctionScope,
  fill,
  globalSet,
  i32,
  i64,
  label,
  leave,
  loop,
  ModuleBuilder,
  type ResultType,
  returnCall,
  select,
  set,
  tee,
  unreachable,
  type ValueType,
  when,
} from './index.ts';

type Callable = (...args: (number | bigint)[]) => number | bigint | undefined;

/** One function `f`, built, compiled and instantiated with 64 KiB of memory. */
function compile(
  params: ValueType[],
  result: ResultType,
  write: (scope: FunctionScope) => Body,
): { f: Callable; memory: WebAssembly.Memory } {
  const m = new ModuleBuilder();
  m.memory(1);
  m.exportFunction(m.function('f', params, result, write));
  m.exportMemory('memory');
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(m.toBytes()));
  return exports as { f: Callable; memory: WebAssembly.Memory };
}

/** The value of an expression, computed by the engine. */
const run = (e: Expr) => compile([], e.type, () => [leave(e)]).f();

describe('numbers', () => {
  test('signed LEB128 agrees between numbers and bigints', () => {
    const encode = (value: number | bigint) => {
      const out = new ByteWriter();
      out.signed(value);
      return [...out.toBytes()];
    };
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        expect(encode(n)).toEqual(encode(BigInt(n)));
      }),
    );
    expect(encode(-65)).toEqual([0xbf, 0x7f]);
    expect(encode(64)).toEqual([0xc0, 0x00]);
  });

  test('constants arrive whole', () => {
    const value = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    fc.assert(
      fc.property(value, (n) => {
        expect(run(i64.const(n))).toBe(n);
      }),
    );
    expect(run(i64.const((1n << 64n) - 1n))).toBe(-1n);
    expect(run(i32.const(0x8000_0000))).toBe(-0x8000_0000);
  });
});

describe('folding', () => {
  const names = Object.keys(i64).filter(
    (name) => !/const|load|store|div|rem|extend|eqz|clz|ctz|popcnt/.test(name),
  );
  const edge = fc.constantFrom(0n, 1n, -1n, 2n, 63n, 64n, 1n << 31n, 1n << 63n, -(1n << 31n));
  const value = fc.oneof(edge, fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }));

  test('agrees with the engine', () => {
    const cases = fc.tuple(fc.constantFrom(...names), fc.boolean(), value, value);
    const check = ([name, wide, a, b]: [string, boolean, bigint, bigint]) => {
      type Op = (a: unknown, b: unknown) => Expr;
      const ops = (wide ? i64 : i32) as unknown as Record<string, Op>;
      const op = ops[name] as Op;
      const type = wide ? 'i64' : 'i32';
      const of = (n: bigint) => (wide ? i64.const(n) : i32.const(Number(BigInt.asIntN(32, n))));
      const folded = op(of(a), of(b));
      const hidden = compile([], folded.type, (scope) => {
        const x = scope.local(type);
        const y = scope.local(type);
        return [set(x, of(a)), set(y, of(b)), leave(op(x, y))];
      }).f();
      expect(run(folded)).toBe(hidden);
      const half = compile([], folded.type, (scope) => {
        const x = scope.local(type);
        return [set(x, of(a)), leave(op(x, of(b)))];
      }).f();
      expect(half).toBe(hidden);
    };
    fc.assert(fc.property(cases, check), { numRuns: 400 });
  });

  test('sums of constants and neutral operands vanish', () => {
    const x = { kind: 'local', type: 'i64', index: 0 } as const;
    expect(i64.add(i64.add(x, 8), 16)).toEqual(i64.add(x, 24));
    expect(i64.add(x, 0)).toBe(x);
    expect(i64.and(x, -1)).toBe(x);
    expect(i64.add(8, x)).toEqual(i64.add(x, 8));
    expect(i32.wrap(i64.const(1n << 32n))).toEqual(i32.const(0));
    expect(i64.extendU(i32.const(-1))).toEqual(i64.const(0xffff_ffff));
    expect(when(i32.const(0), [unreachable], [])).toEqual([]);
  });
});

describe('control', () => {
  test('a loop with a block counts', () => {
    const { f } = compile(['i64'], 'i64', (scope) => {
      const n = scope.param(0);
      const sum = scope.local('i64');
      const out = label();
      const again = label();
      return [
        block(out, [
          loop(again, [
            brIf(out, i64.eqz(n)),
            set(sum, i64.add(sum, n)),
            when(i64.gtS(n, 0), [set(n, i64.sub(n, 1)), br(again)]),
          ]),
        ]),
        leave(sum),
      ];
    });
    expect(f(100n)).toBe(5050n);
  });

  test('a branch table picks, and values may follow statements', () => {
    const { f } = compile(['i32'], 'i32', (scope) => {
      const [zero, one, other] = [label(), label(), label()];
      const x = scope.local('i32');
      return [
        block(other, [
          block(one, [
            block(zero, [brTable(scope.param(0), [zero, one], other)]),
            leave(i32.const(10)),
          ]),
          leave(after([set(x, 5)], i32.add(tee(x, i32.add(x, 15)), x))),
        ]),
        leave(choose(i32.eq(scope.param(0), 7), i32.const(7), select(x, x, i32.const(30)))),
      ];
    });
    expect([0, 1, 2, 7].map((n) => f(n))).toEqual([10, 40, 30, 7]);
  });

  test('a branch outside its block is refused', () => {
    const stray = label();
    expect(() => compile([], 'void', () => [block(stray, []), br(stray)])).toThrow('outside');
  });
});

test('memory: every width, fill and copy', () => {
  const { f, memory } = compile([], 'i64', () => [
    i64.store(0, 0x8182838485868788n),
    fill(i32.const(16), i32.const(0xab), 8),
    copy(i32.const(24), i32.const(16), 4),
    i32.store16(32, i64.eqz(i64.load(24, 8))),
    leave(i64.add(i64.load8s(7), i64.add(i64.load16u(0), i64.load32s(4)))),
  ]);
  expect(f()).toBe(BigInt(0x81 - 0x100) + 0x8788n + BigInt(0x81828384 - 2 ** 32));
  expect([...new Uint8Array(memory.buffer, 22, 7)]).toEqual([171, 171, 171, 171, 171, 171, 0]);
  expect(new Uint8Array(memory.buffer)[32]).toBe(1);
});

describe('modules', () => {
  function build(): ModuleBuilder {
    const m = new ModuleBuilder();
    m.importMemory('host', 'memory', 1);
    const log = m.importFunction('host', 'log', ['i64']);
    const counter = m.global('i64', -3);
    const odd = m.declare('odd', ['i32'], 'i32');
    const even = m.function('even', ['i32'], 'i32', ({ params: [n] }) => [
      when(i32.eqz(n as Expr), [leave(i32.const(1))]),
      leave(call(odd, i32.sub(n as Expr, 1))),
    ]);
    m.define(odd, ({ params: [n] }) => [
      call(log, counter),
      globalSet(counter, i64.add(counter, 1)),
      when(i32.eqz(n as Expr), [leave(i32.const(0))]),
      returnCall(even, i32.sub(n as Expr, 1)),
    ]);
    m.table(2, [even, odd]);
    m.exportTable('table');
    const apply = m.function('apply', ['i32', 'i32'], 'i32', ({ params: [k, n] }) => [
      leave(callIndirect(even, k as Expr, n as Expr)),
    ]);
    m.exportFunction(apply);
    return m;
  }

  test('call each other, the host and through the table', () => {
    const logged: bigint[] = [];
    const memory = new WebAssembly.Memory({ initial: 1 });
    const host = { memory, log: (n: bigint) => logged.push(n) };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(build().toBytes()), { host });
    const { apply } = instance.exports as { apply: (k: number, n: number) => number };
    expect([apply(0, 4), apply(1, 4)]).toEqual([1, 0]);
    expect(logged).toEqual([-3n, -2n, -1n, 0n, 1n]);
  });

  test('are valid to a foreign reader', async () => {
    const wabt = await loadWabt();
    const features = { tail_call: true, bulk_memory: true };
    const read = wabt.readWasm(build().toBytes(), features);
    read.validate();
    const text = read.toText({});
    expect(text).toContain('return_call');
    expect(text).toMatch(/call_indirect .*\(type 1\)/);
    read.destroy();
  });

  test('mistakes are named', () => {
    const m = new ModuleBuilder();
    const f = m.declare('f', ['i32']);
    expect(() => m.toBytes()).toThrow('f was declared and has no body');
    expect(() => call(f)).toThrow('f takes 1 values, not 0');
    expect(() => call(f, i64.const(1))).toThrow('i64 where i32');
    expect(() => m.importFunction('a', 'late', [])).toThrow('late after a declaration');
  });
});
