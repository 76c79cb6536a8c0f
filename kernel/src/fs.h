// The file system: transactions, inodes, directories and paths.
#pragma once
#include "abi/fs.h"
#include "sleeplock.h"

struct buf;
struct stat;

// An inode in memory. An entry is in use while refs > 0.
struct inode {
  // The table's lock protects these.
  u32 dev, inum;
  int refs;
  // The sleep lock protects the rest.
  struct sleeplock lock;
  int valid;       // d has been read
  struct dinode d; // the inode as it is, or with the next commit will be, on the disk
};

void fsinit(u32 dev);
extern struct superblock superblock;

// log.c. Whatever changes the disk stands between begin_op and end_op, and changes at most
// MAXOPBLOCKS blocks; all of it happens, or nothing.
void log_init(u32 dev);
void begin_op(void);
void end_op(void);
void log_write(struct buf *b);

// block.c
u32 balloc(u32 dev); // a zeroed block, or 0 when the disk is full
void bfree(u32 dev, u32 blockno);

// inode.c
struct inode *ialloc(u32 dev, short type);
struct inode *iget(u32 dev, u32 inum);
struct inode *idup(struct inode *ip);
void ilock(struct inode *ip);
void iunlock(struct inode *ip);
void iput(struct inode *ip);
void iunlockput(struct inode *ip);
void irelease(struct inode *ip);
void iupdate(struct inode *ip);
void itrunc(struct inode *ip);
void ireclaim(u32 dev);
void stati(struct inode *ip, struct stat *st);

// content.c
int readi(struct inode *ip, int user, u64 dst, u32 off, u32 n);
int writei(struct inode *ip, int user, u64 src, u32 off, u32 n);

// dir.c
u32 dirfind(struct inode *dp, const char *name, u32 *off);
struct inode *dirlookup(struct inode *dp, const char *name);
int dirlink(struct inode *dp, const char *name, u32 inum);
int dirempty(struct inode *dp);
struct inode *namei(const char *path);
struct inode *nameiparent(const char *path, char name[DIRSIZ]);
