import { describe, expect, it } from "vitest";

import { connection, progress, run } from "../testing";
import {
  driftWords,
  isPartlyDone,
  isUntried,
  overallWords,
  pauseWords,
  progressWords,
  runResult,
  runWords,
  sendingFacts,
  stateWords,
} from "./progress";

const MINUTE = 60_000;
const NOW = new Date(2025, 5, 18, 12, 0, 0).getTime();

describe("progress", () => {
  it("of a listing counts up and promises no end", () => {
    const words = progressWords(progress({ phase: "listing", listed: 12_400 }));
    expect(words.share).toBeNull();
    expect(words.phase).toBe("Listing · 12,400 objects so far");
  });
  it("of sending tells share, bytes, rate and time left", () => {
    const words = progressWords(progress());
    expect(words.share).toBeCloseTo(134 / 210);
    expect(words.phase).toBe("Sending · 134 of 210 documents");
    const facts = sendingFacts(progress(), { rate: 1_100_000, left: 9_000 });
    expect(facts[0]).toMatch(/^18[.,]2 of 28[.,]4 MB$/);
    expect(facts[1]).toMatch(/^1[.,]1 MB\/s$/);
    expect(facts[2]).toBe("about a few seconds left");
  });
  it("tells no rate while it would be a guess, and none where nothing is sent", () => {
    expect(sendingFacts(progress(), { rate: null, left: null })).toHaveLength(1);
    expect(sendingFacts(progress({ phase: "settling" }), { rate: 1, left: 1 })).toEqual([]);
  });
  it("of removals counts them where they are known", () => {
    const words = progressWords(progress({ phase: "removing", removing: 12, removed: 3 }));
    expect([words.share, words.phase]).toEqual([0.25, "Removing · 3 of 12 documents"]);
    expect(progressWords(progress({ phase: "removing" })).share).toBeNull();
  });
  it("of a sync that is told to stop says so and keeps its place", () => {
    const words = progressWords(progress({ phase: "stopping" }));
    expect([words.share, words.short]).toEqual([134 / 210, "Stopping"]);
  });
  it("never shows more than the whole", () => expect(progressWords(progress({ done: 300 })).share).toBe(1));
  it("has no share when nothing is planned", () =>
    expect(progressWords(progress({ planned: 0, done: 0 })).share).toBeNull());
});

describe("what changed since a preview", () => {
  const totals = { new: 10, changed: 2, retagged: 0, unchanged: 5, skipped: 1, removed: 3, kept: 0 };
  const words = (over: Partial<typeof totals>) =>
    driftWords({ previewed: totals, planned: { ...totals, ...over } });
  it("is told in numbers", () => {
    expect(words({ new: 13, removed: 2 })).toBe("Since the preview: 3 more new files, 1 removal fewer.");
    expect(words({ changed: 1, kept: 2 })).toBe(
      "Since the preview: 1 changed file fewer, 2 more documents that stay although gone.",
    );
  });
  it("does not count what stays as it is beside the rest", () => {
    expect(words({ new: 11, unchanged: 4 })).toBe("Since the preview: 1 more new file.");
    expect(words({ unchanged: 4 })).toBe("Since the preview: 1 unchanged file fewer.");
  });
  it("is told where the numbers are the same", () =>
    expect(words({})).toBe("Since the preview: as many files, but others or other versions of them."));
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
