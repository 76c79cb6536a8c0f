import type { Row } from '../row.ts';
import type { CsrOperation } from '../sem.ts';

function pair(name: string, f3: string, operation: CsrOperation): Row[] {
  const row = (immediate: boolean): Row => ({
    name: immediate ? `${name}i` : name,
    pattern: `------------ ----- ${immediate ? '1' : '0'}${f3} ----- 1110011`,
    format: immediate ? 'csri' : 'csr',
    assembly: immediate ? 'rd, csr, uimm' : 'rd, csr, rs1',
    section: 'Unprivileged 7.1',
    flow: 'system',
    semantics: (s) => s.csr(operation, immediate ? 'uimm' : 'rs1'),
  });
  return [row(false), row(true)];
}

/** Zicsr. */
export const rowsZicsr: readonly Row[] = [
  ...pair('csrrw', '01', 'write'),
  ...pair('csrrs', '10', 'set'),
  ...pair('csrrc', '11', 'clear'),
];
