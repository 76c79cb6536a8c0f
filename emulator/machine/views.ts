/** Typed views on the machine's memory, made anew when it has grown. */
export class Views {
  readonly memory: WebAssembly.Memory;
  private buffer: ArrayBufferLike | undefined;
  private dataView: DataView | undefined;
  private byteView: Uint8Array | undefined;
  private wordView: Int32Array | undefined;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  get data(): DataView {
    this.renew();
    return this.dataView!;
  }

  get bytes(): Uint8Array {
    this.renew();
    return this.byteView!;
  }

  /** Index is address / 4. */
  get words(): Int32Array {
    this.renew();
    return this.wordView!;
  }

  u32(address: number): number {
    return this.words[address >>> 2]! >>> 0;
  }

  setU32(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }

  /** Unsigned. */
  u64(address: number): bigint {
    return this.data.getBigUint64(address, true);
  }

  setU64(address: number, value: bigint): void {
    this.data.setBigUint64(address, BigInt.asUintN(64, value), true);
  }

  private renew(): void {
    const { buffer } = this.memory;
    if (buffer === this.buffer) return;
    this.buffer = buffer;
    this.dataView = new DataView(buffer);
    this.byteView = new Uint8Array(buffer);
    this.wordView = new Int32Array(buffer);
  }
}
