import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subject } from './benchmark.ts';

export function qemuVersion(): string | undefined {
  const { stdout, status } = spawnSync('qemu-system-riscv64', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** QEMU's command line for xv6, on a copy of the image, since it writes to it. */
export function qemuCommand(
  subject: Subject,
  { harts, icount = false }: { harts: number; icount?: boolean },
): string[] {
  const image = join(subject.scratch, 'qemu-fs.img');
  copyFileSync(subject.imagePath, image);
  return [
    'qemu-system-riscv64',
    ...['-machine', 'virt', '-bios', 'none', '-m', '128M', '-nographic'],
    ...['-kernel', subject.kernelPath, '-smp', String(harts)],
    ...(icount ? ['-icount', 'shift=0'] : []),
    ...['-global', 'virtio-mmio.force-legacy=false'],
    ...['-drive', `file=${image},if=none,format=raw,id=x0`],
    ...['-device', 'virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0'],
  ];
}
