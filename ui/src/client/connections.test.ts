import { describe, expect, it } from "vitest";

import { connection, ScriptedTransport } from "../testing";
import { Client } from "./client";
import { Connections } from "./connections.svelte";
import type { ConnectionView } from "./generated";

const names = (store: Connections) => store.rows.map((row) => row.name);

function storeOf(list: () => ConnectionView[] | Promise<ConnectionView[]>) {
  return new Connections(new Client(new ScriptedTransport({ connection_list: list })));
}

describe("the connections", () => {
  it("are sorted by name, numbers by their value", async () => {
    const rows = ["Docs 10", "docs 9", "Archive"].map((name, at) => connection({ id: `c${at}`, name }));
    const store = storeOf(() => rows);
    await store.refresh();
    expect(names(store)).toEqual(["Archive", "docs 9", "Docs 10"]);
    expect(store.loaded).toBe(true);
  });

  it("take whole rows by event, new ones and known ones", async () => {
    const store = storeOf(() => [connection()]);
    await store.refresh();
    store.apply({ kind: "connection", connection: connection({ documents: 9 }) });
    store.apply({ kind: "connection", connection: connection({ id: "c2", name: "B" }) });
    expect(store.find("c1")?.documents).toBe(9);
    expect(names(store)).toEqual(["B", "Docs"]);
  });

  it("do not mind an event that comes twice", async () => {
    const store = storeOf(() => [connection()]);
    await store.refresh();
    for (let time = 0; time < 2; time += 1) store.apply({ kind: "connection_removed", id: "c1" });
    expect(store.rows).toEqual([]);
  });

  it("keep what an event told while an older read was under way", async () => {
    let answer: (rows: ConnectionView[]) => void = () => undefined;
    const store = storeOf(() => new Promise((done) => (answer = done)));
    const read = store.refresh();
    await Promise.resolve();
    store.apply({ kind: "connection", connection: connection({ documents: 9 }) });
    store.apply({ kind: "connection_removed", id: "c2" });
    answer([connection({ documents: 1 }), connection({ id: "c2", name: "Gone" })]);
    await read;
    expect(names(store)).toEqual(["Docs"]);
    expect(store.find("c1")?.documents).toBe(9);
  });

  it("take only the answer to the last of two reads", async () => {
    const answers: ((rows: ConnectionView[]) => void)[] = [];
    const store = storeOf(() => new Promise((done) => answers.push(done)));
    const reads = [store.refresh(), store.refresh()];
    await Promise.resolve();
    answers[1]?.([connection({ name: "New" })]);
    answers[0]?.([connection({ name: "Old" })]);
    await Promise.all(reads);
    expect(names(store)).toEqual(["New"]);
  });

  it("keep the rows they have when a read fails, and say why", async () => {
    let broken = false;
    const store = storeOf(() => {
      if (broken) throw new Error("no answer");
      return [connection()];
    });
    await store.refresh();
    broken = true;
    await store.refresh();
    expect(names(store)).toEqual(["Docs"]);
    expect(store.error?.view.detail).toBe("no answer");
    broken = false;
    await store.refresh();
    expect(store.error).toBeNull();
  });
});
