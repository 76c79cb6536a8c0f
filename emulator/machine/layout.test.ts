import { describe, expect, test } from 'vitest';
import {
  CONTEXT,
  CORE,
  DEVICES_BASE,
  DEVICES_SIZE,
  GLOBAL,
  HART,
  HART_BASE,
  HART_HASHED,
  HART_STRIDE,
  HOT,
  hartAddress,
  layoutFor,
  MAX_HARTS,
  PAGE_SIZE,
} from './layout.ts';

describe('fields', () => {
  test.each(Object.entries({ GLOBAL, HART, HOT, CORE, CONTEXT }))(
    '%s: each has a place of its own',
    (_, fields) => {
      const places = Object.values(fields);
      expect(new Set(places).size).toBe(places.length);
    },
  );

  test('of a hart stay in its block', () => {
    for (const offset of Object.values(HART)) expect(offset + 8).toBeLessThanOrEqual(HART_STRIDE);
    expect(HART.resumePc).toBeGreaterThanOrEqual(HART_HASHED);
    expect(HART.strictUsed).toBeLessThan(HART_HASHED);
    const first = Math.min(...Object.values(HOT));
    for (const offset of Object.values(HOT)) expect(offset - first).toBeLessThan(HART_STRIDE - 8);
  });

  test('blocks do not meet', () => {
    expect(Math.max(...Object.values(GLOBAL)) + 8).toBeLessThanOrEqual(DEVICES_BASE);
    expect(DEVICES_BASE + DEVICES_SIZE).toBeLessThanOrEqual(HART_BASE);
    expect(hartAddress(MAX_HARTS - 1) + Math.min(...Object.values(HOT))).toBeLessThan(
      Math.min(...Object.values(CORE)),
    );
  });
});

test('regions follow each other, whatever the size', () => {
  for (const strict of [false, true]) {
    for (const [harts, ram, disk] of [
      [1, 2 ** 20, 0],
      [3, 2 ** 27, 2_048_000],
      [8, 2 ** 31, 512],
    ] as const) {
      const layout = layoutFor(harts, ram, disk, strict);
      const starts = [
        layout.contexts,
        layout.jumpCaches,
        layout.crossSlots,
        layout.pageFlags,
        layout.codeIndex,
        layout.dirtyList,
        layout.decoded,
        layout.ram,
        layout.ram + ram + (disk > 0 ? 0 : -1),
        layout.arena,
      ];
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      expect(layout.ram % PAGE_SIZE).toBe(0);
      expect(layout.arena).toBeGreaterThanOrEqual(layout.disk + disk);
      expect(layout.arena).toBeLessThan(2 ** 32);
      expect(layout.savedBytes % 256).toBe(0);
    }
  }
});
