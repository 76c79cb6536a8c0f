import { FN_COUNTS, HART, HOT_NEVER, PAGE_SIZE, SLOT } from '../../machine/layout.ts';
import { ByteWriter } from '../../wasm/index.ts';
import { type CodePage, codePage, codeReader } from './code-reader.ts';
import { compileRegion, REGION_EXPORT } from './compile.ts';
import { type DiscoveryLimits, discover } from './discover.ts';
import { type Block, pageOf, successors } from './region.ts';

export interface TranslatorOptions {
  readonly memory: WebAssembly.Memory;
  /** the core's function table; its first entry is never a region */
  readonly table: WebAssembly.Table;
  /** what `defineRegionFunctions` exported */
  readonly imports: WebAssembly.ModuleImports;
  /** live regions; V8 keeps some tens of thousands of modules at most */
  readonly mostRegions: number;
  /** makes every jump cache forget its regions */
  readonly newGenerations: () => void;
}

export interface Translator {
  /**
   * Translates the region that starts at a hot slot of the running hart.
   * @returns its index in the table, or 0 when the place gives none
   */
  translate(h: number, pc: bigint, slot: number): number;
  /**
   * Throws regions away that contain an instruction at this offset in its page: the decoded slots
   * there changed, because breakpoints came or went.
   */
  forget(pageOffset: number): void;
}

/** Size of all live modules: machine code takes some twenty times as much. */
const MOST_BYTES = 8 << 20;

const LIMITS: DiscoveryLimits = { maxInsns: 500, maxDepth: 5 };

interface Live {
  readonly slot: number;
  readonly bytes: number;
  /** where its instructions lie in their pages */
  readonly offsets: ReadonlySet<number>;
}

export function createTranslator(options: TranslatorOptions): Translator {
  const { memory, table, imports, mostRegions } = options;
  const live = new Map<number, Live>();
  const writer = new ByteWriter();
  let next = 1;
  let liveBytes = 0;

  function translate(h: number, pc: bigint, slot: number): number {
    const view = new DataView(memory.buffer);
    const made = compile(view, h, Number(BigInt.asIntN(64, pc)), slot);
    if (made === 0) view.setUint8(slot + SLOT.hot, HOT_NEVER);
    return made;
  }

  function compile(view: DataView, h: number, pc: number, slot: number): number {
    if (!Number.isSafeInteger(pc)) return 0;
    const region = discover(pc, codeReader(view, h), LIMITS);
    if (!region) return 0;
    const decoded = (page: number): CodePage => {
      const found = codePage(view, h, page);
      if (!found) throw new Error(`compile: page ${page} of a region is not mapped`);
      return found;
    };
    const privilege = view.getUint32(h + HART.privilege, true);
    const bytes = compileRegion(region, privilege, decoded, writer);
    const isFull = live.size >= mostRegions || liveBytes + bytes.length > MOST_BYTES;
    if (isFull || next >= FN_COUNTS) recycle();
    const index = next++;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { core: imports });
    table.set(index, instance.exports[REGION_EXPORT] as () => void);
    view.setUint16(slot + SLOT.fn, index, true);
    liveBytes += bytes.length;
    live.set(index, { slot, bytes: bytes.length, offsets: pageOffsets(region.entry) });
    return index;
  }

  /** Starts over: what is hot is translated again. */
  function recycle(): void {
    for (const index of [...live.keys()]) drop(index);
    options.newGenerations();
    next = 1;
  }

  function drop(index: number): void {
    const region = live.get(index);
    live.delete(index);
    liveBytes -= region?.bytes ?? 0;
    table.set(index, null);
    const view = new DataView(memory.buffer);
    // The slot may have gone to other code since.
    const at = (region?.slot ?? 0) + SLOT.fn;
    if (region && view.getUint16(at, true) === index) view.setUint16(at, 0, true);
  }

  return {
    translate,
    forget(pageOffset) {
      for (const [index, { offsets }] of [...live]) if (offsets.has(pageOffset)) drop(index);
      options.newGenerations();
    },
  };
}

function pageOffsets(entry: Block): Set<number> {
  const offsets = new Set<number>();
  const seen = new Set([entry]);
  for (const block of seen) {
    for (const { pc } of block.insns) offsets.add(pc - pageOf(pc) * PAGE_SIZE);
    for (const next of successors(block)) seen.add(next);
  }
  return offsets;
}
