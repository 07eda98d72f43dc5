import { describe, expect, it, vi } from "vitest";

import { Client } from "../client/client";
import type { StudioAnswer, StudioTotals } from "../client/generated";
import { ScriptedTransport } from "../testing";
import { ConnectionForm } from "./form.svelte";
import { Studio } from "./studio.svelte";

const listing = { listingId: "L", keys: 2, complete: true, underWay: false, listedAt: 0, error: null };
const totals = (matched: number): StudioTotals => ({
  all: 2,
  matched,
  noMatch: 2 - matched,
  illegal: 0,
  colliding: 0,
  skipped: 0,
  tags: [],
  tagCount: 0,
  collisions: [],
  collisionCount: 0,
});

async function opened(count: (rule: string) => Promise<StudioAnswer>) {
  const none = { fieldErrors: [], rows: [], total: 0 };
  const client = new Client(
    new ScriptedTransport({
      draft_list: () => listing,
      draft_preview: () => ({ fieldErrors: [], summary: null, page: null, ruleHits: [] }),
      studio_page: () => none,
      studio_rows: () => none,
      studio_suggest: () => [{ rule: "^(?<folder>[^/]+)/", matched: 2, tags: 2 }],
      studio_totals: ({ draft }) => count(draft.containerTagRegex),
      studio_try: ({ keys }) => ({
        fieldErrors: [],
        collisions: [],
        rows: keys.map((key, at) => ({
          at,
          source: "captured" as const,
          collides: false,
          item: {
            key,
            action: "new" as const,
            reason: null,
            sentence: null,
            tag: "t",
            capture: null,
            size: 1,
            modified: null,
          },
        })),
      }),
    }),
  );
  const form = new ConnectionForm(client, null);
  form.list(0);
  await vi.waitFor(() => expect(form.listing).not.toBeNull());
  return { form, studio: new Studio(client, form) };
}

describe("the tag studio", () => {
  it("takes the answer to the last rule only, whichever comes first", async () => {
    const answers = new Map<string, (answer: StudioAnswer) => void>();
    const { form, studio } = await opened((rule) => new Promise((done) => answers.set(rule, done)));
    form.typed.containerTagRegex = "old";
    studio.listed();
    form.typed.containerTagRegex = "new";
    studio.typed();
    answers.get("new")?.({ fieldErrors: [], totals: totals(2), keys: 2 });
    await vi.waitFor(() => expect(studio.totals?.matched).toBe(2));
    answers.get("old")?.({ fieldErrors: [], totals: totals(1), keys: 2 });
    await Promise.resolve();
    expect(studio.totals?.matched).toBe(2);
    expect(studio.suggestions).toHaveLength(1);
  });

  it("asks again when an earlier question overtook the last one on its way", async () => {
    const given = { fieldErrors: [], totals: null, keys: 0 };
    const answers: StudioAnswer[] = [given, given, { fieldErrors: [], totals: totals(2), keys: 2 }];
    const { form, studio } = await opened(() => Promise.resolve(answers.shift() ?? given));
    form.typed.containerTagRegex = "old";
    studio.listed();
    form.typed.containerTagRegex = "new";
    studio.typed();
    await vi.waitFor(() => expect(studio.totals?.matched).toBe(2));
    expect(studio.counting).toBe(false);
    expect(answers).toHaveLength(0);
  });

  it("keeps the last totals while a rule is half typed, and says what is wrong", async () => {
    const wrong = [{ field: "containerTagRegex", message: "A ( is never closed.", span: null }];
    const { form, studio } = await opened((rule) =>
      Promise.resolve(
        rule === "("
          ? { fieldErrors: wrong, totals: null, keys: 0 }
          : { fieldErrors: [], totals: totals(1), keys: 2 },
      ),
    );
    studio.listed();
    await vi.waitFor(() => expect(studio.totals).not.toBeNull());
    form.typed.containerTagRegex = "(";
    studio.typed();
    await vi.waitFor(() => expect(studio.wrong).toEqual(wrong));
    expect(studio.totals?.matched).toBe(1);
  });

  it("tries own keys line by line, and none where there are none", async () => {
    const { form, studio } = await opened(() => new Promise(() => {}));
    studio.own = "users/a/1.md\n\nusers/b/1.md";
    studio.tried(form.draft, studio.ownKeys);
    await vi.waitFor(() => expect(studio.ownRows.map((row) => row.item.key)).toEqual(studio.ownKeys));
    studio.tried(form.draft, []);
    expect(studio.ownRows).toEqual([]);
  });
});
