import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Client } from "../client/client";
import type { AwsProfiles, FormDraft } from "../client/generated";
import { connection, ScriptedTransport } from "../testing";
import { EMPTY, secretToEnter, textOf, typedAgain } from "./draft";
import { ConnectionForm } from "./form.svelte";

const kept = (typed: Partial<FormDraft["typed"]>, step = 2, reached = 3): FormDraft => ({
  typed: { ...textOf(EMPTY), bucket: "docs", ...typed },
  step,
  reached,
});

function engine(found: FormDraft | null) {
  const drafts: FormDraft[] = [];
  const transport = new ScriptedTransport({
    form_kept: () => found,
    form_keep: ({ draft }) => {
      drafts.push(draft);
      return null;
    },
    form_forget: () => null,
    connection_check: () => [],
  });
  const asked = (command: string) => transport.asked.filter((call) => call.command === command).length;
  return { transport, drafts, asked };
}

const open = async (transport: ScriptedTransport, saved = false) => {
  const form = new ConnectionForm(new Client(transport), saved ? connection() : null);
  await form.restore();
  return form;
};

describe("what is typed", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is kept after a pause, and never with a secret", async () => {
    const { transport, drafts } = engine(null);
    const form = await open(transport);
    Object.assign(form.typed, { bucket: "doc", secretAccessKey: "hunter2", sessionToken: "hunter2" });
    form.keep();
    form.typed.apiKey = "hunter2";
    form.typed.bucket = "docs";
    form.keep();
    expect(drafts).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drafts.map((draft) => draft.typed.bucket)).toEqual(["docs"]);
    expect(JSON.stringify(transport.asked)).not.toContain("hunter2");
  });

  it("is kept at once when the window may be about to close", async () => {
    const { transport, drafts } = engine(null);
    const form = await open(transport);
    form.typed.bucket = "docs";
    form.keep();
    form.keepNow();
    expect(drafts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drafts).toHaveLength(1);
  });

  it("is not kept while it is as it began, and forgotten when it is so again", async () => {
    const { transport, drafts, asked } = engine(null);
    const form = await open(transport, true);
    form.keep();
    form.typed.prefix = "a/";
    form.keep();
    await vi.advanceTimersByTimeAsync(1_000);
    form.typed.prefix = "";
    form.keep();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([drafts.length, asked("form_forget")]).toEqual([1, 1]);
  });

  it("is forgotten when the form is closed, whatever still waited", async () => {
    const { transport, drafts, asked } = engine(null);
    const form = await open(transport);
    form.typed.bucket = "docs";
    form.keep();
    form.close();
    form.keep();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([drafts.length, asked("form_forget")]).toEqual([0, 1]);
  });
});

describe("a form that was left", () => {
  it("is taken up where it was", async () => {
    const form = await open(
      engine(kept({ credentials: "profile", profile: "work", prefix: "a/" })).transport,
    );
    expect([form.ready, form.restored, form.step, form.reached]).toEqual([true, true, 2, 3]);
    expect([form.typed.bucket, form.typed.prefix, form.typed.profile]).toEqual(["docs", "a/", "work"]);
  });

  it("goes back to where the secret is asked for, which was not kept", async () => {
    const form = await open(engine(kept({ credentials: "access_key", accessKeyId: "AKIA" })).transport);
    expect([form.step, form.reached]).toEqual([1, 1]);
  });

  it("stays where it was when the keychain has the secret", async () => {
    const { transport } = engine(kept({ credentials: "access_key", accessKeyId: "AKIA" }));
    const form = await open(transport, true);
    expect([form.step, form.reached]).toEqual([2, 3]);
  });

  it("can be begun anew", async () => {
    const { transport, asked } = engine(kept({ credentials: "anonymous" }));
    const form = await open(transport);
    form.startOver();
    expect([form.restored, form.step, form.typed.bucket, asked("form_forget")]).toEqual([false, 0, "", 1]);
  });

  it("is begun anew when nothing was left, or it cannot be found", async () => {
    expect((await open(engine(null).transport)).restored).toBe(false);
    const form = await open(new ScriptedTransport({}));
    expect([form.ready, form.restored]).toEqual([true, false]);
  });

  it("goes on as far as it is known to this version", () => {
    const typed = typedAgain({ ...textOf(EMPTY), provider: "new", credentials: "new", destination: "new" });
    expect([typed.provider, typed.credentials, typed.destination]).toEqual(["aws", "access_key", "library"]);
  });
});

it("a secret is to be entered where no keychain has it", () => {
  const saved = connection();
  expect(secretToEnter({ ...EMPTY, accessKeyId: "AKIA" }, null)).toBe(true);
  expect(secretToEnter({ ...EMPTY, accessKeyId: " AKIA " }, saved)).toBe(false);
  expect(secretToEnter({ ...EMPTY, accessKeyId: "OTHER" }, saved)).toBe(true);
  expect(secretToEnter({ ...EMPTY, accessKeyId: "OTHER", secretAccessKey: "s" }, saved)).toBe(false);
  expect(secretToEnter({ ...EMPTY, credentials: "profile" }, null)).toBe(false);
});

describe("a profile", () => {
  const found: AwsProfiles = {
    profiles: [{ name: "work", region: "us-west-2", kind: "keys", signIn: null }],
    places: ["~/.aws/config"],
    trouble: null,
  };
  const choosing = async () => {
    const form = new ConnectionForm(new Client(new ScriptedTransport({ aws_profiles: () => found })), null);
    await form.profiles.read();
    return form;
  };

  it("brings its region along", async () => {
    const form = await choosing();
    form.chooseProfile("work");
    expect([form.typed.profile, form.typed.region]).toEqual(["work", "us-west-2"]);
  });

  it("does not change a region that somebody named, or that of another provider", async () => {
    const form = await choosing();
    form.setRegion("eu-west-1");
    form.chooseProfile("work");
    expect(form.typed.region).toBe("eu-west-1");
    form.paste("https://docs.s3.eu-north-1.amazonaws.com/");
    form.chooseProfile("work");
    expect(form.typed.region).toBe("eu-north-1");
    form.choose("wasabi");
    form.chooseProfile("work");
    expect(form.typed.region).toBe("us-east-1");
  });

  it("that is not known is taken by its name", async () => {
    const form = await choosing();
    form.chooseProfile("elsewhere");
    expect([form.typed.profile, form.typed.region]).toEqual(["elsewhere", "us-east-1"]);
  });
});
