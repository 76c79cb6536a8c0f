#include "virtio.h"

#include "buf.h"
#include "memlayout.h"
#include "printf.h"
#include "proc.h"
#include "riscv.h"
#include "string.h"

// Registers, from the virtio 1.1 specification, section 4.2.2.
enum reg {
  MAGIC = 0x000,
  VERSION = 0x004,
  DEVICE_ID = 0x008,
  DEVICE_FEATURES = 0x010,
  DEVICE_FEATURES_SEL = 0x014,
  DRIVER_FEATURES = 0x020,
  DRIVER_FEATURES_SEL = 0x024,
  QUEUE_SEL = 0x030,
  QUEUE_NUM_MAX = 0x034,
  QUEUE_NUM = 0x038,
  QUEUE_READY = 0x044,
  QUEUE_NOTIFY = 0x050,
  INTERRUPT_STATUS = 0x060,
  INTERRUPT_ACK = 0x064,
  STATUS = 0x070,
  QUEUE_DESC = 0x080,   // these three are pairs of words
  QUEUE_DRIVER = 0x090,
  QUEUE_DEVICE = 0x0a0,
};

enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };

#define FEATURE_VERSION_1_HIGH 1 // bit 32: obeys the 1.x specification

// A request is a chain of three descriptors: header, data, status. We have SLOTS requests, each
// with a chain of its own that never changes shape, so there are no descriptors to allocate.
#define CHAIN 3
#define SLOTS 5
#define QUEUE_SIZE 16 // a power of two, at least CHAIN * SLOTS

enum { DESC_NEXT = 1, DESC_DEVICE_WRITES = 2 };

struct descriptor {
  u64 addr;
  u32 len;
  u16 flags, next;
};

struct request {
  struct { // what the device reads first
    u32 type; // 0 in, 1 out
    u32 reserved;
    u64 sector;
  } header;
  u8 status; // what the device writes last: 0 for success
  int in_use, done;
};

static struct {
  struct descriptor descriptors[QUEUE_SIZE] __attribute__((aligned(16)));
  struct {
    u16 flags, index, ring[QUEUE_SIZE], unused;
  } driver __attribute__((aligned(16))); // chains that we give
  struct {
    u16 flags, index;
    struct {
      u32 head, length;
    } ring[QUEUE_SIZE];
  } device __attribute__((aligned(16))); // chains that it gives back
  u16 seen;                              // of device.index
  struct request requests[SLOTS];
  struct spinlock lock;
} disk = {.lock = SPINLOCK("disk")};

static u32 get(enum reg reg) {
  return reg_read32(VIRTIO0 + reg);
}

static void set(enum reg reg, u32 value) {
  reg_write32(VIRTIO0 + reg, value);
}

static void set_address(enum reg reg, void *p) {
  set(reg, (u64)p);
  set(reg + 4, (u64)p >> 32);
}

// Of the features offered we need none but the promise to obey the specification.
static void negotiate(void) {
  set(DEVICE_FEATURES_SEL, 1);
  u32 high = get(DEVICE_FEATURES) & FEATURE_VERSION_1_HIGH;
  set(DRIVER_FEATURES_SEL, 0);
  set(DRIVER_FEATURES, 0);
  set(DRIVER_FEATURES_SEL, 1);
  set(DRIVER_FEATURES, high);
}

static void lay_chains(void) {
  for (int i = 0; i < SLOTS; i++) {
    struct request *r = &disk.requests[i];
    struct descriptor *d = &disk.descriptors[CHAIN * i];
    d[0] = (struct descriptor){(u64)&r->header, sizeof(r->header), DESC_NEXT, CHAIN * i + 1};
    d[1] = (struct descriptor){0, BSIZE, DESC_NEXT, CHAIN * i + 2};
    d[2] = (struct descriptor){(u64)&r->status, 1, DESC_DEVICE_WRITES, 0};
  }
}

// Start the device up as section 3.1 of the specification says.
void virtio_init(void) {
  if (get(MAGIC) != 0x74726976 || get(VERSION) != 2 || get(DEVICE_ID) != 2)
    panic("virtio_init: no modern virtio disk");
  u32 status = 0;
  set(STATUS, status);
  set(STATUS, status |= ACKNOWLEDGE);
  set(STATUS, status |= DRIVER);
  negotiate();
  set(STATUS, status |= FEATURES_OK);
  if (!(get(STATUS) & FEATURES_OK))
    panic("virtio_init: features refused");
  set(QUEUE_SEL, 0);
  if (get(QUEUE_READY) || get(QUEUE_NUM_MAX) < QUEUE_SIZE)
    panic("virtio_init: unusable queue");
  lay_chains();
  set(QUEUE_NUM, QUEUE_SIZE);
  set_address(QUEUE_DESC, disk.descriptors);
  set_address(QUEUE_DRIVER, &disk.driver);
  set_address(QUEUE_DEVICE, &disk.device);
  set(QUEUE_READY, 1);
  set(STATUS, status | DRIVER_OK);
}

// An unused slot. Sleeps for one; with disk.lock held.
static int take_slot(void) {
  for (;;) {
    for (int i = 0; i < SLOTS; i++)
      if (!disk.requests[i].in_use)
        return i;
    sleep(&disk, &disk.lock);
  }
}

static void submit(int slot) {
  disk.driver.ring[disk.driver.index % QUEUE_SIZE] = CHAIN * slot;
  __atomic_thread_fence(__ATOMIC_SEQ_CST); // the chain is complete before the device sees it
  __atomic_store_n(&disk.driver.index, disk.driver.index + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  set(QUEUE_NOTIFY, 0);
}

// Read the (locked) block from the disk, or write it.
void virtio_disk_rw(struct buf *b, int write) {
  acquire(&disk.lock);
  int slot = take_slot();
  struct request *r = &disk.requests[slot];
  r->in_use = 1;
  r->done = 0;
  r->status = 0xff;
  r->header.type = write;
  r->header.sector = (u64)b->blockno * (BSIZE / 512);
  struct descriptor *data = &disk.descriptors[CHAIN * slot + 1];
  data->addr = (u64)b->data;
  data->flags = DESC_NEXT | (write ? 0 : DESC_DEVICE_WRITES);
  submit(slot);
  while (!r->done)
    sleep(r, &disk.lock);
  r->in_use = 0;
  wakeup(&disk);
  release(&disk.lock);
}

// The device has given chains back.
void virtio_interrupt(void) {
  acquire(&disk.lock);
  // First say that we come: what it gives back after this interrupts again.
  set(INTERRUPT_ACK, get(INTERRUPT_STATUS));
  while (disk.seen != __atomic_load_n(&disk.device.index, __ATOMIC_ACQUIRE)) {
    struct request *r = &disk.requests[disk.device.ring[disk.seen++ % QUEUE_SIZE].head / CHAIN];
    if (__atomic_load_n(&r->status, __ATOMIC_RELAXED) != 0)
      panic("virtio_interrupt: the disk failed");
    r->done = 1;
    wakeup(r);
  }
  release(&disk.lock);
}
