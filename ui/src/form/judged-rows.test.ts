import { describe, expect, it, vi } from "vitest";

import type { StudioRow, StudioRows } from "../client/generated";
import { JudgedRows } from "./judged-rows.svelte";

const row = (at: number, tag: string) => ({ at, item: { key: `k${at}`, tag } }) as unknown as StudioRow;
const reply = (rows: StudioRow[], total = rows.length): StudioRows => ({ fieldErrors: [], rows, total });

describe("the studio's rows", () => {
  it("stay where they are while a rule is typed, and take the new order afterwards", async () => {
    let order = [5, 6, 7];
    let tag = "a";
    const rows = new JudgedRows(
      {
        rows: async (at) => reply(at.map((place) => row(place, tag))),
        page: async () => reply(order.map((place) => row(place, tag))),
      },
      () => expect.unreachable(),
    );
    await vi.waitFor(() => expect(rows.total).toBe(3));
    [order, tag] = [[7, 5, 6], "b"];
    await rows.judge();
    expect([0, 1, 2].map((index) => rows.row(index)?.at)).toEqual([5, 6, 7]);
    expect(rows.row(0)?.item.tag).toBe("b");
    await rows.reorder();
    expect([0, 1, 2].map((index) => rows.row(index)?.at)).toEqual([7, 5, 6]);
  });

  it("are asked about once at a time, and once more with what was typed meanwhile", async () => {
    const asked: (() => void)[] = [];
    const rows = new JudgedRows(
      {
        rows: (at) =>
          new Promise((done) =>
            asked.push(() => done(reply(at.map((place) => row(place, `t${asked.length}`))))),
          ),
        page: async () => reply([row(1, "first")]),
      },
      () => expect.unreachable(),
    );
    await vi.waitFor(() => expect(rows.total).toBe(1));
    void rows.judge();
    void rows.judge();
    const last = rows.judge();
    expect(asked).toHaveLength(1);
    asked[0]?.();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    asked[1]?.();
    await last;
    await vi.waitFor(() => expect(rows.row(0)?.item.tag).toBe("t2"));
  });

  it("keep what was said last while a rule is half typed", async () => {
    const wrong = [{ field: "containerTagRegex", message: "", span: null }];
    const rows = new JudgedRows(
      { rows: async () => ({ ...reply([]), fieldErrors: wrong }), page: async () => reply([row(1, "good")]) },
      () => expect.unreachable(),
    );
    await vi.waitFor(() => expect(rows.total).toBe(1));
    await rows.judge();
    expect(rows.row(0)?.item.tag).toBe("good");
  });
});
