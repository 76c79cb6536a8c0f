/**
 * Where each device keeps its registers in the board's state block, and typed views on it.
 * Word indices count 32-bit words from the start of the block.
 */

/** Typed bytes that can wait unread; a power of two. */
export const UART_INPUT_BYTES = 1024;

/** Word index of each device's first register. */
export const UART_WORDS = 0;
export const SWI_WORDS = 16;
export const VIRTIO_WORDS = 32;
export const PLIC_WORDS = 64;
/** Byte offset of the ring of typed bytes. */
export const UART_INPUT_OFFSET = 1024;

export const BOARD_STATE_BYTES = UART_INPUT_OFFSET + UART_INPUT_BYTES;

/** Views on the machine's memory that stay valid when it grows. */
export interface BoardState {
  /** the state block as words */
  words(): Uint32Array;
  /** the state block as bytes */
  bytes(): Uint8Array;
  /** the whole memory */
  all(): DataView;
}

export function boardState(memory: WebAssembly.Memory, stateOffset: number): BoardState {
  let words = new Uint32Array(0);
  let bytes = new Uint8Array(0);
  let all = new DataView(memory.buffer);
  // growing detaches the old buffer, which leaves views of length 0
  function refresh(): void {
    words = new Uint32Array(memory.buffer, stateOffset, BOARD_STATE_BYTES / 4);
    bytes = new Uint8Array(memory.buffer, stateOffset, BOARD_STATE_BYTES);
    all = new DataView(memory.buffer);
  }
  refresh();
  return {
    words() {
      if (words.length === 0) refresh();
      return words;
    },
    bytes() {
      if (words.length === 0) refresh();
      return bytes;
    },
    all() {
      if (words.length === 0) refresh();
      return all;
    },
  };
}
