const PT_LOAD = 1;
const PF_X = 1;
const PF_W = 2;

/**
 * The agent with its text segment also writable, as programs were before kernels honoured segment permissions: data in
 * virtual page 0. Only the flags of the program headers change. `elf` is a well-formed ELF-64 file; it is copied.
 */
export function makeTextWritable(elf: Uint8Array): Uint8Array {
  const changed = elf.slice();
  const view = new DataView(changed.buffer);
  const table = Number(view.getBigUint64(32, true));
  const entryBytes = view.getUint16(54, true);
  for (let index = 0; index < view.getUint16(56, true); index++) {
    const header = table + index * entryBytes;
    const flags = view.getUint32(header + 4, true);
    if (view.getUint32(header, true) !== PT_LOAD || (flags & PF_X) === 0) continue;
    view.setUint32(header + 4, flags | PF_W, true);
  }
  return changed;
}
