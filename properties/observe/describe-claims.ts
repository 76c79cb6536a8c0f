import type { ObservedProcess } from '../../spec/ownership.ts';
import { type Ppn, ppn } from '../../spec/units.ts';
import type { Owners } from './observed-process.ts';
import { CLAIM, type PageClaims } from './page-claims.ts';

/** Everything that claims a page, in words: `free list`, `mapped by pid 4 at 0x3000`; empty for a lost page. */
export function describeClaims(
  page: number,
  claims: PageClaims,
  processes: readonly ObservedProcess[],
  owners: Owners,
): string[] {
  const has = (kind: (typeof CLAIM)[keyof typeof CLAIM]) => claims.count(page, kind) > 0;
  const holders = (of: (p: ObservedProcess) => boolean) => processes.filter(of).map((p) => p.pid);
  const said: string[] = [];
  if (has(CLAIM.free)) said.push('free list');
  for (const { index, va } of owners.get(page) ?? []) {
    const process = processes.find((p) => p.index === index);
    said.push(`mapped by pid ${process?.pid} at 0x${va.toString(16)}`);
  }
  const wanted = ppn(page);
  const includes = (pages: readonly Ppn[]) => pages.includes(wanted);
  for (const pid of holders((p) => includes(p.tables))) said.push(`page table of pid ${pid}`);
  for (const pid of holders((p) => p.trapframe === wanted)) said.push(`trapframe of pid ${pid}`);
  for (const pid of holders((p) => includes(p.extra))) said.push(`page of pid ${pid} itself`);
  if (has(CLAIM.kernelTable)) said.push('kernel page table');
  if (has(CLAIM.kstack)) said.push('kernel stack');
  if (has(CLAIM.pipe)) said.push('pipe');
  return said;
}
