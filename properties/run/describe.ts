import type { Operation } from '../../spec/operation.ts';
import type { OperationSyntax } from '../../spec/operation-syntax.ts';
import { printOperation } from '../../spec/steps.ts';
import type { AnyOperation } from '../ops/index.ts';

/** An operation as a line of a .steps file. */
export const printLine = (operation: AnyOperation, syntax?: readonly OperationSyntax[]): string =>
  printOperation(operation as Operation, syntax);
