import { ByteReader } from './byte-reader.ts';
import { FORM } from './dwarf-constants.ts';
import type { DebugSections, Unit } from './dwarf-unit.ts';
import { ElfError } from './elf-error.ts';
import { readForm } from './forms.ts';

/** What the header of a line table says (DWARF 5, section 6.2.4). */
export interface LineHeader {
  readonly minInstructionBytes: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly opcodeLengths: readonly number[];
  readonly files: FileTables;
  readonly program: ByteReader;
}

export interface FileTables {
  path(file: number, compDir: string): string;
}

interface Entry {
  readonly name: string;
  readonly directory: number;
}

/** Directories and files of a line table: lists ended by an empty name up to version 4, described tables in 5. */
export function readFileTables(
  r: ByteReader,
  dwarf: DebugSections,
  unit: Unit,
  version: number,
  offsetBytes: 4 | 8,
): FileTables {
  if (version >= 5) {
    const shape = { ...unit, version, offsetBytes };
    const directories = readDescribed(r, dwarf, shape).map((entry) => entry.name);
    return tables(directories, readDescribed(r, dwarf, shape), 0);
  }
  const directories = [''];
  for (let name = r.cstring(); name !== ''; name = r.cstring()) directories.push(name);
  const files: Entry[] = [];
  for (let name = r.cstring(); name !== ''; name = r.cstring()) {
    const directory = r.uleb();
    r.uleb();
    r.uleb();
    files.push({ name, directory });
  }
  return tables(directories, files, 1);
}

const LNCT_PATH = 1;
const LNCT_DIRECTORY = 2;

function readDescribed(r: ByteReader, dwarf: DebugSections, unit: Unit): Entry[] {
  const formats: { content: number; form: number }[] = [];
  for (let i = r.u8(); i > 0; i--) formats.push({ content: r.uleb(), form: r.uleb() });
  const count = r.uleb();
  if (count > r.end - r.position) {
    throw new ElfError(`.debug_line: a table of ${count} files is larger than its section`);
  }
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    let name = '';
    let directory = 0;
    for (const { content, form } of formats) {
      const value = readForm(r, form, unit, 0);
      if (content === LNCT_PATH) name = pathText(dwarf, form, value);
      else if (content === LNCT_DIRECTORY && typeof value === 'number') directory = value;
    }
    entries.push({ name, directory });
  }
  return entries;
}

function pathText(dwarf: DebugSections, form: number, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return '';
  if (form === FORM.lineStrp)
    return new ByteReader(dwarf.lineStr, '.debug_line_str', value).cstring();
  return form === FORM.strp ? new ByteReader(dwarf.str, '.debug_str', value).cstring() : '';
}

function tables(
  directories: readonly string[],
  files: readonly Entry[],
  firstFile: number,
): FileTables {
  return {
    path(file, compDir) {
      const entry = files[file - firstFile];
      if (entry === undefined) return '';
      const directory = directories[entry.directory] ?? '';
      const joined =
        entry.name.startsWith('/') || directory === '' ? entry.name : `${directory}/${entry.name}`;
      const relative =
        compDir !== '' && joined.startsWith(`${compDir}/`)
          ? joined.slice(compDir.length + 1)
          : joined;
      return relative.replace(/^(\.\/)+/, '');
    },
  };
}
