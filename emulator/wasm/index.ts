/** A small typed builder and encoder for WebAssembly modules. */
export { ByteWriter } from './bytes.ts';
export { FunctionScope, ModuleBuilder } from './module.ts';
export type {
  Body,
  Expr,
  FunctionRef,
  Label,
  Local,
  ResultType,
  Stmt,
  ValueType,
} from './nodes.ts';
export { i32, i64, type Operand } from './operations.ts';
export {
  after,
  block,
  br,
  brIf,
  brTable,
  call,
  callIndirect,
  choose,
  copy,
  fill,
  globalSet,
  label,
  leave,
  loop,
  returnCall,
  select,
  set,
  tee,
  unreachable,
  when,
} from './statements.ts';
