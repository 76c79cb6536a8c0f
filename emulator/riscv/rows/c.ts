import type { CompressedRow, Operands } from '../row.ts';

/** Picks bits of a word: `field(w, [12, 5], [6, 0])` puts bit 12 at 5 and bit 6 at 0. */
function field(word: number, ...moves: readonly (readonly [number, number])[]): number {
  let value = 0;
  for (const [from, to] of moves) value |= ((word >>> from) & 1) << to;
  return value;
}

const signed = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);

const rdFull = (w: number): number => (w >>> 7) & 31;
const rs2Full = (w: number): number => (w >>> 2) & 31;
/** x8..x15 */
const rdPrime = (w: number): number => 8 + ((w >>> 2) & 7);
const rs1Prime = (w: number): number => 8 + ((w >>> 7) & 7);

const imm6 = (w: number): number => signed((((w >>> 12) & 1) << 5) | ((w >>> 2) & 31), 6);
const uimm6 = (w: number): number => (((w >>> 12) & 1) << 5) | ((w >>> 2) & 31);

const offsetW = (w: number): number => field(w, [5, 6], [12, 5], [11, 4], [10, 3], [6, 2]);
const offsetD = (w: number): number => field(w, [6, 7], [5, 6], [12, 5], [11, 4], [10, 3]);
const offsetLwsp = (w: number): number => field(w, [3, 7], [2, 6], [12, 5], [6, 4], [5, 3], [4, 2]);
const offsetLdsp = (w: number): number => field(w, [4, 8], [3, 7], [2, 6], [12, 5], [6, 4], [5, 3]);
const offsetSwsp = (w: number): number =>
  field(w, [8, 7], [7, 6], [12, 5], [11, 4], [10, 3], [9, 2]);
const offsetSdsp = (w: number): number =>
  field(w, [9, 8], [8, 7], [7, 6], [12, 5], [11, 4], [10, 3]);
const offsetJ = (w: number): number =>
  signed(
    field(
      w,
      [12, 11],
      [8, 10],
      [10, 9],
      [9, 8],
      [6, 7],
      [7, 6],
      [2, 5],
      [11, 4],
      [5, 3],
      [4, 2],
      [3, 1],
    ),
    12,
  );
const offsetB = (w: number): number =>
  signed(field(w, [12, 8], [6, 7], [5, 6], [2, 5], [11, 4], [10, 3], [4, 2], [3, 1]), 9);
const addi4spn = (w: number): number =>
  field(w, [10, 9], [9, 8], [8, 7], [7, 6], [12, 5], [11, 4], [5, 3], [6, 2]);
const addi16sp = (w: number): number =>
  signed(field(w, [12, 9], [4, 8], [3, 7], [5, 6], [2, 5], [6, 4]), 10);

const ops = (rd: number, rs1: number, rs2: number, imm: number): Operands => ({
  rd,
  rs1,
  rs2,
  imm,
});

function row(
  name: string,
  pattern: string,
  expandsTo: string,
  section: string,
  operands: (word: number) => Operands | undefined,
): CompressedRow {
  return { name, pattern, expandsTo, section: `Unprivileged ${section}`, operands };
}

/** Loads and stores of both register files: `to` is the instruction it stands for. */
function memory(to: string): CompressedRow[] {
  const table: Record<
    string,
    readonly [string, (w: number) => number, string, (w: number) => number]
  > = {
    lw: ['010', offsetW, '010', offsetLwsp],
    ld: ['011', offsetD, '011', offsetLdsp],
    fld: ['001', offsetD, '001', offsetLdsp],
  };
  const stores: typeof table = {
    sw: ['110', offsetW, '110', offsetSwsp],
    sd: ['111', offsetD, '111', offsetSdsp],
    fsd: ['101', offsetD, '101', offsetSdsp],
  };
  const asLoad = table[to];
  if (asLoad) {
    const [f3, near, f3sp, stack] = asLoad;
    return [
      row(`c.${to}`, `${f3} --- --- -- --- 00`, to, '28.3.2', (w) =>
        ops(rdPrime(w), rs1Prime(w), 0, near(w)),
      ),
      row(`c.${to}sp`, `${f3sp} - ----- ----- 10`, to, '28.3.1', (w) =>
        to !== 'fld' && rdFull(w) === 0 ? undefined : ops(rdFull(w), 2, 0, stack(w)),
      ),
    ];
  }
  const [f3, near, f3sp, stack] = stores[to]!;
  return [
    row(`c.${to}`, `${f3} --- --- -- --- 00`, to, '28.3.2', (w) =>
      ops(0, rs1Prime(w), rdPrime(w), near(w)),
    ),
    row(`c.${to}sp`, `${f3sp} ------ ----- 10`, to, '28.3.1', (w) =>
      ops(0, 2, rs2Full(w), stack(w)),
    ),
  ];
}

function arithmetic(name: string, pattern: string): CompressedRow {
  return row(`c.${name}`, pattern, name, '28.5.3', (w) =>
    ops(rs1Prime(w), rs1Prime(w), rdPrime(w), 0),
  );
}

/** The C extension of RV64 with D. */
export const rowsC: readonly CompressedRow[] = [
  row('c.addi4spn', '000 -------- --- 00', 'addi', '28.5.1', (w) =>
    addi4spn(w) === 0 ? undefined : ops(rdPrime(w), 2, 0, addi4spn(w)),
  ),
  ...memory('fld'),
  ...memory('lw'),
  ...memory('ld'),
  ...memory('fsd'),
  ...memory('sw'),
  ...memory('sd'),
  row('c.addi', '000 - ----- ----- 01', 'addi', '28.5.1', (w) =>
    ops(rdFull(w), rdFull(w), 0, imm6(w)),
  ),
  row('c.addiw', '001 - ----- ----- 01', 'addiw', '28.5.1', (w) =>
    rdFull(w) === 0 ? undefined : ops(rdFull(w), rdFull(w), 0, imm6(w)),
  ),
  row('c.li', '010 - ----- ----- 01', 'addi', '28.5.1', (w) => ops(rdFull(w), 0, 0, imm6(w))),
  row('c.addi16sp', '011 - 00010 ----- 01', 'addi', '28.5.1', (w) =>
    addi16sp(w) === 0 ? undefined : ops(2, 2, 0, addi16sp(w)),
  ),
  row('c.lui', '011 - ----- ----- 01', 'lui', '28.5.1', (w) =>
    imm6(w) === 0 || rdFull(w) === 2 ? undefined : ops(rdFull(w), 0, 0, imm6(w) << 12),
  ),
  row('c.srli', '100 - 00 --- ----- 01', 'srli', '28.5.2', (w) =>
    ops(rs1Prime(w), rs1Prime(w), 0, uimm6(w)),
  ),
  row('c.srai', '100 - 01 --- ----- 01', 'srai', '28.5.2', (w) =>
    ops(rs1Prime(w), rs1Prime(w), 0, uimm6(w)),
  ),
  row('c.andi', '100 - 10 --- ----- 01', 'andi', '28.5.2', (w) =>
    ops(rs1Prime(w), rs1Prime(w), 0, imm6(w)),
  ),
  arithmetic('sub', '100 0 11 --- 00 --- 01'),
  arithmetic('xor', '100 0 11 --- 01 --- 01'),
  arithmetic('or', '100 0 11 --- 10 --- 01'),
  arithmetic('and', '100 0 11 --- 11 --- 01'),
  arithmetic('subw', '100 1 11 --- 00 --- 01'),
  arithmetic('addw', '100 1 11 --- 01 --- 01'),
  row('c.j', '101 ----------- 01', 'jal', '28.4', (w) => ops(0, 0, 0, offsetJ(w))),
  row('c.beqz', '110 --- --- ----- 01', 'beq', '28.4', (w) => ops(0, rs1Prime(w), 0, offsetB(w))),
  row('c.bnez', '111 --- --- ----- 01', 'bne', '28.4', (w) => ops(0, rs1Prime(w), 0, offsetB(w))),
  row('c.slli', '000 - ----- ----- 10', 'slli', '28.5.2', (w) =>
    ops(rdFull(w), rdFull(w), 0, uimm6(w)),
  ),
  row('c.jr', '100 0 ----- 00000 10', 'jalr', '28.4', (w) =>
    rdFull(w) === 0 ? undefined : ops(0, rdFull(w), 0, 0),
  ),
  row('c.mv', '100 0 ----- ----- 10', 'add', '28.5.3', (w) => ops(rdFull(w), 0, rs2Full(w), 0)),
  row('c.ebreak', '100 1 00000 00000 10', 'ebreak', '28.5.5', () => ops(0, 0, 0, 0)),
  row('c.jalr', '100 1 ----- 00000 10', 'jalr', '28.4', (w) => ops(1, rdFull(w), 0, 0)),
  row('c.add', '100 1 ----- ----- 10', 'add', '28.5.3', (w) =>
    ops(rdFull(w), rdFull(w), rs2Full(w), 0),
  ),
];
