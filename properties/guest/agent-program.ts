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
