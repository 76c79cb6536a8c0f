import { type Buffer, type DmaMemory, VirtqueueError } from './virtqueue.ts';

export const SECTOR_BYTES = 512;

/** Request types and results (Virtio 1.2, 5.2.6). */
const IN = 0;
const OUT = 1;
const FLUSH = 4;
const GET_ID = 8;
const STATUS_OK = 0;
const STATUS_IO_ERROR = 1;
const STATUS_UNSUPPORTED = 2;

const HEADER_BYTES = 16;
const ID_BYTES = 20;
const SERIAL = 'cowcheck';

export interface Disk {
  sizeBytes: number;
  /** Offset in the machine's memory of disk byte 0. */
  offset: number;
  /** Announces a write of the disk before it happens. */
  willWrite(offset: number, sizeBytes: number): void;
}

/** A part of a scattered request, cut to the bytes that count. */
function slice(buffers: readonly Buffer[], from: number, to: number): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { pa, sizeBytes, deviceWrites } of buffers) {
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, sizeBytes);
    if (start < end) parts.push({ pa: pa + start, sizeBytes: end - start, deviceWrites });
    at += sizeBytes;
  }
  return parts;
}

function total(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.sizeBytes, 0);
}

interface Header {
  type: number;
  sector: number;
}

function headerAt(view: DataView, at: number): Header {
  return {
    type: view.getUint32(at, true),
    sector: view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * 2 ** 32,
  };
}

function readHeader(memory: DmaMemory, parts: readonly Buffer[]): Header {
  // drivers give it whole; a standard still allows any cut
  const [whole] = parts;
  if (whole?.sizeBytes === HEADER_BYTES) {
    return headerAt(memory.view(), memory.at(whole.pa, HEADER_BYTES, false));
  }
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  let at = 0;
  for (const part of parts) {
    const from = memory.at(part.pa, part.sizeBytes, false);
    for (let i = 0; i < part.sizeBytes; i++)
      header.setUint8(at++, memory.view().getUint8(from + i));
  }
  return headerAt(header, 0);
}

/** Moves sectors between the disk and the buffers; the whole request is checked before any byte moves. */
function transfer(
  memory: DmaMemory,
  disk: Disk,
  sector: number,
  data: readonly Buffer[],
  toDisk: boolean,
): number {
  const sizeBytes = total(data);
  const start = sector * SECTOR_BYTES;
  if (sizeBytes % SECTOR_BYTES !== 0 || start + sizeBytes > disk.sizeBytes) return STATUS_IO_ERROR;
  const places = data.map((part) => memory.at(part.pa, part.sizeBytes, !toDisk));
  if (toDisk) disk.willWrite(start, sizeBytes);
  const bytes = new Uint8Array(memory.view().buffer);
  let at = disk.offset + start;
  data.forEach((part, i) => {
    const place = places[i]!;
    if (toDisk) bytes.copyWithin(at, place, place + part.sizeBytes);
    else bytes.copyWithin(place, at, at + part.sizeBytes);
    at += part.sizeBytes;
  });
  return STATUS_OK;
}

function writeId(memory: DmaMemory, data: readonly Buffer[]): number {
  let at = 0;
  for (const part of slice(data, 0, ID_BYTES)) {
    const to = memory.at(part.pa, part.sizeBytes, true);
    for (let i = 0; i < part.sizeBytes; i++, at++) {
      memory.view().setUint8(to + i, at < SERIAL.length ? SERIAL.charCodeAt(at) : 0);
    }
  }
  return STATUS_OK;
}

/**
 * Carries out one block request (Virtio 1.2, 5.2.6): a 16-byte header that the device reads, data, and a
 * status byte that the device writes, cut into buffers anyhow.
 *
 * @returns Bytes written into the request's buffers. Throws VirtqueueError when it has no header or
 *   status, or lies outside RAM.
 */
export function blockRequest(memory: DmaMemory, disk: Disk, buffers: readonly Buffer[]): number {
  const readable = buffers.filter((buffer) => !buffer.deviceWrites);
  const writable = buffers.filter((buffer) => buffer.deviceWrites);
  const readableBytes = total(readable);
  const writableBytes = total(writable);
  if (readableBytes < HEADER_BYTES) throw new VirtqueueError('a block request without a header');
  if (writableBytes < 1) throw new VirtqueueError('a block request without a status byte');

  const { type, sector } = readHeader(memory, slice(readable, 0, HEADER_BYTES));
  const dataIn = slice(writable, 0, writableBytes - 1);
  const dataOut = slice(readable, HEADER_BYTES, readableBytes);
  let status = STATUS_UNSUPPORTED;
  if (type === IN) status = transfer(memory, disk, sector, dataIn, false);
  else if (type === OUT) status = transfer(memory, disk, sector, dataOut, true);
  else if (type === GET_ID) status = writeId(memory, dataIn);
  else if (type === FLUSH) status = STATUS_OK;

  const [statusByte] = slice(writable, writableBytes - 1, writableBytes);
  memory.view().setUint8(memory.at(statusByte!.pa, 1, true), status);
  return type === IN && status === STATUS_OK ? writableBytes : 1;
}
