import { expect, it } from "vitest";

import { run } from "../testing";
import { chartOf, daysOf, isTroubled } from "./history";

const NOON = new Date(2026, 10, 24, 12).getTime();
const HOUR = 3_600_000;

it("runs are grouped by the day on which they began", () => {
  const runs = [
    run({ id: "a", startedAt: NOON }),
    run({ id: "b", startedAt: NOON - 2 * HOUR }),
    run({ id: "c", startedAt: NOON - 13 * HOUR }),
    run({ id: "d", startedAt: NOON - 80 * HOUR }),
  ];
  expect(daysOf(runs, NOON).map((day) => [day.name, day.runs.map((each) => each.id)])).toEqual([
    ["today", ["a", "b"]],
    ["yesterday", ["c"]],
    [expect.stringContaining("21"), ["d"]],
  ]);
});

it("bars stand oldest first, and a small run is seen beside a large one", () => {
  const bars = chartOf(
    [run({ id: "new", sent: 1 }), run({ id: "old", sent: 9_000, failed: 1_000 }), run({ id: "older" })],
    2,
  );
  expect(bars.map((bar) => bar.run.id)).toEqual(["old", "new"]);
  expect(bars[0]!.sent + bars[0]!.failed).toBeCloseTo(1);
  expect(bars[0]!.sent / bars[0]!.failed).toBeCloseTo(9);
  expect(bars[1]!.sent).toBeCloseTo(0.01);
  expect(chartOf([run()], 5)[0]).toMatchObject({ sent: 0, removed: 0, failed: 0 });
});

it("what failed, was held back or broken off is trouble", () => {
  expect(isTroubled(run())).toBe(false);
  expect(isTroubled(run({ state: "cancelled" }))).toBe(false);
  expect(isTroubled(run({ failed: 1 }))).toBe(true);
  expect(isTroubled(run({ heldBack: 1 }))).toBe(true);
  expect(isTroubled(run({ state: "interrupted" }))).toBe(true);
});
