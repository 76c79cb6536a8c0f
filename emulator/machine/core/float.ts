import { call, i32, i64, leave, set, when } from '../../wasm/index.ts';
import { HART } from '../layout.ts';
import type { Core } from './core.ts';
import { getW, mstatus, params, put, words } from './kit.ts';

const ILLEGAL = 2;
const DYNAMIC = 7;
const FS_DIRTY = 0x6000;

/** Floating-point operations are the host's: kernels hardly use them, and exactness matters more. */
export function defineFloat({ m, f, host }: Core): void {
  m.define(f.float, (s) => {
    const [h, operation, imm, a, b, c] = params(s);
    const [mode, flags] = words(s, 2);
    const result = s.local('i64');
    return [
      set(mode, i32.and(imm, 7)),
      when(i32.eq(mode, DYNAMIC), [set(mode, i32.shrU(getW(h, HART.fcsr), 5))]),
      // 5 and 6 are reserved, 7 in frm too (Unprivileged manual, 20.2)
      when(i32.gtU(mode, 4), [call(f.raise, h, ILLEGAL, 0), leave(i64.const(0))]),
      set(flags, i32.load(h, HART.fcsr)),
      set(result, call(host.float, h, operation, mode, a, b, c)),
      when(i32.ne(flags, i32.load(h, HART.fcsr)), [
        put(h, HART.mstatus, i64.or(mstatus(h), FS_DIRTY)),
      ]),
      leave(result),
    ];
  });
}
