import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Client } from "../client/client";
import type { SearchReply } from "../client/generated";
import { ScriptedTransport } from "../testing";
import { Search } from "./search.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reply(from: number, count: number, total: number): SearchReply {
  const results = Array.from({ length: count }, (_, at) => ({
    documentId: `d${from + at}`,
    connectionId: "c1",
    bucket: "docs",
    key: `${from + at}.md`,
    tag: "t",
    score: 1,
    snippet: [],
    size: 1,
    modified: null,
  }));
  return { results, total };
}

function searching(answer: (offset: number, words: string) => SearchReply) {
  const transport = new ScriptedTransport({ search: ({ query }) => answer(query.offset, query.query) });
  return { search: new Search(new Client(transport)), transport };
}

const question = { words: "heron", destination: "library", tag: "" };

it("only the last of quickly typed words is asked for", async () => {
  const { search, transport } = searching(() => reply(0, 1, 1));
  for (const words of ["h", "he", "heron"]) search.ask({ ...question, words });
  expect(search.busy).toBe(true);
  await vi.runAllTimersAsync();
  expect(transport.asked.map(({ args }) => (args as { query: { query: string } }).query.query)).toEqual([
    "heron",
  ]);
  expect([search.busy, search.total, search.more]).toEqual([false, 1, false]);
});

it("the next page is put behind the first, and nothing twice", async () => {
  const { search } = searching((offset) => (offset === 0 ? reply(0, 50, 60) : reply(49, 11, 60)));
  search.ask(question);
  await vi.runAllTimersAsync();
  expect([search.results?.length, search.more]).toEqual([50, true]);
  search.next();
  await vi.runAllTimersAsync();
  expect([search.results?.length, search.more]).toEqual([60, false]);
  expect(new Set(search.results?.map((result) => result.documentId)).size).toBe(60);
});

it("without words there is nothing to ask, and results of another place are not left standing", async () => {
  const { search, transport } = searching(() => reply(0, 1, 1));
  search.ask(question);
  await vi.runAllTimersAsync();
  search.ask({ ...question, destination: "https://memory.example.com" });
  expect(search.results).toBeNull();
  search.ask({ ...question, words: "" });
  await vi.runAllTimersAsync();
  expect([transport.asked.length, search.results, search.busy]).toEqual([1, null, false]);
});
