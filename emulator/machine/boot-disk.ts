import type { Machine } from './api.ts';

/** How much is run between looks. */
const SLICE_INSNS = 1_000_000;
/** A driver that read the version and did not set the status within this refused it. */
const REFUSED_INSNS = 20_000_000;
/** A kernel that did not look at the disk within this has none. */
const BOOT_INSNS = 4_000_000_000;
/** A kernel that writes nothing for so long goes round in a loop. */
export const LOOPING_INSNS = 200_000_000;

function refused(machine: Machine): boolean {
  let looking = 0;
  let writing = 0;
  for (let ran = 0; ran < BOOT_INSNS && looking < REFUSED_INSNS; ran += SLICE_INSNS) {
    const mark = machine.memory.mark();
    const stop = machine.run(SLICE_INSNS);
    if (machine.memory.writtenSince(mark).length > 0) writing = ran;
    if (ran - writing > LOOPING_INSNS) break;
    if (machine.diskDriver === 'talking') return false;
    if (machine.diskDriver === 'looking') looking += SLICE_INSNS;
    if (stop.kind !== 'budget') break;
  }
  return machine.diskDriver === 'looking';
}

/**
 * Boots far enough to know which virtio version the kernel's disk driver wants: kernels before October
 * 2021 drive legacy devices and panic at others, later ones the reverse. Deterministic.
 *
 * @param make A machine of this version, loaded and ready to run; called again for the second version.
 * @returns The machine, run to at most SLICE_INSNS after its driver accepted the disk, or to a stop of the
 *   caller's.
 */
export function bootDisk(make: (virtioVersion: 1 | 2) => Machine): Machine {
  const modern = make(2);
  if (!refused(modern)) return modern;
  modern.dispose();
  const legacy = make(1);
  refused(legacy);
  return legacy;
}
