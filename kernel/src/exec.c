// exec: a process becomes another program.

#include "abi/elf.h"
#include "abi/param.h"
#include "fs.h"
#include "proc.h"
#include "string.h"
#include "vm.h"

// An address space under construction.
struct image {
  pagetable_t pagetable;
  u64 sz;    // bytes so far
  u64 entry;
  u64 sp;
};

// Grow the image to newsz bytes. 0, or -1 without memory; sz then says what there is.
static int grow(struct image *im, u64 newsz, u64 perm) {
  if (uvmalloc(im->pagetable, im->sz, newsz, perm) == 0)
    return -1;
  im->sz = newsz;
  return 0;
}

// Read n bytes of the file at off to va, page by page; the pages are there and need not be
// writable for the user.
static int load_bytes(struct image *im, struct inode *ip, u64 va, u32 off, u64 n) {
  for (u64 done = 0, part; done < n; done += part) {
    part = n - done < PGSIZE ? n - done : PGSIZE;
    u64 pa = walkaddr(im->pagetable, va + done);
    if (pa == 0 || readi(ip, 0, pa, off + done, part) != (int)part)
      return -1;
  }
  return 0;
}

// Load one program header's segment, with the permissions that it asks for. Segments come in
// order of their addresses, each beginning on a page of its own.
static int load_segment(struct image *im, struct inode *ip, const struct proghdr *ph) {
  u64 top = ph->vaddr + ph->memsz;
  if (ph->memsz < ph->filesz || top < ph->vaddr || top > TRAPFRAME)
    return -1;
  if (ph->vaddr % PGSIZE != 0 || ph->vaddr < im->sz || ph->off + ph->filesz > MAXFILE * BSIZE)
    return -1;
  u64 perm = (ph->flags & ELF_PF_W ? PTE_W : 0) | (ph->flags & ELF_PF_X ? PTE_X : 0);
  if (ph->memsz > 0 && grow(im, top, perm) != 0)
    return -1;
  return load_bytes(im, ip, ph->vaddr, ph->off, ph->filesz);
}

// Load the program in the locked file ip. 0, or -1.
static int load_program(struct image *im, struct inode *ip) {
  struct elfhdr elf;
  if (readi(ip, 0, (u64)&elf, 0, sizeof(elf)) != sizeof(elf) || elf.magic != ELF_MAGIC)
    return -1;
  im->entry = elf.entry;
  for (int i = 0; i < elf.phnum; i++) {
    struct proghdr ph;
    u32 off = elf.phoff + i * sizeof(ph);
    if (readi(ip, 0, (u64)&ph, off, sizeof(ph)) != sizeof(ph))
      return -1;
    if (ph.type == ELF_PT_LOAD && load_segment(im, ip, &ph) != 0)
      return -1;
  }
  return 0;
}

// Put a guard page and a stack above the program, and on the stack the arguments: the strings
// and below them the array of pointers to them, which ends with 0. 0, or -1.
static int make_stack(struct image *im, char *const argv[], int argc) {
  u64 guard = PGROUNDUP(im->sz);
  u64 bottom = guard + PGSIZE, top = bottom + USERSTACK * PGSIZE;
  if (top > TRAPFRAME || grow(im, top, PTE_W) != 0)
    return -1;
  uvmclear(im->pagetable, guard);

  u64 pointers[MAXARG + 1];
  u64 sp = top;
  for (int i = 0; i < argc; i++) {
    u64 size = strlen(argv[i]) + 1;
    if (size > sp - bottom)
      return -1;
    sp = (sp - size) & ~15UL; // the ABI wants sp aligned to 16
    if (sp < bottom || copyout(im->pagetable, sp, argv[i], size) != 0)
      return -1;
    pointers[i] = sp;
  }
  pointers[argc] = 0;
  u64 size = (argc + 1) * sizeof(u64);
  if (size > sp - bottom)
    return -1;
  sp = (sp - size) & ~15UL;
  if (sp < bottom || copyout(im->pagetable, sp, pointers, size) != 0)
    return -1;
  im->sp = sp;
  return 0;
}

static int read_image(struct image *im, const char *path) {
  int result = -1;
  begin_op();
  struct inode *ip = namei(path);
  if (ip) {
    ilock(ip);
    result = load_program(im, ip);
    iunlockput(ip);
  }
  end_op();
  return result;
}

// The name of a program: what follows the last slash of its path.
static const char *base_name(const char *path) {
  const char *base = path;
  for (; *path; path++)
    if (*path == '/')
      base = path + 1;
  return base;
}

// Replace the calling process's memory by the program at path, which gets argc (at most MAXARG)
// arguments. Returns argc, which becomes main's first argument; or -1, and then the process goes
// on as it was.
int exec(const char *path, char *const argv[], int argc) {
  struct proc *p = myproc();
  struct image im = {.pagetable = proc_pagetable(p->trapframe)};
  if (im.pagetable == 0)
    return -1;
  if (read_image(&im, path) != 0 || make_stack(&im, argv, argc) != 0) {
    proc_freepagetable(im.pagetable, im.sz);
    return -1;
  }
  pagetable_t old = p->pagetable;
  u64 oldsz = p->sz;
  p->pagetable = im.pagetable;
  p->sz = im.sz;
  p->trapframe->epc = im.entry;
  p->trapframe->sp = im.sp;
  p->trapframe->a1 = im.sp; // main's second argument
  strcopy(p->name, base_name(path), sizeof(p->name));
  proc_freepagetable(old, oldsz);
  return argc;
}
