import { describe, expect, it } from "vitest";

import { Client } from "../client/client";
import type { ErrorView, KnowledgeBaseReport } from "../client/generated";
import { HOSTED, SELF_HOSTED } from "../lib/destination";
import { base, ScriptedTransport } from "../testing";
import { KnowledgeBases } from "./bases.svelte";
import { BaseTrial } from "./trial.svelte";
import { keyWords, reportWords, useWords } from "./words";

const own = base({ address: SELF_HOSTED, isHosted: false, hasKey: false });

describe("what is known of knowledge bases", () => {
  it("begins with Supermemory's service", async () => {
    const bases = new KnowledgeBases(
      new Client(new ScriptedTransport({ knowledge_base_list: () => [own, base()] })),
    );
    await bases.refresh();
    expect(bases.rows.map((row) => row.address)).toEqual([HOSTED, SELF_HOSTED]);
    expect(bases.find("http://localhost:6767/")?.address).toBe(SELF_HOSTED);
    expect(bases.withConnectors.map((row) => row.address)).toEqual([HOSTED]);
  });

  it("sends a key only where one was typed, without the spaces around it", async () => {
    const transport = new ScriptedTransport({
      knowledge_base_set: ({ draft }) => base({ address: draft.address }),
    });
    const bases = new KnowledgeBases(new Client(transport));
    await bases.keep(HOSTED, " sm_key\n");
    await bases.keep(SELF_HOSTED, " ");
    expect(transport.asked.map((call) => call.args)).toEqual([
      { draft: { address: HOSTED, apiKey: "sm_key" } },
      { draft: { address: SELF_HOSTED } },
    ]);
    expect(bases.rows).toHaveLength(2);
  });

  it("is not undone by the answer to an older read", async () => {
    let answer: (rows: []) => void = () => undefined;
    const bases = new KnowledgeBases(
      new Client(
        new ScriptedTransport({
          knowledge_base_list: () => new Promise((done) => (answer = done)),
          knowledge_base_set: () => base(),
        }),
      ),
    );
    const read = bases.refresh();
    await Promise.resolve();
    await bases.keep(HOSTED, "sm_key");
    answer([]);
    await read;
    expect(bases.rows).toHaveLength(1);
  });
});

describe("a test of a knowledge base", () => {
  const report: KnowledgeBaseReport = {
    address: HOSTED,
    organisation: "Acme",
    plan: "scale",
    connectors: true,
  };

  it("counts only for the address and the key that it was made with", async () => {
    const trial = new BaseTrial(new Client(new ScriptedTransport({ knowledge_base_test: () => report })));
    expect(await trial.ask(HOSTED, "sm_1")).toBe(true);
    expect(trial.reportFor(HOSTED, "sm_1")).toEqual(report);
    expect(trial.reportFor(HOSTED, "sm_2")).toBeNull();
    expect(trial.reportFor(SELF_HOSTED, "sm_1")).toBeNull();
    trial.drop();
    expect(trial.reportFor(HOSTED, "sm_1")).toBeNull();
  });

  it("keeps what went wrong", async () => {
    const refusal: ErrorView = {
      code: "api_key_rejected",
      status: 401,
      message: "The API key is not accepted",
      solution: "Enter a valid API key",
      detail: "",
    };
    const trial = new BaseTrial(
      new Client(new ScriptedTransport({ knowledge_base_test: () => Promise.reject(refusal) })),
    );
    expect(await trial.ask(HOSTED, "sm_1")).toBe(false);
    expect(trial.errorFor(HOSTED, "sm_1")?.view).toEqual(refusal);
    expect(trial.busy).toBe(false);
  });
});

describe("a knowledge base in words", () => {
  it("says what it tells, and that it tells nothing", () => {
    expect(reportWords({ organisation: "Acme", plan: "scale" })).toBe(
      "It answers: organisation Acme, plan scale.",
    );
    expect(reportWords({ organisation: null, plan: null })).toContain("neither");
  });
  it("misses a key only where one is needed", () => {
    expect(keyWords(base({ hasKey: false }))).toContain("needed");
    expect(keyWords(own)).toBe("None");
  });
  it("tells what is held there although nothing is sent any more", () => {
    expect(useWords({ connections: 0, documents: 3 })).toBe("0 connections, 3 documents");
    expect(useWords({ connections: 0, documents: 0 })).toContain("No connection");
  });
});
