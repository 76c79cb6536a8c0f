import { expect, test } from 'vitest';
import { escapeKeys } from './escape-keys.ts';

const encode = (text: string) => new TextEncoder().encode(text);

test('sequences may be cut anywhere, and unknown ones mean nothing', () => {
  const keys = escapeKeys();
  expect(keys(encode('a\x01'))).toEqual([{ kind: 'type', bytes: encode('a') }]);
  expect(keys(encode('Cb'))).toEqual([
    { kind: 'show-harts' },
    { kind: 'type', bytes: encode('b') },
  ]);
  expect(keys(encode('\x01z\x01h\x01x'))).toEqual([{ kind: 'help' }, { kind: 'leave' }]);
  expect(keys(encode('\x01\x01'))).toEqual([{ kind: 'type', bytes: encode('\x01') }]);
});
