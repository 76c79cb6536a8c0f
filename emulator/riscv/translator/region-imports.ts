import { type CoreName, coreSignatures } from '../../machine/core/core.ts';
import type { FunctionRef, ModuleBuilder, ResultType, ValueType } from '../../wasm/index.ts';

type Signature = readonly [params: readonly ValueType[], result: ResultType];

/** hart, instructions left (this one included), pc: what every slow function stores first */
const where: readonly ValueType[] = ['i32', 'i32', 'i64'];

/**
 * Functions of the core that regions call where the fast path ends. When one wants the region to be
 * left, it has stored pc and `left` of the way out in the hart block; an `i32` result says so with 1,
 * the others with HOT.event. `detail` is described at each, with the instruction's bytes in bits 4 up.
 */
export const regionSignatures = {
  /** (…, va, detail: size) → value, zero-extended */
  load: [[...where, 'i64', 'i32'], 'i64'],
  /** (…, va, value, detail: size) */
  store: [[...where, 'i64', 'i64', 'i32'], 'i32'],
  /** (…, number | uimm << 12, source, detail: operation | writes << 2) → old value */
  csr: [[...where, 'i32', 'i64', 'i32'], 'i64'],
  /** (…, va, asid, detail: va given | asid given << 1) */
  sfence: [[...where, 'i64', 'i64', 'i32'], 'i32'],
  /** these always leave */
  ecall: [where, 'void'],
  mret: [where, 'void'],
  sret: [where, 'void'],
  /** upper half of an unsigned product */
  mulhu: [['i64', 'i64'], 'i64'],
} satisfies Record<string, Signature>;

/** Functions of the core that the behaviour of inlined CSRs calls as they are. */
export const sharedNames = ['selectContexts', 'updateTimers', 'now', 'mtime'] as const;

export type RegionImportName = keyof typeof regionSignatures;
type SharedName = (typeof sharedNames)[number];
export type RegionImports = Record<RegionImportName | SharedName, FunctionRef>;

/** Name under which the core exports a function for regions. */
export const exportName = (name: string): string => `region_${name}`;

/** Imports all of them, and memory, into a region's module; they get the same indices in each. */
export function importCore(m: ModuleBuilder): RegionImports {
  m.importMemory('core', 'memory', 1);
  const shared = sharedNames.map((name: CoreName) => [name, coreSignatures[name]] as const);
  const all = [...Object.entries(regionSignatures), ...shared];
  const made = all.map(([name, [params, result]]) => [
    name,
    m.importFunction('core', exportName(name), params, result),
  ]);
  return Object.fromEntries(made) as RegionImports;
}
