/** What the core module exports (core/build.ts); i64 travels as bigint. */
export interface CoreExports {
  table: WebAssembly.Table;
  run(limit: bigint): number;
  now(): bigint;
  mtime(): bigint;
  updateTimers(h: number): void;
  setLines(h: number, mask: bigint, value: bigint): void;
  touchPage(page: number): void;
  dropCode(page: number): void;
  forgetPage(page: number): void;
  dropWrites(page: number): void;
  newGenerations(): void;
  flushAll(): void;
  selectContexts(h: number): void;
  csrRead(h: number, number: number): bigint;
  csrWrite(h: number, number: number, value: bigint): void;
  savedReplaced(): void;
  pagesReplaced(list: number, count: number): void;
}
