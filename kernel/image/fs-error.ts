/** A file system image that cannot be used or changed as asked; `where` names the place in the image. */
export class FsError extends Error {
  readonly where: string;

  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.name = 'FsError';
    this.where = where;
  }
}
