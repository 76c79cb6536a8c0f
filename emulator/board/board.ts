import { boardState, SWI_WORDS } from './board-state.ts';
import { type Board, type BoardHost, type Device, MIP_MSIP } from './bus.ts';
import { createClint } from './clint.ts';
import { createFinisher } from './finisher.ts';
import { CLINT, FINISHER, PCIE, PLIC, SSWI, UART, VIRTIO } from './memory-map.ts';
import { pcie } from './pcie.ts';
import { createPlic } from './plic.ts';
import { createSswi } from './sswi.ts';
import { createUart } from './uart.ts';
import { createVirtioBlock, emptyVirtioSlot } from './virtio-block.ts';

interface Mapping {
  base: number;
  size: number;
  device: Device;
}

/** The devices of QEMU's `virt` board that xv6 kernels use, dispatched by physical address. */
export function createBoard(host: BoardHost): Board {
  const state = boardState(host.memory, host.stateOffset);
  const plic = createPlic(host, state);
  const uart = createUart(host, state, plic.raise);
  const clint = createClint(host, {
    get: (hart) => state.words()[SWI_WORDS + hart]!,
    set(hart, level) {
      state.words()[SWI_WORDS + hart] = level;
      host.setInterrupt(hart, MIP_MSIP, level !== 0);
    },
  });
  const disk = createVirtioBlock(host, state, plic.raise);
  const emptySlot = emptyVirtioSlot(host.virtioVersion);
  // the UART first: nearly every access outside RAM is its
  const mappings: Mapping[] = [
    { ...UART, device: uart },
    { base: VIRTIO.base, size: VIRTIO.size, device: disk },
    { ...PLIC, device: plic },
    { ...CLINT, device: clint },
    { ...FINISHER, device: createFinisher(host) },
    { ...SSWI, device: createSswi(host) },
    { ...PCIE, device: pcie },
  ];
  for (let slot = 1; slot < VIRTIO.slots; slot++) {
    mappings.push({
      base: VIRTIO.base + slot * VIRTIO.size,
      size: VIRTIO.size,
      device: emptySlot,
    });
  }

  function find(pa: number, size: number): Mapping | undefined {
    return pa % size === 0
      ? mappings.find(({ base, size: bytes }) => pa >= base && pa + size <= base + bytes)
      : undefined;
  }

  return {
    load(pa, size) {
      const mapping = find(pa, size);
      return mapping?.device.load(pa - mapping.base, size);
    },
    store(pa, size, value) {
      const mapping = find(pa, size);
      return mapping?.device.store(pa - mapping.base, size, value) ?? false;
    },
    type: uart.type,
    unreadInput: uart.unread,
    diskDriver: disk.driver,
    reset() {
      state.bytes().fill(0);
    },
  };
}
