import type { CoreExports } from './exports.ts';
import { GLOBAL } from './layout.ts';
import type { Views } from './views.ts';

/**
 * Retired instructions of all harts, exact in callbacks too: what the running chunk has done is added to
 * the counter only at its end. (`now` counts skipped WFI time as well.)
 */
export const retiredNow = (views: Views, core: CoreExports): number =>
  Number(views.u64(GLOBAL.retired) + core.now() - views.u64(GLOBAL.clock));
