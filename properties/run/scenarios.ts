import { parseOperation } from '../../spec/steps.ts';
import type { AnyOperation } from '../ops/index.ts';

/**
 * Short sequences in which every operation that allocates does so while pages are shared. Each of their
 * allocations is made to fail in turn.
 */
const SCENARIOS = [
  [
    'p0 fork',
    'p0 store.1 data 0x11',
    'p1 store.8 bss 0x22',
    'p1 fork',
    'p2 exec str_init argv_four',
  ],
  ['p0 fork', 'p0 pipe data', 'p0 write 1 text 16', 'p0 read 0 bss-0x8 16', 'p0 exit 3'],
  ['p0 fork', 'p1 fork', 'p2 exit 7', 'p1 wait bss', 'p1 exec str_init argv_badptr'],
  ['p0 sbrk 20480', 'p0 fork', 'p1 sbrk -100', 'p1 sbrk 8192', 'p0 fill heap 8192 0x33'],
  [
    'p0 sbrk 8192 lazy',
    'p0 store.1 heap 0x1',
    'p0 fork',
    'p1 read 0 heap 100',
    'p1 load.8 heap+0x1000',
  ],
  [
    'p0 open str_f0 0x202',
    'p0 write 0 data 100',
    'p0 fork',
    'p1 fstat 0 data1',
    'p0 amo.add.8 bss 0x1',
  ],
  ['p0 fork', 'p1 lrsc.4 data 0x5', 'p0 kill 1', 'p0 wait data', 'p0 mkdir str_d0'],
] as const;

export const scenarios = (): AnyOperation[][] =>
  SCENARIOS.map((lines) => lines.map((line, at) => parseOperation(line, at + 1)));
