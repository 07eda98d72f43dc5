/**
 * The studio's rows. While a rule is typed those in sight stay where they are and are judged anew; once the totals are
 * known the table takes the order in which they are to be looked at.
 */
import { untrack } from "svelte";

import { asEngineError, type EngineError } from "../client/client";
import type { StudioRow, StudioRows } from "../client/generated";

const PAGE_SIZE = 100;

export interface Ask {
  /** The keys at these places, judged by the rule as it is typed now. */
  rows: (at: number[]) => Promise<StudioRows>;
  /** Rows in the order of the last totals. */
  page: (offset: number, limit: number) => Promise<StudioRows>;
}

export class JudgedRows {
  readonly #ask: Ask;
  readonly #failed: (error: EngineError) => void;
  readonly #rows = new Map<number, StudioRow>();
  readonly #underWay = new Set<string>();
  #sight = { first: 0, count: 40 };
  /** Grows whenever what is kept no longer fits together. */
  #generation = 0;
  /** Grows with every new order. */
  #order = 0;
  #judging = false;
  #again = false;

  total = $state<number | null>(null);
  error = $state.raw<EngineError | null>(null);
  version = $state(0);

  constructor(ask: Ask, failed: (error: EngineError) => void) {
    this.#ask = ask;
    this.#failed = failed;
    void this.reorder();
  }

  row(index: number): StudioRow | undefined {
    return this.#rows.get(index);
  }

  /** Makes sure that these rows are there or on their way. */
  want(first: number, count: number): void {
    this.#sight = { first, count };
    const last = Math.floor((first + Math.max(1, count) - 1) / PAGE_SIZE);
    for (let page = Math.floor(first / PAGE_SIZE); page <= last; page += 1) {
      const from = Math.max(first, page * PAGE_SIZE);
      const to = Math.min(
        first + count,
        (page + 1) * PAGE_SIZE,
        untrack(() => this.total ?? 0),
      );
      for (let index = from; index < to; index += 1) {
        if (this.#rows.has(index)) continue;
        void this.#load(page);
        break;
      }
    }
  }

  retry(): void {
    this.error = null;
    void this.reorder();
  }

  /** Judges the rows in sight anew; asked again meanwhile, once more with what is typed then. */
  async judge(): Promise<void> {
    if (this.#rows.size === 0) return this.reorder();
    this.#generation += 1;
    this.#again = true;
    if (this.#judging) return;
    this.#judging = true;
    try {
      while (this.#again) {
        this.#again = false;
        const seen = this.#inSight();
        if (seen.length === 0) break;
        const order = this.#order;
        const { rows, fieldErrors } = await this.#ask.rows(seen.map(([, row]) => row.at));
        if (order !== this.#order) {
          // Other rows are in sight by now.
          this.#again = true;
          continue;
        }
        // Half a rule: what was said last stays.
        if (fieldErrors.length > 0) continue;
        const judged = new Map(rows.map((row) => [row.at, row]));
        this.#rows.clear();
        for (const [index, row] of seen) this.#rows.set(index, judged.get(row.at) ?? row);
        this.version += 1;
      }
    } catch (cause) {
      this.#failed(asEngineError(cause));
    } finally {
      this.#judging = false;
    }
  }

  /** Takes the order of the last totals. */
  async reorder(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    const offset = Math.floor(this.#sight.first / PAGE_SIZE) * PAGE_SIZE;
    try {
      const { rows, total, fieldErrors } = await this.#ask.page(offset, 2 * PAGE_SIZE);
      if (generation !== this.#generation) return;
      this.total = total;
      if (fieldErrors.length > 0 && this.#rows.size > 0) return;
      this.#order += 1;
      this.#rows.clear();
      rows.forEach((row, at) => this.#rows.set(offset + at, row));
      this.version += 1;
    } catch (cause) {
      if (generation === this.#generation) this.#failed(asEngineError(cause));
    }
  }

  #inSight(): [number, StudioRow][] {
    const { first, count } = this.#sight;
    return [...this.#rows].filter(([index]) => index >= first && index < first + count);
  }

  async #load(page: number): Promise<void> {
    const generation = this.#generation;
    const name = `${generation}:${page}`;
    if (this.#underWay.has(name)) return;
    this.#underWay.add(name);
    try {
      const { rows, total } = await this.#ask.page(page * PAGE_SIZE, PAGE_SIZE);
      if (generation !== this.#generation) return;
      rows.forEach((row, at) => this.#rows.set(page * PAGE_SIZE + at, row));
      if (rows.length > 0) this.total = total;
      this.version += 1;
    } catch (cause) {
      if (generation === this.#generation) this.#failed(asEngineError(cause));
    } finally {
      this.#underWay.delete(name);
    }
  }
}
