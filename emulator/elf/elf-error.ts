/** A file that cannot be used as a kernel or whose debug information is damaged; one sentence says why. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
}
