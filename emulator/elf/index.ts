export { backtrace, type Frame, type UnwindRegisters } from './backtrace.ts';
export {
  type ArrayType,
  asStruct,
  type CType,
  type EnumType,
  type Field,
  fieldOf,
  fieldOffset,
  type IntType,
  type Member,
  type PointerType,
  resolved,
  type StructLayout,
  type TypedefType,
} from './c-type.ts';
export { type DebugInfo, readDebugInfo, type SourceLine, type Variable } from './debug-info.ts';
export { ElfError } from './elf-error.ts';
export type { ElfFile, ElfSymbol, Section, Segment, SymbolKind } from './elf-file.ts';
export { parseElf } from './parse-elf.ts';
