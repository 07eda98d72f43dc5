import { describe, expect, it } from "vitest";

import { foldersAfter, namedGroups, patternParts } from "./pattern";

describe("named groups", () => {
  it("are found with their place", () =>
    expect(namedGroups("users/(?<userId>[^/]+)/")).toEqual([{ name: "userId", start: 6, end: 22 }]));
  it("are found in both spellings", () =>
    expect(namedGroups("(?P<a>x)(?<b>y)").map((g) => g.name)).toEqual(["a", "b"]));
  it("are not confused by brackets in classes and escapes", () =>
    expect(namedGroups("[)(](?<a>[^)]+\\))")).toEqual([{ name: "a", start: 4, end: 17 }]));
  it("that are not closed yet are none", () => expect(namedGroups("users/(?<userId>[^/]+")).toEqual([]));
  it("count Unicode characters, as the engine does", () =>
    expect(namedGroups("😀(?<a>x)")).toEqual([{ name: "a", start: 1, end: 8 }]));
});

describe("a drawn pattern", () => {
  const whole = (pattern: string, wrong: [number, number] | null) =>
    patternParts(pattern, wrong)
      .map((part) => part.text)
      .join("");
  it("is cut at groups and keeps every character", () => {
    expect(patternParts("u/(?<a>x)/", null).filter((part) => part.group)).toEqual([
      { text: "(?<a>x)", group: true, wrong: false },
    ]);
    expect(whole("u/(?<a>x)/", null)).toBe("u/(?<a>x)/");
  });
  it("marks the place of an error", () =>
    expect(patternParts("a(b", [1, 2]).find((part) => part.wrong)?.text).toBe("("));
  it("marks an error behind its end with a place of its own", () =>
    expect(patternParts("ab", [2, 3]).at(-1)).toEqual({ text: " ", group: false, wrong: true }));
});

it("folders after a prefix come by how often they occur", () => {
  const keys = ["users/a/1", "users/b/1", "users/b/2", "shared/x"];
  expect(foldersAfter("", keys)).toEqual(["users/", "shared/"]);
  expect(foldersAfter("users/", keys)).toEqual(["users/b/", "users/a/"]);
  expect(foldersAfter("users/a/", keys)).toEqual([]);
});
