import { describe, expect, it } from 'vitest';
import { settleChoices, started } from './fixture.ts';
import { adopt, type Evidence, type ModelState, readContent, step } from './index.ts';

const guest = (tables: number, page?: Uint8Array): Evidence => ({
  tablePages: () => tables,
  readPage: () => page,
});
const problem = (state: ModelState, evidence: Evidence): string | undefined => {
  const adopted = adopt(state, evidence);
  return 'problem' in adopted ? adopted.problem : undefined;
};

describe('adopt', () => {
  /** After a failed sbrk of 1 GiB with room for one more table: 5 or 6 pages of page table. */
  const grown = step(started(600), { op: 'sbrk', proc: 0, bytes: 2 ** 30 })[0]!.state;

  it('allows the tables that a failed growth may have left, no more and no fewer', () => {
    expect([5, 6].map((tables) => problem(grown, guest(tables)))).toEqual([undefined, undefined]);
    const refused = (tables: number) =>
      `s0's page table occupies ${tables} pages; 5 to 6 are allowed`;
    expect([4, 7].map((tables) => problem(grown, guest(tables)))).toEqual([refused(4), refused(7)]);
  });

  const exec = { op: 'exec', proc: 0, path: 'str_init', argv: 'argv_four' } as const;
  const replaced = step(started(), exec)[0]!.state;

  it("wants exec's arguments on the stack, wherever they are", () => {
    const right = settleChoices(replaced);
    const page = readContent(right, 0, 0x6000, 4096)!.slice();
    expect(problem(replaced, guest(5, page))).toBeUndefined();
    const at = page.findIndex((byte, i) => byte === 0x2f && page[i + 1] === 0x69);
    page[at + 1] = 0x78; // "/xnit"
    expect(problem(replaced, guest(5, page))).toBe(
      "s0: the stack at 0x6000 does not hold exec's 4 arguments",
    );
    expect(problem(replaced, guest(5))).toBe('s0: nothing is mapped at 0x6000');
  });

  it('takes bytes that the model does not predict, and only those', () => {
    const open = { op: 'open', proc: 0, path: 'str_console', mode: 0 } as const;
    const opened = step(started(), open)[0]!.state;
    const state = step(opened, { op: 'fstat', proc: 0, fd: 0, va: 'bss' })[0]!.state;
    expect(readContent(state, 0, 0x4000, 25)).toBeUndefined();
    const adopted = adopt(state, guest(5, new Uint8Array(4096).fill(7)));
    const bytes = 'state' in adopted ? readContent(adopted.state, 0, 0x4000, 25) : undefined;
    expect([bytes?.[0], bytes?.[23], bytes?.[24]]).toEqual([7, 7, 0]);
  });
});
