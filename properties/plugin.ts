import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OPERATION_SYNTAX, type OperationSyntax } from '../spec/operation-syntax.ts';
import { OPERATIONS, type OperationDefinition } from './ops/index.ts';

/** A plugin that cannot be used: one sentence. */
export class PluginError extends Error {}

/**
 * Operations of ours and of the given modules. The default export of a module is a list of operation
 * definitions; one that has the name of another replaces it. Throws PluginError.
 */
export async function loadPlugins(files: readonly string[]): Promise<OperationDefinition[]> {
  const operations = new Map(OPERATIONS.map((definition) => [definition.op, definition]));
  for (const file of files) {
    for (const definition of await readPlugin(file)) operations.set(definition.op, definition);
  }
  return [...operations.values()];
}

/** How operations are written, those of plugins too. */
export const syntaxOf = (definitions: readonly OperationDefinition[]): OperationSyntax[] => [
  ...OPERATION_SYNTAX,
  ...definitions.flatMap(({ syntax }) => syntax ?? []),
];

async function readPlugin(file: string): Promise<OperationDefinition[]> {
  let list: unknown;
  try {
    ({ default: list } = await importModule(pathToFileURL(resolve(file)).href));
  } catch (error) {
    throw new PluginError(`the plugin ${file} cannot be loaded: ${(error as Error).message}`);
  }
  if (!Array.isArray(list)) {
    throw new PluginError(`the default export of ${file} is no list of operation definitions`);
  }
  for (const definition of list) checkDefinition(file, definition);
  return list as OperationDefinition[];
}

/** Imports a module; TypeScript through tsx where Node does not read it by itself. */
async function importModule(url: string): Promise<{ default?: unknown }> {
  try {
    return await import(url);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
  }
  let tsx: typeof import('tsx/esm/api');
  try {
    tsx = await import('tsx/esm/api');
  } catch {
    throw new Error('it is TypeScript; compile it, install tsx, or use Node 22.18 or later');
  }
  return tsx.tsImport(url, import.meta.url);
}

const FUNCTIONS = ['inject', 'step', 'simpler'] as const;

function checkDefinition(file: string, definition: Partial<OperationDefinition>): void {
  const name = typeof definition.op === 'string' ? `"${definition.op}"` : 'an operation';
  const lack = (what: string) => new PluginError(`${name} of ${file} has no ${what}`);
  if (typeof definition.op !== 'string') throw lack('name: op must be a string');
  if (typeof definition.weight !== 'number') throw lack('weight');
  if (definition.arbitrary === undefined) throw lack('arbitrary');
  for (const field of FUNCTIONS) {
    if (typeof definition[field] !== 'function') throw lack(`function ${field}`);
  }
}
