import { describe, expect, it } from "vitest";

import { Client } from "../client/client";
import type { ErrorView, HostedRun } from "../client/generated";
import { hosted, ScriptedTransport } from "../testing";
import { HostedConnections } from "./hosted.svelte";
import { hostedDocumentWords, hostedRunWords, hostedStateWords } from "./words";

const ADDRESS = "https://api.supermemory.ai";

function ran(over: Partial<HostedRun> = {}): HostedRun {
  return {
    state: "completed",
    error: null,
    startedAt: 0,
    completedAt: 60_000,
    trigger: "cron",
    processed: 3,
    failed: 0,
    ...over,
  };
}

describe("a run over there", () => {
  it("is complete only in so far as nothing failed", () => {
    expect(hostedRunWords(ran())).toEqual({ tone: "ok", text: "Complete" });
    expect(hostedRunWords(ran({ failed: 1 }))).toEqual({ tone: "warn", text: "Complete, 1 file failed" });
    expect(hostedRunWords(ran({ state: "failed" })).tone).toBe("bad");
  });
});

it("a hosted connection stands as its last run does", () => {
  expect(hostedStateWords(hosted(), 0).text).toBe("No run yet");
  expect(hostedStateWords(hosted({ lastRun: ran() }), 90_000).text).toBe("Complete · just now");
  expect(hostedStateWords(hosted({ lastRun: ran({ state: "running", completedAt: null }) }), 0).text).toBe(
    "Running",
  );
});

it("a document is in progress in every word but the two last ones", () =>
  expect(["done", "failed", "queued", "new word"].map((status) => hostedDocumentWords(status).text)).toEqual([
    "Done",
    "Failed",
    "In progress",
    "In progress",
  ]));

describe("the hosted connections", () => {
  it("are listed with the newest first", async () => {
    const rows = [hosted({ id: "a", createdAt: 1 }), hosted({ id: "b", createdAt: 2, lastRun: ran() })];
    const list = new HostedConnections(
      new Client(new ScriptedTransport({ hosted_list: () => rows })),
      ADDRESS,
    );
    await list.read();
    expect(list.rows?.map((row) => row.id)).toEqual(["b", "a"]);
    expect(list.running).toBe(false);
  });

  it("of a server that has none are no error to worry about", async () => {
    const none: ErrorView = {
      code: "connectors_unavailable",
      status: 501,
      message: "This knowledge base has no hosted connections",
      solution: "Let this computer sync instead",
      detail: "",
    };
    const list = new HostedConnections(
      new Client(new ScriptedTransport({ hosted_list: () => Promise.reject(none) })),
      ADDRESS,
    );
    await list.read();
    expect(list.unavailable).toBe(true);
    expect(list.rows).toBeNull();
    expect(list.reading).toBe(false);
  });

  it("stay as they were when a later read fails, and say why", async () => {
    let broken = false;
    const list = new HostedConnections(
      new Client(
        new ScriptedTransport({
          hosted_list: () => {
            if (broken) throw new Error("no answer");
            return [hosted()];
          },
        }),
      ),
      ADDRESS,
    );
    await list.read();
    broken = true;
    await list.read();
    expect(list.rows).toHaveLength(1);
    expect(list.error?.view.detail).toBe("no answer");
  });
});
