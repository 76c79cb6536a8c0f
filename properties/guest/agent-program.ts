import { parseElf } from '../../emulator/elf/index.ts';
import { GuestError } from './guest-error.ts';

/** The agent's ELF with the addresses of its stubs. */
export interface AgentProgram {
  elf: Uint8Array;
  /** user virtual address of a stub or datum; throws GuestError when the agent has none of that name */
  address(symbol: string): bigint;
}

/** Reads the agent's symbols. Throws ElfError when it is no ELF. */
export function readAgent(elf: Uint8Array): AgentProgram {
  const file = parseElf(elf);
  const known = new Map(file.symbols.map((symbol) => [symbol.name, BigInt(symbol.address)]));
  return {
    elf,
    address(name) {
      const address = known.get(name);
      if (address === undefined) {
        throw new GuestError(`the agent has no symbol "${name}": it was built for another version`);
      }
      return address;
    },
  };
}
