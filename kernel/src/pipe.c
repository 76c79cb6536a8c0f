// Pipes: a ring of bytes between two open files.

#include "file.h"
#include "kalloc.h"
#include "proc.h"
#include "string.h"
#include "vm.h"

#define PIPESIZE 512 // a power of two

struct pipe {
  struct spinlock lock;
  u32 nread, nwrite;       // bytes so far; their difference is in the ring
  char readopen, writeopen;
  char data[PIPESIZE];
};

// Make a pipe and its two ends, for reading and for writing. 0, or -1 without memory or files.
int pipealloc(struct file *ends[2]) {
  struct pipe *pi = kalloc();
  ends[0] = pi ? filealloc() : 0;
  ends[1] = ends[0] ? filealloc() : 0;
  if (ends[1] == 0) {
    if (ends[0])
      fileclose(ends[0]);
    if (pi)
      kfree(pi);
    return -1;
  }
  memset(pi, 0, sizeof(*pi));
  pi->lock.name = "pipe";
  pi->readopen = pi->writeopen = 1;
  for (int i = 0; i < 2; i++) {
    ends[i]->type = FD_PIPE;
    ends[i]->pipe = pi;
    ends[i]->readable = i == 0;
    ends[i]->writable = i == 1;
  }
  return 0;
}

// One end is closed; the second to close frees the pipe.
void pipeclose(struct pipe *pi, int writable) {
  acquire(&pi->lock);
  if (writable)
    pi->writeopen = 0;
  else
    pi->readopen = 0;
  wakeup(&pi->nread);
  wakeup(&pi->nwrite);
  int unused = !pi->readopen && !pi->writeopen;
  release(&pi->lock);
  if (unused)
    kfree(pi);
}

// The longest piece of the ring that is in one piece from position on, at most n bytes.
static u32 run(u32 position, u32 n) {
  u32 rest = PIPESIZE - position % PIPESIZE;
  return rest < n ? rest : n;
}

// Write n bytes from the user's src, waiting for readers to make room. Returns n, or -1 when
// nobody can read any more, the process is killed, or src is bad.
int pipewrite(struct pipe *pi, u64 src, int n) {
  struct proc *p = myproc();
  int done = 0;
  acquire(&pi->lock);
  while (done < n) {
    if (!pi->readopen || killed(p))
      break;
    u32 room = PIPESIZE - (pi->nwrite - pi->nread);
    if (room == 0) {
      wakeup(&pi->nread);
      sleep(&pi->nwrite, &pi->lock);
      continue;
    }
    u32 left = n - done;
    u32 part = run(pi->nwrite, left < room ? left : room);
    if (copyin(p->pagetable, &pi->data[pi->nwrite % PIPESIZE], src + done, part) != 0)
      break;
    pi->nwrite += part;
    done += part;
  }
  wakeup(&pi->nread);
  release(&pi->lock);
  return done == n ? n : -1;
}

// Read up to n bytes to the user's dst, waiting until there is one. Returns how many, 0 when
// nobody can write any more, -1 when killed or dst is bad, and then the bytes are still there.
int piperead(struct pipe *pi, u64 dst, int n) {
  struct proc *p = myproc();
  int done = -1;
  acquire(&pi->lock);
  while (pi->nread == pi->nwrite && pi->writeopen && !killed(p))
    sleep(&pi->nread, &pi->lock);
  u32 available = pi->nwrite - pi->nread;
  if ((u32)n > available)
    n = available;
  if (!killed(p) && uvmready(p->pagetable, dst, n, STORE) == 0) {
    for (done = 0; done < n;) {
      u32 part = run(pi->nread, n - done);
      copyout(p->pagetable, dst + done, &pi->data[pi->nread % PIPESIZE], part);
      pi->nread += part;
      done += part;
    }
    wakeup(&pi->nwrite);
  }
  release(&pi->lock);
  return done;
}
