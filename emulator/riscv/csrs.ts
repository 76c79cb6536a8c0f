/** One control and status register (Privileged manual, chapter 2; number gives access rights). */
export interface CsrRow {
  readonly name: string;
  readonly number: number;
  /** section of the manual */
  readonly section: string;
}

const row = (name: string, number: number, section: string): CsrRow => ({ name, number, section });

/** Numbered registers of one kind: `pmpaddr0` … */
const series = (name: string, first: number, from: number, count: number, section: string) =>
  Array.from({ length: count }, (_, i) => row(`${name}${from + i}`, first + i, section));

/** Every register that this machine has. What they do is in machine/core/csr.ts, by name. */
export const csrRows: readonly CsrRow[] = [
  row('fflags', 0x001, 'Unprivileged 20.2'),
  row('frm', 0x002, 'Unprivileged 20.2'),
  row('fcsr', 0x003, 'Unprivileged 20.2'),
  row('cycle', 0xc00, 'Unprivileged 8.1'),
  row('time', 0xc01, 'Unprivileged 8.1'),
  row('instret', 0xc02, 'Unprivileged 8.1'),
  ...series('hpmcounter', 0xc03, 3, 29, 'Unprivileged 8.2'),
  row('sstatus', 0x100, 'Privileged 12.1.1'),
  row('sie', 0x104, 'Privileged 12.1.3'),
  row('stvec', 0x105, 'Privileged 12.1.2'),
  row('scounteren', 0x106, 'Privileged 12.1.5'),
  row('senvcfg', 0x10a, 'Privileged 12.1.10'),
  row('sscratch', 0x140, 'Privileged 12.1.6'),
  row('sepc', 0x141, 'Privileged 12.1.7'),
  row('scause', 0x142, 'Privileged 12.1.8'),
  row('stval', 0x143, 'Privileged 12.1.9'),
  row('sip', 0x144, 'Privileged 12.1.3'),
  row('stimecmp', 0x14d, 'Privileged 16.1.1'),
  row('satp', 0x180, 'Privileged 12.1.11'),
  row('mvendorid', 0xf11, 'Privileged 3.1.2'),
  row('marchid', 0xf12, 'Privileged 3.1.3'),
  row('mimpid', 0xf13, 'Privileged 3.1.4'),
  row('mhartid', 0xf14, 'Privileged 3.1.5'),
  row('mconfigptr', 0xf15, 'Privileged 3.1.17'),
  row('mstatus', 0x300, 'Privileged 3.1.6'),
  row('misa', 0x301, 'Privileged 3.1.1'),
  row('medeleg', 0x302, 'Privileged 3.1.8'),
  row('mideleg', 0x303, 'Privileged 3.1.8'),
  row('mie', 0x304, 'Privileged 3.1.9'),
  row('mtvec', 0x305, 'Privileged 3.1.7'),
  row('mcounteren', 0x306, 'Privileged 3.1.11'),
  row('menvcfg', 0x30a, 'Privileged 3.1.18'),
  row('mcountinhibit', 0x320, 'Privileged 3.1.12'),
  ...series('mhpmevent', 0x323, 3, 29, 'Privileged 3.1.10'),
  row('mscratch', 0x340, 'Privileged 3.1.13'),
  row('mepc', 0x341, 'Privileged 3.1.14'),
  row('mcause', 0x342, 'Privileged 3.1.15'),
  row('mtval', 0x343, 'Privileged 3.1.16'),
  row('mip', 0x344, 'Privileged 3.1.9'),
  row('pmpcfg0', 0x3a0, 'Privileged 3.7.1'),
  row('pmpcfg2', 0x3a2, 'Privileged 3.7.1'),
  ...series('pmpaddr', 0x3b0, 0, 16, 'Privileged 3.7.1'),
  row('tselect', 0x7a0, 'Debug 5.7.1'),
  row('tdata1', 0x7a1, 'Debug 5.7.2'),
  row('tdata2', 0x7a2, 'Debug 5.7.3'),
  row('tdata3', 0x7a3, 'Debug 5.7.4'),
  row('mcycle', 0xb00, 'Privileged 3.1.10'),
  row('minstret', 0xb02, 'Privileged 3.1.10'),
  ...series('mhpmcounter', 0xb03, 3, 29, 'Privileged 3.1.10'),
];

const byName = new Map(csrRows.map((csr) => [csr.name, csr.number]));
const byNumber = new Map(csrRows.map((csr) => [csr.number, csr.name]));

/** Name of a CSR number, if this machine has it. */
export const csrName = (number: number): string | undefined => byNumber.get(number);

/** Number of a CSR by name; throws RangeError for a name that this machine does not have. */
export function csrNumber(name: string): number {
  const number = byName.get(name);
  if (number === undefined) throw new RangeError(`csrNumber: no register ${name}`);
  return number;
}
