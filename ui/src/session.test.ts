import { afterEach, describe, expect, it, vi } from "vitest";

import { Client } from "./client/client";
import type { AppStatus, ErrorView, LocalApiView } from "./client/generated";
import { Session } from "./session.svelte";
import { connection, run, ScriptedTransport } from "./testing";

vi.stubGlobal("location", { hash: "" });
vi.useFakeTimers();
afterEach(() => vi.clearAllTimers());

type Answers = ConstructorParameters<typeof ScriptedTransport>[0];

function session(answers: Answers) {
  const transport = new ScriptedTransport({ connection_list: () => [connection()], ...answers });
  const opened = new Session(new Client(transport));
  opened.connections.put(connection({ state: "syncing" }));
  const asked = (command: string) =>
    transport.asked.filter((call) => call.command === command).map((call) => call.args);
  return { opened, asked };
}

describe("what a person asks of the engine", () => {
  it("is a sync with what was said yes to", async () => {
    const { opened, asked } = session({ sync_start: () => run() });
    expect(await opened.sync("c1", { confirmRemovals: 37 })).toBe(true);
    await opened.sync("c1", { trial: 10 });
    await opened.sync("c1");
    expect(asked("sync_start")).toEqual([
      { id: "c1", options: { confirmRemovals: 37 } },
      { id: "c1", options: { trial: 10 } },
      { id: "c1", options: {} },
    ]);
    expect(opened.notices).toEqual([]);
  });

  it("is a retry, whose refusal is shown", async () => {
    const refusal: ErrorView = {
      code: "invalid_request",
      status: 400,
      message: "The request makes no sense",
      solution: "Report it",
      detail: "nothing of “a.md” failed or was refused",
    };
    const { opened, asked } = session({ sync_retry: () => Promise.reject(refusal) });
    expect(await opened.retry("c1", ["a.md"])).toBe(false);
    expect(asked("sync_retry")).toEqual([{ id: "c1", keys: ["a.md"] }]);
    expect(opened.notices[0]?.error?.view).toEqual(refusal);
  });

  it("is an end to all syncs, each asked once", async () => {
    const { opened, asked } = session({ sync_cancel: () => null });
    opened.connections.put(connection({ id: "c2", name: "Two", state: "syncing" }));
    opened.connections.put(connection({ id: "c3", name: "Three" }));
    await opened.cancel("c1");
    await opened.cancelAll();
    await opened.cancelAll();
    expect(asked("sync_cancel")).toEqual([{ id: "c1" }, { id: "c2" }]);
  });

  it("is a pause that says what it ended, and reads how all stand", async () => {
    const { opened, asked } = session({ sync_pause: () => null, sync_resume: () => null });
    await opened.pause("c1", "tomorrow");
    expect(asked("sync_pause")).toEqual([{ id: "c1", length: "tomorrow" }]);
    expect(opened.notices[0]?.text).toBe(
      "“Docs” is paused until tomorrow. The sync that was running is cancelled.",
    );
    await opened.resume(null);
    expect(asked("sync_resume")).toEqual([{ id: null }]);
    expect(asked("connection_list")).toHaveLength(2);
  });
});

async function started() {
  const listening = { addEventListener: vi.fn(), removeEventListener: vi.fn() };
  vi.stubGlobal("window", listening);
  vi.stubGlobal("document", { ...listening, hidden: true });
  const transport = new ScriptedTransport({
    connection_list: () => [],
    knowledge_base_list: () => [],
  });
  const opened = new Session(new Client(transport));
  const end = opened.start();
  await vi.advanceTimersByTimeAsync(0);
  return { opened, transport, end };
}

const status = (libraryDocuments: number): AppStatus => ({
  version: "1",
  dataDir: "/data",
  sqliteVersion: "3",
  libraryDocuments,
  dataBytes: 0,
  stateSetAside: null,
});

it("shows how the app stands now, whichever answer comes last", async () => {
  const answers: ((status: AppStatus) => void)[] = [];
  const { opened } = session({ app_status: () => new Promise((answer) => answers.push(answer)) });
  opened.refresh();
  opened.refresh();
  await vi.advanceTimersByTimeAsync(0);
  answers[1]!(status(29));
  answers[0]!(status(0));
  await vi.advanceTimersByTimeAsync(0);
  expect(opened.status?.libraryDocuments).toBe(29);
});

it("takes how the local API stands from the event that tells it", async () => {
  const { opened, transport, end } = await started();
  const localApi: LocalApiView = {
    enabled: true,
    port: 6768,
    state: { kind: "listening", url: "http://127.0.0.1:6768" },
  };
  transport.emit({ kind: "local_api", localApi });
  expect(opened.localApi).toEqual(localApi);
  end();
});

it("goes where somebody outside the window points to, and asks before it quits", async () => {
  const { opened, transport, end } = await started();
  transport.open({ screen: "removals", connectionId: "c1" });
  expect(opened.route).toEqual({ screen: "preview", id: "c1", tab: "removed" });
  transport.open({ screen: "form", connectionId: "c1" });
  expect(opened.route).toEqual({ screen: "edit", id: "c1" });
  transport.open({ screen: "form" });
  expect(opened.route).toEqual({ screen: "add" });
  transport.open({ screen: "activity", connectionId: "c1", runId: "r1" });
  expect(opened.route).toEqual({ screen: "run", id: "r1" });
  transport.open({ screen: "quit" });
  expect(opened.isQuitAsked).toBe(true);
  expect(opened.route).toEqual({ screen: "run", id: "r1" });
  end();
});

it("keeps no timer while nobody sees the window", async () => {
  const { end } = await started();
  expect(vi.getTimerCount()).toBe(0);
  end();
});

it("goes where somebody outside the window points, and to the connection there", async () => {
  const transport = new ScriptedTransport({ connection_list: () => [connection()] });
  const opened = new Session(new Client(transport));
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", new EventTarget());
  const end = opened.start();
  transport.open({ screen: "connections", connectionId: "c1" });
  expect([opened.route, opened.pointedAt]).toEqual([{ screen: "connections" }, "c1"]);
  opened.pointedAt = null;
  transport.open({ screen: "activity", connectionId: "c1", runId: "r1" });
  expect([opened.route, opened.pointedAt]).toEqual([{ screen: "run", id: "r1" }, null]);
  end();
});
