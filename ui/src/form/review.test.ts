import { describe, expect, it } from "vitest";

import { Client } from "../client/client";
import type { ErrorView, PlanSummary } from "../client/generated";
import { connection, ScriptedTransport, summary } from "../testing";
import { editWords } from "../preview/words";
import { ConnectionForm } from "./form.svelte";

type Answers = ConstructorParameters<typeof ScriptedTransport>[0];

function editing(answers: Answers) {
  const transport = new ScriptedTransport({ connection_edit: () => connection(), ...answers });
  const form = new ConnectionForm(new Client(transport), connection());
  const asked = (command: string) => transport.asked.filter((call) => call.command === command);
  return { form, asked };
}

const previewing = (made: PlanSummary, keys: string[] = []): Answers => ({
  edit_preview: () => ({ previewId: "edit:c1", summary: made }),
  preview_page: () => ({
    items: keys.map((key) => ({
      ...{ key, action: "removed", reason: null, sentence: null, tag: "docs" },
      ...{ capture: null, size: null, modified: null },
    })),
    total: keys.length,
  }),
});

const error = (over: Partial<ErrorView>): ErrorView => ({
  code: "unreachable",
  status: 503,
  message: "The bucket does not answer",
  solution: "Try again",
  detail: "",
  ...over,
});

describe("saving an edit", () => {
  it("asks nobody when no document is touched", async () => {
    const { form } = editing(previewing(summary({ totals: { unchanged: 29, skipped: 2 } })));
    expect(await form.mayBeSaved("save")).toBe(true);
    expect(form.review.open).toBe(false);
  });

  it("shows first what it does, and passes on the number that was shown and said yes to", async () => {
    const made = summary({ totals: { removed: 37, unchanged: 3 }, heldBack: 37 });
    const { form, asked } = editing(previewing(made, ["a.md", "b.md"]));
    expect(await form.mayBeSaved("sync")).toBe(false);
    expect(form.review).toMatchObject({ open: true, after: "sync", leaving: ["a.md", "b.md"] });
    expect(asked("connection_edit")).toEqual([]);
    await form.save("sync", form.review.summary?.heldBack);
    expect(asked("connection_edit")[0]?.args).toMatchObject({ id: "c1", confirmedRemovals: 37 });
  });

  it("confirms nothing unless it is told to", async () => {
    const { form, asked } = editing({});
    await form.save("save");
    expect(asked("connection_edit")[0]?.args).toMatchObject({ confirmedRemovals: null });
  });

  it("goes to the field that is wrong instead of showing anything", async () => {
    const fields = [{ field: "filters", message: "“a[” is not a pattern.", span: null }];
    const { form } = editing({
      edit_preview: () => Promise.reject(error({ code: "invalid_connection", fields })),
    });
    form.step = 4;
    expect(await form.mayBeSaved("save")).toBe(false);
    expect(form.review.open).toBe(false);
    expect([form.step, form.errorOf("filters")?.message]).toEqual([2, "“a[” is not a pattern."]);
  });

  it("is not blocked by a preview that fails, and says what failed", async () => {
    const { form } = editing({ edit_preview: () => Promise.reject(error({})) });
    expect(await form.mayBeSaved("save")).toBe(false);
    expect(form.review.failed?.view.code).toBe("unreachable");
    expect(await form.save("save")).not.toBeNull();
  });

  it("forgets an answer that comes after a person went on", async () => {
    let answer: (value: { previewId: string; summary: PlanSummary }) => void = () => undefined;
    const { form } = editing({ edit_preview: () => new Promise((resolve) => (answer = resolve)) });
    const asked = form.mayBeSaved("save");
    expect(form.review.working).toBe(true);
    form.review.drop();
    expect(form.review.working).toBe(false);
    answer({ previewId: "edit:c1", summary: summary({ totals: { new: 4 } }) });
    expect(await asked).toBe(false);
    expect(form.review.open).toBe(false);
  });

  it("looks at what was typed meanwhile, too", async () => {
    const { form, asked } = editing({
      edit_preview: ({ draft }) => {
        form.typed.prefix = "docs/";
        return {
          previewId: "edit:c1",
          summary: summary({ totals: { new: draft.prefix === "docs/" ? 2 : 1 } }),
        };
      },
    });
    expect(await form.mayBeSaved("save")).toBe(false);
    expect(asked("edit_preview")).toHaveLength(2);
    expect(form.review.summary?.totals.new).toBe(2);
  });

  it("does not ask about a new connection", async () => {
    const form = new ConnectionForm(new Client(new ScriptedTransport({})), null);
    expect(await form.mayBeSaved("sync")).toBe(true);
  });
});

describe("what an edit does, in words", () => {
  it("begins with removals, says that they wait, and leaves out what does not occur", () =>
    expect(
      editWords(summary({ totals: { removed: 37, retagged: 1, unchanged: 3 }, heldBack: 37 })).map(
        ({ text }) => text,
      ),
    ).toEqual([
      "37 documents are removed, once you say yes: not in the bucket any more, or no longer in scope.",
      "1 document moves to another container.",
      "3 documents stay as they are.",
    ]));
});
