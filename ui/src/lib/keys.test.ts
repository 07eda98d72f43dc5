import { describe, expect, it } from "vitest";

import { keyParts, visibleKey } from "./keys";

const captured = (key: string, capture: [number, number]) =>
  keyParts(key, capture)
    .filter((part) => part.captured)
    .map((part) => part.text)
    .join("");

describe("a key", () => {
  it("of plain text is one part", () =>
    expect(keyParts("users/user-123/notes.md")).toEqual([
      { text: "users/user-123/notes.md", kind: "plain", captured: false },
    ]));
  it("shows control characters written out", () =>
    expect(visibleKey("a\tb\nc\u0000d\u0007e")).toBe("a\\tb\\nc\\0d\\x07e"));
  it("cannot turn the text around", () => expect(visibleKey("a\u202Etxt.exe")).toBe("a\\u{202E}txt.exe"));
  it("shows zero widths and spaces that look like others", () =>
    expect(visibleKey("a\u200Bb\u00A0c")).toBe("a\\u{200B}b\\xA0c"));
  it("shows spaces at its ends and leaves those inside alone", () =>
    expect(visibleKey("  a b ")).toBe("␣␣a b␣"));
  it("of nothing but spaces is all visible", () => expect(visibleKey("  ")).toBe("␣␣"));
  it("that is empty has no parts", () => expect(keyParts("")).toEqual([]));
  it("keeps letters of every script and emoji", () =>
    expect(visibleKey("müller/日本/😀.md")).toBe("müller/日本/😀.md"));
});

describe("what the rule captured", () => {
  it("is marked inside the key", () => expect(captured("users/user-123/n.md", [6, 14])).toBe("user-123"));
  it("is counted in UTF-16 units, behind an emoji too", () =>
    expect(captured("😀/user/x", [3, 7])).toBe("user"));
  it("may itself be an emoji", () => expect(captured("u/😀/x", [2, 4])).toBe("😀"));
  it("keeps its mark where characters are written out", () =>
    expect(captured("u/a\tb/x", [2, 5])).toBe("a\\tb"));
  it("may be empty", () => expect(captured("abc", [1, 1])).toBe(""));
});
