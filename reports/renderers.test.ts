import { describe, expect, test } from 'vitest';
import { gateAnnotations } from './github.ts';
import { escapeXml, renderGateJunit, renderJunit } from './junit.ts';
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
  test('of a gate: every finding, and the costs', () => {
    const gate = sampleGate();
    gate.broken.push(gate.broken[0]!);
    const xml = renderGateJunit(gate);
    expect(xml).toContain('tests="13" failures="2" errors="0" skipped="0"');
    expect(xml.match(/<failure type="conservation"/g)).toHaveLength(2);
    expect(xml).toContain('message="fork insns: 1,000, now 1,125 (+12.5 % ✗)"');
  });
  test('text that XML cannot carry is escaped or replaced', () => {
    expect(escapeXml('<a "b" & \u0000>')).toBe('&lt;a &quot;b&quot; &amp; \ufffd&gt;');
  });
});

describe('annotations of a gate', () => {
  test('point at the kernel line, and tell of costs', () => {
    expect(gateAnnotations(sampleGate(), 'kernel/')).toEqual([
      expect.stringMatching(
        /^::error file=kernel\/kalloc\.c,line=61,title=cowcheck%3A conservation::step 2/,
      ),
      expect.stringMatching(/^::error title=cowcheck%3A cost::fork: insns 1,000 → 1,125/),
    ]);
  });
  test('point at who calls the allocator, where that is known', () => {
    const gate = sampleGate();
    const { violation } = gate.broken[0]!;
    violation.where!.push({ function: 'uvmunmap', file: 'vm.c', line: 180 });
    expect(gateAnnotations(gate)[0]).toMatch(/^::error file=vm\.c,line=180,/);
  });
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
