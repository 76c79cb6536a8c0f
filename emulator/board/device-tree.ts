import { CLINT, FINISHER, PLIC, RAM_BASE, TIMEBASE_HZ, UART, VIRTIO } from './memory-map.ts';

/** Block structure tokens (Devicetree Specification 0.4, 5.4). */
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const END = 9;
const MAGIC = 0xd00d_feed;
const VERSION = 17;
const COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
/** an empty memory reservation block: one terminating entry */
const RESERVATIONS_BYTES = 16;

type Value = string | readonly string[] | readonly number[];
interface Node {
  name: string;
  properties: Readonly<Record<string, Value>>;
  children?: readonly Node[];
}

const PLIC_PHANDLE = 100;
/** Interrupt numbers of the hart's local controller: the bits of `mip`. */
const SOFTWARE = 3;
const TIMER = 7;
const SUPERVISOR_EXTERNAL = 9;
const MACHINE_EXTERNAL = 11;

const wide = (value: number): number[] => [Math.floor(value / 2 ** 32), value % 2 ** 32];
const region = ({ base, size }: { base: number; size: number }): number[] => [
  ...wide(base),
  ...wide(size),
];
const hartHandle = (hart: number): number => hart + 1;

function cpu(hart: number): Node {
  return {
    name: `cpu@${hart}`,
    properties: {
      device_type: 'cpu',
      reg: [hart],
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': 'rv64imafdc_zicsr_zifencei_sstc',
      'mmu-type': 'riscv,sv39',
    },
    children: [
      {
        name: 'interrupt-controller',
        properties: {
          '#interrupt-cells': [1],
          'interrupt-controller': [],
          compatible: 'riscv,cpu-intc',
          phandle: [hartHandle(hart)],
        },
      },
    ],
  };
}

function soc(harts: readonly number[]): Node {
  const local = (...interrupts: number[]) =>
    harts.flatMap((hart) => interrupts.flatMap((it) => [hartHandle(hart), it]));
  const device = (name: string, at: { base: number; size: number }, more: Node['properties']) => ({
    name: `${name}@${at.base.toString(16)}`,
    properties: { ...more, reg: region(at) },
  });
  return {
    name: 'soc',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'simple-bus',
      ranges: [],
    },
    children: [
      device('test', FINISHER, { compatible: ['sifive,test1', 'sifive,test0', 'syscon'] }),
      device('clint', CLINT, {
        compatible: ['sifive,clint0', 'riscv,clint0'],
        'interrupts-extended': local(SOFTWARE, TIMER),
      }),
      device('plic', PLIC, {
        compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
        'interrupt-controller': [],
        '#interrupt-cells': [1],
        '#address-cells': [0],
        'interrupts-extended': local(MACHINE_EXTERNAL, SUPERVISOR_EXTERNAL),
        'riscv,ndev': [95],
        phandle: [PLIC_PHANDLE],
      }),
      device('serial', UART, {
        compatible: 'ns16550a',
        'clock-frequency': [3_686_400],
        interrupts: [UART.irq],
        'interrupt-parent': [PLIC_PHANDLE],
      }),
      ...Array.from({ length: VIRTIO.slots }, (_, slot) =>
        device(
          'virtio_mmio',
          { base: VIRTIO.base + slot * VIRTIO.size, size: VIRTIO.size },
          {
            compatible: 'virtio,mmio',
            interrupts: [VIRTIO.irq + slot],
            'interrupt-parent': [PLIC_PHANDLE],
          },
        ),
      ),
    ],
  };
}

/** Writes nodes as a structure block, gathering property names. */
function flatten(root: Node): { structure: number[]; strings: string } {
  const structure: number[] = [];
  let strings = '';
  const word = (value: number) => {
    structure.push(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  };
  const bytes = (all: readonly number[]) => {
    structure.push(...all);
    while (structure.length % 4 !== 0) structure.push(0);
  };
  const text = (value: string) => [...new TextEncoder().encode(value), 0];

  function property(name: string, value: Value): void {
    const numbers = typeof value !== 'string' && typeof value[0] !== 'string';
    const list = (typeof value === 'string' ? [value] : value) as readonly (string | number)[];
    const encoded = list.flatMap((it) =>
      typeof it === 'string'
        ? text(it)
        : [it >>> 24, (it >>> 16) & 255, (it >>> 8) & 255, it & 255],
    );
    let nameAt = `\0${strings}`.indexOf(`\0${name}\0`);
    if (nameAt < 0) {
      nameAt = strings.length;
      strings += `${name}\0`;
    }
    word(PROPERTY);
    word(numbers ? 4 * list.length : encoded.length);
    word(nameAt);
    bytes(encoded);
  }

  function node({ name, properties, children = [] }: Node): void {
    word(BEGIN_NODE);
    bytes(text(name));
    for (const [key, value] of Object.entries(properties)) property(key, value);
    for (const child of children) node(child);
    word(END_NODE);
  }

  node(root);
  word(END);
  return { structure, strings };
}

/** Where the board puts the blob: at the last 2 MiB boundary of RAM that has room, as QEMU does. */
export function deviceTreeAddress(memoryBytes: number, blobBytes: number): number {
  const room = memoryBytes - blobBytes;
  // a RAM of 1 MiB has no such boundary but its start, where the kernel is
  const align = room >= 0x20_0000 ? 0x20_0000 : 8;
  return RAM_BASE + Math.floor(room / align) * align;
}

/** The flattened device tree that describes the board (Devicetree Specification 0.4, chapter 5). */
export function deviceTree(options: { harts: number; memoryBytes: number }): Uint8Array {
  const harts = Array.from({ length: options.harts }, (_, hart) => hart);
  const { structure, strings } = flatten({
    name: '',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'riscv-virtio',
      model: 'riscv-virtio,qemu',
    },
    children: [
      { name: 'chosen', properties: { 'stdout-path': `/soc/serial@${UART.base.toString(16)}` } },
      {
        name: `memory@${RAM_BASE.toString(16)}`,
        properties: {
          device_type: 'memory',
          reg: region({ base: RAM_BASE, size: options.memoryBytes }),
        },
      },
      {
        name: 'cpus',
        properties: {
          '#address-cells': [1],
          '#size-cells': [0],
          'timebase-frequency': [TIMEBASE_HZ],
        },
        children: harts.map(cpu),
      },
      soc(harts),
    ],
  });

  const structureAt = HEADER_BYTES + RESERVATIONS_BYTES;
  const stringsAt = structureAt + structure.length;
  const blob = new Uint8Array(Math.ceil((stringsAt + strings.length) / 8) * 8);
  const header = [
    MAGIC,
    blob.length,
    structureAt,
    stringsAt,
    HEADER_BYTES,
    VERSION,
    COMPATIBLE_VERSION,
    0, // boot hart
    strings.length,
    structure.length,
  ];
  const view = new DataView(blob.buffer);
  for (const [index, value] of header.entries()) view.setUint32(4 * index, value);
  blob.set(structure, structureAt);
  blob.set(new TextEncoder().encode(strings), stringsAt);
  return blob;
}
