import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from './html.ts';
import {
  axeViolations,
  CHROMIUM,
  complaintsOf,
  overflowPx,
  startChromium,
} from './testing/chromium.ts';
import { sampleTrace } from './testing/sample.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

describe.skipIf(!existsSync(CHROMIUM))('the page in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  beforeAll(async () => {
    await build({ configFile: join(HERE, 'page/vite.config.ts') });
    const template = readFileSync(join(HERE, 'page/built/index.html'), 'utf8');
    const file = join(mkdtempSync(join(tmpdir(), 'cowcheck-page-')), 'report.html');
    writeFileSync(file, renderHtml(template, sampleTrace()));
    browser = await startChromium();
    page = await browser.newPage();
    complaints = complaintsOf(page);
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('.timeline');
  });

  afterAll(async () => {
    await browser?.close();
  });

  test('opens at the first wrong step, with its page chosen', async () => {
    expect(await page.textContent('.timeline [aria-current=step]')).toContain('exit s1 0');
    expect(await page.textContent('.summary')).toContain('model 31005, kernel 31006 (+1)');
    expect(await page.textContent('#life')).toContain('0x87f53000');
  });

  test('arrow keys step', async () => {
    await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('.timeline [aria-current=step]')).toContain('fork s0');
    await page.keyboard.press('End');
    expect(await page.textContent('.timeline [aria-current=step]')).toContain('exit s1 0');
  });

  test('the map filters by class', async () => {
    await page.keyboard.press('Home');
    expect(await page.locator('.tile').count()).toBe(2);
    await page.selectOption('select', 'table');
    expect(await page.locator('.tile').count()).toBe(1);
    await page.selectOption('select', 'all');
  });

  test.each(['light', 'dark'] as const)('is accessible in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await axeViolations(page)).toEqual([]);
  });

  test('fits a phone without sideways scrolling', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await overflowPx(page)).toBeLessThanOrEqual(0);
  });

  test('nothing was complained about on the console', () => {
    expect(complaints).toEqual([]);
  });
});
