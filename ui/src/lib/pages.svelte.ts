/**
 * Rows of a long table, fetched by page when they come into sight. The cache is bounded: the pages that
 * were not looked at for longest go first.
 */
import { asEngineError, type EngineError } from "../client/client";

export interface Page<T> {
  items: T[];
  total: number;
}

export const PAGE_SIZE = 200;
const PAGES_KEPT = 24;

/** Rows as a table draws them, wherever they come from. */
export type RowSource<T> = Pick<Pages<T>, "total" | "error" | "version" | "row" | "want" | "retry">;

export class Pages<T> {
  readonly #fetch: (offset: number, limit: number) => Promise<Page<T>>;
  /** In order of use, the oldest first. */
  readonly #pages = new Map<number, T[]>();
  readonly #underWay = new Set<number>();

  /** How many rows there are; null until the first page is here. */
  total = $state<number | null>(null);
  error = $state.raw<EngineError | null>(null);
  /** Grows with every page, so that what draws rows draws again. */
  version = $state(0);

  constructor(fetch: (offset: number, limit: number) => Promise<Page<T>>) {
    this.#fetch = fetch;
    void this.#load(0);
  }

  /** The row, or undefined while its page is on its way. Never starts anything. */
  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE];
  }

  /** Makes sure that these rows are there or on their way. */
  want(first: number, count: number): void {
    const last = Math.floor((first + Math.max(1, count) - 1) / PAGE_SIZE);
    for (let page = Math.floor(first / PAGE_SIZE); page <= last; page += 1) {
      const kept = this.#pages.get(page);
      if (kept) {
        this.#pages.delete(page);
        this.#pages.set(page, kept);
      } else {
        void this.#load(page);
      }
    }
  }

  /** Tries again what failed. */
  retry(): void {
    this.error = null;
    void this.#load(0);
  }

  async #load(page: number): Promise<void> {
    if (this.#underWay.has(page) || this.error) return;
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
    }
  }
}
