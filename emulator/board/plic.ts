import type { BoardState } from './board-state.ts';
import { PLIC_WORDS } from './board-state.ts';
import { type BoardHost, type Device, MIP_MEIP, MIP_SEIP } from './bus.ts';

/** Sources 1 to 95 exist; source 0 means none. */
const SOURCES = 96;
const SOURCE_WORDS = SOURCES / 32;
/** Two contexts a hart: machine, then supervisor. */
const MAX_CONTEXTS = 16;
/** Priorities and thresholds have three bits. */
const PRIORITY_MASK = 7;

const PRIORITY = PLIC_WORDS;
const PENDING = PRIORITY + SOURCES;
const CLAIMED = PENDING + SOURCE_WORDS;
const ENABLE = CLAIMED + SOURCE_WORDS;
const THRESHOLD = ENABLE + MAX_CONTEXTS * SOURCE_WORDS;

const PENDING_OFFSET = 0x1000;
const ENABLE_OFFSET = 0x2000;
const ENABLE_STRIDE = 0x80;
const CONTEXT_OFFSET = 0x20_0000;
const CONTEXT_STRIDE = 0x1000;

export interface Plic extends Device {
  /** A device asks for service: the source becomes pending until a hart claims it. */
  raise(source: number): void;
}

/**
 * The platform-level interrupt controller (RISC-V PLIC specification 1.0.0).
 *
 * A source becomes pending when its device raises it and stops being so when it is claimed; completing
 * it does not look at the device's line again. QEMU's model does the same, and kernels that never
 * read the UART's interrupt identification live by it: a level-triggered model storms there.
 */
export function createPlic(host: BoardHost, state: BoardState): Plic {
  const contexts = 2 * host.harts;

  /** The pending, enabled, unclaimed source of highest priority above the threshold; lowest number wins. */
  function best(context: number): number {
    const words = state.words();
    let source = 0;
    let priority = words[THRESHOLD + context]!;
    for (let w = 0; w < SOURCE_WORDS; w++) {
      let ready =
        words[PENDING + w]! & ~words[CLAIMED + w]! & words[ENABLE + context * SOURCE_WORDS + w]!;
      while (ready !== 0) {
        const bit = 31 - Math.clz32(ready & -ready);
        ready &= ready - 1;
        const candidate = 32 * w + bit;
        if (words[PRIORITY + candidate]! > priority) {
          source = candidate;
          priority = words[PRIORITY + candidate]!;
        }
      }
    }
    return source;
  }

  function update(): void {
    for (let context = 0; context < contexts; context++) {
      const bit = context & 1 ? MIP_SEIP : MIP_MEIP;
      host.setInterrupt(context >> 1, bit, best(context) !== 0);
    }
  }

  function claim(context: number): number {
    const source = best(context);
    if (source !== 0) {
      const words = state.words();
      words[PENDING + (source >> 5)]! &= ~(1 << (source & 31));
      words[CLAIMED + (source >> 5)]! |= 1 << (source & 31);
      update();
    }
    return source;
  }

  function complete(source: number): void {
    if (source === 0 || source >= SOURCES) return;
    state.words()[CLAIMED + (source >> 5)]! &= ~(1 << (source & 31));
    update();
  }

  /** Index of the enable word at this offset, or -1. */
  function enableWord(offset: number): number {
    const context = Math.floor((offset - ENABLE_OFFSET) / ENABLE_STRIDE);
    const word = (offset % ENABLE_STRIDE) >> 2;
    return context < contexts && word < SOURCE_WORDS ? ENABLE + context * SOURCE_WORDS + word : -1;
  }

  function load(offset: number): number {
    const words = state.words();
    if (offset < PENDING_OFFSET)
      return offset >> 2 < SOURCES ? words[PRIORITY + (offset >> 2)]! : 0;
    if (offset < ENABLE_OFFSET) {
      const word = (offset - PENDING_OFFSET) >> 2;
      return word < SOURCE_WORDS ? words[PENDING + word]! : 0;
    }
    if (offset < CONTEXT_OFFSET) {
      const word = enableWord(offset);
      return word < 0 ? 0 : words[word]!;
    }
    const context = Math.floor((offset - CONTEXT_OFFSET) / CONTEXT_STRIDE);
    if (context >= contexts) return 0;
    const register = offset % CONTEXT_STRIDE;
    if (register === 0) return words[THRESHOLD + context]!;
    return register === 4 ? claim(context) : 0;
  }

  function store(offset: number, value: number): void {
    const words = state.words();
    if (offset < PENDING_OFFSET) {
      const source = offset >> 2;
      if (source > 0 && source < SOURCES) words[PRIORITY + source] = value & PRIORITY_MASK;
    } else if (offset < ENABLE_OFFSET) {
      return; // pending bits are read-only
    } else if (offset < CONTEXT_OFFSET) {
      const word = enableWord(offset);
      // source 0 does not exist, so its bit cannot be enabled
      if (word >= 0) words[word] = offset % ENABLE_STRIDE === 0 ? value & ~1 : value;
    } else {
      const context = Math.floor((offset - CONTEXT_OFFSET) / CONTEXT_STRIDE);
      if (context >= contexts) return;
      const register = offset % CONTEXT_STRIDE;
      if (register === 0) words[THRESHOLD + context] = value & PRIORITY_MASK;
      else if (register === 4) complete(value);
      else return;
    }
    update();
  }

  return {
    load(offset, size) {
      return size === 4 ? BigInt(load(offset)) : undefined;
    },
    store(offset, size, value) {
      if (size !== 4) return false;
      store(offset, Number(value & 0xffff_ffffn));
      return true;
    },
    raise(source) {
      state.words()[PENDING + (source >> 5)]! |= 1 << (source & 31);
      update();
    },
  };
}
