// Open files.
#pragma once
#include "abi/types.h"

struct inode;
struct pipe;

struct file {
  enum { FD_NONE, FD_PIPE, FD_INODE, FD_DEVICE } type;
  int refs; // descriptors, of all processes; the table's lock protects it
  char readable, writable;
  struct pipe *pipe; // FD_PIPE
  struct inode *ip;  // FD_INODE and FD_DEVICE
  u32 off;           // FD_INODE: the inode's lock protects it
  short major;       // FD_DEVICE
};

// What a device can do; n bytes to or from a user address. Returns how many, or -1.
struct device {
  int (*read)(u64 dst, int n);
  int (*write)(u64 src, int n);
};

struct file *filealloc(void);
struct file *filedup(struct file *f);
void fileclose(struct file *f);
int filestat(struct file *f, u64 dst);
int fileread(struct file *f, u64 dst, int n);
int filewrite(struct file *f, u64 src, int n);

// pipe.c
int pipealloc(struct file *ends[2]);
void pipeclose(struct pipe *pi, int writable);
int piperead(struct pipe *pi, u64 dst, int n);
int pipewrite(struct pipe *pi, u64 src, int n);
