import { expect, it } from "vitest";

import type { KeyStory } from "../client/generated";
import { keyFrom, listedWords } from "./story";

const story: KeyStory = {
  key: "a.md",
  sentence: "It is in.",
  listedAt: 0,
  listed: true,
  plan: null,
  documents: [],
  history: [],
};

it("a key is told with the listing that shows it, or does not", () => {
  expect(listedWords(story, 120_000)).toBe("The listing of 2 min ago shows it.");
  expect(listedWords({ ...story, listed: false }, 120_000)).toBe(
    "The listing of 2 min ago does not show it.",
  );
  expect(listedWords({ ...story, listedAt: null }, 120_000)).toBe("");
});

it("a pasted key is taken as it is, and an address of the bucket is taken apart", () => {
  expect(keyFrom("s3://docs/a b/ü.md", "docs")).toBe("a b/ü.md");
  expect(keyFrom("s3://other/a.md", "docs")).toBe("s3://other/a.md");
  expect(keyFrom(" /lead ", "docs")).toBe(" /lead ");
});
