// The disk: virtio-blk on the board's first virtio-mmio slot, in the modern (not legacy) form.
#pragma once

struct buf;

void virtio_init(void);
void virtio_disk_rw(struct buf *b, int write); // sleeps until it is done
void virtio_interrupt(void);
