import {
  asStruct,
  type DebugInfo,
  fieldOf,
  resolved,
  type StructLayout,
} from '../../emulator/elf/index.ts';
import type { ProcState } from '../../spec/ownership.ts';
import type { FieldAt, ProcLayout } from './api.ts';

/** Names of states over the years, in lower case. SLEEPING and the others kept theirs. */
const STATES: Record<string, ProcState | undefined> = {
  unused: undefined,
  used: 'used',
  embryo: 'used',
  sleeping: 'sleeping',
  runnable: 'runnable',
  running: 'running',
  zombie: 'zombie',
};

/** Words of struct proc that are known not to be pages of the process's own, whatever they hold. */
const NOT_OWNED = new Set([
  'pagetable',
  'trapframe',
  'tf',
  'kstack',
  'sz',
  'parent',
  'chan',
  'cwd',
  'lock',
]);

/** `proc[]` as the debug information tells it; a list of problems where it does not. */
export function procLayout(debug: DebugInfo): ProcLayout | readonly string[] {
  const variable = debug.variable('proc') ?? debug.variables().find((v) => isProcArray(v.type));
  const array = variable && resolved(variable.type);
  if (variable === undefined || array?.kind !== 'array') {
    return ['no array `proc` of processes was found; this does not look like an xv6 kernel'];
  }
  const struct = asStruct(array.element);
  if (struct === undefined || array.count === undefined) {
    return [
      '`proc` is not an array of structs; build the kernel with -ggdb, as xv6’s Makefile does',
    ];
  }
  const problems: string[] = [];
  const need = (...names: string[]): FieldAt => {
    const found = fieldAt(struct, ...names);
    if (found === undefined) problems.push(`struct proc has no member \`${names.join('` or `')}\``);
    return found ?? { offset: 0, sizeBytes: 8 };
  };
  const layout: ProcLayout = {
    address: variable.address,
    count: array.count,
    strideBytes: struct.sizeBytes,
    state: need('state'),
    pid: need('pid'),
    sz: need('sz'),
    pagetable: need('pagetable'),
    trapframe: need('trapframe', 'tf'),
    parent: fieldAt(struct, 'parent'),
    killed: fieldAt(struct, 'killed'),
    kstack: fieldAt(struct, 'kstack'),
    xstate: fieldAt(struct, 'xstate'),
    extra: extraWords(struct),
    extraTables: extraTables(struct),
    states: states(struct),
  };
  return problems.length > 0 ? problems : layout;
}

/** A scalar member, under the first of its possible names that the struct has. */
export function fieldAt(struct: StructLayout, ...names: string[]): FieldAt | undefined {
  for (const name of names) {
    const field = fieldOf(struct, name);
    if (field !== undefined) return { offset: field.offsetBytes, sizeBytes: field.type.sizeBytes };
  }
  return undefined;
}

function isProcArray(type: Parameters<typeof resolved>[0]): boolean {
  const array = resolved(type);
  return array.kind === 'array' && asStruct(array.element)?.name === 'proc';
}

function states(struct: StructLayout): ReadonlyMap<number, ProcState | undefined> {
  const type = fieldOf(struct, 'state')?.type;
  const plain = type && resolved(type);
  const values = new Map<number, ProcState | undefined>();
  if (plain?.kind === 'enum') {
    for (const [name, value] of plain.values) {
      values.set(value, name === 'UNUSED' ? undefined : (STATES[name.toLowerCase()] ?? 'used'));
    }
  }
  return values.size > 0 ? values : DEFAULT_STATES;
}

/** xv6-riscv since the autumn of 2020. */
export const DEFAULT_STATES: ReadonlyMap<number, ProcState | undefined> = new Map<
  number,
  ProcState | undefined
>([
  [0, undefined],
  [1, 'used'],
  [2, 'sleeping'],
  [3, 'runnable'],
  [4, 'running'],
  [5, 'zombie'],
]);

/** Pointers and 64-bit integers that labs add: a USYSCALL page, an alarm's saved trapframe. */
function extraWords(struct: StructLayout): { name: string; offset: number }[] {
  return struct.members.flatMap(({ name, offsetBytes, type }) => {
    const plain = resolved(type);
    if (NOT_OWNED.has(name) || plain.sizeBytes !== 8 || isPagetable(type)) return [];
    if (plain.kind !== 'pointer' && plain.kind !== 'int') return [];
    return [{ name, offset: offsetBytes }];
  });
}

function extraTables(struct: StructLayout): { name: string; offset: number }[] {
  return struct.members.flatMap(({ name, offsetBytes, type }) =>
    name !== 'pagetable' && isPagetable(type) ? [{ name, offset: offsetBytes }] : [],
  );
}

/** `pagetable_t`: a typedef of that name, or a pointer to 64-bit integers. */
function isPagetable(type: Parameters<typeof resolved>[0]): boolean {
  if (type.kind === 'typedef' && type.name === 'pagetable_t') return true;
  const plain = resolved(type);
  if (plain.kind !== 'pointer') return false;
  const target = resolved(plain.target);
  return target.kind === 'int' && target.sizeBytes === 8;
}
