/**
 * What legitimately differs between kernels, as far as the model must know it. The values come from
 * the observed kernel; `defaultProfile` describes the bundled `cow`.
 */
import { NFILE, NPROC, PIPESIZE } from '../spec/xv6.ts';

/** When do the pages that sbrk adds come at their first use? `asked`: when its second argument is 2. */
export type LazySbrk = 'never' | 'asked' | 'always';

export interface Profile {
  /** does fork share pages (else it copies them)? */
  cow: boolean;
  lazySbrk: LazySbrk;
  /** may user code execute what sbrk gave it (kernels until 2021)? */
  heapExecutable: boolean;
  /** pages of a fresh user stack */
  stackPages: number;
  /** inaccessible pages that stay mapped below it */
  guardPages: number;
  /** size of the process table */
  nproc: number;
  /** size of the system's table of open files */
  nfile: number;
  /** pages that the allocator gives for one pipe */
  pipePages: number;
  /** bytes that a pipe holds */
  pipeBytes: number;
}

export const defaultProfile: Profile = {
  cow: true,
  lazySbrk: 'never',
  heapExecutable: false,
  stackPages: 1,
  guardPages: 1,
  nproc: NPROC,
  nfile: NFILE,
  pipePages: 1,
  pipeBytes: PIPESIZE,
};
