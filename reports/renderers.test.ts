import { describe, expect, test } from 'vitest';
import { annotations } from './github.ts';
import { escapeXml, renderJunit } from './junit.ts';
import { renderGateMarkdown } from './markdown.ts';
import { parseResult, ResultError } from './schema.ts';
import { sampleFailure, sampleGate, samplePass } from './testing/sample.ts';
import { renderText } from './text.ts';
import { violationLine } from './violation.ts';

describe('a violation in one line', () => {
  test('names step, page, both sides, clause, source and the command', () => {
    expect(violationLine(sampleFailure().violation!, 'early-free.steps')).toBe(
      'step 2 exit s1 0: pa 0x87f53000 expected owners {s0@0x3000, s2@0x3000}, found on the free list [conservation] kalloc.c:61 kfree — replay: npx cowcheck replay early-free.steps',
    );
  });
});

describe('text', () => {
  test('a failure says how to see it again', () => {
    const text = renderText(sampleFailure());
    expect(text).toContain('violation found');
    expect(text).toContain('shrunk from 28 to 2 operations');
    expect(text).toContain('npx cowcheck replay early-free.steps --kernel mutant:free-first-unmap');
  });
  test('a pass is one line', () => {
    expect(renderText(samplePass()).trimEnd().split('\n')).toHaveLength(1);
  });
  test('what was never reached is named when that decides the verdict', () => {
    const text = renderText({ ...samplePass(), verdict: 'inconclusive' });
    expect(text).toContain('never reached: translation');
  });
});

describe('JUnit', () => {
  test('one failing case, unexercised clauses skipped', () => {
    const xml = renderJunit(sampleFailure());
    expect(xml).toContain('tests="12" failures="1" errors="0" skipped="1"');
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml).toContain('<skipped message="never exercised"/>');
  });
  test('text that XML cannot carry is escaped or replaced', () => {
    expect(escapeXml('<a "b" & \u0000>')).toBe('&lt;a &quot;b&quot; &amp; \ufffd&gt;');
  });
});

test('the annotation points at the kernel line', () => {
  expect(annotations(sampleFailure(), 'kernel/')).toEqual([
    expect.stringMatching(
      /^::error file=kernel\/kalloc\.c,line=61,title=cowcheck%3A conservation::step 2/,
    ),
  ]);
  expect(annotations(samplePass())).toEqual([]);
});

test('the gate as Markdown shows what is broken and what it costs', () => {
  const text = renderGateMarkdown(sampleGate());
  expect(text).toContain('### Broken by the patch');
  expect(text).toContain('| fork | insns | 1,000 | 1,125 | +12.5 % ✗ |');
  expect(text).not.toContain('Mended');
});

describe('reading results back', () => {
  test('what was written is read', () => {
    expect(parseResult(JSON.stringify(sampleFailure()), 'r.json')).toEqual(sampleFailure());
  });
  test.each([
    ['nonsense', /r\.json is not JSON/],
    ['{}', /r\.json is not a result of cowcheck: schema/],
    [JSON.stringify({ ...sampleFailure(), verdict: 'maybe' }), /verdict/],
  ])('%s is refused in a sentence', (text, message) => {
    expect(() => parseResult(text, 'r.json')).toThrow(ResultError);
    expect(() => parseResult(text, 'r.json')).toThrow(message);
  });
});
