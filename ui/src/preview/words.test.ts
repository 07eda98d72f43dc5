import { expect, it } from "vitest";

import { summary } from "../testing";
import { doneUnasked, removeLabel, syncLabel, tokenWords } from "./words";

it("a sync promises only what it does without a further yes", () => {
  const held = summary({ totals: { removed: 37 }, heldBack: 37 });
  expect([doneUnasked(held), syncLabel(held)]).toEqual([0, "Nothing to sync"]);
  expect(syncLabel(summary({ totals: { new: 3, removed: 37 }, heldBack: 37 }))).toBe("Sync all 3");
  expect(syncLabel(summary({ totals: { removed: 2 } }))).toBe("Remove 2");
});

it("a yes to removals names them", () => {
  expect(removeLabel(1)).toBe("Remove 1 document");
  expect(removeLabel(37)).toBe("Remove 37 documents");
});

it("tokens are an estimate, of what is text alone, and only where they are counted", () => {
  const said = (text: number, untold: number, destination = "https://api.supermemory.ai") =>
    tokenWords(summary({ tokens: { text, untold } }), destination);
  expect(said(1_234_567, 0)).toBe("About 1.2 million tokens, by size: 4 bytes of text a token.");
  expect(said(350, 1)).toBe(
    "About 350 tokens for what is text, by size: 4 bytes a token. 1 PDF, picture or other file is counted by Supermemory only.",
  );
  expect(said(0, 12)).toContain("only Supermemory can tell");
  expect([said(0, 0), said(350, 1, "library")]).toEqual([null, null]);
});
