import { parseOperation, printOperation } from '../../spec/steps.ts';
import type { Visited } from './breadth-first.ts';
import type { Edge } from './position.ts';

/** A visited state as a line of a certificate or a checkpoint. */
export function printVisited({ key, parent, edge }: Visited): string {
  return edge === undefined ? `${key} ${parent}` : `${key} ${parent} ${printEdge(edge)}`;
}

/** `p0 fork`, or `!2 p0 fork` when its second allocation fails. */
export const printEdge = ({ operation, failAt }: Edge): string =>
  `${failAt === undefined ? '' : `!${failAt} `}${printOperation(operation)}`;

/** Reads such a line back; undefined for a line that is none. */
export function parseVisited(line: string): Visited | undefined {
  const match = /^([0-9a-f]{24}) (-?\d+)(?: (?:!(\d+) )?(.+))?$/.exec(line);
  if (match === null) return undefined;
  const [, key, parent, failAt, text] = match;
  const visited = { key: key!, parent: Number(parent) };
  if (text === undefined) return visited;
  try {
    const operation = parseOperation(text, 1);
    const edge = failAt === undefined ? { operation } : { operation, failAt: Number(failAt) };
    return { ...visited, edge };
  } catch {
    return undefined;
  }
}
