import { expect, it } from "vitest";

import { summary } from "../testing";
import { doneUnasked, removeLabel, syncLabel } from "./words";

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
