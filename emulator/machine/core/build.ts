import { defineRegionFunctions } from '../../riscv/translator/core-functions.ts';
import type { Layout } from '../layout.ts';
import { defineAtomics } from './atomics.ts';
import { type CoreName, type CoreTlb, newCore, TABLE_SIZE } from './core.ts';
import { defineCsr } from './csr.ts';
import { defineFetch } from './fetch.ts';
import { defineFloat } from './float.ts';
import { defineInterpreter } from './interpreter.ts';
import { defineLoad } from './load.ts';
import { definePages } from './pages.ts';
import { definePmp } from './pmp.ts';
import { defineRun } from './run.ts';
import { defineSized } from './sized.ts';
import { defineStore } from './store.ts';
import { defineStrictTlb } from './strict-tlb.ts';
import { defineTime } from './time.ts';
import { defineTlb } from './tlb.ts';
import { defineTraps } from './traps.ts';
import { defineWalk } from './walk.ts';

/** What the host and translated code call. */
const exported = [
  ...['run', 'now', 'mtime', 'updateTimers', 'setLines', 'touchPage', 'markDirty'],
  ...['flushAll', 'flushHart', 'dropWrites', 'newGenerations', 'selectContexts', 'translate'],
  ...['slowLoad', 'slowStore', 'storeAddress', 'loadReserved', 'storeConditional', 'mulHighU'],
  ...['csr', 'csrRead', 'csrWrite', 'sfenceVma', 'float', 'floatOff', 'raise', 'fetchPage'],
  ...['savedReplaced', 'pagesReplaced', 'pmpUpdate', 'dropCode', 'forgetPage'],
] as readonly CoreName[];

/** The core module for one memory layout, in the binary format. */
export function buildCore(layout: Layout, tlb: CoreTlb): Uint8Array<ArrayBuffer> {
  const core = newCore(layout, tlb);
  for (const define of [
    definePages,
    defineTlb,
    definePmp,
    defineWalk,
    defineStrictTlb,
    defineSized,
    defineLoad,
    defineStore,
    defineAtomics,
    defineFetch,
    defineTraps,
    defineTime,
    defineCsr,
    defineFloat,
    defineInterpreter,
    defineRun,
    defineRegionFunctions,
  ]) {
    define(core);
  }
  core.m.table(TABLE_SIZE, [core.f.noRegion]);
  core.m.exportTable('table');
  for (const name of exported) core.m.exportFunction(core.f[name], name);
  return core.m.toBytes();
}
