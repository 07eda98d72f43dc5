import { expect, it } from "vitest";

import { progress } from "../testing";
import { Pace } from "./pace";

const SECOND = 1000;
const BYTES = 100_000;

/** A run of 1,000 equal documents, so many of them done. */
function after(done: number) {
  return progress({ planned: 1000, done, bytesPlanned: 1000 * BYTES, bytes: done * BYTES, sendingSince: 0 });
}

it("nothing is guessed in the first moments", () => {
  expect(new Pace().read(after(1), SECOND)).toEqual({ rate: null, left: null });
});

it("a steady run is told its rate, and a time that only counts down", () => {
  const pace = new Pace();
  let before = Infinity;
  for (let second = 2; second <= 90; second += 1) {
    // Ten documents a second, now one more and now one less.
    const { rate, left } = pace.read(after(second * 10 + (second % 3) - 1), second * SECOND);
    expect(rate).toBeGreaterThan(9 * BYTES * 0.8);
    expect(left).not.toBeNull();
    expect(left ?? 0).toBeLessThan(before);
    before = left ?? 0;
  }
  expect(before).toBeLessThan(15 * SECOND);
});

it("a run that slows down is told the new time, from its last moments", () => {
  const pace = new Pace();
  for (let second = 1; second <= 20; second += 1) pace.read(after(second * 20), second * SECOND);
  let left: number | null = null;
  for (let second = 21; second <= 60; second += 1) {
    left = pace.read(after(400 + (second - 20) * 2), second * SECOND).left;
  }
  // 520 documents at two a second.
  expect(left).toBeGreaterThan(200 * SECOND);
  expect(left).toBeLessThan(300 * SECOND);
});

it("many small files are not promised by their bytes", () => {
  const many = progress({ planned: 1000, done: 100, bytesPlanned: 1000, bytes: 900, sendingSince: 0 });
  expect(new Pace().read(many, 10 * SECOND).left).toBeCloseTo(90 * SECOND);
});

it("who looks later is told the mean so far, and another run begins anew", () => {
  const pace = new Pace();
  expect(pace.read(after(500), 50 * SECOND).left).toBeCloseTo(50 * SECOND);
  const other = { ...after(1), runId: "r2", sendingSince: 50 * SECOND };
  expect(pace.read(other, 51 * SECOND)).toEqual({ rate: null, left: null });
});

it("only sending has a pace", () => {
  const pace = new Pace();
  for (const phase of ["listing", "removing", "settling", "stopping"] as const) {
    expect(pace.read({ ...after(500), phase }, 50 * SECOND)).toEqual({ rate: null, left: null });
  }
});
