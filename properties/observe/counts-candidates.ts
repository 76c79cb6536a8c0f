import {
  asStruct,
  type CType,
  type DebugInfo,
  type ElfFile,
  resolved,
} from '../../emulator/elf/index.ts';
import type { CountsCandidate } from './api.ts';

/** The fewest counts that could be one per page: of 16 MiB. */
const MIN_COUNTS = 4096;

/**
 * Everything whose type could be one reference count per page: long arrays of integers, or of structs with
 * an integer (beside a lock, mostly), as variables or inside a struct; and pointers to integers, for kernels
 * that take memory for them at boot.
 */
export function countsCandidates(debug: DebugInfo): readonly CountsCandidate[] {
  const found: CountsCandidate[] = [];
  for (const { name, address, type } of debug.variables()) visit(name, address, type, found, 0);
  return found;
}

/** Pages of 128 MiB, which every kernel without types is taken to have. */
const USUAL_PAGES = 32768;
/** What may stand before an array of counts in a struct: a lock, a list. */
const MAX_HEAD_BYTES = 64;

/**
 * Without types: every large object as an array of integers of each width, and as such an array of the usual
 * length at the end of a struct.
 */
export function untypedCandidates(elf: ElfFile): readonly CountsCandidate[] {
  return elf.symbols
    .filter(({ name, kind }) => kind === 'object' && name !== 'stack0')
    .flatMap(({ name, address, sizeBytes }) =>
      [1, 2, 4, 8].flatMap((width) => {
        const head = sizeBytes - USUAL_PAGES * width;
        const offsets = head > 0 && head <= MAX_HEAD_BYTES ? [0, head] : [0];
        return offsets
          .filter((offset) => (sizeBytes - offset) / width >= MIN_COUNTS)
          .map((offset) => ({
            name: `${name} as ${width * 8}-bit integers`,
            address: address + offset,
            indirect: false,
            strideBytes: width,
            count: { offset: 0, sizeBytes: width, signed: false },
            length: Math.floor((sizeBytes - offset) / width),
          }));
      }),
    );
}

function visit(
  name: string,
  address: number,
  type: CType,
  found: CountsCandidate[],
  depth: number,
): void {
  const plain = resolved(type);
  if (plain.kind === 'array') addArray(name, address, plain, found);
  else if (type.kind === 'typedef' && type.name === 'pagetable_t') return;
  else if (plain.kind === 'pointer') addPointer(name, address, plain.target, found);
  else if (depth < 3 && asStruct(plain)?.name !== 'spinlock') {
    for (const member of asStruct(plain)?.members ?? []) {
      const inner = `${name}.${member.name}`;
      visit(inner, address + member.offsetBytes, member.type, found, depth + 1);
    }
  }
}

function addArray(
  name: string,
  address: number,
  array: { count: number | undefined; element: CType },
  found: CountsCandidate[],
): void {
  const { element, count = 0 } = array;
  if (count < MIN_COUNTS || name === 'stack0') return;
  for (const integer of integersOf(element)) {
    found.push({
      name: `${name}${integer.suffix}`,
      address,
      indirect: false,
      strideBytes: element.sizeBytes,
      count: integer.count,
      length: count,
    });
  }
}

function addPointer(name: string, address: number, target: CType, found: CountsCandidate[]): void {
  const plain = resolved(target);
  // Text is `char *`, counts in bytes are `unsigned char *`; a pointer to a struct is a list or one object.
  if (plain.kind !== 'int' || plain.name === 'char') return;
  for (const integer of integersOf(plain)) {
    found.push({
      name: `${name}${integer.suffix}`,
      address,
      indirect: true,
      strideBytes: plain.sizeBytes,
      count: integer.count,
      length: Number.POSITIVE_INFINITY,
    });
  }
}

/** The integers of an element: itself, or those of a struct without its lock's and of unions' first member. */
function integersOf(
  type: CType,
  offset = 0,
  suffix = '',
  depth = 0,
): { suffix: string; count: CountsCandidate['count'] }[] {
  const plain = resolved(type);
  if (plain.kind === 'int') {
    const { sizeBytes, signed } = plain;
    return sizeBytes <= 8 ? [{ suffix, count: { offset, sizeBytes, signed } }] : [];
  }
  const struct = asStruct(plain);
  if (struct === undefined || depth > 2 || struct.name === 'spinlock') return [];
  return struct.members.flatMap((member) =>
    integersOf(member.type, offset + member.offsetBytes, `${suffix}.${member.name}`, depth + 1),
  );
}
