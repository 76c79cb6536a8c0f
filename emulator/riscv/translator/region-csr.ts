import type { Core } from '../../machine/core/core.ts';
import type { CsrBehaviour } from '../../machine/core/csr-behaviour.ts';
import { counterBehaviour } from '../../machine/core/csr-counters.ts';
import { trapBehaviour } from '../../machine/core/csr-traps.ts';
import { ModuleBuilder } from '../../wasm/index.ts';
import { type CsrRow, csrRows } from '../csrs.ts';
import { importCore } from './region-imports.ts';

/** A register whose behaviour is written into regions instead of called. */
export interface InlineCsr {
  readonly row: CsrRow;
  readonly behaviour: CsrBehaviour;
}

/** Those that kernels use on every trap, and clocks; the others are called. */
const INLINE = [
  ...['sstatus', 'stvec', 'sscratch', 'sepc', 'scause', 'stval', 'sie', 'sip', 'satp', 'stimecmp'],
  ...['mstatus', 'mscratch', 'mepc', 'mcause', 'mtval', 'mhartid', 'cycle', 'time', 'instret'],
];

let made: Map<number, InlineCsr> | undefined;

/** The register of a number when it is one of those. */
export function inlineCsr(number: number): InlineCsr | undefined {
  made ??= makeAll();
  return made.get(number);
}

function makeAll(): Map<number, InlineCsr> {
  // Behaviours call functions by index, and those of a region's imports are always the same.
  const f = importCore(new ModuleBuilder());
  const core = { f } as unknown as Core;
  const behaviours = { ...trapBehaviour(core), ...counterBehaviour(core) };
  const all = new Map<number, InlineCsr>();
  for (const row of csrRows) {
    const behaviour = behaviours[row.name];
    if (behaviour && INLINE.includes(row.name)) all.set(row.number, { row, behaviour });
  }
  return all;
}
