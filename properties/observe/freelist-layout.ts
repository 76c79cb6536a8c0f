import { asStruct, type CType, type DebugInfo, resolved } from '../../emulator/elf/index.ts';
import type { FreelistHead } from './api.ts';
import { typedWords } from './typed-words.ts';

/**
 * The heads of the allocator's free lists, by type: pointers to a struct that is nothing but a pointer to
 * its like (`struct run { struct run *next; }`), wherever they stand: one list, one per hart, beside counters.
 */
export function freelistHeads(debug: DebugInfo): readonly FreelistHead[] {
  const heads: FreelistHead[] = [];
  for (const variable of debug.variables()) {
    const words = typedWords(variable.name, variable.address, variable.type, worthEntering);
    for (const { name, address, type } of words) {
      if (pointsToRun(type)) heads.push({ name, address });
    }
  }
  return heads;
}

/** Tables of processes, buffers and files hold no free list, and are large. */
function worthEntering(_: string, type: CType): boolean {
  const plain = resolved(type);
  if (plain.kind !== 'array') return true;
  return asStruct(plain.element) !== undefined && (plain.count ?? 0) <= 64;
}

function pointsToRun(type: CType): boolean {
  const pointer = resolved(type);
  if (pointer.kind !== 'pointer') return false;
  const run = asStruct(pointer.target);
  const [next, ...others] = run?.members ?? [];
  if (run === undefined || next === undefined || others.length > 0 || run.sizeBytes !== 8) {
    return false;
  }
  const target = resolved(next.type);
  return target.kind === 'pointer' && asStruct(target.target)?.name === run.name;
}
