const encoder = new TextEncoder();

/**
 * A growing byte buffer with the number encodings of the WebAssembly binary format (core
 * specification, 5.2). One buffer may be reused for many modules: `reset` keeps its memory.
 */
export class ByteWriter {
  length = 0;
  private buffer = new Uint8Array(1 << 14);

  reset(): void {
    this.length = 0;
  }

  /** The bytes written so far, copied. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  byte(value: number): void {
    if (this.length + 16 > this.buffer.length) this.grow(16);
    this.buffer[this.length++] = value;
  }

  bytes(values: Uint8Array | readonly number[]): void {
    if (this.length + values.length + 16 > this.buffer.length) this.grow(values.length + 16);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  /** Unsigned LEB128 of a number below 2³². */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of a safe integer or of a 64-bit value. */
  signed(value: number | bigint): void {
    if (typeof value === 'bigint') this.signedBig(value);
    else if (value === (value | 0)) this.signedSmall(value);
    else this.signedSafe(value);
  }

  /** UTF-8 text with its length. */
  name(text: string): void {
    const encoded = encoder.encode(text);
    this.unsigned(encoded.length);
    this.bytes(encoded);
  }

  /** Leaves room for a length that is known later; fill it with `patchLength`. */
  reserveLength(): number {
    const at = this.length;
    for (let i = 0; i < 5; i++) this.byte(0);
    return at;
  }

  /** Writes the number of bytes since `reserveLength` in its place, as a padded LEB128. */
  patchLength(at: number): void {
    const size = this.length - at - 5;
    for (let i = 0; i < 4; i++) this.buffer[at + i] = ((size >>> (7 * i)) & 0x7f) | 0x80;
    this.buffer[at + 4] = (size >>> 28) & 0x0f;
  }

  private signedSmall(value: number): void {
    let rest = value;
    while (rest > 63 || rest < -64) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** 28 bits at a time: the four bytes of each step fit small integers. */
  private signedSafe(value: number): void {
    let rest = value;
    while (rest !== (rest | 0)) {
      const high = Math.floor(rest / 0x1000_0000);
      const low = rest - high * 0x1000_0000;
      for (let shift = 0; shift < 28; shift += 7) this.byte(((low >>> shift) & 0x7f) | 0x80);
      rest = high;
    }
    this.signedSmall(rest);
  }

  private signedBig(value: bigint): void {
    let rest = value;
    while (rest > 63n || rest < -64n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  private grow(extra: number): void {
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + extra));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}
