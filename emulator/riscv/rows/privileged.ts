import type { Row } from '../row.ts';
import type { SystemOperation } from '../sem.ts';

function row(name: string, pattern: string, section: string, operation: SystemOperation): Row {
  const sfence = operation === 'sfenceVma';
  return {
    name,
    pattern,
    format: sfence ? 'R' : 'none',
    assembly: sfence ? 'rs1, rs2' : '',
    section,
    flow: 'system',
    semantics: (s) => s.system(operation),
  };
}

/** Instructions of the privileged manual. */
export const rowsPrivileged: readonly Row[] = [
  row('sret', '000100000010 00000 000 00000 1110011', 'Privileged 3.3.2', 'sret'),
  row('mret', '001100000010 00000 000 00000 1110011', 'Privileged 3.3.2', 'mret'),
  row('wfi', '000100000101 00000 000 00000 1110011', 'Privileged 3.3.3', 'wfi'),
  row('sfence.vma', '0001001 ----- ----- 000 00000 1110011', 'Privileged 12.2.1', 'sfenceVma'),
];
