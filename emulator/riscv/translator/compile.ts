import { type ByteWriter, ModuleBuilder } from '../../wasm/index.ts';
import type { Region } from './region.ts';
import { importCore } from './region-imports.ts';
import { RegionScope } from './region-scope.ts';
import { type DecodedPage, writeRegion } from './region-writer.ts';

/** Name of the region's function among its module's exports. */
export const REGION_EXPORT = 'r';

/** A region as a WebAssembly module; `privilege` is that of the hart. */
export function compileRegion(
  region: Region,
  privilege: number,
  decoded: DecodedPage,
  out: ByteWriter,
): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder();
  const imports = importCore(m);
  const made = m.function(REGION_EXPORT, ['i32', 'i32'], 'i32', (scope) =>
    writeRegion(region, new RegionScope(scope, imports, privilege), decoded),
  );
  m.exportFunction(made);
  return m.toBytes(out);
}
