import { expect, test } from 'vitest';
import { renderHtml } from './html.ts';
import { sampleFailure } from './testing/sample.ts';

const TEMPLATE = '<script type="application/json" id="result">null</script>';

test('a result cannot end its script element', () => {
  const result = sampleFailure();
  result.violation!.message = '</script><b>$& $1';
  const html = renderHtml(TEMPLATE, result);
  expect(html.match(/<\/script>/g)).toHaveLength(1);
  const json = html.slice(TEMPLATE.indexOf('null'), -'</script>'.length);
  expect(JSON.parse(json)).toEqual(result);
});

test('a template without a place for the result is refused', () => {
  expect(() => renderHtml('<p>', sampleFailure())).toThrow(/no place/);
});
