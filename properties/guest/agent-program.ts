import { parseElf } from '../../emulator/elf/index.ts';
import { GuestError } from './guest-error.ts';

/** The agent's ELF with the addresses of its stubs. */
export interface AgentProgram {
  elf: Uint8Array;
  /** its loadable segments and symbols, as the model wants them */
  segments: readonly { va: number; bytes: Uint8Array; memoryBytes: number }[];
  symbols: ReadonlyMap<string, number>;
  /** user virtual address of a stub or datum; throws GuestError when the agent has none of that name */
  address(symbol: string): bigint;
}

/** Reads the agent's symbols. Throws ElfError when it is no ELF. */
export function readAgent(elf: Uint8Array): AgentProgram {
  const file = parseElf(elf);
  const symbols = new Map(file.symbols.map((symbol) => [symbol.name, symbol.address]));
  return {
    elf,
    segments: file.segments.map(({ virtualAddress, bytes, memorySizeBytes }) => ({
      va: virtualAddress,
      bytes,
      memoryBytes: memorySizeBytes,
    })),
    symbols,
    address(name) {
      const address = symbols.get(name);
      if (address === undefined) {
        throw new GuestError(`the agent has no symbol "${name}": it was built for another version`);
      }
      return BigInt(address);
    },
  };
}

const PROGRAM_HEADERS_AT = 32;
const HEADER_BYTES = 54;
const HEADER_COUNT = 56;
const FLAGS = 4;
const W = 2;

/** The ELF file with every segment writable (ELF-64: `e_phoff`, `e_phentsize`, `e_phnum`, `p_flags`). */
export function withWritableText(elf: Uint8Array): Uint8Array {
  const copy = elf.slice();
  const view = new DataView(copy.buffer);
  const first = Number(view.getBigUint64(PROGRAM_HEADERS_AT, true));
  const size = view.getUint16(HEADER_BYTES, true);
  for (let i = 0; i < view.getUint16(HEADER_COUNT, true); i++) {
    const at = first + i * size + FLAGS;
    view.setUint32(at, view.getUint32(at, true) | W, true);
  }
  return copy;
}
