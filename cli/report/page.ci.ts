import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  axeViolations,
  CHROMIUM,
  complaintsOf,
  overflowPx,
  startChromium,
} from '../../reports/testing/chromium.ts';
import type { CheckResult } from '../../spec/result.ts';
import { packageFile } from '../package-file.ts';
import { inProcess } from '../testing/in-process.ts';
import { renderPage } from './render-page.ts';

/** Seeded bugs of which each breaks another clause, and what their page has to tell of them. */
const BUGS = [
  ['exec-failure-leaks', 'conservation', /by uvmalloc .*step 2 should have given it back/],
  ['copyout-ignores-cow', 'isolation', /written by copyout/],
  ['fork-no-increment', 'refcount', /shared .*the kernel counts 1/],
  ['parent-keeps-write', 'permission', /rw-u, though it has 3 owners/],
  ['copyout-current-page-table', 'result', /exec/],
  ['fork-panics-without-memory', 'liveness', /panic/],
] as const;

describe.skipIf(!existsSync(CHROMIUM))('the page of real results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cowcheck-pages-'));
  let browser: Browser;
  beforeAll(async () => {
    await build({ configFile: packageFile('reports/page/vite.config.ts'), logLevel: 'error' });
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  describe.each(BUGS)('%s', (name, clause, story) => {
    let result: CheckResult;
    let page: Page;
    let complaints: string[];
    beforeAll(async () => {
      const json = join(folder, `${name}.json`);
      await inProcess(['check', `mutant:${name}`, '--runs', '1', '--out', folder, '--json', json]);
      result = JSON.parse(readFileSync(json, 'utf8')) as CheckResult;
      const html = join(folder, `${name}.html`);
      writeFileSync(html, renderPage(result));
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      complaints = complaintsOf(page);
      await page.goto(pathToFileURL(html).href);
      await page.waitForSelector('.timeline');
    });
    afterAll(() => page?.close());

    test('tells what is wrong, and opens at the first wrong step', async () => {
      expect(result.violation?.clause).toBe(clause);
      const finding = (await page.textContent('.finding'))!.replaceAll(/\s+/g, ' ');
      expect(finding).toContain(clause);
      expect(finding).toMatch(story);
      expect(await page.textContent('[aria-current=step]')).toContain('✗ wrong');
      expect(await page.textContent('.summary')).toContain('the first wrong step');
    });

    test('arrow keys go through every line of the sequence', async () => {
      const { steps } = result.trace!;
      const shown = () => page.textContent('.timeline [aria-current=step] code');
      await page.keyboard.press('Home');
      for (const { operation, note } of steps) {
        expect(await shown()).toBe(operation);
        if (note) expect(await page.textContent('.summary')).toContain(note);
        await page.keyboard.press('ArrowRight');
      }
      expect(await shown()).toBe(steps.at(-1)?.operation);
    });

    test('the map filters by class', async () => {
      await page.keyboard.press('End');
      const { frames } = result.trace!.steps.at(-1)!;
      for (const kind of new Set(frames.map((frame) => frame.class))) {
        await page.selectOption('select', kind);
        const ofKind = frames.filter((frame) => frame.class === kind);
        expect(await page.locator('.tile').count()).toBe(ofKind.length);
      }
      await page.selectOption('select', 'all');
      expect(await page.locator('.tile').count()).toBe(frames.length);
    });

    test.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const)('is accessible and fits, %s, %d wide', async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      expect(await axeViolations(page)).toEqual([]);
      expect(await overflowPx(page)).toBeLessThanOrEqual(0);
    });

    test('nothing was complained about on the console', () => {
      expect(complaints).toEqual([]);
    });
  });
});
