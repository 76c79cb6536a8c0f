#include "user.h"
#include "abi/syscall.h"

char *sbrk_raw(int bytes, int mode);

char *
sbrk(int bytes)
{
  return sbrk_raw(bytes, SBRK_EAGER);
}

char *
sbrklazy(int bytes)
{
  return sbrk_raw(bytes, SBRK_LAZY);
}

// malloc hands out blocks whose sizes are powers of two, each behind a header that says which. A
// free block is kept on the list of its size for the next request; memory never goes back to the
// kernel, nor from one size to another.
struct block {
  u64 order;
  struct block *next;
};

#define MIN_ORDER 5 // 32 bytes, header included
#define MAX_ORDER 30
#define CHUNK 32768 // least amount asked of the kernel at once

static struct block *free_blocks[MAX_ORDER + 1];
static char *chunk, *chunk_end; // what is left of the memory last asked for

// A block fresh from the kernel's memory, or null. What was left of the last chunk is given up.
static struct block *
carve(u64 bytes)
{
  if ((u64)(chunk_end - chunk) < bytes) {
    u64 asked = (bytes > CHUNK ? bytes : CHUNK) + 16; // 16: room to align in
    char *fresh = sbrk((int)asked);
    if (fresh == SBRK_FAILED)
      return NULL;
    chunk = (char *)(((u64)fresh + 15) & ~15UL);
    chunk_end = fresh + asked;
  }
  struct block *made = (struct block *)chunk;
  chunk += bytes;
  return made;
}

void *
malloc(u64 bytes)
{
  u64 order = MIN_ORDER;
  while (order <= MAX_ORDER && (1UL << order) < bytes + sizeof(struct block))
    order++;
  if (order > MAX_ORDER)
    return NULL;
  struct block *block = free_blocks[order];
  if (block != NULL)
    free_blocks[order] = block->next;
  else if ((block = carve(1UL << order)) == NULL)
    return NULL;
  block->order = order;
  return block + 1;
}

void
free(void *memory)
{
  if (memory == NULL)
    return;
  struct block *block = (struct block *)memory - 1;
  block->next = free_blocks[block->order];
  free_blocks[block->order] = block;
}
