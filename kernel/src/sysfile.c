// The system calls about files. Here descriptors and user addresses are checked; the work is
// done in file.c and the file system.

#include "abi/fcntl.h"
#include "abi/param.h"
#include "abi/stat.h"
#include "file.h"
#include "fs.h"
#include "kalloc.h"
#include "proc.h"
#include "string.h"
#include "syscall.h"
#include "vm.h"

// The open file of a descriptor, or 0.
static struct file *file_of(u64 arg) {
  int fd = arg;
  return fd >= 0 && fd < NOFILE ? myproc()->ofile[fd] : 0;
}

// Take the lowest free descriptor for f, whose reference it becomes. -1 when there is none.
static int fdalloc(struct file *f) {
  struct proc *p = myproc();
  for (int fd = 0; fd < NOFILE; fd++) {
    if (p->ofile[fd])
      continue;
    p->ofile[fd] = f;
    return fd;
  }
  return -1;
}

i64 sys_dup(const u64 *arg) {
  struct file *f = file_of(arg[0]);
  int fd = f ? fdalloc(f) : -1;
  if (fd >= 0)
    filedup(f);
  return fd;
}

i64 sys_read(const u64 *arg) {
  struct file *f = file_of(arg[0]);
  return f ? fileread(f, arg[1], arg[2]) : -1;
}

i64 sys_write(const u64 *arg) {
  struct file *f = file_of(arg[0]);
  return f ? filewrite(f, arg[1], arg[2]) : -1;
}

i64 sys_close(const u64 *arg) {
  struct file *f = file_of(arg[0]);
  if (f == 0)
    return -1;
  myproc()->ofile[(int)arg[0]] = 0;
  fileclose(f);
  return 0;
}

i64 sys_fstat(const u64 *arg) {
  struct file *f = file_of(arg[0]);
  return f ? filestat(f, arg[1]) : -1;
}

// Name the file at old, not a directory, also `new`. In a transaction.
static int link_in_op(const char *old, const char *new) {
  char name[DIRSIZ];
  struct inode *ip = namei(old);
  if (ip == 0)
    return -1;
  ilock(ip);
  if (ip->d.type == T_DIR) {
    iunlockput(ip);
    return -1;
  }
  ip->d.nlink++; // first, so that the file outlives a removal of its old name meanwhile
  iupdate(ip);
  iunlock(ip);

  int result = -1;
  struct inode *dp = nameiparent(new, name);
  if (dp) {
    ilock(dp);
    if (dp->dev == ip->dev && dp->d.type == T_DIR && dp->d.nlink > 0)
      result = dirlink(dp, name, ip->inum);
    iunlockput(dp);
  }
  if (result != 0) {
    ilock(ip);
    ip->d.nlink--;
    iupdate(ip);
    iunlock(ip);
  }
  iput(ip);
  return result;
}

i64 sys_link(const u64 *arg) {
  char old[MAXPATH], new[MAXPATH];
  if (argstr(arg[0], old, MAXPATH) != 0 || argstr(arg[1], new, MAXPATH) != 0)
    return -1;
  begin_op();
  int result = link_in_op(old, new);
  end_op();
  return result;
}

static int is_dots(const char *name) {
  return strncmp(name, ".", DIRSIZ) == 0 || strncmp(name, "..", DIRSIZ) == 0;
}

// Remove name from the locked directory dp. 0, or -1. In a transaction.
static int remove_entry(struct inode *dp, const char *name) {
  u32 off;
  if (dp->d.type != T_DIR || is_dots(name))
    return -1;
  u32 inum = dirfind(dp, name, &off);
  struct inode *ip = inum ? iget(dp->dev, inum) : 0;
  if (ip == 0)
    return -1;
  ilock(ip);
  struct dirent free_entry = {0};
  int result = -1;
  if ((ip->d.type != T_DIR || dirempty(ip)) &&
      writei(dp, 0, (u64)&free_entry, off, sizeof(free_entry)) == sizeof(free_entry)) {
    if (ip->d.type == T_DIR) { // its ".." is gone
      dp->d.nlink--;
      iupdate(dp);
    }
    ip->d.nlink--;
    iupdate(ip);
    result = 0;
  }
  iunlockput(ip);
  return result;
}

i64 sys_unlink(const u64 *arg) {
  char path[MAXPATH], name[DIRSIZ];
  if (argstr(arg[0], path, MAXPATH) != 0)
    return -1;
  int result = -1;
  begin_op();
  struct inode *dp = nameiparent(path, name);
  if (dp) {
    ilock(dp);
    result = remove_entry(dp, name);
    iunlockput(dp);
  }
  end_op();
  return result;
}

// Enter the new, locked inode ip into the locked directory dp, and make it a directory if that is
// its type. 0, or -1 when the disk is full.
static int enter(struct inode *dp, const char *name, struct inode *ip) {
  if (ip->d.type == T_DIR &&
      (dirlink(ip, ".", ip->inum) != 0 || dirlink(ip, "..", dp->inum) != 0))
    return -1;
  if (dirlink(dp, name, ip->inum) != 0)
    return -1;
  if (ip->d.type == T_DIR) {
    dp->d.nlink++; // for ".."
    iupdate(dp);
  }
  return 0;
}

// A new file called name in the locked directory dp: locked, or 0 when the disk is full.
static struct inode *new_in(struct inode *dp, const char *name, short type, short major,
                            short minor) {
  struct inode *ip = ialloc(dp->dev, type);
  if (ip == 0)
    return 0;
  ilock(ip);
  ip->d.major = major;
  ip->d.minor = minor;
  ip->d.nlink = 1; // "." does not count, or a directory could never be freed
  iupdate(ip);
  if (enter(dp, name, ip) == 0)
    return ip;
  ip->d.nlink = 0; // iput frees it
  iupdate(ip);
  iunlockput(ip);
  return 0;
}

// Make the file at path, or, if it is to be a plain file and one (or a device) is there, find
// it. Returns it locked, or 0. In a transaction.
static struct inode *create(const char *path, short type, short major, short minor) {
  char name[DIRSIZ];
  struct inode *dp = nameiparent(path, name);
  if (dp == 0)
    return 0;
  ilock(dp);
  struct inode *ip = 0;
  // A directory without names is being removed: nothing may be put into it.
  int alive = dp->d.type == T_DIR && dp->d.nlink > 0;
  u32 inum = alive ? dirfind(dp, name, 0) : 0;
  struct inode *there = inum ? iget(dp->dev, inum) : 0;
  if (alive && inum == 0)
    ip = new_in(dp, name, type, major, minor);
  iunlockput(dp);
  if (there == 0)
    return ip;
  ilock(there);
  if (type == T_FILE && there->d.type != T_DIR)
    return there;
  iunlockput(there);
  return 0;
}

// Open the locked inode ip: a descriptor, or -1. The file, if there will be one, takes over the
// caller's reference to ip.
static int open_inode(struct inode *ip, int mode) {
  int writing = (mode & (O_WRONLY | O_RDWR)) != 0;
  if (ip->d.type == T_DIR && mode != O_RDONLY)
    return -1;
  if (ip->d.type == T_DEVICE && (ip->d.major < 0 || ip->d.major >= NDEV))
    return -1;
  struct file *f = filealloc();
  int fd = f ? fdalloc(f) : -1;
  if (fd < 0) {
    if (f)
      fileclose(f);
    return -1;
  }
  f->type = ip->d.type == T_DEVICE ? FD_DEVICE : FD_INODE;
  f->ip = ip;
  f->major = ip->d.major;
  f->readable = !(mode & O_WRONLY);
  f->writable = writing;
  if ((mode & O_TRUNC) && ip->d.type == T_FILE)
    itrunc(ip);
  return fd;
}

static int open_in_op(const char *path, int mode) {
  struct inode *ip;
  if (mode & O_CREATE) {
    ip = create(path, T_FILE, 0, 0);
  } else {
    ip = namei(path);
    if (ip)
      ilock(ip);
  }
  if (ip == 0)
    return -1;
  int fd = open_inode(ip, mode);
  iunlock(ip);
  if (fd < 0)
    iput(ip);
  return fd;
}

i64 sys_open(const u64 *arg) {
  char path[MAXPATH];
  if (argstr(arg[0], path, MAXPATH) != 0)
    return -1;
  begin_op();
  int fd = open_in_op(path, arg[1]);
  end_op();
  return fd;
}

// mkdir and mknod: make a file and leave it.
static int make(u64 path_va, short type, short major, short minor) {
  char path[MAXPATH];
  if (argstr(path_va, path, MAXPATH) != 0)
    return -1;
  begin_op();
  struct inode *ip = create(path, type, major, minor);
  if (ip)
    iunlockput(ip);
  end_op();
  return ip ? 0 : -1;
}

i64 sys_mkdir(const u64 *arg) {
  return make(arg[0], T_DIR, 0, 0);
}

i64 sys_mknod(const u64 *arg) {
  return make(arg[0], T_DEVICE, arg[1], arg[2]);
}

i64 sys_chdir(const u64 *arg) {
  char path[MAXPATH];
  struct proc *p = myproc();
  if (argstr(arg[0], path, MAXPATH) != 0)
    return -1;
  int result = -1;
  begin_op();
  struct inode *ip = namei(path);
  if (ip) {
    ilock(ip);
    int is_dir = ip->d.type == T_DIR;
    iunlock(ip);
    iput(is_dir ? p->cwd : ip);
    if (is_dir) {
      p->cwd = ip;
      result = 0;
    }
  }
  end_op();
  return result;
}

// pipe(int fds[2]): the descriptors for reading and for writing.
i64 sys_pipe(const u64 *arg) {
  struct proc *p = myproc();
  struct file *ends[2];
  if (pipealloc(ends) != 0)
    return -1;
  int fds[2];
  fds[0] = fdalloc(ends[0]);
  fds[1] = fds[0] < 0 ? -1 : fdalloc(ends[1]);
  if (fds[1] >= 0 && copyout(p->pagetable, arg[0], fds, sizeof(fds)) == 0)
    return 0;
  for (int i = 0; i < 2; i++) {
    if (fds[i] >= 0)
      p->ofile[fds[i]] = 0;
    fileclose(ends[i]);
  }
  return -1;
}

// Read one of the user's argument pointers. It must lie below the process's size: the rest of the
// last page is mapped, but not the program's. 0, or -1.
static int fetch_pointer(u64 at, u64 *pointer) {
  struct proc *p = myproc();
  if (at > p->sz || sizeof(*pointer) > p->sz - at)
    return -1;
  return copyin(p->pagetable, pointer, at, sizeof(*pointer));
}

// Fetch the user's argument pointers and pack the strings into the page `strings`. A process's
// stack holds no more than a page of them anyway. Returns their number, or -1.
static int fetch_args(u64 array_va, char *strings, char *argv[MAXARG]) {
  u64 used = 0;
  for (int argc = 0; argc <= MAXARG; argc++) {
    u64 va;
    if (fetch_pointer(array_va + argc * sizeof(va), &va) != 0)
      return -1;
    if (va == 0)
      return argc;
    if (argc == MAXARG || argstr(va, strings + used, PGSIZE - used) != 0)
      return -1;
    argv[argc] = strings + used;
    used += strlen(argv[argc]) + 1;
  }
  return -1;
}

i64 sys_exec(const u64 *arg) {
  char path[MAXPATH], *argv[MAXARG];
  if (argstr(arg[0], path, MAXPATH) != 0)
    return -1;
  char *strings = kalloc();
  if (strings == 0)
    return -1;
  int argc = fetch_args(arg[1], strings, argv);
  int result = argc < 0 ? -1 : exec(path, argv, argc);
  kfree(strings);
  return result;
}
