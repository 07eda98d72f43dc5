import { describe, expect, it } from "vitest";

import { connection, progress, run } from "../testing";
import {
  isPartlyDone,
  isUntried,
  overallWords,
  pauseWords,
  progressWords,
  runResult,
  runWords,
  stateWords,
} from "./progress";

const MINUTE = 60_000;
const NOW = new Date(2025, 5, 18, 12, 0, 0).getTime();

describe("progress", () => {
  it("of a listing counts up and promises no end", () => {
    const words = progressWords(progress({ phase: "listing", listed: 12_400 }), NOW);
    expect(words.share).toBeNull();
    expect(words.phase).toMatch(/^Listing · 12.?400 objects so far$/);
  });
  it("of sending tells share, bytes, rate and time left", () => {
    const words = progressWords(progress({ sendingSince: NOW - 16_500 }), NOW);
    expect(words.share).toBeCloseTo(134 / 210);
    expect(words.phase).toBe("Sending · 134 of 210 documents");
    expect(words.facts[0]).toMatch(/^18[.,]2 of 28[.,]4 MB$/);
    expect(words.facts[1]).toMatch(/^1[.,]1 MB\/s$/);
    expect(words.facts[2]).toBe("about a few seconds left");
  });
  it("guesses no rate in the first moments", () =>
    expect(progressWords(progress({ sendingSince: NOW - 500 }), NOW).facts).toHaveLength(1));
  it("never shows more than the whole", () =>
    expect(progressWords(progress({ done: 300 }), NOW).share).toBe(1));
  it("has no share when nothing is planned", () =>
    expect(progressWords(progress({ planned: 0, done: 0 }), NOW).share).toBeNull());
});

describe("the state of a connection", () => {
  it.each([
    [connection({ state: "new" }), "plain", "Not synced yet"],
    [connection({ lastCompleteAt: NOW - 2 * MINUTE }), "ok", "Up to date · 2 min ago"],
    [connection({ lastCompleteAt: NOW, waiting: 12 }), "info", "Sent, being processed"],
    [connection({ state: "syncing", progress: progress() }), "info", "Syncing 134 of 210"],
    [connection({ state: "syncing" }), "info", "Starting"],
    [connection({ state: "partly_done", lastRun: run({ failed: 37 }) }), "warn", "Partly done · 37 failed"],
    [
      connection({ state: "stopped", lastRun: run({ state: "interrupted" }) }),
      "warn",
      "Stopped: interrupted",
    ],
    [connection({ state: "stopped", lastRun: run({ state: "cancelled" }) }), "warn", "Stopped: cancelled"],
    [connection({ state: "deleting" }), "plain", "Deleting"],
    [connection({ state: "partly_done", lastRun: run({ heldBack: 37 }) }), "warn", "37 removals held back"],
    [
      connection({ state: "partly_done", lastRun: run({ heldBack: 37, failed: 2 }) }),
      "warn",
      "Partly done · 2 failed",
    ],
    [connection({ state: "partly_done", lastRun: run({ trial: 10, sent: 10 }) }), "ok", "Trial done"],
    [connection({ state: "paused", pause: { until: null } }), "plain", "Paused until you resume"],
    [
      connection({ state: "paused", pause: { until: NOW + 45 * MINUTE } }),
      "plain",
      expect.stringMatching(/^Paused until \d\d:45$/) as unknown as string,
    ],
  ] as const)("is told in words (%#)", (row, tone, text) => {
    expect(stateWords(row, NOW)).toEqual({ tone, text });
  });
  it("names the error that a person has to see", () => {
    const error = {
      code: "access_denied",
      status: 403,
      message: "Access denied",
      solution: "",
      detail: "",
    } as const;
    const row = connection({ state: "needs_you", lastRun: run({ state: "failed", error }) });
    expect(stateWords(row, NOW)).toEqual({ tone: "bad", text: "Needs you: access denied" });
  });
});

it("a completed run that did nothing says so", () => {
  expect(runWords("completed", true).text).toBe("Complete, nothing new");
  expect(runWords("completed", false).text).toBe("Complete");
});

it("a run that was a trial, or held removals back, says so", () => {
  expect(runResult(run({ trial: 10, sent: 10 })).text).toBe("Trial: complete");
  expect(runResult(run({ state: "partly_completed", heldBack: 1 })).text).toBe("1 removal held back");
  expect(runResult(run({ state: "partly_completed", heldBack: 1, failed: 2 })).text).toBe("Partly done");
});

it("a trial that went well is no trouble", () => {
  const state = "partly_done";
  expect(isPartlyDone(connection({ state, lastRun: run({ trial: 10 }) }))).toBe(false);
  expect(isPartlyDone(connection({ state, lastRun: run({ trial: 10, failed: 1 }) }))).toBe(true);
  expect(isPartlyDone(connection({ state, lastRun: run({ heldBack: 37 }) }))).toBe(true);
});

it("a trial is offered until something was synced", () => {
  expect(isUntried(connection({ documents: 0 }))).toBe(true);
  expect(isUntried(connection({ documents: 10 }))).toBe(false);
  expect(isUntried(connection({ documents: 0, lastCompleteAt: NOW }))).toBe(false);
});

it("a pause says whose it is, how long, and what it ended", () => {
  expect(pauseWords([connection()], "hour")).toBe("“Docs” is paused for an hour.");
  expect(pauseWords([connection(), connection({ state: "syncing" })], "until_resumed")).toBe(
    "All 2 connections are paused until you resume. The sync that was running is cancelled.",
  );
});

describe("the state of everything", () => {
  const words = (...rows: Parameters<typeof connection>[0][]) =>
    overallWords(
      rows.map((row, at) => connection({ id: `c${at}`, ...row })),
      NOW,
    );
  it("is nothing without connections", () => expect(words()).toEqual([]));
  it("puts what needs a person first", () =>
    expect(words({ state: "needs_you" }, { state: "syncing" })[0]).toBe("One connection needs you."));
  it("counts what syncs", () => expect(words({ state: "syncing" }, {})[0]).toBe("Syncing 1 of 2."));
  it("does not take a pause for trouble", () => {
    expect(words({ state: "paused" }, {})[0]).toBe("Up to date, 1 paused.");
    expect(words({ state: "paused" }, { state: "paused" })[0]).toBe("Everything is paused.");
  });
  it("names the next check of all", () =>
    expect(words({ nextDueAt: NOW + 5 * MINUTE }, { nextDueAt: NOW + 9 * MINUTE })).toEqual([
      "All up to date.",
      "Next check in 5 min",
    ]));
  it("does not call what is still being processed up to date", () =>
    expect(words({ waiting: 3 }, {})).toEqual(["All sent, some still being processed."]));
  it("promises no check where there is none", () => expect(words({})).toEqual(["All up to date."]));
});
