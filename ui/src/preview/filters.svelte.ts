/** What of a preview is shown, and in which order: a tab, a reason, a tag, a text, a trial; each of them narrows the others. */
import type { PlanAction, PlanFilter, PlanOrder } from "../client/generated";
import type { SkipReason } from "../client/generated";
import { Latest } from "../lib/latest";

export type Tab = PlanAction | "all";

/** Where the large or the new is looked for first. */
const LARGEST_FIRST: PlanOrder[] = ["size", "modified"];
/** Milliseconds after the last letter. */
const TYPING = 150;

export class Filters {
  readonly #typing = new Latest();

  tab = $state<Tab>("all");
  reason = $state<SkipReason | null>(null);
  tag = $state<string | null>(null);
  trial = $state(false);
  order = $state<PlanOrder>("key");
  descending = $state(false);
  /** As typed. */
  text = $state("");
  /** What is filtered by: the typed text after a pause. */
  #settled = $state("");

  constructor(tab: Tab = "all") {
    this.tab = tab;
  }

  /** As the engine is asked, without a part. */
  get part(): Omit<PlanFilter, "offset" | "limit"> {
    return {
      text: this.#settled,
      order: this.order,
      descending: this.descending,
      ...(this.tab === "all" ? {} : { action: this.tab }),
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.tag === null ? {} : { tag: this.tag }),
      ...(this.trial ? { trial: true } : {}),
    };
  }

  /** Whether anything but the tab narrows what is shown. */
  get narrows(): boolean {
    return this.#settled !== "" || this.reason !== null || this.tag !== null || this.trial;
  }

  /** Whether a text is all that narrows. */
  get byTextOnly(): boolean {
    return this.#settled !== "" && this.reason === null && this.tag === null && !this.trial;
  }

  /** Another tab: reasons are of what is skipped. */
  open(tab: Tab): void {
    this.tab = tab;
    if (tab !== "skipped") this.reason = null;
    if (tab !== "all") this.trial = false;
  }

  /** Only what is skipped for this reason; again, and all of it. */
  because(reason: SkipReason): void {
    const again = this.tab === "skipped" && this.reason === reason;
    this.open("skipped");
    this.reason = again ? null : reason;
  }

  /** What a trial would send, and nothing else; or all again. */
  showTrial(shown: boolean): void {
    this.clear();
    this.trial = shown;
  }

  /** All of it, in the order that was chosen. */
  clear(): void {
    this.open("all");
    this.tag = null;
    this.trial = false;
    this.type("", 0);
  }

  type(text: string, delay = TYPING): void {
    this.text = text;
    this.#typing.ask(
      delay,
      async () => text,
      (settled) => (this.#settled = settled),
      () => undefined,
    );
  }

  /** The head of a column was pressed: by this, or the other way round. */
  sort(order: PlanOrder): void {
    this.descending = this.order === order ? !this.descending : LARGEST_FIRST.includes(order);
    this.order = order;
  }

  drop(): void {
    this.#typing.drop();
  }
}
