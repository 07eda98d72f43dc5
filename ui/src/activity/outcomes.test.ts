import { expect, it } from "vitest";

import { run } from "../testing";
import { keptWords, retryWords, startWords } from "./outcomes";

it("a run says who started it, and that it was a trial", () => {
  expect(startWords(run())).toBe("started by hand");
  expect(startWords(run({ trigger: "schedule" }))).toBe("by schedule");
  expect(startWords(run({ trial: 10 }))).toBe("started by hand, a trial of at most 10 documents");
});

it("a run that kept only some of its skipped files says so", () => {
  expect(keptWords(1_000, 1_000)).toBe("");
  expect(keptWords(12_345, 1_000)).toMatch(/^Only the first 1.?000 of 12.?345 are kept with the run\.$/);
});

it("only what failed or was refused can be sent again", () => {
  expect(retryWords("failed")).not.toBeNull();
  expect(retryWords("refused")).not.toBeNull();
  expect([retryWords("all"), retryWords("sent"), retryWords("skipped")]).toEqual([null, null, null]);
});
