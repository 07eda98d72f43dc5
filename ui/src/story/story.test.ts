import { expect, it } from "vitest";

import type { KeyStory } from "../client/generated";
import { connection } from "../testing";
import { keyFrom, listedWords, ownerOf } from "./story";

const story: KeyStory = {
  key: "a.md",
  sentence: "It is in.",
  listedAt: 0,
  listed: true,
  steps: [],
  next: "nothing",
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

it("a pasted address finds the connection that it belongs to", () => {
  const docs = connection({ id: "docs", bucket: "docs" });
  const team = connection({ id: "team", bucket: "docs", prefix: "team/" });
  const wiki = connection({ id: "wiki", bucket: "wiki" });
  const rows = [docs, team, wiki];
  const owner = (text: string, chosen = docs) => ownerOf(text, rows, chosen)?.id;
  expect(owner("s3://wiki/a.md")).toBe("wiki");
  expect(owner("s3://docs/team/a.md", wiki)).toBe("team");
  expect(owner("s3://docs/team/a.md", docs)).toBe("docs");
  expect(owner("team/a.md", wiki)).toBe("wiki");
  expect(owner("s3://elsewhere/a.md", wiki)).toBe("wiki");
});
