import type { AnyOperation } from '../ops/index.ts';
import type { Session } from './session.ts';

const BASE_INSNS = 20_000_000;
/** allocating, clearing, copying and freeing one page, byte by byte in the slowest kernels */
const INSNS_PER_PAGE = 100_000;
const PAGE = 4096;

/**
 * Instructions after which an operation counts as hung: a fixed part, and a part for each page that it
 * may touch.
 */
export function budgetInsns(session: Session, operation: AnyOperation): number {
  const { bytes, length } = operation as { bytes?: number; length?: number };
  const { freelist, processes } = session.observed;
  const asked = Math.ceil(Math.max(Math.abs(bytes ?? 0), length ?? 0) / PAGE);
  const growing = operation.op === 'pressure' ? freelist.length : Math.min(asked, freelist.length);
  const mapped = Math.max(0, ...processes.slice(1).map((process) => process.mappings.length));
  return BASE_INSNS + INSNS_PER_PAGE * (growing + mapped);
}
