import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MIP_MSIP, MIP_SSIP } from './bus.ts';
import { CLINT, FINISHER, PCIE, PLIC, SSWI, UART, VIRTIO } from './memory-map.ts';
import { testBoard } from './testing/test-board.ts';

const PLIC_PENDING = PLIC.base + 0x1000;
const enable = (context: number) => PLIC.base + 0x2000 + 0x80 * context;
const threshold = (context: number) => PLIC.base + 0x20_0000 + 0x1000 * context;
const claim = (context: number) => threshold(context) + 4;
const RBR = UART.base;
const IER = UART.base + 1;
const IIR = UART.base + 2;
const LCR = UART.base + 3;
const LSR = UART.base + 5;

describe('dispatch', () => {
  test('nothing is at other addresses, and registers do not straddle', () => {
    const { board } = testBoard();
    for (const pa of [
      0,
      0x1000,
      CLINT.base - 4,
      UART.base + 8,
      VIRTIO.base + 8 * 0x1000,
      2 ** 40,
    ]) {
      expect(board.load(pa, 4)).toBeUndefined();
      expect(board.store(pa, 4, 0n)).toBe(false);
    }
    expect(board.load(CLINT.base + 2, 4)).toBeUndefined();
    expect(board.load(PLIC.base, 8)).toBeUndefined();
    expect(board.load(PCIE.base, 4)).toBe(0xffff_ffffn);
  });

  test('no access whatever makes the host throw', () => {
    const bases = [FINISHER, CLINT, SSWI, PLIC, UART, VIRTIO, PCIE].map(({ base }) => base);
    const access = fc.record({
      pa: fc.tuple(fc.constantFrom(...bases), fc.nat(0x20_3000)).map(([base, at]) => base + at),
      size: fc.constantFrom(1, 2, 4, 8),
      value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      store: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(access, { maxLength: 60 }), (accesses) => {
        const { board } = testBoard();
        for (const { pa, size, value, store } of accesses) {
          if (store) board.store(pa, size, value);
          else board.load(pa, size);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('registers stay in place when the memory grows', () => {
    const t = testBoard();
    t.write(PLIC.base + 4 * 10, 3);
    t.memory.grow(1);
    expect(t.read(PLIC.base + 4 * 10)).toBe(3);
    t.board.reset();
    expect(t.read(PLIC.base + 4 * 10)).toBe(0);
  });
});

describe('CLINT', () => {
  test('registers are read and written whole and by halves', () => {
    const { board, time } = testBoard();
    board.store(CLINT.base + 0x4008, 8, 0x1122_3344_5566_7788n);
    expect(time.mtimecmp[1]).toBe(0x1122_3344_5566_7788n);
    board.store(CLINT.base + 0x400c, 4, 0xffff_ffffn);
    expect(time.mtimecmp[1]).toBe(0xffff_ffff_5566_7788n);
    board.store(CLINT.base + 0x4008, 4, 1n);
    expect(board.load(CLINT.base + 0x4008, 8)).toBe(0xffff_ffff_0000_0001n);
    time.mtime = 0x9_0000_0002n;
    expect(board.load(CLINT.base + 0xbff8, 4)).toBe(2n);
    expect(board.load(CLINT.base + 0xbffc, 4)).toBe(9n);
    board.store(CLINT.base + 0xbff8, 8, 7n);
    expect(time.mtime).toBe(7n);
    expect(board.load(CLINT.base + 0x4000 + 8 * 2, 8)).toBe(0n);
    expect(board.load(CLINT.base, 1)).toBeUndefined();
  });

  test('software interrupts', () => {
    const t = testBoard();
    t.write(CLINT.base + 4, 3);
    expect(t.mip).toEqual([0, 1 << MIP_MSIP]);
    expect(t.read(CLINT.base + 4)).toBe(1);
    t.write(CLINT.base + 4, 0);
    expect(t.mip).toEqual([0, 0]);
    t.write(SSWI.base, 1);
    expect(t.mip).toEqual([1 << MIP_SSIP, 0]);
    t.write(SSWI.base, 0);
    expect(t.mip).toEqual([1 << MIP_SSIP, 0]);
    expect(t.read(SSWI.base)).toBe(0);
  });
});

test('the finisher ends the run', () => {
  const t = testBoard();
  t.write(FINISHER.base, 0x5555);
  t.write(FINISHER.base, (42 << 16) | 0x3333);
  t.write(FINISHER.base, 0x7777);
  t.write(FINISHER.base, 0x1234);
  expect(t.exits).toEqual([0, 42, 0]);
});

describe('PLIC', () => {
  /** A board whose UART interrupts when a byte comes. */
  function listening() {
    const t = testBoard();
    t.board.store(IER, 1, 1n);
    t.write(PLIC.base + 4 * UART.irq, 1);
    t.write(enable(1), 1 << UART.irq);
    return t;
  }

  test('claims once, and is silent until the device asks again', () => {
    const t = listening();
    t.board.type(Uint8Array.of(65));
    expect(t.external()).toEqual([false, true]);
    expect(t.read(PLIC_PENDING)).toBe(1 << UART.irq);
    expect(t.read(claim(1))).toBe(UART.irq);
    expect(t.external()).toEqual([false, false]);
    expect(t.read(claim(1))).toBe(0);
    // completed with the byte unread: the level is not sampled again
    t.write(claim(1), UART.irq);
    expect(t.external()).toEqual([false, false]);
    t.board.type(Uint8Array.of(66));
    expect(t.read(claim(1))).toBe(UART.irq);
  });

  test('a source raised between claim and completion comes after the completion', () => {
    const t = listening();
    t.board.type(Uint8Array.of(65));
    t.read(claim(1));
    t.board.type(Uint8Array.of(66));
    expect(t.read(claim(1))).toBe(0);
    t.write(claim(1), UART.irq);
    expect(t.external()).toEqual([false, true]);
  });

  test('enables, priorities and thresholds decide who is interrupted', () => {
    const t = listening();
    t.board.type(Uint8Array.of(65));
    t.write(threshold(1), 1);
    expect(t.external()).toEqual([false, false]);
    t.write(PLIC.base + 4 * UART.irq, 2);
    expect(t.external()).toEqual([false, true]);
    t.write(enable(1), 0);
    t.write(enable(0), 1 << UART.irq);
    expect(t.external()).toEqual([true, false]);
    t.write(PLIC.base + 4 * UART.irq, 0);
    expect(t.external()).toEqual([false, false]);
  });

  test('bits that do not exist stay 0', () => {
    const t = testBoard();
    t.write(enable(0), 0xffff_ffff);
    expect(t.read(enable(0))).toBe(0xffff_fffe);
    t.write(PLIC.base, 7);
    expect(t.read(PLIC.base)).toBe(0);
    t.write(PLIC.base + 4, 0xff);
    expect(t.read(PLIC.base + 4)).toBe(7);
    t.write(enable(4), 0xffff);
    expect(t.read(enable(4))).toBe(0);
  });
});

describe('UART', () => {
  const get = (t: ReturnType<typeof testBoard>, pa: number) => Number(t.board.load(pa, 1));
  const put = (t: ReturnType<typeof testBoard>, pa: number, value: number) =>
    t.board.store(pa, 1, BigInt(value));

  test('sends at once', () => {
    const t = testBoard();
    for (const char of 'hi') put(t, RBR, char.charCodeAt(0));
    expect(t.sent).toBe('hi');
    expect(get(t, LSR)).toBe(0x60);
  });

  test('receives in order and keeps what is not read', () => {
    const t = testBoard();
    expect(t.board.type(new TextEncoder().encode('ab'))).toBe(2);
    expect(get(t, LSR)).toBe(0x61);
    expect([get(t, RBR), get(t, RBR), get(t, RBR)]).toEqual([97, 98, 0]);
    expect(get(t, LSR)).toBe(0x60);
    expect(t.board.type(new Uint8Array(2000))).toBe(1024);
    expect(t.board.unreadInput()).toBe(1024);
    put(t, IIR, 7); // clearing the FIFOs loses nothing
    expect(t.board.unreadInput()).toBe(1024);
  });

  test('identifies its interrupts: received data first, then the transmitter, once', () => {
    const t = testBoard();
    expect(get(t, IIR)).toBe(1);
    put(t, IER, 3);
    t.board.type(Uint8Array.of(1));
    expect([get(t, IIR), get(t, IIR)]).toEqual([4, 4]);
    get(t, RBR);
    expect([get(t, IIR), get(t, IIR)]).toEqual([2, 1]);
    put(t, RBR, 65);
    expect([get(t, IIR), get(t, IIR)]).toEqual([2, 1]);
    put(t, IIR, 0xc1);
    t.board.type(Uint8Array.of(1));
    expect(get(t, IIR)).toBe(0xcc); // below the trigger level of 14: timeout
    t.board.type(new Uint8Array(13));
    expect(get(t, IIR)).toBe(0xc4);
  });

  test('enabling the transmitter interrupt raises it at once, as xv6 needs', () => {
    const t = testBoard();
    t.write(PLIC.base + 4 * UART.irq, 1);
    t.write(enable(1), 1 << UART.irq);
    put(t, IER, 2);
    expect(t.external()).toEqual([false, true]);
  });

  test('has a divisor behind DLAB, a scratch register and loopback', () => {
    const t = testBoard();
    put(t, LCR, 0x80);
    put(t, RBR, 3);
    put(t, IER, 1);
    expect([get(t, RBR), get(t, IER)]).toEqual([3, 1]);
    put(t, LCR, 3);
    expect([get(t, RBR), get(t, IER)]).toEqual([0, 0]);
    put(t, UART.base + 7, 0x5a);
    expect(get(t, UART.base + 7)).toBe(0x5a);
    put(t, UART.base + 4, 0x10);
    put(t, RBR, 88);
    expect(t.sent).toBe('');
    expect(get(t, RBR)).toBe(88);
  });
});
