import {
  asStruct,
  type CType,
  type DebugInfo,
  fieldOf,
  resolved,
} from '../../emulator/elf/index.ts';
import type { FileTableLayout } from './api.ts';
import { fieldAt } from './proc-layout.ts';

/** FD_PIPE in every xv6: { FD_NONE, FD_PIPE, FD_INODE, FD_DEVICE }. */
const FD_PIPE = 1;

/** The array of `struct file` inside some variable (`ftable.file`); undefined when there is none. */
export function fileTableLayout(debug: DebugInfo): FileTableLayout | undefined {
  for (const variable of debug.variables()) {
    const found = fileArray(variable.type);
    if (found === undefined) continue;
    const { offset, element, count } = found;
    const type = fieldAt(element, 'type');
    const pipe = fieldAt(element, 'pipe');
    if (type === undefined || pipe === undefined) continue;
    return {
      address: variable.address + offset,
      count,
      strideBytes: element.sizeBytes,
      type,
      pipe,
      ref: fieldAt(element, 'ref', 'refs', 'refcnt', 'refcount'),
      pipeType: pipeType(element),
    };
  }
  return undefined;
}

function fileArray(type: CType) {
  const whole = resolved(type);
  const members =
    whole.kind === 'struct' ? whole.members : [{ name: '', offsetBytes: 0, type: whole }];
  for (const { offsetBytes, type: member } of members) {
    const array = resolved(member);
    if (array.kind !== 'array' || array.count === undefined) continue;
    const element = asStruct(array.element);
    if (element?.name === 'file') return { offset: offsetBytes, element, count: array.count };
  }
  return undefined;
}

function pipeType(file: CType): number {
  const field = fieldOf(file, 'type');
  const type = field && resolved(field.type);
  return (type?.kind === 'enum' ? type.values.get('FD_PIPE') : undefined) ?? FD_PIPE;
}
