import { type Decoded, decode, instructionLength } from '../riscv/decode.ts';
import { OP, opFor } from './core/slot-ops.ts';
import {
  BREAK_OFFSETS_BASE,
  CORE,
  DECODED_COPY,
  DECODED_PAGES,
  DECODED_SERIAL,
  DECODED_SIZE,
  HART,
  HOT_NEVER,
  type Layout,
  PAGE_FLAG,
  PAGE_SIZE,
  SLOT,
  SLOT_SIZE,
  SLOTS_PER_PAGE,
} from './layout.ts';
import type { Views } from './views.ts';

/** Bytes from a slot to the next one, by length of the instruction. */
const stepOf = (length: number): number => (length / 2) * SLOT_SIZE;

/** Decoded pages, found by the content they were decoded from. */
export interface DecodedPages {
  /** Address of the decoded page for a physical page; decoding itself happens slot by slot. */
  page(page: number): number;
  /** Decodes the instruction `word` into a slot. Offset −1: it crosses pages. */
  slot(address: number, word: number, offset: number): void;
  /** Slots at this page offset are decoded anew: breakpoints there came or went. */
  redecode(offset: number): void;
}

/**
 * @param dropCode forgets that a page is decoded, in the page tables of the core and in the TLBs
 */
export function createDecodedPages(
  views: Views,
  layout: Layout,
  dropCode: (page: number) => void,
): DecodedPages {
  const byHash = new Map<number, number[]>();
  const hashes: number[] = [];
  const instructions = new Map<number, Decoded | undefined>();
  let serial = 0;
  let victim = 0;

  const addressOf = (index: number): number => layout.decoded + index * DECODED_SIZE;

  function sameContent(page: number, index: number): boolean {
    const { words } = views;
    const a = pageAddress(page) >>> 2;
    const b = (addressOf(index) + DECODED_COPY) >>> 2;
    for (let i = 0; i < PAGE_SIZE / 4; i++) if (words[a + i] !== words[b + i]) return false;
    return true;
  }

  const pageAddress = (page: number): number => layout.ram + page * PAGE_SIZE;

  function hashOf(page: number): number {
    const { words } = views;
    const start = pageAddress(page) >>> 2;
    let hash = 0x811c9dc5;
    for (let i = start; i < start + PAGE_SIZE / 4; i++) {
      hash = Math.imul(hash ^ words[i]!, 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  /** The oldest decoded page gives its place; whoever still runs it decodes it again. */
  function evict(): number {
    const index = victim;
    victim = (victim + 1) % DECODED_PAGES;
    for (let page = 0; page < layout.ramPages; page++) {
      if (views.data.getUint16(layout.codeIndex + page * 2, true) === index + 1) dropCode(page);
    }
    const bucket = byHash.get(hashes[index]!)!.filter((other) => other !== index);
    if (bucket.length > 0) byHash.set(hashes[index]!, bucket);
    else byHash.delete(hashes[index]!);
    views.bytes.fill(0, addressOf(index), addressOf(index) + DECODED_SIZE);
    return index;
  }

  function create(page: number, hash: number): number {
    const index = hashes.length < DECODED_PAGES ? hashes.length : evict();
    hashes[index] = hash;
    byHash.set(hash, [...(byHash.get(hash) ?? []), index]);
    const address = addressOf(index);
    const source = pageAddress(page);
    views.bytes.copyWithin(address + DECODED_COPY, source, source + PAGE_SIZE);
    pageEnd(address + SLOTS_PER_PAGE * SLOT_SIZE);
    views.setU32(address + DECODED_SERIAL, ++serial);
    return index;
  }

  function pageEnd(slot: number): void {
    views.data.setUint16(slot + SLOT.op, OP.pageEnd, true);
    views.bytes[slot + SLOT.hot] = HOT_NEVER;
  }

  function lookUp(word: number): Decoded | undefined {
    let found = instructions.get(word);
    if (found === undefined && !instructions.has(word)) {
      found = decode(word);
      instructions.set(word, found);
    }
    return found;
  }

  function writeInstruction(slot: number, decoded: Decoded, offset: number): void {
    const { data, bytes } = views;
    const { rd, rs1, rs2, imm } = decoded.operands;
    const { float } = decoded.row;
    const register = (field: 'rs1' | 'rs2', number: number): number =>
      float?.includes(field) ? HART.f + number * 8 : HART.x + number * 8;
    const target = float?.includes('rd') ? HART.f + rd * 8 : rd === 0 ? HART.sink : rd * 8;
    data.setUint16(slot + SLOT.op, opFor(decoded.index, imm, offset), true);
    bytes[slot + SLOT.step] = stepOf(decoded.length);
    bytes[slot + SLOT.hot] = offset < 0 ? HOT_NEVER : views.u32(CORE.hotStart);
    data.setUint16(slot + SLOT.rd, target, true);
    data.setUint16(slot + SLOT.rs1, register('rs1', rs1), true);
    data.setUint16(slot + SLOT.rs2, register('rs2', rs2), true);
    data.setUint16(slot + SLOT.fn, 0, true);
    data.setInt32(slot + SLOT.imm, imm, true);
  }

  function writeSpecial(slot: number, op: number, word: number): void {
    const { data, bytes } = views;
    data.setUint16(slot + SLOT.op, op, true);
    bytes[slot + SLOT.step] = stepOf(instructionLength(word));
    bytes[slot + SLOT.hot] = HOT_NEVER;
    data.setUint16(slot + SLOT.fn, 0, true);
    data.setInt32(slot + SLOT.imm, word, true);
  }

  return {
    page(page) {
      const hash = hashOf(page);
      const known = byHash.get(hash)?.find((index) => sameContent(page, index));
      const index = known ?? create(page, hash);
      views.data.setUint16(layout.codeIndex + page * 2, index + 1, true);
      views.bytes[layout.pageFlags + page]! |= PAGE_FLAG.code;
      return addressOf(index);
    },

    slot(slot, word, offset) {
      const short = instructionLength(word) === 2;
      const bits = short ? word & 0xffff : word;
      const decoded = lookUp(bits);
      if (offset === PAGE_SIZE - 2 && !short) writeSpecial(slot, OP.crossing, word);
      else if (!decoded) writeSpecial(slot, OP.illegal, bits);
      else writeInstruction(slot, decoded, offset);
      if (offset < 0) pageEnd(slot + 2 * SLOT_SIZE);
      else if (views.bytes[BREAK_OFFSETS_BASE + (offset >>> 1)] !== 0) {
        const { data, bytes } = views;
        data.setUint16(slot + SLOT.fn, data.getUint16(slot + SLOT.op, true), true);
        data.setUint16(slot + SLOT.op, OP.breakpoint, true);
        bytes[slot + SLOT.hot] = HOT_NEVER;
      }
    },

    redecode(offset) {
      for (let index = 0; index < hashes.length; index++) {
        const slot = addressOf(index) + (offset >>> 1) * SLOT_SIZE;
        views.bytes.fill(0, slot, slot + SLOT_SIZE);
      }
    },
  };
}
