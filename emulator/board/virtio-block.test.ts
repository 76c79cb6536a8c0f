import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLIC, RAM_BASE, VIRTIO } from './memory-map.ts';
import {
  TEST_DISK_BYTES,
  TEST_RAM_BYTES,
  type TestBoard,
  testBoard,
} from './testing/test-board.ts';

const QUEUE = RAM_BASE + 0x1_0000;
const SIZE = 8;
const NEXT = 1;
const WRITE = 2;
const HEADER = RAM_BASE + 0x1000;
const DATA = RAM_BASE + 0x2000;
const STATUS = RAM_BASE + 0x3000;
const register = (offset: number) => VIRTIO.base + offset;

interface Descriptor {
  pa: number;
  sizeBytes: number;
  flags: number;
  next?: number;
}

interface Driver {
  t: TestBoard;
  descriptors: number;
  available: number;
  used: number;
  /** free-running index of the available ring */
  index: number;
}

/** Sets the device up as a driver does, in either register layout. */
function driver(virtioVersion: 1 | 2): Driver {
  const t = testBoard({ virtioVersion });
  t.write(register(0x70), 0);
  t.write(register(0x70), 3);
  t.write(register(0x20), t.read(register(0x10)));
  t.write(register(0x70), 11);
  expect(t.read(register(0x70))).toBe(11);
  t.write(register(0x30), 0);
  expect(t.read(register(0x34))).toBeGreaterThanOrEqual(SIZE);
  const d = { t, descriptors: QUEUE, available: QUEUE + 16 * SIZE, used: QUEUE + 4096, index: 0 };
  t.write(register(0x38), SIZE);
  if (virtioVersion === 1) {
    t.write(register(0x28), 4096);
    t.write(register(0x40), QUEUE / 4096);
    expect(t.read(register(0x40))).toBe(QUEUE / 4096);
  } else {
    for (const [offset, pa] of [
      [0x80, d.descriptors],
      [0x90, d.available],
      [0xa0, d.used],
    ] as const) {
      t.write(register(offset), pa);
      t.write(register(offset + 4), 0);
    }
    t.write(register(0x44), 1);
  }
  t.write(register(0x70), 15);
  // the disk interrupts hart 0 in supervisor mode
  t.write(PLIC.base + 4 * VIRTIO.irq, 1);
  t.write(PLIC.base + 0x2080, 1 << VIRTIO.irq);
  return d;
}

function describeBuffers({ t, descriptors }: Driver, list: readonly Descriptor[]): void {
  for (const [i, { pa, sizeBytes, flags, next = i + 1 }] of list.entries()) {
    const at = descriptors - RAM_BASE + 16 * i;
    t.ram.setBigUint64(at, BigInt(pa), true);
    t.ram.setUint32(at + 8, sizeBytes, true);
    t.ram.setUint16(at + 12, flags, true);
    t.ram.setUint16(at + 14, next, true);
  }
}

function submit(d: Driver, head = 0): void {
  const { t } = d;
  t.ram.setUint16(d.available - RAM_BASE + 4 + 2 * (d.index % SIZE), head, true);
  d.index++;
  t.ram.setUint16(d.available - RAM_BASE + 2, d.index, true);
  t.write(register(0x50), 0);
}

function header(t: TestBoard, type: number, sector: number): void {
  t.ram.setUint32(HEADER - RAM_BASE, type, true);
  t.ram.setBigUint64(HEADER - RAM_BASE + 8, BigInt(sector), true);
  t.ram.setUint8(STATUS - RAM_BASE, 0xff);
}

/** One request as xv6 makes it: header, data, status. */
function request(d: Driver, type: number, sector: number, sizeBytes = 1024): number {
  header(d.t, type, sector);
  describeBuffers(d, [
    { pa: HEADER, sizeBytes: 16, flags: NEXT },
    { pa: DATA, sizeBytes, flags: NEXT | (type === 1 ? 0 : WRITE) },
    { pa: STATUS, sizeBytes: 1, flags: WRITE },
  ]);
  submit(d);
  return d.t.ram.getUint8(STATUS - RAM_BASE);
}

const data = (t: TestBoard, sizeBytes = 1024) =>
  new Uint8Array(t.ram.buffer, t.ram.byteOffset + DATA - RAM_BASE, sizeBytes);

describe.each([1, 2] as const)('version %i', (version) => {
  test('identifies itself', () => {
    const { t } = driver(version);
    expect(t.read(register(0))).toBe(0x7472_6976);
    expect(t.read(register(4))).toBe(version);
    expect(t.read(register(8))).toBe(2);
    expect(t.read(register(0xc))).toBe(0x554d_4551);
    expect(t.board.load(register(0x100), 8)).toBe(BigInt(TEST_DISK_BYTES / 512));
    expect(t.read(register(0x1000 + 8))).toBe(0);
  });

  test('reads and writes sectors, and interrupts', () => {
    const d = driver(version);
    const { t } = d;
    data(t).forEach((_, i, all) => {
      all[i] = i * 7;
    });
    const written = data(t).slice();
    expect(request(d, 1, 4)).toBe(0);
    expect(t.disk.slice(2048, 3072)).toEqual(written);
    expect(t.diskWrites).toEqual(['2048+1024']);
    expect(t.external()).toEqual([false, true]);
    expect(t.read(register(0x60))).toBe(1);
    t.write(register(0x64), 1);
    expect(t.read(register(0x60))).toBe(0);

    data(t).fill(0);
    expect(request(d, 0, 4)).toBe(0);
    expect(data(t)).toEqual(written);
    expect(t.ram.getUint16(d.used - RAM_BASE + 2, true)).toBe(2);
    expect(t.ram.getUint32(d.used - RAM_BASE + 4 + 8, true)).toBe(0);
    expect(t.ram.getUint32(d.used - RAM_BASE + 4 + 8 + 4, true)).toBe(1025);
    expect(t.dma).toContain(`w${DATA.toString(16)}+1024`);
  });

  test('the ring goes round', () => {
    const d = driver(version);
    for (let i = 0; i < 3 * SIZE; i++) expect(request(d, 0, i)).toBe(0);
    expect(d.t.ram.getUint16(d.used - RAM_BASE + 2, true)).toBe(3 * SIZE);
  });

  test('refuses what is beyond the disk, unaligned or unknown', () => {
    const d = driver(version);
    const last = TEST_DISK_BYTES / 512 - 1;
    expect(request(d, 0, last, 512)).toBe(0);
    expect(request(d, 0, last, 1024)).toBe(1);
    expect(request(d, 1, 2 ** 52, 512)).toBe(1);
    expect(request(d, 0, 0, 100)).toBe(1);
    expect(request(d, 99, 0, 512)).toBe(2);
    expect(request(d, 4, 0, 0)).toBe(0);
    expect(request(d, 8, 0, 20)).toBe(0);
    expect(new TextDecoder().decode(data(d.t, 8))).toBe('cowcheck');
    expect(d.t.diskWrites).toEqual([]);
  });

  test('understands any cut of header and data', () => {
    const d = driver(version);
    d.t.disk.fill(9, 512, 1024);
    header(d.t, 0, 1);
    describeBuffers(d, [
      { pa: HEADER, sizeBytes: 7, flags: NEXT },
      { pa: HEADER + 7, sizeBytes: 9, flags: NEXT },
      { pa: DATA, sizeBytes: 500, flags: NEXT | WRITE },
      { pa: DATA + 500, sizeBytes: 13, flags: WRITE },
    ]);
    submit(d);
    expect([...data(d.t, 513)]).toEqual([...new Array(512).fill(9), 0]);
  });

  test.each<[string, (d: Driver) => void]>([
    [
      'data outside RAM',
      (d) =>
        describeBuffers(d, [
          { pa: HEADER, sizeBytes: 16, flags: NEXT },
          { pa: RAM_BASE + TEST_RAM_BYTES - 512, sizeBytes: 1024, flags: NEXT | WRITE },
          { pa: STATUS, sizeBytes: 1, flags: WRITE },
        ]),
    ],
    [
      'data at the end of the address space',
      (d) =>
        describeBuffers(d, [
          { pa: HEADER, sizeBytes: 16, flags: NEXT },
          { pa: Number.MAX_SAFE_INTEGER, sizeBytes: 512, flags: NEXT | WRITE },
          { pa: STATUS, sizeBytes: 1, flags: WRITE },
        ]),
    ],
    [
      'a cycle',
      (d) =>
        describeBuffers(d, [
          { pa: HEADER, sizeBytes: 16, flags: NEXT },
          { pa: DATA, sizeBytes: 512, flags: NEXT | WRITE, next: 0 },
        ]),
    ],
    [
      'a descriptor beyond the table',
      (d) => describeBuffers(d, [{ pa: HEADER, sizeBytes: 16, flags: NEXT, next: SIZE }]),
    ],
    ['no status byte', (d) => describeBuffers(d, [{ pa: HEADER, sizeBytes: 16, flags: 0 }])],
    [
      'a short header',
      (d) =>
        describeBuffers(d, [
          { pa: HEADER, sizeBytes: 15, flags: NEXT },
          { pa: STATUS, sizeBytes: 1, flags: WRITE },
        ]),
    ],
    [
      'an indirect descriptor',
      (d) => describeBuffers(d, [{ pa: HEADER, sizeBytes: 16, flags: 4 }]),
    ],
    [
      'too many requests',
      (d) => {
        d.index = 100;
      },
    ],
  ])('%s stops the device until it is reset', (_, prepare) => {
    const d = driver(version);
    const { t } = d;
    header(t, 0, 0);
    prepare(d);
    const before = t.disk.slice();
    submit(d);
    expect(t.read(register(0x70)) & 0x40).toBe(0x40);
    expect(t.read(register(0x60)) & 2).toBe(2);
    expect(t.ram.getUint16(d.used - RAM_BASE + 2, true)).toBe(0);
    expect(t.ram.getUint8(STATUS - RAM_BASE)).toBe(0xff);
    d.index = 0;
    expect(request(d, 0, 0)).toBe(0xff);
    expect(t.disk).toEqual(before);
    t.write(register(0x70), 0);
    expect(t.read(register(0x70))).toBe(0);
  });

  test('nonsense never reaches outside RAM or hurts the host', () => {
    const value = fc.oneof(
      fc.constantFrom(
        0,
        1,
        SIZE,
        1024,
        0xffff_ffff,
        QUEUE,
        RAM_BASE,
        RAM_BASE + TEST_RAM_BYTES - 8,
      ),
      fc.nat(0xffff_ffff),
    );
    const offset = fc.constantFrom(
      0x20,
      0x24,
      0x28,
      0x30,
      0x38,
      0x3c,
      0x40,
      0x44,
      0x50,
      0x64,
      0x70,
      0x80,
      0x84,
      0x90,
      0x94,
      0xa0,
      0xa4,
    );
    const junk = fc.uint8Array({ minLength: 256, maxLength: 512 });
    fc.assert(
      fc.property(fc.array(fc.tuple(offset, value), { maxLength: 40 }), junk, (writes, bytes) => {
        const { t } = driver(version);
        new Uint8Array(t.memory.buffer, t.ram.byteOffset + QUEUE - RAM_BASE).set(bytes);
        for (const [at, v] of writes) t.write(register(at), v);
        t.write(register(0x50), 0);
        for (const range of t.dma) {
          const [start, size] = range.slice(1).split('+') as [string, string];
          const from = Number.parseInt(start, 16);
          expect(from).toBeGreaterThanOrEqual(RAM_BASE);
          expect(from + Number(size)).toBeLessThanOrEqual(RAM_BASE + TEST_RAM_BYTES);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('a driver that wants no interrupt gets none', () => {
  const d = driver(2);
  d.t.ram.setUint16(d.available - RAM_BASE, 1, true);
  expect(request(d, 0, 0)).toBe(0);
  expect(d.t.external()).toEqual([false, false]);
});

test('features that were not offered are refused', () => {
  const { t } = driver(2);
  t.write(register(0x70), 0);
  t.write(register(0x20), 1 << 29);
  t.write(register(0x70), 11);
  expect(t.read(register(0x70))).toBe(3);
});

test('tells how far the driver came', () => {
  const t = testBoard();
  expect(t.board.diskDriver()).toBe('absent');
  t.read(register(4));
  expect(t.board.diskDriver()).toBe('looking');
  t.write(register(0x70), 0);
  expect(t.board.diskDriver()).toBe('talking');
});

test('without a disk the slot is empty', () => {
  const t = testBoard({ disk: false });
  expect(t.read(register(0))).toBe(0x7472_6976);
  expect(t.read(register(8))).toBe(0);
  t.write(register(0x70), 1);
  expect(t.read(register(0x70))).toBe(0);
});
