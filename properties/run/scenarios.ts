import { parseOperation } from '../../spec/steps.ts';
import type { AnyOperation } from '../ops/index.ts';
import type { BaseName } from './session.ts';

/** Short sequences of which every allocation is made to fail in turn. */
export interface Scenario {
  base: BaseName;
  sequence: readonly AnyOperation[];
}

/** An address space of more than 2 MiB has a second table page at the lowest level, which may fail. */
const ROOMY = [
  ['p0 sbrk 2097152', 'p0 fork', 'p1 store.1 brk-0x1 0x11', 'p1 exec str_init argv_one'],
  ['p0 sbrk 2080768 lazy', 'p0 store.8 brk-0x8 0x11', 'p0 fork', 'p1 sbrk 16384', 'p1 fork'],
];

/** Every operation that allocates, while pages are shared. */
const TIGHT = [
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
  [
    'p0 open str_console 0x2',
    'p0 fork',
    'p1 read 0 data 16',
    'type hello\\n',
    'p0 write 0 data 6',
    'type abcdefgh\\n',
    'p1 read 0 data1-0x2 4',
    'p0 read 0 bss 8',
  ],
  ['p0 fork', 'p1 lrsc.4 data 0x5', 'p0 kill 1', 'p0 wait data', 'p0 mkdir str_d0'],
];

const parsed = (base: BaseName, scenarios: readonly string[][]): Scenario[] =>
  scenarios.map((lines) => ({
    base,
    sequence: lines.map((line, at) => parseOperation(line, at + 1)),
  }));

export const scenarios = (): Scenario[] => [...parsed('roomy', ROOMY), ...parsed('tight', TIGHT)];
