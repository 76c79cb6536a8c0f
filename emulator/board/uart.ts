import { type BoardState, UART_INPUT_BYTES, UART_INPUT_OFFSET, UART_WORDS } from './board-state.ts';
import type { BoardHost, Device } from './bus.ts';
import { UART } from './memory-map.ts';

/** Words of the UART's state. */
const IER = UART_WORDS;
const LCR = UART_WORDS + 1;
const MCR = UART_WORDS + 2;
const FCR = UART_WORDS + 3;
const SCR = UART_WORDS + 4;
const DIVISOR = UART_WORDS + 5;
/** transmitter-empty interrupt pending, as the identification register reports it */
const THR_PENDING = UART_WORDS + 6;
/** bytes read from and put into the ring since reset, modulo 2^32 */
const READ = UART_WORDS + 7;
const WRITTEN = UART_WORDS + 8;

const IER_RECEIVED = 1;
const IER_TRANSMITTER_EMPTY = 2;
const LCR_DLAB = 0x80;
const MCR_LOOPBACK = 0x10;
const FCR_ENABLE = 1;
const LSR_DATA_READY = 1;
/** transmitter holding register and shift register empty: sending takes no time */
const LSR_TRANSMITTER_IDLE = 0x60;
const IIR_NONE = 1;
const IIR_TRANSMITTER_EMPTY = 2;
const IIR_RECEIVED = 4;
const IIR_CHARACTER_TIMEOUT = 0xc;
/** data carrier detect, data set ready, clear to send */
const MSR_CONNECTED = 0xb0;
/** received bytes that make the FIFO interrupt, by FCR bits 7:6 */
const TRIGGER_LEVELS = [1, 4, 8, 14];

export interface Uart extends Device {
  /** Bytes arriving; returns how many were taken. */
  type(bytes: Uint8Array): number;
  unread(): number;
}

/**
 * A 16550A (TI PC16550D data sheet) whose line has flow control: bytes wait in a ring until the guest
 * reads them, so clearing the FIFOs loses none, and sending takes no time.
 *
 * It raises its interrupt whenever a register access leaves one pending, as QEMU's does, not once per edge.
 */
export function createUart(host: BoardHost, state: BoardState, raise: (irq: number) => void): Uart {
  function unread(): number {
    const words = state.words();
    return (words[WRITTEN]! - words[READ]!) >>> 0;
  }

  function put(byte: number): void {
    const words = state.words();
    const bytes = state.bytes();
    bytes[UART_INPUT_OFFSET + (words[WRITTEN]! & (UART_INPUT_BYTES - 1))] = byte;
    words[WRITTEN]! += 1;
  }

  /** The identification of the most urgent pending interrupt (data sheet, table II). */
  function identification(): number {
    const words = state.words();
    const waiting = unread();
    if (words[IER]! & IER_RECEIVED && waiting > 0) {
      const fifo = words[FCR]! & FCR_ENABLE;
      const trigger = fifo ? TRIGGER_LEVELS[words[FCR]! >> 6]! : 1;
      return waiting >= trigger ? IIR_RECEIVED : IIR_CHARACTER_TIMEOUT;
    }
    if (words[IER]! & IER_TRANSMITTER_EMPTY && words[THR_PENDING]!) return IIR_TRANSMITTER_EMPTY;
    return IIR_NONE;
  }

  function update(): void {
    if (identification() !== IIR_NONE) raise(UART.irq);
  }

  function receive(): number {
    const words = state.words();
    if (unread() === 0) return 0;
    const byte = state.bytes()[UART_INPUT_OFFSET + (words[READ]! & (UART_INPUT_BYTES - 1))]!;
    words[READ]! += 1;
    update();
    return byte;
  }

  function send(byte: number): void {
    const words = state.words();
    if (words[MCR]! & MCR_LOOPBACK) {
      if (unread() < UART_INPUT_BYTES) put(byte);
    } else {
      host.console(byte);
    }
    words[THR_PENDING] = 1;
    update();
  }

  function identify(): number {
    const words = state.words();
    const id = identification();
    // reading the identification acknowledges the transmitter's interrupt, and only that one
    if (id === IIR_TRANSMITTER_EMPTY) words[THR_PENDING] = 0;
    return id | (words[FCR]! & FCR_ENABLE ? 0xc0 : 0);
  }

  function setIer(value: number): void {
    const words = state.words();
    const risen = value & ~words[IER]!;
    words[IER] = value & 0xf;
    // enabling the transmitter's interrupt while it is idle makes it pending at once
    if (risen & IER_TRANSMITTER_EMPTY) words[THR_PENDING] = 1;
    update();
  }

  function load(register: number): number {
    const words = state.words();
    const dlab = words[LCR]! & LCR_DLAB;
    switch (register) {
      case 0:
        return dlab ? words[DIVISOR]! & 0xff : receive();
      case 1:
        return dlab ? words[DIVISOR]! >> 8 : words[IER]!;
      case 2:
        return identify();
      case 3:
        return words[LCR]!;
      case 4:
        return words[MCR]!;
      case 5:
        return LSR_TRANSMITTER_IDLE | (unread() > 0 ? LSR_DATA_READY : 0);
      case 6:
        return MSR_CONNECTED;
      default:
        return words[SCR]!;
    }
  }

  function store(register: number, value: number): void {
    const words = state.words();
    const dlab = words[LCR]! & LCR_DLAB;
    switch (register) {
      case 0:
        if (dlab) words[DIVISOR] = (words[DIVISOR]! & 0xff00) | value;
        else send(value);
        break;
      case 1:
        if (dlab) words[DIVISOR] = (words[DIVISOR]! & 0xff) | (value << 8);
        else setIer(value);
        break;
      case 2:
        words[FCR] = value & 0xc9;
        break;
      case 3:
        words[LCR] = value;
        break;
      case 4:
        words[MCR] = value & 0x1f;
        break;
      case 7:
        words[SCR] = value;
        break;
      default:
        break; // line and modem status are read-only
    }
  }

  return {
    load(offset) {
      // QEMU gives wider accesses the one register they start at
      return offset < 8 ? BigInt(load(offset)) : undefined;
    },
    store(offset, _size, value) {
      if (offset >= 8) return false;
      store(offset, Number(value & 0xffn));
      return true;
    },
    type(bytes) {
      const taken = Math.min(bytes.length, UART_INPUT_BYTES - unread());
      for (let i = 0; i < taken; i++) put(bytes[i]!);
      if (taken > 0) update();
      return taken;
    },
    unread,
  };
}
