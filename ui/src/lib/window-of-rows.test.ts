import { describe, expect, it } from "vitest";

import { rowsInSight, scrollHeight, scrollTopFor } from "./window-of-rows";

const table = (total: number) => ({ total, rowHeight: 32, viewport: 320 });

describe("rows in sight", () => {
  it("are a screenful and one", () =>
    expect(rowsInSight(table(1000), 0)).toEqual({ first: 0, drawn: 11, shift: 0 }));
  it("are all of them in a short table", () => expect(rowsInSight(table(3), 0).drawn).toBe(3));
  it("are none in an empty one", () => expect(rowsInSight(table(0), 0).drawn).toBe(0));
  it("begin in the middle of a row", () =>
    expect(rowsInSight(table(1000), 40)).toEqual({ first: 1, drawn: 11, shift: 8 }));
  it("end with the last row at the end of a table too tall for a browser", () => {
    const rows = table(10_000_000);
    const height = scrollHeight(rows);
    expect(height).toBeLessThan(2 ** 25);
    const { first, drawn } = rowsInSight(rows, height - rows.viewport);
    expect(first + drawn).toBe(10_000_000);
  });
});

describe("bringing a row into sight", () => {
  it("moves nothing when it is there already", () => expect(scrollTopFor(table(1000), 100, 5)).toBe(100));
  it("moves up to it and down to it by as little as needed", () => {
    expect(scrollTopFor(table(1000), 320, 2)).toBe(64);
    expect(scrollTopFor(table(1000), 0, 10)).toBe(32);
  });
  it("works for every row of a table that is scrolled in proportion", () => {
    const rows = table(10_000_000);
    for (const index of [0, 4_999_999, 9_999_999]) {
      const { first, drawn } = rowsInSight(rows, scrollTopFor(rows, 1_000_000, index));
      expect(index).toBeGreaterThanOrEqual(first);
      expect(index).toBeLessThan(first + drawn);
    }
  });
});
