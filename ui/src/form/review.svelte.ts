/** What an edit would do to the documents that are held: worked out, and shown, before the edit is saved. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { ConnectionDraft, PlanSummary } from "../client/generated";
import { workOf } from "../preview/words";
import type { AfterSaving } from "./form.svelte";

/** Keys of documents to be removed that are shown by name. */
const NAMED = 5;

export class EditReview {
  readonly #client: Client;
  #asked = 0;

  working = $state(false);
  /** What was to follow the saving. */
  after = $state<AfterSaving>("save");
  summary = $state.raw<PlanSummary | null>(null);
  /** The first keys whose documents would be removed. */
  leaving = $state.raw<string[]>([]);
  /** Why it could not be worked out. Nothing speaks against saving all the same. */
  failed = $state.raw<EngineError | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether a person has to look before it is saved. */
  get open(): boolean {
    return this.failed !== null || (this.summary !== null && workOf(this.summary).inAll > 0);
  }

  /**
   * Works it out. True: nothing would be done to any document, so it may be saved at once. Throws what makes the
   * draft itself invalid.
   */
  async ask(id: string, draft: ConnectionDraft, after: AfterSaving): Promise<boolean> {
    this.drop();
    const asked = this.#asked;
    this.working = true;
    this.after = after;
    try {
      const { previewId, summary } = await this.#client.call("edit_preview", { id, draft, refresh: false });
      const leaving = summary.totals.removed > 0 ? await this.#firstRemoved(previewId) : [];
      if (asked !== this.#asked) return false;
      this.leaving = leaving;
      this.summary = summary;
      return !this.open;
    } catch (cause) {
      if (asked !== this.#asked) return false;
      const error = asEngineError(cause);
      if (error.fields.length > 0) throw error;
      this.failed = error;
      return false;
    } finally {
      if (asked === this.#asked) this.working = false;
    }
  }

  /** The same for a draft that may change while it is looked at: what is typed meanwhile is saved too. */
  async look(id: string, draft: () => ConnectionDraft, after: AfterSaving): Promise<boolean> {
    for (;;) {
      const looked = draft();
      const untouched = await this.ask(id, looked, after);
      const settled = !untouched && !this.open;
      if (settled || JSON.stringify(looked) === JSON.stringify(draft())) return untouched;
    }
  }

  /** Back to editing: whatever is still being worked out no longer counts. */
  drop(): void {
    this.#asked += 1;
    this.working = false;
    this.summary = null;
    this.failed = null;
    this.leaving = [];
  }

  async #firstRemoved(previewId: string): Promise<string[]> {
    const filter = { action: "removed" as const, text: "", offset: 0, limit: NAMED };
    try {
      const page = await this.#client.call("preview_page", { id: previewId, filter });
      return page.items.map((item) => item.key);
    } catch {
      // The number is what is confirmed; names are a help.
      return [];
    }
  }
}
