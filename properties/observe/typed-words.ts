import { type CType, resolved } from '../../emulator/elf/index.ts';

/** A member of a variable, at any depth of structs and arrays. */
export interface TypedWord {
  /** As C would name it: `kmem[3].freelist`. */
  name: string;
  address: number;
  type: CType;
}

/** Struct and array nesting beyond this does not occur. */
const MAX_DEPTH = 8;
/** Arrays are walked up to this many words in all, so that a refcount array does not become a list. */
const MAX_WORDS = 200_000;

/**
 * All pointers and integers that a variable consists of. `enter` decides for each struct, union and array
 * whether to look inside.
 */
export function typedWords(
  name: string,
  address: number,
  type: CType,
  enter: (name: string, type: CType) => boolean = () => true,
): TypedWord[] {
  const words: TypedWord[] = [];
  const visit = (at: TypedWord, depth: number) => {
    const plain = resolved(at.type);
    if (depth > MAX_DEPTH || words.length > MAX_WORDS) return;
    switch (plain.kind) {
      case 'pointer':
      case 'int':
        words.push(at);
        break;
      case 'struct':
      case 'union':
        if (!enter(at.name, at.type)) break;
        for (const { name: member, offsetBytes, type: memberType } of plain.members) {
          const inner = member === '' ? at.name : `${at.name}.${member}`;
          visit({ name: inner, address: at.address + offsetBytes, type: memberType }, depth + 1);
        }
        break;
      case 'array': {
        // Bytes and shorts are text and counts, never addresses or lists.
        const { element, count = 0 } = plain;
        if (resolved(element).sizeBytes < 4 || !enter(at.name, at.type)) break;
        for (let i = 0; i < count && words.length <= MAX_WORDS; i++) {
          const offset = i * element.sizeBytes;
          visit(
            { name: `${at.name}[${i}]`, address: at.address + offset, type: element },
            depth + 1,
          );
        }
        break;
      }
      default:
    }
  };
  visit({ name, address, type }, 0);
  return words;
}
