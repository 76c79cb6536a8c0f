import { asm } from '../../assemble.ts';

/** Words of code at advancing offsets, with labels that may be used before they are set. */
export class Assembly {
  at = 0;
  private readonly view: DataView;
  private readonly labels = new Map<string, number>();
  private readonly fixes: { at: number; label: string; encode: (imm: number) => number[] }[] = [];
  private readonly open: string[] = [];
  private made = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  org(at: number): void {
    if (at < this.at) throw new Error(`org: ${at} lies before ${this.at}`);
    this.at = at;
  }

  put(word: number): void {
    this.view.setUint32(this.at, word >>> 0, true);
    this.at += 4;
  }

  half(word: number): void {
    this.view.setUint16(this.at, word, true);
    this.at += 2;
  }

  mark(label: string): void {
    this.labels.set(label, this.at);
  }

  /** A new label, set by the next `markFresh`. */
  fresh(stem: string): string {
    const label = `${stem} ${this.made++}`;
    this.open.push(label);
    return label;
  }

  markFresh(): void {
    const label = this.open.pop();
    if (label !== undefined) this.mark(label);
  }

  branch(name: string, rs1: number, rs2: number, label: string): void {
    this.later(label, 1, (imm) => [asm(name, { rs1, rs2, imm })]);
  }

  jump(label: string): void {
    this.later(label, 1, (imm) => [asm('jal', { imm })]);
  }

  call(label: string): void {
    this.later(label, 1, (imm) => [asm('jal', { rd: 1, imm })]);
  }

  /** auipc and jalr. */
  farCall(label: string): void {
    this.later(label, 2, (imm) => {
      const low = ((imm & 0xfff) ^ 0x800) - 0x800;
      return [
        asm('auipc', { rd: 1, imm: (imm - low) | 0 }),
        asm('jalr', { rd: 1, rs1: 1, imm: low }),
      ];
    });
  }

  /** Fills in the labels. */
  finish(): void {
    for (const { at, label, encode } of this.fixes) {
      const target = this.labels.get(label);
      if (target === undefined) throw new Error(`finish: no label ${label}`);
      encode(target - at).forEach((word, i) => {
        this.view.setUint32(at + 4 * i, word >>> 0, true);
      });
    }
  }

  private later(label: string, words: number, encode: (imm: number) => number[]): void {
    this.fixes.push({ at: this.at, label, encode });
    this.at += 4 * words;
  }
}
