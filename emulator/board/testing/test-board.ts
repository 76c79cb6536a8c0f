import { createBoard } from '../board.ts';
import { BOARD_STATE_BYTES } from '../board-state.ts';
import { type Board, type BoardHost, MIP_MEIP, MIP_SEIP } from '../bus.ts';

export const TEST_RAM_BYTES = 0x10_0000;
export const TEST_DISK_BYTES = 64 * 512;

/** A board on a machine without harts, which records what its devices do. */
export interface TestBoard {
  board: Board;
  memory: WebAssembly.Memory;
  /** guest RAM; index 0 is RAM_BASE */
  ram: DataView;
  disk: Uint8Array;
  /** mip of each hart */
  mip: number[];
  sent: string;
  exits: number[];
  /** bytes that devices read or wrote, as 'r80001000+16' */
  dma: string[];
  diskWrites: string[];
  time: { mtime: bigint; mtimecmp: bigint[] };
  /** reads 32 bits, throws on an access fault */
  read(pa: number): number;
  write(pa: number, value: number): void;
  /** external interrupts pending for hart 0: [machine, supervisor] */
  external(): [boolean, boolean];
}

export function testBoard(
  options: { harts?: number; virtioVersion?: 1 | 2; disk?: boolean } = {},
): TestBoard {
  const { harts = 2, virtioVersion = 2, disk = true } = options;
  const ramOffset = 65_536;
  const diskOffset = ramOffset + TEST_RAM_BYTES;
  const memory = new WebAssembly.Memory({ initial: 20 });
  if (BOARD_STATE_BYTES > ramOffset) throw new Error('testBoard: the state does not fit');
  const t: TestBoard = {
    memory,
    ram: new DataView(memory.buffer, ramOffset, TEST_RAM_BYTES),
    disk: new Uint8Array(memory.buffer, diskOffset, TEST_DISK_BYTES),
    mip: new Array(harts).fill(0),
    sent: '',
    exits: [],
    dma: [],
    diskWrites: [],
    time: { mtime: 0n, mtimecmp: new Array(harts).fill(0n) },
    read(pa) {
      const value = t.board.load(pa, 4);
      if (value === undefined) throw new Error(`load access fault at ${pa.toString(16)}`);
      return Number(value);
    },
    write(pa, value) {
      if (!t.board.store(pa, 4, BigInt(value >>> 0))) {
        throw new Error(`store access fault at ${pa.toString(16)}`);
      }
    },
    external: () => [(t.mip[0]! >> MIP_MEIP) % 2 === 1, (t.mip[0]! >> MIP_SEIP) % 2 === 1],
    board: undefined as unknown as Board,
  };
  const host: BoardHost = {
    memory,
    stateOffset: 0,
    ramOffset,
    ramBytes: TEST_RAM_BYTES,
    diskOffset,
    diskBytes: disk ? TEST_DISK_BYTES : 0,
    harts,
    virtioVersion,
    setInterrupt(hart, bit, level) {
      t.mip[hart] = level ? t.mip[hart]! | (1 << bit) : t.mip[hart]! & ~(1 << bit);
    },
    mtime: () => t.time.mtime,
    setMtime(ticks) {
      t.time.mtime = ticks;
    },
    mtimecmp: (hart) => t.time.mtimecmp[hart]!,
    setMtimecmp(hart, ticks) {
      t.time.mtimecmp[hart] = ticks;
    },
    dma(pa, sizeBytes, write) {
      t.dma.push(`${write ? 'w' : 'r'}${pa.toString(16)}+${sizeBytes}`);
    },
    diskWrite(offset, sizeBytes) {
      t.diskWrites.push(`${offset}+${sizeBytes}`);
    },
    console(byte) {
      t.sent += String.fromCharCode(byte);
    },
    exit(code) {
      t.exits.push(code);
    },
  };
  t.board = createBoard(host);
  return t;
}
