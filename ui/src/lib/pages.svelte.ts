/**
 * Rows of a long table, fetched by page when they come into sight, and a little before. A few pages are on their way at
 * once; while the table is scrolled on, pages that are out of sight again are not asked for any more. The cache is bounded:
 * the pages that were not looked at for longest go first.
 */
import { untrack } from "svelte";

import { asEngineError, type EngineError } from "../client/client";

export interface Page<T> {
  items: T[];
  total: number;
}

export const PAGE_SIZE = 200;
const PAGES_KEPT = 24;
/** Rows before and after those in sight that are fetched with them. */
const AHEAD = 100;
/** Pages on their way at once. */
const AT_ONCE = 2;

export class Pages<T> {
  readonly #fetch: (offset: number, limit: number) => Promise<Page<T>>;
  /** In order of use, the oldest first. */
  readonly #pages = new Map<number, T[]>();
  readonly #underWay = new Set<number>();
  /** Pages that are wanted and not asked for yet, the most urgent first. */
  #wanted: number[] = [];

  /** How many rows there are; null until the first page is here. */
  total = $state<number | null>(null);
  error = $state.raw<EngineError | null>(null);
  /** Grows with every page, so that what draws rows draws again. */
  version = $state(0);

  constructor(fetch: (offset: number, limit: number) => Promise<Page<T>>) {
    this.#fetch = fetch;
    this.#wanted = [0];
    this.#goOn();
  }

  /** The row, or undefined while its page is on its way. Never starts anything. */
  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE];
  }

  /** Makes sure that these rows are there or on their way. Whatever was wanted before is wanted no longer. */
  want(first: number, count: number): void {
    const last = first + Math.max(1, count) - 1;
    const end = Math.max(0, untrack(() => this.total ?? 1) - 1);
    const pages = new Set(pagesFrom(first, last));
    for (const page of pages) this.#use(page);
    pagesFrom(Math.max(0, first - AHEAD), Math.min(end, last + AHEAD)).forEach((page) => pages.add(page));
    this.#wanted = [...pages].filter((page) => !this.#pages.has(page));
    this.#goOn();
  }

  /** Tries again what failed. */
  retry(): void {
    this.error = null;
    if (this.#wanted.length === 0) this.#wanted = [0];
    this.#goOn();
  }

  #use(page: number): void {
    const kept = this.#pages.get(page);
    if (!kept) return;
    this.#pages.delete(page);
    this.#pages.set(page, kept);
  }

  #goOn(): void {
    if (untrack(() => this.error)) return;
    for (const page of this.#wanted) {
      if (this.#underWay.size >= AT_ONCE) return;
      if (!this.#underWay.has(page) && !this.#pages.has(page)) void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    this.#underWay.add(page);
    try {
      const { items, total } = await this.#fetch(page * PAGE_SIZE, PAGE_SIZE);
      this.#pages.set(page, items);
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size <= PAGES_KEPT) break;
        this.#pages.delete(oldest);
      }
      this.total = total;
      this.version += 1;
    } catch (cause) {
      this.error = asEngineError(cause);
    } finally {
      this.#underWay.delete(page);
      this.#goOn();
    }
  }
}

function pagesFrom(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE_SIZE);
  const count = Math.max(0, Math.floor(last / PAGE_SIZE) - from + 1);
  return Array.from({ length: count }, (_, at) => from + at);
}
