import { crc32 } from './crc32.ts';

/** What the file is a state of. Equal headers mean that the state fits the machine. */
export type SnapshotHeader = Readonly<Record<string, number | string>>;

/** The file is not a snapshot, is damaged, or is of another machine; the message says which. */
export class SnapshotFileError extends Error {}

/**
 * The layout of the file below, and of the saved block inside: raise it when either changes.
 *
 * ```
 * "cowcheck snapshot\n", u32 version, u32 crc32 of all that follows,
 * u32 length of the header, header as JSON ({machine, at}),
 * u32 number of chunks, the chunks (256 bytes each),
 * u32 number of pages, pages: u32 number, 16 × u32: 0 zeros, n + 1 chunk n
 * ```
 * Numbers are little-endian; pages not listed are zero.
 */
const SNAPSHOT_VERSION = 1;

const MAGIC = 'cowcheck snapshot\n';
const PREFIX_BYTES = MAGIC.length + 8;
const CHUNK_BYTES = 256;
const PAGE_ENTRY_BYTES = 4 + 16 * 4;

export interface SnapshotContents {
  at: number;
  chunkCount: number;
  /** contents of chunk 1 to `chunkCount` */
  chunk(number: number): Uint8Array;
  /** numbers of the 16 chunks of each page that is not all zero; 0 for zeros */
  pages: Map<number, Uint32Array>;
}

/**
 * @param lookup Address of a page's node: 16 u32 addresses of chunks, in `memory`.
 */
export function writeSnapshotFile(
  header: SnapshotHeader,
  at: number,
  treePages: number,
  memory: DataView,
  lookup: (page: number) => number,
): Uint8Array {
  const chunkNumbers = new Map<number, number>();
  const pages: number[] = [];
  for (let page = 0; page < treePages; page++) {
    const node = lookup(page);
    if (node === 0) continue;
    pages.push(page);
    for (let i = 0; i < 16; i++) {
      const chunk = memory.getUint32(node + 4 * i, true);
      if (chunk !== 0 && !chunkNumbers.has(chunk)) chunkNumbers.set(chunk, chunkNumbers.size + 1);
    }
  }
  const json = new TextEncoder().encode(JSON.stringify({ machine: header, at }));
  const out = new Uint8Array(
    PREFIX_BYTES +
      (4 + json.length) +
      (4 + chunkNumbers.size * CHUNK_BYTES) +
      (4 + pages.length * PAGE_ENTRY_BYTES),
  );
  const view = new DataView(out.buffer);
  let position = PREFIX_BYTES;
  const put = (value: number) => {
    view.setUint32(position, value, true);
    position += 4;
  };
  const putBytes = (bytes: Uint8Array) => {
    out.set(bytes, position);
    position += bytes.length;
  };
  put(json.length);
  putBytes(json);
  put(chunkNumbers.size);
  for (const chunk of chunkNumbers.keys()) {
    putBytes(new Uint8Array(memory.buffer, memory.byteOffset + chunk, CHUNK_BYTES));
  }
  put(pages.length);
  for (const page of pages) {
    const node = lookup(page);
    put(page);
    for (let i = 0; i < 16; i++) {
      put(chunkNumbers.get(memory.getUint32(node + 4 * i, true)) ?? 0);
    }
  }
  out.set(new TextEncoder().encode(MAGIC));
  view.setUint32(MAGIC.length, SNAPSHOT_VERSION, true);
  view.setUint32(MAGIC.length + 4, crc32(out.subarray(PREFIX_BYTES)), true);
  return out;
}

/** Reads and checks a whole file before anything of it is used. */
export function readSnapshotFile(
  file: Uint8Array,
  expected: SnapshotHeader,
  treePages: number,
): SnapshotContents {
  const magic = new TextDecoder('latin1').decode(file.subarray(0, MAGIC.length));
  if (magic !== MAGIC || file.length < PREFIX_BYTES) {
    throw new SnapshotFileError('not a snapshot: the file does not begin as one');
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint32(MAGIC.length, true);
  if (version !== SNAPSHOT_VERSION) {
    throw new SnapshotFileError(
      `snapshot format ${version}, but this program reads format ${SNAPSHOT_VERSION}: take it again`,
    );
  }
  if (view.getUint32(MAGIC.length + 4, true) !== crc32(file.subarray(PREFIX_BYTES))) {
    throw new SnapshotFileError('the snapshot is truncated or damaged: its checksum is wrong');
  }
  let position = PREFIX_BYTES;
  function skip(sizeBytes: number): number {
    if (position + sizeBytes > file.length) {
      throw new SnapshotFileError('the snapshot is damaged: it ends too early');
    }
    position += sizeBytes;
    return position - sizeBytes;
  }
  const number = () => view.getUint32(skip(4), true);

  const jsonBytes = number();
  const jsonAt = skip(jsonBytes);
  const at = readHeader(file.subarray(jsonAt, jsonAt + jsonBytes), expected);
  const chunkCount = number();
  const chunksAt = skip(chunkCount * CHUNK_BYTES);
  const pages: SnapshotContents['pages'] = new Map();
  for (let left = number(); left > 0; left--) {
    const page = number();
    if (page >= treePages) throw new SnapshotFileError(`the snapshot is damaged: page ${page}`);
    const chunks = Uint32Array.from({ length: 16 }, number);
    const wrong = chunks.find((chunk) => chunk > chunkCount);
    if (wrong !== undefined) {
      throw new SnapshotFileError(`the snapshot is damaged: chunk ${wrong}`);
    }
    pages.set(page, chunks);
  }
  const chunk = (chunkNumber: number) => {
    const from = chunksAt + (chunkNumber - 1) * CHUNK_BYTES;
    return file.subarray(from, from + CHUNK_BYTES);
  };
  return { at, chunkCount, chunk, pages };
}

/** Checks that the file is of the same machine; returns when it was taken. */
function readHeader(json: Uint8Array, expected: SnapshotHeader): number {
  let header: { machine?: Record<string, unknown>; at?: unknown } | null;
  try {
    header = JSON.parse(new TextDecoder().decode(json));
  } catch {
    throw new SnapshotFileError('the snapshot is damaged: its header is not JSON');
  }
  const { machine, at } = header ?? {};
  if (typeof machine !== 'object' || machine === null || typeof at !== 'number') {
    throw new SnapshotFileError(
      'the snapshot is damaged: its header lacks the machine or the time',
    );
  }
  for (const [name, value] of Object.entries(expected)) {
    if (machine[name] !== value) {
      throw new SnapshotFileError(
        `the snapshot is of a machine with ${name} ${machine[name]}, this one has ${value}`,
      );
    }
  }
  return at;
}
