/**
 * What legitimately differs between kernels, as far as the model must know it. The values come from
 * the observed kernel; `defaultProfile` describes the bundled `cow`.
 */
import { NFILE, NPROC, PIPESIZE } from '../spec/xv6.ts';

export interface Profile {
  /** does fork share pages (else it copies them)? */
  cow: boolean;
  /** does sbrk take a second argument, 2 meaning that pages come at first use? */
  lazySbrk: boolean;
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
  lazySbrk: false,
  heapExecutable: false,
  stackPages: 1,
  guardPages: 1,
  nproc: NPROC,
  nfile: NFILE,
  pipePages: 1,
  pipeBytes: PIPESIZE,
};
