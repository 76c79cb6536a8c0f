import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ExplorationFileError } from '../../properties/explore/exploration-file.ts';
import { UsageError } from '../exit-codes.ts';

/** Bytes compressed at once. */
const PIECE = 2 ** 24;
const NEWLINE = 10;

/**
 * Writes a line of JSON and, after it, the parts, compressed. The line ends in a seal over all of it, so
 * that damage is noticed. The file comes into being whole or not at all. Throws UsageError.
 */
export function writeSealed(path: string, header: object, parts: readonly Uint8Array[]): void {
  const text = JSON.stringify(header);
  const line = `${text.slice(0, -1)},"seal":"${sealOf(text, parts)}"}\n`;
  const partial = `${path}.partial`;
  try {
    const file = openSync(partial, 'w');
    try {
      writeSync(file, line);
      for (const piece of pieces(parts)) writeSync(file, gzipSync(piece, { level: 1 }));
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
  }
}

/**
 * Reads such a file, whose line must begin with `{"schema":"SCHEMA"`. Throws ExplorationFileError when it is
 * no such file or damaged, UsageError when it cannot be read.
 */
export function readSealed(path: string, schema: string): { header: object; body: Uint8Array } {
  const wrong = (why: string) => new ExplorationFileError(`${path} ${why}; make it anew`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  const end = bytes.indexOf(NEWLINE);
  if (!bytes.toString('utf8', 0, 80).startsWith(startOf(schema))) throw wrong(`is no ${schema}`);
  let body: Uint8Array;
  let sealed: { seal?: string };
  try {
    sealed = JSON.parse(bytes.toString('utf8', 0, end)) as { seal?: string };
    body = gunzipSync(bytes.subarray(end + 1));
  } catch {
    throw wrong('is damaged: it is cut or changed');
  }
  const { seal, ...header } = sealed;
  if (seal !== sealOf(JSON.stringify(header), [body])) throw wrong('is damaged: its seal is wrong');
  return { header, body };
}

/** Does the file begin as one with that schema? */
export const hasSchema = (path: string, schema: string): boolean =>
  startOfFile(path).startsWith(startOf(schema));

const startOf = (schema: string): string => `{"schema":"${schema}"`;

/** The first bytes of a file as text; empty when it cannot be read. */
function startOfFile(path: string): string {
  const start = Buffer.alloc(80);
  try {
    const file = openSync(path, 'r');
    try {
      return start.toString('utf8', 0, readSync(file, start));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

function sealOf(text: string, parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(text);
  for (const piece of pieces(parts)) hash.update(piece);
  return hash.digest('hex');
}

/** Copies: neither hashing nor compression takes shared memory. */
function* pieces(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE)
      yield new Uint8Array(part.subarray(at, at + PIECE));
  }
}
