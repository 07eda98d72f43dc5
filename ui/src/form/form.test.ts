import { describe, expect, it, vi } from "vitest";

import { Client, type Transport } from "../client/client";
import type { ConnectionDraft, ErrorView, Fix, PlanSummary, TestReport } from "../client/generated";
import { connection, ScriptedTransport } from "../testing";
import {
  draftOf,
  EMPTY,
  limitOf,
  reachDraftOf,
  stepOf,
  STEPS,
  tagsOf,
  typedFrom,
  whatDraftOf,
} from "./draft";
import { ConnectionForm } from "./form.svelte";

const form = (transport: Transport = new ScriptedTransport({})) =>
  new ConnectionForm(new Client(transport), null);

describe("what is typed", () => {
  it("begins with the documented defaults", () => {
    const draft = draftOf(EMPTY);
    expect(draft.documentLimit).toBe(10_000);
    expect(draft.everyMinutes).toBe(240);
    expect(draft.onGone).toBe("keep");
    expect(draft.onIllegalTag).toBe("skip");
  });
  it("becomes a list of tags at commas and spaces", () =>
    expect(tagsOf(" a, b  c,,")).toEqual(["a", "b", "c"]));
  it("is a number with or without its separators, or one that the engine refuses", () => {
    expect(limitOf("10,000")).toBe(10_000);
    expect(limitOf(" 250 ")).toBe(250);
    expect(limitOf("")).toBeNull();
    expect(limitOf("many")).toBe(-1);
    expect(limitOf("-5")).toBe(-1);
  });
  it("keeps a prefix to the byte", () => expect(draftOf({ ...EMPTY, prefix: " a /" }).prefix).toBe(" a /"));
  it("sends a session token only with a key that has one", () => {
    const typed = { ...EMPTY, sessionToken: "t", secretAccessKey: "s" };
    expect(draftOf({ ...typed, accessKeyId: "AKIA1" }).credentials).not.toHaveProperty("sessionToken");
    expect(draftOf({ ...typed, accessKeyId: "ASIA1" }).credentials).toHaveProperty("sessionToken", "t");
  });
  it("comes back from a saved connection without any secret", () => {
    const typed = typedFrom(connection({ endpoint: "https://fra1.digitaloceanspaces.com", everyMinutes: 0 }));
    expect(typed.provider).toBe("spaces");
    expect(typed.secretAccessKey).toBe("");
    expect(draftOf(typed).everyMinutes).toBe(0);
  });
});

describe("rules, size and doors", () => {
  const saved = connection({
    filters: [{ kind: "exclude", glob: " *.tmp" }],
    maxSize: 1_500_000,
    caFile: "/ca.pem",
    requesterPays: true,
    addressing: "path",
  });
  it("survive an edit as they were", () => {
    const { filters, maxSize, caFile, requesterPays, addressing } = saved;
    expect(draftOf(typedFrom(saved))).toMatchObject({ filters, maxSize, caFile, requesterPays, addressing });
    expect(draftOf(EMPTY)).not.toHaveProperty("maxSize");
  });
  it("are asked about where they belong", () => {
    expect(whatDraftOf(typedFrom(saved))).toMatchObject({ filters: saved.filters, maxSize: 1_500_000 });
    expect(reachDraftOf(typedFrom(saved))).toMatchObject({ filters: [], caFile: "/ca.pem" });
    expect(reachDraftOf(typedFrom(saved))).not.toHaveProperty("maxSize");
    expect(["filters", "maxSize", "caFile"].map(stepOf)).toEqual([2, 2, 1]);
  });
  it("do not list the bucket again, but for how it is reached", async () => {
    let listings = 0;
    const opened = form(
      new ScriptedTransport({
        draft_list: () => ({
          listingId: `L${++listings}`,
          keys: 0,
          complete: true,
          underWay: false,
          listedAt: 0,
          error: null,
        }),
      }),
    );
    opened.list(0);
    await vi.waitFor(() => expect(opened.listing?.listingId).toBe("L1"));
    opened.typed.filters = [{ kind: "include", glob: "*.md" }];
    opened.typed.maxSize = "5";
    opened.list(0);
    expect(opened.listingBusy).toBe(false);
    opened.typed.requesterPays = true;
    opened.list(0);
    await vi.waitFor(() => expect(opened.listing?.listingId).toBe("L2"));
  });
});

it("a question about the bucket does not depend on tags that are not typed yet", () => {
  const draft = reachDraftOf({ ...EMPTY, containerTagRegex: "(", documentLimit: "x" });
  expect(draft.containerTagRegex).toBe("");
  expect(draft.containerTags).toHaveLength(1);
  expect(draft.documentLimit).toBeNull();
});

it("every field has its step, and an unknown one is shown where all is summed up", () => {
  expect(stepOf("bucket")).toBe(1);
  expect(stepOf("containerTagRegex")).toBe(3);
  expect(stepOf("something new")).toBe(STEPS.length - 1);
});

describe("the form", () => {
  it("lets the endpoint follow the region of providers that have it in their name", () => {
    const opened = form();
    opened.choose("wasabi");
    opened.setRegion("eu-central-1");
    expect(opened.typed.endpoint).toBe("https://s3.eu-central-1.wasabisys.com");
    opened.choose("aws");
    expect(opened.typed.endpoint).toBe("");
  });

  it("takes a pasted address apart", () => {
    const opened = form();
    expect(opened.paste("https://docs.s3.us-west-2.amazonaws.com/users/")).toBe(true);
    expect([opened.typed.bucket, opened.typed.region, opened.typed.prefix]).toEqual([
      "docs",
      "us-west-2",
      "users/",
    ]);
    expect(opened.paste("docs")).toBe(false);
  });

  it("does not go on without an endpoint where there has to be one", async () => {
    const transport = new ScriptedTransport({ connection_check: () => [] });
    const opened = form(transport);
    opened.choose("r2");
    await opened.next();
    expect(opened.step).toBe(0);
    expect(opened.endpointMissing?.message).toContain("account ID");
    expect(transport.asked).toEqual([]);
    opened.setAccount("0123456789abcdef0123456789abcdef");
    await opened.next();
    expect(opened.step).toBe(1);
  });

  it("stops only for what was asked so far", async () => {
    const wrong = { field: "containerTags", message: "Enter a container tag.", span: null };
    const opened = form(new ScriptedTransport({ connection_check: () => [wrong] }));
    await opened.next();
    expect(opened.step).toBe(1);
    expect(opened.errors).toEqual([]);
  });

  it("goes back to the first wrong field when saving is refused", async () => {
    const fields = ["everyMinutes", "bucket"].map((field) => ({ field, message: "Wrong.", span: null }));
    const view: ErrorView = {
      code: "invalid_connection",
      status: 400,
      message: "Some fields need a change",
      solution: "Correct the marked fields",
      detail: "",
      fields,
    };
    const opened = form(new ScriptedTransport({ connection_add: () => Promise.reject(view) }));
    opened.step = 4;
    opened.reached = 4;
    expect(await opened.save("save")).toBeNull();
    expect(opened.step).toBe(1);
    expect(opened.errorOf("bucket")?.message).toBe("Wrong.");
    opened.edited("bucket");
    expect(opened.errorOf("bucket")).toBeNull();
    expect(opened.errorOf("everyMinutes")).not.toBeNull();
  });

  it("shows a test only as long as nothing that it depends on changed", async () => {
    const report: TestReport = { passed: true, rungs: [], error: null, policy: "{}" };
    const opened = form(new ScriptedTransport({ connection_test_draft: () => report }));
    opened.typed.bucket = "docs";
    await opened.test();
    expect(opened.report).toEqual(report);
    opened.typed.containerTags = "a";
    expect(opened.report).toEqual(report);
    opened.typed.bucket = "docs2";
    expect(opened.report).toBeNull();
  });

  it.each<[Fix, Partial<ConnectionDraft>]>([
    [{ kind: "set_region", region: "us-west-2" }, { region: "us-west-2" }],
    [{ kind: "set_addressing", addressing: "virtual" }, { addressing: "virtual" }],
    [{ kind: "set_endpoint", endpoint: "http://nas:9000" }, { endpoint: "http://nas:9000" }],
    [{ kind: "set_requester_pays" }, { requesterPays: true }],
  ])("takes over the fix %o and tests again", async (fix, typed) => {
    const transport = new ScriptedTransport({
      connection_test_draft: ({ draft }) => ({
        passed: Object.entries(typed).every(
          ([field, value]) => draft[field as keyof ConnectionDraft] === value,
        ),
        rungs: [],
        error: null,
        policy: "{}",
      }),
    });
    const opened = form(transport);
    await opened.applyFix(fix);
    expect(opened.report?.passed).toBe(true);
  });

  it("asks for the certificate's file where the server needs one", async () => {
    const opened = form();
    opened.reached = 4;
    opened.step = 4;
    await opened.applyFix({ kind: "trust_certificate" });
    expect([opened.step, opened.errorOf("caFile") !== null]).toEqual([1, true]);
  });

  it("leads to the field that is wrong", async () => {
    const opened = form();
    opened.step = opened.reached = 4;
    await opened.applyFix({ kind: "edit_field", field: "endpoint" });
    expect([opened.step, opened.wanted.field]).toEqual([0, "endpoint"]);
    await opened.applyFix({ kind: "edit_field", field: "secretAccessKey" });
    expect([opened.step, opened.wanted]).toEqual([1, { field: "secretAccessKey", at: 2 }]);
  });

  it("takes the jurisdiction of R2 into its address, and reads it from there", () => {
    const account = "0123456789abcdef0123456789abcdef";
    const opened = form();
    opened.choose("r2");
    opened.setAccount(account, "eu");
    expect(opened.typed.endpoint).toBe(`https://${account}.eu.r2.cloudflarestorage.com`);
    opened.setEndpoint(`https://${account}.r2.cloudflarestorage.com`);
    expect(opened.jurisdiction).toBe("");
    opened.paste(`https://${account}.fedramp.r2.cloudflarestorage.com/docs`);
    expect([opened.jurisdiction, opened.typed.accountId, opened.typed.bucket]).toEqual([
      "fedramp",
      account,
      "docs",
    ]);
  });

  it("forgets its secrets when it is closed", () => {
    const opened = form();
    opened.typed.secretAccessKey = "secret";
    opened.close();
    expect(opened.typed.secretAccessKey).toBe("");
  });
});

describe("the live preview", () => {
  const gone: ErrorView = {
    code: "invalid_request",
    status: 400,
    message: "The request makes no sense",
    solution: "",
    detail: "the listing is gone; list again",
  };

  it("lists again when the engine no longer has the listing", async () => {
    let listings = 0;
    const transport = new ScriptedTransport({
      draft_list: () => ({
        listingId: `L${++listings}`,
        keys: 1,
        complete: true,
        underWay: false,
        listedAt: 0,
        error: null,
      }),
      draft_preview: ({ listingId }) =>
        listingId === "L1"
          ? Promise.reject(gone)
          : { fieldErrors: [], summary: null, page: null, ruleHits: [] },
    });
    const opened = form(transport);
    opened.list(0);
    await vi.waitFor(() => expect(opened.listing?.listingId).toBe("L1"));
    opened.preview(opened.draft, "finish");
    await vi.waitFor(() => expect(opened.listing?.listingId).toBe("L2"));
    expect(opened.error).toBeNull();
  });

  it("keeps the last good answer while a rule is half typed, and says what is wrong", async () => {
    const wrong = {
      field: "containerTagRegex",
      message: "A ( is never closed.",
      span: [0, 1] as [number, number],
    };
    const summary = { totals: { new: 1 } } as unknown as PlanSummary;
    const opened = form(
      new ScriptedTransport({
        draft_list: () => ({
          listingId: "L",
          keys: 1,
          complete: true,
          underWay: false,
          listedAt: 0,
          error: null,
        }),
        draft_preview: ({ draft }) =>
          draft.containerTagRegex === "("
            ? { fieldErrors: [wrong], summary: null, page: null, ruleHits: [] }
            : { fieldErrors: [], summary, page: { items: [], total: 0 }, ruleHits: [] },
      }),
    );
    opened.list(0);
    await vi.waitFor(() => expect(opened.listing).not.toBeNull());
    opened.preview(opened.draft, "finish");
    await vi.waitFor(() => expect(opened.summary).not.toBeNull());
    opened.typed.containerTagRegex = "(";
    opened.preview(opened.draft, "finish");
    await vi.waitFor(() => expect(opened.ruleErrors).toEqual([wrong]));
    expect(opened.summary).toEqual(summary);
  });
});
