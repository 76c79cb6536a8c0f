import { expect, test } from 'vitest';
import { guestText } from './guest-text.ts';

test('hands on bursts, remembers the end, knows prompts', () => {
  const written: string[] = [];
  const text = guestText((bytes) => written.push(new TextDecoder().decode(bytes)));
  const print = (line: string) => {
    for (const byte of new TextEncoder().encode(line)) text.add(byte);
  };
  print('init: starting sh\n$ ');
  text.flush();
  text.flush();
  expect(written).toEqual(['init: starting sh\n$ ']);
  expect(text.length).toBe(20);
  expect(text.atPrompt(0)).toBe(true);
  expect(text.atPrompt(20)).toBe(false);
  print('costs 5$ ');
  expect(text.atPrompt(20)).toBe(false);
  expect(text.endsLikePrompt(20)).toBe(true);
  expect(text.shows('starting sh')).toBe(true);
  print('x'.repeat(40_000));
  expect(text.shows('starting sh')).toBe(false);
  expect(text.length).toBe(40_029);
});
