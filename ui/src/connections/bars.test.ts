import { expect, it } from "vitest";

import type { RunBar } from "../client/generated";
import { barsOf } from "./bars";

const bar = (over: Partial<RunBar>): RunBar => ({
  state: "completed",
  startedAt: 0,
  sent: 0,
  removed: 0,
  failed: 0,
  ...over,
});

it("a run in trouble is seen even when it did nothing", () => {
  const [failed] = barsOf([bar({ state: "failed" }), bar({ sent: 10_000 })]);
  expect(failed?.kind).toBe("failed");
  expect(failed?.height).toBeGreaterThan(10);
});

it("a run of nothing is a line, the largest fills the height", () => {
  const [quiet, most] = barsOf([bar({}), bar({ sent: 500 })]);
  expect(quiet).toMatchObject({ kind: "quiet", height: 2 });
  expect(most).toMatchObject({ kind: "done", height: 20 });
});

it("a small run stays visible beside a first sync of thousands", () => {
  const [small] = barsOf([bar({ sent: 20 }), bar({ sent: 8_000 })]);
  expect(small?.height).toBeGreaterThan(2);
});
