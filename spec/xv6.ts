/**
 * Constants of the xv6-riscv interface, as user programs and the on-disk format see them. What a given
 * kernel really has (NPROC, a lazy sbrk, stack pages) is read from it; these are the usual values.
 */
import { va } from './units.ts';

/** System call numbers (register a7); results come back in a0, −1 as all ones. */
export const SYSCALL = {
  fork: 1,
  exit: 2,
  wait: 3,
  pipe: 4,
  read: 5,
  kill: 6,
  exec: 7,
  fstat: 8,
  chdir: 9,
  dup: 10,
  getpid: 11,
  sbrk: 12,
  /** `pause` in the trees of 2025 */
  sleep: 13,
  uptime: 14,
  open: 15,
  write: 16,
  mknod: 17,
  unlink: 18,
  link: 19,
  mkdir: 20,
  close: 21,
} as const;

export type SyscallName = keyof typeof SYSCALL;

/** Arguments of exec, the terminating null pointer counted: the 32nd argument already fails. */
export const MAXARG = 32;
/** Bytes of a path, the terminating NUL counted. */
export const MAXPATH = 128;
/** Descriptors of one process. */
export const NOFILE = 16;
/** Open files of the whole system. */
export const NFILE = 100;
/** Processes, init included. */
export const NPROC = 64;
/** Bytes that a pipe holds. */
export const PIPESIZE = 512;
/** Bytes of input that the console holds, the line that is being typed counted. */
export const INPUT_BUF_SIZE = 128;
/** Bytes of a name in a directory; longer path components are cut to it. */
export const DIRSIZ = 14;
/** Bytes of a disk block. */
export const BSIZE = 1024;
/** Largest file, in bytes: 12 direct and 256 indirect blocks. */
export const MAXFILE_BYTES = (12 + 256) * BSIZE;

/** First address that no user page table maps: half of Sv39, so that no address needs sign extension. */
export const MAXVA = va(2 ** 38);
/** The trap entry page, shared with the kernel; not accessible to user code. */
export const TRAMPOLINE = va(MAXVA - 4096);
/** The page of saved user registers below it; not accessible to user code. */
export const TRAPFRAME = va(TRAMPOLINE - 4096);
/** Physical and kernel virtual address where RAM begins. */
export const KERNBASE = 0x8000_0000;

/** Flags of open. */
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREATE = 0x200;
export const O_TRUNC = 0x400;

/** Types of an inode, as fstat tells them. */
export const T_DIR = 1;
export const T_FILE = 2;
export const T_DEVICE = 3;
/** Bytes of `struct stat`: dev 0, ino 4, type 8, nlink 10, size 16. */
export const STAT_BYTES = 24;
