import { describe, expect, it, vi } from "vitest";

import { PAGE_SIZE, Pages } from "./pages.svelte";

const TOTAL = 1_000_000;
const numbers = () =>
  vi.fn(async (offset: number, limit: number) => ({
    items: Array.from({ length: Math.min(limit, TOTAL - offset) }, (_, at) => offset + at),
    total: TOTAL,
  }));
const settled = () => new Promise<void>((done) => setTimeout(done));

describe("pages of a million rows", () => {
  it("begin with the first one, which tells how many there are", async () => {
    const pages = new Pages(numbers());
    expect(pages.total).toBeNull();
    await settled();
    expect(pages.total).toBe(TOTAL);
    expect(pages.row(7)).toBe(7);
  });
  it("are fetched only where rows are wanted, and once", async () => {
    const fetch = numbers();
    const pages = new Pages(fetch);
    await settled();
    pages.want(500_100, 20);
    pages.want(500_090, 20);
    expect(pages.row(500_100)).toBeUndefined();
    await settled();
    expect(pages.row(500_100)).toBe(500_100);
    pages.want(500_080, 20);
    await settled();
    expect(fetch.mock.calls.map(([offset]) => offset)).toEqual([0, 500_000, 500_200, 499_800]);
  });
  it("come before they are in sight, and those in sight first", async () => {
    const fetch = numbers();
    const pages = new Pages(fetch);
    await settled();
    pages.want(1_390, 5);
    await settled();
    expect(fetch.mock.calls.map(([offset]) => offset)).toEqual([0, 1_200, 1_400]);
  });
  it("are not asked for when they were scrolled past, and a few at a time", async () => {
    const answers: (() => void)[] = [];
    const fetch = vi.fn(
      (offset: number) =>
        new Promise<{ items: number[]; total: number }>((done) =>
          answers.push(() => done({ items: [offset], total: TOTAL })),
        ),
    );
    const pages = new Pages(fetch);
    answers.shift()?.();
    await settled();
    for (let first = 10_000; first <= 900_000; first += 10_000) pages.want(first + 100, 10);
    expect(fetch).toHaveBeenCalledTimes(3);
    while (answers.length > 0) {
      answers.shift()?.();
      await settled();
    }
    expect(fetch.mock.calls.map(([offset]) => offset)).toEqual([0, 10_000, 10_200, 900_000, 900_200]);
    expect(pages.row(900_000)).toBe(900_000);
  });
  it("come in pairs where the rows lie across two", async () => {
    const fetch = numbers();
    const pages = new Pages(fetch);
    await settled();
    pages.want(PAGE_SIZE * 3 - 1, 2);
    await settled();
    expect(pages.row(PAGE_SIZE * 3 - 1)).toBe(PAGE_SIZE * 3 - 1);
    expect(pages.row(PAGE_SIZE * 3)).toBe(PAGE_SIZE * 3);
  });
  it("are kept in bounded number, the ones in use longest", async () => {
    const pages = new Pages(numbers());
    await settled();
    for (let page = 1; page <= 40; page += 1) {
      pages.want(page * PAGE_SIZE, 1);
      pages.want(0, 1);
      await settled();
    }
    expect(pages.row(0)).toBe(0);
    expect(pages.row(40 * PAGE_SIZE)).toBe(40 * PAGE_SIZE);
    expect(pages.row(2 * PAGE_SIZE)).toBeUndefined();
  });
  it("stop at an error and go on when told to", async () => {
    let broken = true;
    const fetch = vi.fn(async () => {
      if (broken) throw new Error("no answer");
      return { items: [1], total: 1 };
    });
    const pages = new Pages(fetch);
    await settled();
    expect(pages.error?.view.detail).toBe("no answer");
    pages.want(0, 1);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(pages.row(0)).toBeUndefined();
    broken = false;
    pages.retry();
    await settled();
    expect(pages.error).toBeNull();
    expect(pages.row(0)).toBe(1);
  });
});
