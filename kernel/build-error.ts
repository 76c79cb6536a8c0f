/** C or a linker script that does not build, or no compiler; `message` is the compiler's own. */
export class KernelBuildError extends Error {
  readonly file: string | undefined;
  /** Line of the first error, from 1. */
  readonly line: number | undefined;

  constructor(message: string, file?: string, line?: number) {
    super(message);
    this.name = 'KernelBuildError';
    this.file = file;
    this.line = line;
  }
}

/** The place that a compiler's or linker's first error names. */
export function errorPlace(message: string): { file?: string; line?: number } {
  const place =
    /^(\S+?):(\d+):(?:\d+:)? (?:fatal )?error:/im.exec(message) ??
    /^\S*ld(?:\.lld)?: error: (\S+?):(\d+):/m.exec(message);
  return place === null ? {} : { file: place[1] as string, line: Number(place[2]) };
}
