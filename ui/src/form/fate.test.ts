import { describe, expect, it } from "vitest";

import type { PlanItem, StudioRow } from "../client/generated";
import { fateOf } from "./fate";

const row = (over: Partial<Omit<StudioRow, "item">> = {}, item: Partial<PlanItem> = {}): StudioRow => ({
  at: 0,
  source: "captured",
  collides: false,
  ...over,
  item: {
    key: "users/müller/a.md",
    action: "new",
    reason: null,
    sentence: null,
    tag: "m-ller",
    capture: [6, 12],
    size: 1,
    modified: null,
    ...item,
  },
});

describe("what happens to a key", () => {
  it("names the characters that were replaced", () =>
    expect(fateOf(row({ source: "replaced" }), false).text).toBe("ü replaced"));
  it("tells that two sources share a tag before all else", () =>
    expect(fateOf(row({ source: "replaced", collides: true }), false).text).toBe("Collides"));
  it("tells that the connection's tag stands in", () =>
    expect(fateOf(row({ source: "fallback" }, { capture: null, tag: "docs" }), false).text).toBe(
      "Fallback tag",
    ));
  it("quotes what is no legal tag", () => {
    const illegal = row({ source: "illegal" }, { action: "skipped", reason: "illegal_tag", tag: null });
    expect(fateOf(illegal, false).text).toBe("Illegal tag");
    expect(fateOf(illegal, false).why).toContain("“müller”");
  });
  it("says nothing of tags before one is typed", () => {
    const bare = { action: "skipped", reason: "no_tag", tag: null, capture: null } as const;
    expect(fateOf(row({ source: "nothing" }, bare), true).text).toBe("Needs a tag");
    expect(fateOf(row({ source: "nothing" }, bare), false).text).toBe("No match");
    expect(fateOf(row({ source: "nothing" }, { ...bare, reason: "empty" }), true).text).toBe(
      "Skipped: empty",
    );
  });
});
