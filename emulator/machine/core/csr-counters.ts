import type { CsrRow } from '../../riscv/csrs.ts';
import {
  type Body,
  call,
  type Expr,
  i32,
  i64,
  type Local,
  select,
  when,
} from '../../wasm/index.ts';
import { CORE, GLOBAL, HART, HOT } from '../layout.ts';
import type { Core } from './core.ts';
import { type CsrBehaviour, constant, stored } from './csr-behaviour.ts';
import { get, getW, mstatus, privilege, put, putW } from './kit.ts';
import { hasSstc } from './time.ts';
import { MSTATUS } from './traps.ts';

const CY = 1;
const IR = 4;
const FS_DIRTY = 3 << MSTATUS.FS;

/** Counters, timers and fcsr. */
export function counterBehaviour({ f }: Core): Record<string, CsrBehaviour> {
  const inhibited = (h: Expr, bit: number): Expr =>
    i64.ne(i64.and(get(h, HART.mcountinhibit), bit), 0);
  const cycles = (): Expr => call(f.now);
  const retired = (h: Expr): Expr =>
    i64.add(get(h, HART.instret), i64.sub(call(f.now), i64.load(GLOBAL.clock)));

  /** 1 in an instruction, 0 when the host writes between two */
  const writing = i64.extendU(i32.ne(i32.load(CORE.chunk), 0));
  /** A counter is a running number plus an offset; while inhibited the offset is its value. */
  const counter = (running: (h: Expr) => Expr, offset: number, bit: number): CsrBehaviour => ({
    read: (h) => i64.add(get(h, offset), select(inhibited(h, bit), i64.const(0), running(h))),
    // what is written is what the next instruction reads: the write itself does not count
    write: (h, value) => [
      put(
        h,
        offset,
        i64.sub(value, select(inhibited(h, bit), i64.const(0), i64.add(running(h), writing))),
      ),
    ],
  });
  const mcycle = counter(cycles, HART.mcycleOffset, CY);
  const minstret = counter(retired, HART.minstretOffset, IR);

  const changeInhibit = (h: Expr, value: Local): Body => {
    const change = (running: (h: Expr) => Expr, offset: number, bit: number) =>
      when(i64.ne(i64.and(i64.xor(get(h, HART.mcountinhibit), value), bit), 0), [
        put(
          h,
          offset,
          select(
            inhibited(h, bit),
            i64.sub(get(h, offset), running(h)),
            i64.add(get(h, offset), running(h)),
          ),
        ),
      ]);
    return [
      change(cycles, HART.mcycleOffset, CY),
      change(retired, HART.minstretOffset, IR),
      put(h, HART.mcountinhibit, i64.and(value, CY | IR)),
    ];
  };

  /** mcounteren lets S and U read, scounteren lets U (Privileged manual, 3.1.11 and 12.1.5). */
  const disabled = (h: Expr, row: CsrRow): Expr => {
    const bit = (enable: number) => i32.wrap(i64.and(i64.shrU(get(h, enable), row.number & 31), 1));
    const mode = privilege(h);
    return i32.or(
      i32.and(i32.ne(mode, 3), i32.eqz(bit(HART.mcounteren))),
      i32.and(i32.eqz(mode), i32.eqz(bit(HART.scounteren))),
    );
  };
  const visible = (behaviour: CsrBehaviour): CsrBehaviour => ({
    read: behaviour.read,
    denied: disabled,
  });

  const floatOff = (h: Expr): Expr => i64.eqz(i64.and(mstatus(h), FS_DIRTY));
  const fcsrField = (shift: number, mask: number): CsrBehaviour => ({
    read: (h) => i64.extendU(i32.and(i32.shrU(getW(h, HART.fcsr), shift), mask)),
    write: (h, value) => [
      putW(
        h,
        HART.fcsr,
        i32.or(
          i32.and(getW(h, HART.fcsr), ~(mask << shift)),
          i32.shl(i32.and(i32.wrap(value), mask), shift),
        ),
      ),
      put(h, HART.mstatus, i64.or(mstatus(h), FS_DIRTY)),
    ],
    denied: floatOff,
  });

  return {
    mcycle,
    minstret,
    cycle: visible(mcycle),
    instret: visible(minstret),
    time: { read: () => call(f.mtime), denied: disabled },
    'hpmcounter#': visible(constant(0)),
    'mhpmcounter#': constant(0),
    'mhpmevent#': constant(0),
    mcountinhibit: { read: (h) => get(h, HART.mcountinhibit), write: changeInhibit },
    mcounteren: stored(HART.mcounteren, 0xffff_ffff),
    scounteren: stored(HART.scounteren, 0xffff_ffff),
    stimecmp: {
      read: (h) => get(h, HART.stimecmp),
      write: (h, value) => [
        put(h, HART.stimecmp, value),
        call(f.updateTimers, h),
        putW(h, HOT.endChunk, 1),
        putW(h, HOT.event, i32.or(getW(h, HOT.event), 2)),
      ],
      denied: (h) =>
        i32.and(
          i32.ne(privilege(h), 3),
          i32.eqz(i32.and(hasSstc(h), i32.wrap(i64.and(i64.shrU(get(h, HART.mcounteren), 1), 1)))),
        ),
    },
    fflags: fcsrField(0, 0x1f),
    frm: fcsrField(5, 7),
    fcsr: fcsrField(0, 0xff),
  };
}
