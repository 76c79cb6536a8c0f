import type { Operation } from '../../spec/operation.ts';
import { printOperation } from '../../spec/steps.ts';
import type { AnyOperation } from '../ops/index.ts';

/** An operation as a line of a .steps file. */
export const printLine = (operation: AnyOperation): string =>
  printOperation(operation as Operation);
