import { ElfError } from './elf-error.ts';

/** Longer names do not occur; in a damaged file they would be read over and over. */
const MAX_STRING_BYTES = 4096;

/**
 * A little-endian cursor over part of a file. Reading past the end throws ElfError naming the section, so
 * garbage ends in one sentence and not in a host RangeError. 64-bit values come back as numbers: addresses of
 * Sv39 guests fit exactly, larger ones lose low bits, which no use in a kernel's ELF or DWARF depends on.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly what: string;
  readonly end: number;
  position: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, what: string, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.what = what;
    this.end = Math.min(end, bytes.length);
    this.position = start;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (start < 0 || start > this.end) this.truncated(start);
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  s8(): number {
    return this.view.getInt8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u24(): number {
    const at = this.take(3);
    return this.view.getUint16(at, true) + this.bytes[at + 2]! * 0x10000;
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  u64(): number {
    const at = this.take(8);
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** An unsigned value of 1, 2, 3, 4 or 8 bytes. */
  unsigned(sizeBytes: number): number {
    switch (sizeBytes) {
      case 1:
        return this.u8();
      case 2:
        return this.u16();
      case 3:
        return this.u24();
      case 4:
        return this.u32();
      case 8:
        return this.u64();
      default:
        throw new ElfError(`${this.what}: a value of ${sizeBytes} bytes; expected 1, 2, 3, 4 or 8`);
    }
  }

  /** ULEB128 (DWARF 5, section 7.6). */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
      if (scale > 2 ** 70) throw new ElfError(`${this.what}: a LEB128 number longer than 10 bytes`);
    }
  }

  /** SLEB128 (DWARF 5, section 7.6). */
  sleb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return byte & 0x40 ? value - scale : value;
      if (scale > 2 ** 70) throw new ElfError(`${this.what}: a LEB128 number longer than 10 bytes`);
    }
  }

  /** A NUL-terminated string, one character per byte (kernels' names are ASCII). */
  cstring(): string {
    const start = this.position;
    let at = start;
    const limit = Math.min(this.end, start + MAX_STRING_BYTES);
    while (at < limit && this.bytes[at] !== 0) at++;
    if (at >= limit) this.truncated(at);
    this.position = at + 1;
    let text = '';
    for (let i = start; i < at; i++) text += String.fromCharCode(this.bytes[i]!);
    return text;
  }

  block(lengthBytes: number): Uint8Array {
    const at = this.take(lengthBytes);
    return this.bytes.subarray(at, at + lengthBytes);
  }

  skip(lengthBytes: number): void {
    this.take(lengthBytes);
  }

  private take(lengthBytes: number): number {
    const at = this.position;
    const next = at + lengthBytes;
    if (!(lengthBytes >= 0) || next > this.end) this.truncated(at);
    this.position = next;
    return at;
  }

  private truncated(at: number): never {
    throw new ElfError(
      `${this.what} is truncated: its ${this.end} bytes end before what offset ${at} announces`,
    );
  }
}
