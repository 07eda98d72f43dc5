import { describe, expect, it, vi } from "vitest";

import { Filters } from "./filters.svelte";

vi.useFakeTimers();

describe("the filters of a preview", () => {
  it("narrow one another", async () => {
    const filters = new Filters();
    filters.because("over_limit");
    filters.tag = "user-1";
    filters.type("notes");
    await vi.runAllTimersAsync();
    expect(filters.part).toEqual({
      action: "skipped",
      reason: "over_limit",
      tag: "user-1",
      text: "notes",
      order: "key",
      descending: false,
    });
    expect([filters.narrows, filters.byTextOnly]).toEqual([true, false]);
  });
  it("wait for a pause in the typing, and show what is typed at once", async () => {
    const filters = new Filters();
    filters.type("a");
    filters.type("ab");
    expect([filters.text, filters.part.text]).toEqual(["ab", ""]);
    await vi.runAllTimersAsync();
    expect([filters.part.text, filters.byTextOnly]).toEqual(["ab", true]);
  });
  it("forget a reason where nothing is skipped, and take it back when it is pressed again", () => {
    const filters = new Filters();
    filters.because("empty");
    filters.open("new");
    expect(filters.reason).toBeNull();
    filters.because("empty");
    filters.because("empty");
    expect([filters.tab, filters.reason]).toEqual(["skipped", null]);
  });
  it("show a trial alone", async () => {
    const filters = new Filters();
    filters.because("empty");
    filters.tag = "user-1";
    filters.type("notes");
    filters.showTrial(true);
    await vi.runAllTimersAsync();
    expect(filters.part).toEqual({ text: "", trial: true, order: "key", descending: false });
    filters.open("skipped");
    expect(filters.trial).toBe(false);
  });
});

describe("the order of a preview", () => {
  it("is turned round when the same head is pressed again", () => {
    const filters = new Filters();
    filters.sort("key");
    expect([filters.order, filters.descending]).toEqual(["key", true]);
    filters.sort("tag");
    expect([filters.order, filters.descending]).toEqual(["tag", false]);
  });
  it("begins with the largest and the newest", () => {
    const filters = new Filters();
    filters.sort("size");
    expect(filters.descending).toBe(true);
    filters.sort("size");
    expect(filters.descending).toBe(false);
  });
});
