import { describe, expect, it } from "vitest";

import type { FilterDraft } from "../client/generated";
import { filledIn, hitsOf, moved, wrongRules } from "./rules";
import { bytesOfMegabytes, megabytesOf } from "./size";

const rules: FilterDraft[] = [
  { kind: "include", glob: "*.md" },
  { kind: "exclude", glob: "a[" },
  { kind: "exclude", glob: "" },
];
const wrong = (message: string) => [{ field: "filters", message, span: null }];

describe("the list of rules", () => {
  it("moves one and keeps the order of the others", () => {
    expect(moved(rules, 0, 2).map((rule) => rule.glob)).toEqual(["a[", "", "*.md"]);
    expect(moved(rules, 2, 0).map((rule) => rule.glob)).toEqual(["", "*.md", "a["]);
    expect(moved(rules, 9, 0)).toBe(rules);
  });
  it("leaves out what is still empty, and nothing else", () => {
    expect(filledIn(rules)).toEqual(rules.slice(0, 2));
    expect(filledIn([{ kind: "include", glob: " " }])).toHaveLength(1);
  });
  it("finds the rule that an error quotes", () =>
    expect([...wrongRules(rules, wrong("“a[” is not a pattern: unclosed class."))]).toEqual([1]));
  it("takes the longest where none is quoted", () =>
    expect([...wrongRules(rules, wrong("A pattern has at most 1024 bytes."))]).toEqual([0]));
  it("has none to mark when there is none", () =>
    expect(wrongRules([], wrong("A pattern has at most 1024 bytes.")).size).toBe(0));
});

describe("the hits of a rule", () => {
  const asked = rules.slice(0, 2);
  it("stand beside it, and beside an empty line none", () =>
    expect(hitsOf([rules[2]!, ...asked], asked, [3, 0])).toEqual([
      null,
      { count: 3, stale: false },
      { count: 0, stale: false },
    ]));
  it("are greyed until the engine has answered for what is typed", () => {
    const typed: FilterDraft[] = [{ kind: "exclude", glob: "*.md" }, ...asked];
    expect(hitsOf(typed, asked, [3, 0])).toEqual([
      { count: 3, stale: true },
      { count: 0, stale: true },
      null,
    ]);
  });
});

describe("the largest size", () => {
  it.each([
    ["", null],
    ["25", 25_000_000],
    ["25 MB", 25_000_000],
    ["0.5", 500_000],
    ["0,5", 500_000],
    ["1.234567", 1_234_567],
    ["1,000", 1_000_000_000],
    ["1.500", 1_500_000],
    ["0", 0],
    ["many", -1],
    ["-5", -1],
    ["1e3", -1],
  ])("is typed in megabytes: %s", (text, bytes) => expect(bytesOfMegabytes(text)).toBe(bytes));
  it("survives an edit to the byte", () => {
    for (const bytes of [1, 999, 1_000_000, 1_234_567, 25_000_000, 5_000_000_000]) {
      expect(bytesOfMegabytes(megabytesOf(bytes))).toBe(bytes);
    }
    expect(megabytesOf(null)).toBe("");
    expect(megabytesOf(100_000_000)).toBe("100");
  });
});
