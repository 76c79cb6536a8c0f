// Inodes: the table of those in use, and their way to and from the disk.

#include "abi/param.h"
#include "abi/stat.h"
#include "buf.h"
#include "fs.h"
#include "printf.h"
#include "string.h"

static struct {
  struct spinlock lock;
  struct inode inode[NINODE];
} itable = {.lock = SPINLOCK("itable")};

// The block that holds inode inum, locked, and the inode's place in it.
static struct buf *read_dinode(u32 dev, u32 inum, struct dinode **dip) {
  struct buf *b = bread(dev, superblock.inodestart + inum / INODES_PER_BLOCK);
  *dip = (struct dinode *)b->data + inum % INODES_PER_BLOCK;
  return b;
}

// Take a free inode on the disk for a file of the given type. Returns it referenced but not
// locked, or 0 when there is none or the table is full. In a transaction.
struct inode *ialloc(u32 dev, short type) {
  for (u32 inum = ROOTINO; inum < superblock.ninodes; inum++) {
    struct dinode *dip;
    struct buf *b = read_dinode(dev, inum, &dip);
    struct inode *ip = dip->type == 0 ? iget(dev, inum) : 0;
    int is_free = dip->type == 0;
    if (ip) {
      memset(dip, 0, sizeof(*dip));
      dip->type = type;
      log_write(b);
    }
    brelse(b);
    if (is_free)
      return ip;
  }
  return 0;
}

// Write the locked inode to the disk. In a transaction, after every change of a field.
void iupdate(struct inode *ip) {
  struct dinode *dip;
  struct buf *b = read_dinode(ip->dev, ip->inum, &dip);
  *dip = ip->d;
  log_write(b);
  brelse(b);
}

// A reference to inode inum, not locked and not yet read; 0 when the table is full.
struct inode *iget(u32 dev, u32 inum) {
  struct inode *spare = 0, *found = 0;
  acquire(&itable.lock);
  for (int i = 0; i < NINODE && found == 0; i++) {
    struct inode *ip = &itable.inode[i];
    if (ip->refs == 0)
      spare = ip;
    else if (ip->dev == dev && ip->inum == inum)
      found = ip;
  }
  if (found == 0 && spare) {
    found = spare;
    found->dev = dev;
    found->inum = inum;
    found->valid = 0;
  }
  if (found)
    found->refs++;
  release(&itable.lock);
  return found;
}

struct inode *idup(struct inode *ip) {
  acquire(&itable.lock);
  ip->refs++;
  release(&itable.lock);
  return ip;
}

// Lock the inode, and read it if that has not been done yet.
void ilock(struct inode *ip) {
  acquiresleep(&ip->lock);
  if (ip->valid)
    return;
  struct dinode *dip;
  struct buf *b = read_dinode(ip->dev, ip->inum, &dip);
  ip->d = *dip;
  brelse(b);
  if (ip->d.type == 0)
    panic("ilock: inode is free");
  ip->valid = 1;
}

void iunlock(struct inode *ip) {
  if (!holdingsleep(&ip->lock))
    panic("iunlock: not locked");
  releasesleep(&ip->lock);
}

// Is the caller's the last reference to a file that no directory names?
static int last_of_unnamed(struct inode *ip) {
  acquire(&itable.lock);
  int last = ip->refs == 1 && ip->valid && ip->d.nlink == 0;
  release(&itable.lock);
  return last;
}

// Drop a reference; the last one to a file without names frees the file. In a transaction.
void iput(struct inode *ip) {
  if (last_of_unnamed(ip)) {
    // Nobody else has a reference or can find a name to get one: the lock is free.
    acquiresleep(&ip->lock);
    itrunc(ip);
    ip->valid = 0; // what it says now is for the disk only
    ip->d.type = 0;
    iupdate(ip);
    releasesleep(&ip->lock);
  }
  acquire(&itable.lock);
  ip->refs--;
  release(&itable.lock);
}

void iunlockput(struct inode *ip) {
  iunlock(ip);
  iput(ip);
}

// iput as a transaction of its own.
void irelease(struct inode *ip) {
  begin_op();
  iput(ip);
  end_op();
}

// Free the blocks of the locked file, which becomes empty. In a transaction.
void itrunc(struct inode *ip) {
  u32 indirect = ip->d.addrs[NDIRECT];
  if (indirect) {
    struct buf *b = bread(ip->dev, indirect);
    const u32 *addrs = (const u32 *)b->data;
    for (int i = 0; i < NINDIRECT; i++)
      if (addrs[i])
        bfree(ip->dev, addrs[i]);
    brelse(b);
  }
  for (int i = 0; i <= NDIRECT; i++)
    if (ip->d.addrs[i])
      bfree(ip->dev, ip->d.addrs[i]);
  memset(ip->d.addrs, 0, sizeof(ip->d.addrs));
  ip->d.size = 0;
  iupdate(ip);
}

// Free the files that had lost their last name but were still open when the machine stopped.
void ireclaim(u32 dev) {
  for (u32 inum = ROOTINO; inum < superblock.ninodes; inum++) {
    struct dinode *dip;
    struct buf *b = read_dinode(dev, inum, &dip);
    int orphan = dip->type != 0 && dip->nlink == 0;
    brelse(b);
    struct inode *ip = orphan ? iget(dev, inum) : 0;
    if (ip == 0)
      continue;
    begin_op();
    ilock(ip);
    iunlockput(ip);
    end_op();
  }
}

// What fstat tells of the locked inode.
void stati(struct inode *ip, struct stat *st) {
  *st = (struct stat){
      .dev = ip->dev,
      .ino = ip->inum,
      .type = ip->d.type,
      .nlink = ip->d.nlink,
      .size = ip->d.size,
  };
}
