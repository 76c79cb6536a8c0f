/** Branded numbers, so that a physical address is never passed where a virtual one is meant. */
type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** Physical address in bytes. */
export type Pa = Brand<number, 'Pa'>;
/** Virtual address of a user mapping in bytes, below MAXVA (2^38). */
export type Va = Brand<number, 'Va'>;
/** Physical page number: `pa >>> 12`. */
export type Ppn = Brand<number, 'Ppn'>;
/** Process identifier as the kernel numbers it. */
export type Pid = Brand<number, 'Pid'>;

export const pa = (value: number): Pa => value as Pa;
export const va = (value: number): Va => value as Va;
export const ppn = (value: number): Ppn => value as Ppn;
export const pid = (value: number): Pid => value as Pid;

export const PAGE_BYTES = 4096;
