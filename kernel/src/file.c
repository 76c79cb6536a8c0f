#include "file.h"

#include "abi/param.h"
#include "abi/stat.h"
#include "console.h"
#include "fs.h"
#include "printf.h"
#include "proc.h"
#include "string.h"
#include "vm.h"

static struct {
  struct spinlock lock;
  struct file file[NFILE];
} ftable = {.lock = SPINLOCK("ftable")};

static const struct device devices[NDEV] = {
    [CONSOLE] = {console_read, console_write},
};

// A free entry with one reference, or 0.
struct file *filealloc(void) {
  struct file *found = 0;
  acquire(&ftable.lock);
  for (int i = 0; i < NFILE && found == 0; i++)
    if (ftable.file[i].refs == 0)
      found = &ftable.file[i];
  if (found) {
    memset(found, 0, sizeof(*found));
    found->refs = 1;
  }
  release(&ftable.lock);
  return found;
}

struct file *filedup(struct file *f) {
  acquire(&ftable.lock);
  f->refs++;
  release(&ftable.lock);
  return f;
}

// Drop a reference; the last one lets go of what the file is.
void fileclose(struct file *f) {
  acquire(&ftable.lock);
  struct file last = *f;
  if (--f->refs == 0)
    f->type = FD_NONE;
  release(&ftable.lock);
  if (last.refs > 1)
    return;
  if (last.type == FD_PIPE)
    pipeclose(last.pipe, last.writable);
  else if (last.type != FD_NONE)
    irelease(last.ip);
}

// Tell about an open file to the user's dst. 0, or -1 for a pipe or a bad address.
int filestat(struct file *f, u64 dst) {
  struct stat st;
  if (f->type != FD_INODE && f->type != FD_DEVICE)
    return -1;
  ilock(f->ip);
  stati(f->ip, &st);
  iunlock(f->ip);
  return copyout(myproc()->pagetable, dst, &st, sizeof(st));
}

static const struct device *device_of(struct file *f) {
  return f->major >= 0 && f->major < NDEV ? &devices[f->major] : 0;
}

// Read up to n bytes to the user's dst. Returns how many, 0 at the end, -1 on failure.
int fileread(struct file *f, u64 dst, int n) {
  if (!f->readable || n < 0)
    return -1;
  if (f->type == FD_PIPE)
    return piperead(f->pipe, dst, n);
  if (f->type == FD_DEVICE) {
    const struct device *d = device_of(f);
    return d && d->read ? d->read(dst, n) : -1;
  }
  ilock(f->ip);
  int got = readi(f->ip, 1, dst, f->off, n);
  if (got > 0)
    f->off += got;
  iunlock(f->ip);
  return got;
}

// Blocks of content that one transaction can write: besides them it may change the inode, the
// indirect block, and for each new block the bitmap and the block's zeroes; one more because the
// content need not begin at a block's beginning.
#define CHUNK ((MAXOPBLOCKS - 1 - 1 - 2) / 2 * BSIZE)

static int write_inode(struct file *f, u64 src, int n) {
  for (int done = 0; done < n;) {
    int part = n - done < CHUNK ? n - done : CHUNK;
    begin_op();
    ilock(f->ip);
    int put = writei(f->ip, 1, src + done, f->off, part);
    if (put > 0)
      f->off += put;
    iunlock(f->ip);
    end_op();
    if (put != part)
      return -1;
    done += part;
  }
  return n;
}

// Write n bytes from the user's src. Returns n, or -1 on failure.
int filewrite(struct file *f, u64 src, int n) {
  if (!f->writable || n < 0 || uvmready(myproc()->pagetable, src, n, LOAD) != 0)
    return -1;
  if (f->type == FD_PIPE)
    return pipewrite(f->pipe, src, n);
  if (f->type == FD_DEVICE) {
    const struct device *d = device_of(f);
    return d && d->write ? d->write(src, n) : -1;
  }
  return write_inode(f, src, n);
}
