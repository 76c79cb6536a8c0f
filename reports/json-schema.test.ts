import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import { CheckResultSchema } from './schema.ts';

const PUBLISHED = fileURLToPath(new URL('../docs/result.schema.json', import.meta.url));

/** The published schema is derived from the one that reads results; UPDATE_GOLDEN=1 writes it anew. */
test('docs/result.schema.json is current', () => {
  const schema = toJsonSchema(CheckResultSchema, { errorMode: 'ignore' });
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(PUBLISHED, text);
  expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(JSON.parse(text));
});
