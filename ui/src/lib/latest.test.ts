import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Latest } from "./latest";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks once for what is typed without a pause", async () => {
  const latest = new Latest();
  const ask = vi.fn(async () => "answer");
  const take = vi.fn();
  for (let key = 0; key < 5; key += 1) {
    latest.ask(100, ask, take, () => undefined);
    await vi.advanceTimersByTimeAsync(50);
  }
  await vi.advanceTimersByTimeAsync(100);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(take).toHaveBeenCalledWith("answer");
});

it("drops the answer to an older question that comes late", async () => {
  const latest = new Latest();
  const taken: string[] = [];
  const later = (text: string, delay: number) => () =>
    new Promise<string>((done) => setTimeout(() => done(text), delay));
  latest.ask(
    0,
    later("old", 500),
    (text) => taken.push(text),
    () => undefined,
  );
  await vi.advanceTimersByTimeAsync(10);
  latest.ask(
    0,
    later("new", 100),
    (text) => taken.push(text),
    () => undefined,
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(taken).toEqual(["new"]);
});

it("tells nobody of what failed after it was dropped", async () => {
  const latest = new Latest();
  const fail = vi.fn();
  latest.ask(
    0,
    () => new Promise((_, no) => setTimeout(() => no(new Error("late")), 100)),
    () => undefined,
    fail,
  );
  await vi.advanceTimersByTimeAsync(10);
  latest.drop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fail).not.toHaveBeenCalled();
});
