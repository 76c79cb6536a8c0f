// Sizes of the system's fixed tables. The file-system ones are part of the on-disk contract
// with other xv6-riscv trees (see fs.h); the others bound what a process may ask for.
#pragma once

#define NCPU 8           // harts the kernel will run on; further ones are parked
#define NPROC 64         // processes, the init process included
#define NOFILE 16        // descriptors of one process
#define NFILE 100        // open files of the whole system
#define NINODE 50        // inodes in memory
#define NDEV 10          // device majors
#define ROOTDEV 1        // device number of the root file system
#define CONSOLE 1        // major number of the console
#define MAXARG 32        // arguments of exec, the terminating null not counted
#define MAXPATH 128      // bytes of a path, the terminating NUL counted
#define USERSTACK 1      // pages of a fresh user stack
#define MAXOPBLOCKS 10   // blocks that one file-system call may write
#define LOGSIZE (MAXOPBLOCKS * 3) // data blocks a log header can name
#define NBUF 64          // blocks in the buffer cache: a full log and room to read beside it
#define FSSIZE 2000      // blocks of the image that we make; other sizes mount too
