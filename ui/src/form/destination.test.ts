import { describe, expect, it } from "vitest";

import { KnowledgeBases } from "../bases/bases.svelte";
import { Client } from "../client/client";
import type { ErrorView } from "../client/generated";
import { HOSTED, SELF_HOSTED } from "../lib/destination";
import { base, connection, hosted, ScriptedTransport } from "../testing";
import { destinationOptions, fixedWords, missingOfBase } from "./destination";
import { addressTyped, draftOf, EMPTY, reachDraftOf, STEPS, typedFrom } from "./draft";
import { ConnectionForm } from "./form.svelte";

type Answers = ConstructorParameters<typeof ScriptedTransport>[0];

function opened(answers: Answers, saved: Parameters<typeof connection>[0] | null = null) {
  const transport = new ScriptedTransport(answers);
  const client = new Client(transport);
  const bases = new KnowledgeBases(client);
  const form = new ConnectionForm(client, saved === null ? null : connection(saved), bases);
  form.step = form.reached = STEPS.length - 1;
  const asked = () => transport.asked.map((call) => call.command);
  return { form, bases, transport, asked };
}

describe("the destination that is typed", () => {
  it("is the library, or the address of a Supermemory", () => {
    expect(draftOf(EMPTY).destination).toBe("library");
    expect(draftOf({ ...EMPTY, destination: "supermemory" }).destination).toBe(HOSTED);
    expect(draftOf({ ...EMPTY, destination: "own", ownAddress: " http://nas:1 " }).destination).toBe(
      "http://nas:1",
    );
    expect(addressTyped({ ...EMPTY, destination: "cloud" })).toBe(HOSTED);
  });
  it("asks the cloud for nothing that it does not promise", () =>
    expect(draftOf({ ...EMPTY, destination: "cloud", onGone: "remove" }).onGone).toBe("keep"));
  it("comes back from a saved connection", () => {
    for (const destination of ["library", HOSTED, "http://nas:1"]) {
      expect(draftOf(typedFrom(connection({ destination }))).destination).toBe(destination);
    }
    expect(typedFrom(connection()).ownAddress).toBe(SELF_HOSTED);
  });
  it("makes no difference to what the bucket is asked", () =>
    expect(reachDraftOf({ ...EMPTY, destination: "own", ownAddress: "x" })).toEqual(reachDraftOf(EMPTY)));
  it("can be the cloud only for a new connection", () => {
    expect(destinationOptions(true).map((option) => option.value)).toContain("cloud");
    expect(destinationOptions(false).map((option) => option.value)).not.toContain("cloud");
  });
});

describe("what is missing", () => {
  it("is an address, where none is typed: nothing would mean the library", () =>
    expect(missingOfBase(" ", "", undefined)?.field).toBe("destination"));
  it("is a key for Supermemory's service, unless one is saved or typed", () => {
    expect(missingOfBase(HOSTED, " ", undefined)?.field).toBe("apiKey");
    expect(missingOfBase(HOSTED, "", base({ hasKey: false }))?.field).toBe("apiKey");
    expect(missingOfBase(HOSTED, "sm_key", undefined)).toBeNull();
    expect(missingOfBase(HOSTED, "", base())).toBeNull();
  });
  it("is nothing for a server of one's own, which may need no key", () =>
    expect(missingOfBase(SELF_HOSTED, "", undefined)).toBeNull());
});

describe("saving", () => {
  it("puts the key into the keychain before the connection that needs it, and forgets it", async () => {
    const { form, transport, asked } = opened({
      knowledge_base_set: () => base(),
      connection_add: ({ draft }) => connection({ destination: draft.destination }),
    });
    form.typed.destination = "supermemory";
    form.typed.apiKey = "sm_key";
    expect(await form.mayBeSaved("save")).toBe(true);
    expect((await form.save("save"))?.destination).toBe(HOSTED);
    expect(asked().filter((command) => command !== "knowledge_base_test")).toEqual([
      "knowledge_base_set",
      "connection_add",
    ]);
    expect(JSON.stringify(transport.asked.find((call) => call.command === "connection_add"))).not.toContain(
      "sm_key",
    );
    expect(form.typed.apiKey).toBe("");
  });

  it("does not begin without the key, and says so at its field", async () => {
    const { form, asked } = opened({});
    form.typed.destination = "supermemory";
    expect(await form.mayBeSaved("sync")).toBe(false);
    expect([form.errorOf("apiKey") !== null, form.step, asked()]).toEqual([true, STEPS.length - 1, []]);
  });

  it("does not save a connection whose key the keychain did not take", async () => {
    const locked: ErrorView = {
      code: "keychain_locked",
      status: 503,
      message: "The keychain is locked",
      solution: "Unlock it",
      detail: "",
    };
    const { form, asked } = opened({ knowledge_base_set: () => Promise.reject(locked) });
    form.typed.destination = "supermemory";
    form.typed.apiKey = "sm_key";
    expect(await form.save("save")).toBeNull();
    expect(form.error?.view).toEqual(locked);
    expect(asked()).toEqual(["knowledge_base_set"]);
    expect(form.typed.apiKey).toBe("sm_key");
  });

  it("asks nothing about a destination that is fixed, because documents are held there", async () => {
    const { form } = opened(
      { connection_edit: () => connection({ destination: HOSTED }) },
      { destination: HOSTED, documents: 3 },
    );
    expect(form.destinationFixed).toBe(true);
    expect(await form.save("save")).not.toBeNull();
    expect(fixedWords(1)).toContain("1 document of this connection is held there");
  });
});

describe("letting the cloud run it", () => {
  it("sends the settings once the key is there", async () => {
    const { form, transport } = opened({
      knowledge_base_list: () => [base()],
      hosted_create: () => hosted({ bucket: "docs" }),
    });
    form.typed.destination = "cloud";
    form.typed.apiKey = "";
    expect(await form.createHosted()).toBeNull();
    expect(transport.asked).toEqual([]);
    const known = opened({
      knowledge_base_list: () => [base()],
      hosted_create: () => hosted({ bucket: "docs" }),
    });
    await known.bases.refresh();
    known.form.typed.destination = "cloud";
    known.form.typed.bucket = "docs";
    expect((await known.form.createHosted())?.id).toBe("h1");
    expect(known.transport.asked[1]?.args).toMatchObject({ address: HOSTED, draft: { bucket: "docs" } });
  });

  it("lists everything that its connector cannot do where the choice is made", async () => {
    const fields = ["filters", "containerTagRegex"].map((field) => ({ field, message: "No.", span: null }));
    const refusal: ErrorView = {
      code: "invalid_connection",
      status: 400,
      message: "Some fields need a change",
      solution: "Correct the marked fields",
      detail: "",
      fields,
    };
    const { form, bases } = opened({
      knowledge_base_list: () => [base()],
      hosted_create: () => Promise.reject(refusal),
    });
    await bases.refresh();
    form.typed.destination = "cloud";
    expect(await form.createHosted()).toBeNull();
    expect(form.errors).toEqual(fields);
    expect([form.step, form.error, form.busy]).toEqual([STEPS.length - 1, null, null]);
  });
});
