import type { FieldAt, ObservedMemory } from './api.ts';

/** Guest RAM as 32-bit words: the fastest way to read scattered values. Little-endian hosts, as Node's are. */
export interface GuestWords {
  readonly base: number;
  readonly end: number;
  /** All of RAM; index (pa − base) / 4. Fetched anew by `refresh`, since host memory may move. */
  words: Uint32Array;
  refresh(): void;
  contains(pa: number, sizeBytes: number): boolean;
  u32(pa: number): number;
  /** A 64-bit value; exact below 2^53, which all addresses of Sv39 guests are. */
  u64(pa: number): number;
  /** A member of 1, 2, 4 or 8 bytes, unsigned; 0 outside RAM. */
  unsigned(pa: number, field: FieldAt): number;
  signed(pa: number, field: FieldAt): number;
}

export function guestWords(memory: ObservedMemory): GuestWords {
  const { base } = memory;
  const end = base + memory.sizeBytes;
  let bytes = memory.bytes();
  const words = () => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  const at = (pa: number) => (pa - base) >>> 2;
  const guest: GuestWords = {
    base,
    end,
    words: words(),
    refresh() {
      const now = memory.bytes();
      if (now.buffer === bytes.buffer && now.byteLength === bytes.byteLength) return;
      bytes = now;
      guest.words = words();
    },
    contains: (pa, sizeBytes) => pa >= base && pa + sizeBytes <= end,
    u32: (pa) => guest.words[at(pa)] ?? 0,
    u64: (pa) => (guest.words[at(pa)] ?? 0) + (guest.words[at(pa) + 1] ?? 0) * 2 ** 32,
    unsigned(pa, { offset, sizeBytes }) {
      const address = pa + offset;
      if (sizeBytes === 8) return guest.u64(address);
      if (sizeBytes === 4) return guest.u32(address);
      const shift = (address & 3) * 8;
      const mask = sizeBytes === 1 ? 0xff : 0xffff;
      return (guest.u32(address) >>> shift) & mask;
    },
    signed(pa, field) {
      if (field.sizeBytes === 4) return guest.u32(pa + field.offset) | 0;
      const value = guest.unsigned(pa, field);
      const half = 2 ** (field.sizeBytes * 8 - 1);
      return value >= half ? value - half * 2 : value;
    },
  };
  return guest;
}
