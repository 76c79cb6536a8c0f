// Directories and paths.

#include "abi/param.h"
#include "abi/stat.h"
#include "fs.h"
#include "printf.h"
#include "proc.h"
#include "string.h"

// Read the entry at off of the locked directory. Whether there is one.
static int read_entry(struct inode *dp, u32 off, struct dirent *de) {
  return readi(dp, 0, (u64)de, off, sizeof(*de)) == sizeof(*de);
}

// The number of the inode that name is in the locked directory dp, or 0. Its entry's offset goes
// to *off unless that is null.
u32 dirfind(struct inode *dp, const char *name, u32 *off) {
  if (dp->d.type != T_DIR)
    panic("dirfind: not a directory");
  struct dirent de;
  for (u32 at = 0; read_entry(dp, at, &de); at += sizeof(de)) {
    if (de.inum == 0 || strncmp(de.name, name, DIRSIZ) != 0)
      continue;
    if (off)
      *off = at;
    return de.inum;
  }
  return 0;
}

// That inode, referenced but not locked; 0 when it is not there or the inode table is full.
struct inode *dirlookup(struct inode *dp, const char *name) {
  u32 inum = dirfind(dp, name, 0);
  return inum ? iget(dp->dev, inum) : 0;
}

// Enter (name, inum) into the locked directory dp. 0, or -1 when the name is there already or
// the disk is full. In a transaction.
int dirlink(struct inode *dp, const char *name, u32 inum) {
  if (dirfind(dp, name, 0) != 0)
    return -1;
  struct dirent de;
  u32 at = 0;
  while (read_entry(dp, at, &de) && de.inum != 0)
    at += sizeof(de);
  de.inum = inum;
  u64 length = strlen(name);
  memset(de.name, 0, DIRSIZ);
  memmove(de.name, name, length < DIRSIZ ? length : DIRSIZ);
  return writei(dp, 0, (u64)&de, at, sizeof(de)) == sizeof(de) ? 0 : -1;
}

// Has the locked directory entries besides "." and "..", the first two?
int dirempty(struct inode *dp) {
  struct dirent de;
  for (u32 at = 2 * sizeof(de); read_entry(dp, at, &de); at += sizeof(de))
    if (de.inum != 0)
      return 0;
  return 1;
}

static const char *skip_slashes(const char *path) {
  u64 n = 0;
  while (path[n] == '/')
    n++;
  return path + n;
}

// Put the first name of path, cut to DIRSIZ bytes, into name and return the rest of the path;
// 0 when it has no name.
static const char *next_name(const char *path, char name[DIRSIZ]) {
  const char *start = skip_slashes(path), *stop = start;
  while (*stop && *stop != '/')
    stop++;
  if (stop == start)
    return 0;
  u64 length = stop - start;
  memset(name, 0, DIRSIZ);
  memmove(name, start, length < DIRSIZ ? length : DIRSIZ);
  return skip_slashes(stop);
}

// Follow path from the root or the working directory. With to_parent, stop at the directory
// that holds the last name, and leave that in name. 0 when there is no such file. Locks one
// directory at a time, so that "." and ".." cannot deadlock. In a transaction.
static struct inode *follow(const char *path, int to_parent, char name[DIRSIZ]) {
  struct inode *ip = *path == '/' ? iget(ROOTDEV, ROOTINO) : idup(myproc()->cwd);
  while (ip && (path = next_name(path, name)) != 0) {
    if (to_parent && *path == 0)
      return ip;
    ilock(ip);
    struct inode *next = ip->d.type == T_DIR ? dirlookup(ip, name) : 0;
    iunlockput(ip);
    ip = next;
  }
  if (ip && to_parent) { // "/" or "": there is no last name
    iput(ip);
    return 0;
  }
  return ip;
}

struct inode *namei(const char *path) {
  char name[DIRSIZ];
  return follow(path, 0, name);
}

struct inode *nameiparent(const char *path, char name[DIRSIZ]) {
  return follow(path, 1, name);
}
