import { csrRows } from '../riscv/csrs.ts';
import type { Machine } from './api.ts';
import { MSTATUS_RESET } from './core/csr-traps.ts';
import type { CoreExports } from './exports.ts';
import {
  CONTEXT,
  CONTEXTS_PER_HART,
  CORE,
  CSR_INDEX_BASE,
  GLOBAL,
  HART,
  HART_BASE,
  HOT,
  HOT_NEVER,
  HOT_READY,
  hartAddress,
  JUMP_CACHE_ENTRIES,
  JUMP_CACHE_ENTRY_SIZE,
  type Layout,
  RAM_BASE,
} from './layout.ts';
import type { Views } from './views.ts';

const ADUE = 1n << 61n;
/** Jumps to a place that its byte-sized counter counts before the dispatcher counts one round. */
const HOT_JUMPS = 200;

/** Puts a fresh machine's memory in order: the saved block at reset, everything beside it empty. */
export function resetMachine(
  views: Views,
  layout: Layout,
  options: Machine['options'],
  core: CoreExports,
): void {
  views.setU32(GLOBAL.insnsPerTick, options.insnsPerTick);
  views.setU32(GLOBAL.quantum, options.quantumInsns);
  views.setU32(GLOBAL.turnLeft, options.quantumInsns);
  views.setU64(GLOBAL.scheduleState, BigInt(options.scheduleSeed));
  views.setU32(CORE.running, HART_BASE);
  const jumps = Math.min(options.translateAfter, HOT_JUMPS);
  const hotStart = options.tier === 'translator' ? HOT_READY - jumps : HOT_NEVER;
  views.setU32(CORE.hotStart, hotStart);
  views.setU32(CORE.hotRounds, Math.round(options.translateAfter / jumps) - 1);
  csrRows.forEach((row, index) => {
    views.bytes[CSR_INDEX_BASE + row.number] = index + 1;
  });
  for (let hart = 0; hart < layout.harts; hart++) resetHart(views, layout, hart);
  core.savedReplaced();
}

function resetHart(views: Views, layout: Layout, index: number): void {
  const h = hartAddress(index);
  views.setU64(h + HART.pc, BigInt(RAM_BASE));
  views.setU32(h + HART.privilege, 3);
  views.setU64(h + HART.mhartid, BigInt(index));
  views.setU64(h + HART.mstatus, MSTATUS_RESET);
  // QEMU's board updates A and D in hardware until a kernel says otherwise, and xv6 relies on it
  views.setU64(h + HART.menvcfg, ADUE);
  for (const field of [HART.mtimecmp, HART.stimecmp, HART.reservation, HART.resumePc]) {
    views.setU64(h + field, -1n);
  }

  const contexts = layout.contexts + index * CONTEXTS_PER_HART * layout.contextStride;
  views.setU32(h + HOT.index, index);
  views.setU32(h + HOT.contexts, contexts);
  for (let i = 0; i < CONTEXTS_PER_HART; i++) {
    const context = contexts + i * layout.contextStride;
    views.bytes.fill(0xff, context, context + CONTEXT.used);
    views.setU32(context + CONTEXT.usedCount, 0);
    views.setU32(context + CONTEXT.lastUse, 0);
    views.setU32(context + CONTEXT.generation, 0);
  }
  const jumpCacheBytes = JUMP_CACHE_ENTRIES * JUMP_CACHE_ENTRY_SIZE;
  const jumpCache = layout.jumpCaches + index * jumpCacheBytes;
  views.setU32(h + HOT.jumpCache, jumpCache);
  views.bytes.fill(0xff, jumpCache, jumpCache + jumpCacheBytes);
}
