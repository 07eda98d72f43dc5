import { describe, expect, it } from "vitest";

import { isStuck, positionAt, rowsInSight, scrolled, scrollHeight, topFor } from "./window-of-rows";

const rows = (total: number) => ({ total, rowHeight: 32, viewport: 400 });
const MILLION = rows(1_000_000);
const LOWEST = 32_000_000 - 400;

describe("the rows in sight", () => {
  it("are those under the viewport and one more", () =>
    expect(rowsInSight(rows(1000), 320)).toEqual({ first: 10, drawn: 14, shift: 0 }));
  it("are shifted by a part of a row", () =>
    expect(rowsInSight(rows(1000), 330)).toMatchObject({ first: 10, shift: 10 }));
  it("end with the last row", () => {
    const { first, drawn } = rowsInSight(rows(1000), 1e9);
    expect(first + drawn).toBe(1000);
  });
  it("are all of a short table", () =>
    expect(rowsInSight(rows(3), 0)).toEqual({ first: 0, drawn: 3, shift: 0 }));
  it("are none of an empty one", () => expect(rowsInSight(rows(0), 0).drawn).toBe(0));
});

describe("a table of a million rows", () => {
  it("is no taller than browsers draw", () => expect(scrollHeight(MILLION)).toBeLessThan(16_000_000));
  it("is scrolled pixel by pixel by a wheel, so that no row is jumped over", () => {
    let at = positionAt(MILLION, 0);
    for (let turn = 1; turn <= 100; turn += 1) {
      at = scrolled(MILLION, at, at.scrollTop + 100);
      expect(at.top).toBe(turn * 100);
    }
  });
  it("is scrolled in proportion by the thumb, to both ends", () => {
    const lowestScroll = scrollHeight(MILLION) - 400;
    expect(scrolled(MILLION, positionAt(MILLION, 0), lowestScroll).top).toBe(LOWEST);
    expect(scrolled(MILLION, positionAt(MILLION, LOWEST), 0).top).toBe(0);
    expect(scrolled(MILLION, positionAt(MILLION, 0), lowestScroll / 2).top).toBeCloseTo(LOWEST / 2);
  });
  it("goes on where the area ends before the rows do", () => {
    const near = { scrollTop: 50, top: 5_000 };
    const end = scrolled(MILLION, near, 0);
    expect(end.top).toBe(4_950);
    expect(isStuck(MILLION, end)).toBe(true);
    const again = positionAt(MILLION, end.top);
    expect(again.scrollTop).toBeGreaterThan(1_000);
    expect(isStuck(MILLION, again)).toBe(false);
  });
  it("is stuck at no end of its own", () => {
    expect(isStuck(MILLION, positionAt(MILLION, 0))).toBe(false);
    expect(isStuck(MILLION, positionAt(MILLION, LOWEST))).toBe(false);
  });
  it("keeps a position that is brought to rest", () => {
    for (const top of [0, 17, 12_345_678, LOWEST]) {
      const at = positionAt(MILLION, top);
      expect(scrolled(MILLION, at, at.scrollTop)).toEqual(at);
    }
  });
});

describe("bringing a row into sight", () => {
  it("moves nothing when it is seen", () => expect(topFor(rows(1000), 320, 12)).toBe(320));
  it("moves up to its upper edge", () => expect(topFor(rows(1000), 320, 5)).toBe(160));
  it("moves down to its lower edge", () => expect(topFor(rows(1000), 0, 20)).toBe(21 * 32 - 400));
  it("reaches the last of a million rows", () => {
    const top = topFor(MILLION, 0, 999_999);
    const { first, drawn } = rowsInSight(MILLION, top);
    expect(first + drawn).toBe(1_000_000);
  });
});

it("a short table is scrolled as it is", () => {
  const short = rows(1000);
  expect(scrolled(short, positionAt(short, 0), 123)).toEqual({ scrollTop: 123, top: 123 });
  expect(isStuck(short, positionAt(short, 0))).toBe(false);
});
