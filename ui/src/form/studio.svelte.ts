/** The tag studio: what the engine says of the rule as it is typed. */
import { asEngineError, type Client } from "../client/client";
import type {
  Collision,
  ConnectionDraft,
  FieldError,
  StudioRow,
  StudioTotals,
  StudioView,
  Suggestion,
} from "../client/generated";
import { Latest } from "../lib/latest";
import type { ConnectionForm } from "./form.svelte";
import { JudgedRows } from "./judged-rows.svelte";

export type StudioTab = "all" | "needs_look" | "matched" | "no_match" | "own";

/** Own keys that are tried at once; the engine takes no more. */
export const OWN_KEYS = 500;

export class Studio {
  readonly #client: Client;
  readonly #form: ConnectionForm;
  readonly #trying = new Latest();
  #asked = 0;
  #suggestedFor = "";
  #rowsOf = "";

  tab = $state<StudioTab>("all");
  /** Only keys with this tag are shown. */
  tag = $state<string | null>(null);
  rows = $state.raw<JudgedRows | null>(null);
  totals = $state.raw<StudioTotals | null>(null);
  /** The totals are those of an earlier rule. */
  counting = $state(false);
  wrong = $state.raw<FieldError[]>([]);
  suggestions = $state.raw<Suggestion[]>([]);
  own = $state("");
  ownRows = $state.raw<StudioRow[]>([]);
  ownCollisions = $state.raw<Collision[]>([]);

  constructor(client: Client, form: ConnectionForm) {
    this.#client = client;
    this.#form = form;
  }

  get ownKeys(): string[] {
    return this.own.split("\n").filter((key) => key !== "");
  }

  /** Neither tag nor rule is typed: keys are shown, but nothing can be said of them yet. */
  get untagged(): boolean {
    return this.#form.typed.containerTagRegex === "" && this.#form.typed.containerTags.trim() === "";
  }

  get view(): StudioView {
    if (this.tag !== null) return { kind: "tag", tag: this.tag };
    return { kind: this.tab === "own" ? "all" : this.tab };
  }

  show(tab: StudioTab): void {
    this.tab = tab;
    this.tag = null;
    this.#newRows();
  }

  showTag(tag: string): void {
    this.tab = "all";
    this.tag = tag;
    this.#newRows();
  }

  /** Other keys than before, or more of them: then the rows in sight stay. */
  listed(): void {
    const listingId = this.#form.listing?.listingId ?? "";
    if (listingId !== this.#rowsOf) this.#newRows();
    void this.#count();
    void this.#suggest();
  }

  /** Something was typed that decides about tags. */
  typed(): void {
    void this.rows?.judge();
    void this.#count();
  }

  tried(draft: ConnectionDraft, keys: string[]): void {
    if (keys.length === 0) {
      this.#trying.drop();
      this.ownRows = [];
      this.ownCollisions = [];
      return;
    }
    this.#trying.ask(
      0,
      () => this.#client.call("studio_try", { draft, keys: keys.slice(0, OWN_KEYS) }),
      ({ rows, collisions, fieldErrors }) => {
        this.wrong = fieldErrors;
        if (fieldErrors.length > 0) return;
        this.ownRows = rows;
        this.ownCollisions = collisions;
      },
      (cause) => (this.#form.error = asEngineError(cause)),
    );
  }

  #newRows(): void {
    const { listing } = this.#form;
    this.#rowsOf = listing?.listingId ?? "";
    if (!listing || this.tab === "own") {
      this.rows = null;
      return;
    }
    const { listingId } = listing;
    const { view } = this;
    this.rows = new JudgedRows(
      {
        rows: (at) => this.#client.call("studio_rows", { listingId, draft: this.#form.draft, at }),
        page: (offset, limit) =>
          this.#client.call("studio_page", { listingId, draft: this.#form.draft, view, offset, limit }),
      },
      (error) => this.#form.listingFailed(error),
    );
  }

  /** Asks about all keys. The engine gives up what it was asked before. */
  async #count(): Promise<void> {
    const { listing } = this.#form;
    const asked = (this.#asked += 1);
    if (!listing) {
      this.totals = null;
      return;
    }
    this.counting = true;
    try {
      const answer = await this.#client.call("studio_totals", {
        listingId: listing.listingId,
        draft: this.#form.draft,
      });
      if (asked !== this.#asked) return;
      this.counting = false;
      this.wrong = answer.fieldErrors;
      if (!answer.totals) {
        // The engine gives up what it was asked before: an earlier question that reached it later. Then it is asked again.
        if (answer.fieldErrors.length === 0) void this.#count();
        return;
      }
      this.totals = answer.totals;
      void this.rows?.reorder();
    } catch (cause) {
      if (asked !== this.#asked) return;
      this.counting = false;
      this.#form.listingFailed(asEngineError(cause));
    }
  }

  async #suggest(): Promise<void> {
    const { listing } = this.#form;
    const of = listing ? `${listing.listingId} ${listing.keys}` : "";
    if (!listing || of === this.#suggestedFor) return;
    this.#suggestedFor = of;
    try {
      const suggestions = await this.#client.call("studio_suggest", { listingId: listing.listingId });
      if (of === this.#suggestedFor) this.suggestions = suggestions;
    } catch {
      // A convenience; what failed shows itself where the listing is used.
      this.suggestions = [];
    }
  }
}
