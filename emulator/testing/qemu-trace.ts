import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const QEMU = 'qemu-system-riscv64';

/** Is QEMU installed? */
export const hasQemu = (): boolean => spawnSync(QEMU, ['--version']).status === 0;

/** Registers of QEMU's hart before one instruction, by the names of its log (`pc`, `x10/a0` → `x10`). */
export type QemuState = Map<string, bigint>;

/** Runs an ELF without firmware, one instruction a block, and yields the state before each of them. */
export function qemuTrace(elf: Uint8Array): QemuState[] {
  const folder = mkdtempSync(join(tmpdir(), 'cowcheck-qemu-'));
  try {
    const program = join(folder, 'program.elf');
    const log = join(folder, 'log');
    writeFileSync(program, elf);
    const run = spawnSync(
      QEMU,
      [
        ...['-machine', 'virt', '-bios', 'none', '-m', '32M', '-kernel', program],
        ...['-cpu', 'rv64,h=false,zba=false,zbb=false,zbc=false,zbs=false'],
        ...['-nographic', '-monitor', 'none', '-serial', 'none'],
        ...['-singlestep', '-d', 'cpu,fpu,nochain', '-D', log],
      ],
      { timeout: 60_000 },
    );
    if (run.error !== undefined) throw run.error;
    if (run.status !== 0) throw new Error(`QEMU: ${run.stderr}`);
    return parseLog(readFileSync(log, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parseLog(text: string): QemuState[] {
  const states: QemuState[] = [];
  for (const block of text.split(/^(?= pc )/m)) {
    const state: QemuState = new Map();
    for (const match of block.matchAll(/([a-z]+\d*)(?:\/\w+)?\s+([0-9a-f]{16})\b/g)) {
      state.set(match[1] as string, BigInt(`0x${match[2]}`));
    }
    states.push(state);
  }
  return states;
}
