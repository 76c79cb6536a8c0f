import type { Machine, MachineOptions } from './api.ts';
import { MAX_HARTS } from './layout.ts';

const MIB = 2 ** 20;

function inRange(name: string, value: number, low: number, high: number): void {
  if (!(Number.isInteger(value) && value >= low && value <= high)) {
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${low} to ${high}`);
  }
}

/** Fills in what is absent; throws RangeError for a machine that cannot be. */
export function completeOptions(options: MachineOptions): Machine['options'] {
  const complete = {
    harts: options.harts ?? 1,
    memoryBytes: options.memoryBytes ?? 128 * MIB,
    virtioVersion: options.virtioVersion ?? 2,
    quantumInsns: options.quantumInsns ?? 1000,
    scheduleSeed: options.scheduleSeed ?? 0,
    insnsPerTick: options.insnsPerTick ?? 10,
    tlb: options.tlb ?? 'coherent',
    tier: options.tier ?? 'translator',
    translateAfter: options.translateAfter ?? 6000,
    translatedRegions: options.translatedRegions ?? 3000,
  } as const;
  inRange('harts', complete.harts, 1, MAX_HARTS);
  inRange('memoryBytes', complete.memoryBytes, MIB, 2048 * MIB);
  if (complete.memoryBytes % MIB !== 0) {
    throw new RangeError(`memoryBytes is ${complete.memoryBytes}; it must be a multiple of 1 MiB`);
  }
  inRange('quantumInsns', complete.quantumInsns, 1, 1e9);
  inRange('scheduleSeed', complete.scheduleSeed, 0, Number.MAX_SAFE_INTEGER);
  inRange('translateAfter', complete.translateAfter, 1, 1e6);
  inRange('translatedRegions', complete.translatedRegions, 1, 10_000);
  inRange('insnsPerTick', complete.insnsPerTick, 1, 1e9);
  if (options.disk && options.disk.length % 512 !== 0) {
    throw new RangeError(
      `the disk has ${options.disk.length} bytes; it must be whole sectors of 512 bytes`,
    );
  }
  return complete;
}
