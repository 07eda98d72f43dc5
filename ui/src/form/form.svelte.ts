/** The form of one connection: what was typed, where the person is, and what the engine says about it. */
import { untrack } from "svelte";

import { KnowledgeBases } from "../bases/bases.svelte";
import { BaseTrial } from "../bases/trial.svelte";
import { asEngineError, type Client, type EngineError } from "../client/client";
import type {
  ConnectionDraft,
  ConnectionView,
  DraftListing,
  FieldError,
  Fix,
  HostedConnection,
  PlanSummary,
  TestReport,
} from "../client/generated";
import { Latest } from "../lib/latest";
import { t } from "../strings/strings";
import { missingOfBase } from "./destination";
import { addressTyped, draftOf, EMPTY, reachDraftOf, stepOf, STEPS, typedFrom, type Typed } from "./draft";
import { Keeping } from "./keeping.svelte";
import { Profiles } from "./profiles.svelte";
import { PlaceForm } from "./place-form.svelte";
import { EditReview } from "./review.svelte";
import { sampleOf } from "./sample";
import { BucketTest } from "./test.svelte";

/** Quiet before the bucket is listed again, and before rules run again, in milliseconds. */
const LIST_DELAY = 500;
const RULES_DELAY = 100;
/** Between two looks at a listing that goes on. */
const FOLLOW_DELAY = 400;

/** What follows saving: nothing, a sync, or a sync of a few documents. */
export type AfterSaving = "save" | "sync" | "trial";

/** Steps that ask what the rules would do: which files there are, and what a sync would send. */
export type PreviewStep = "what" | "finish";

export class ConnectionForm extends PlaceForm {
  readonly #client: Client;
  readonly #listing = new Latest();
  readonly #following = new Latest();
  readonly #rules = new Latest();
  readonly #test: BucketTest;
  readonly #bases: KnowledgeBases;
  readonly #keeping: Keeping;
  #begun: Typed = EMPTY;
  #closed = false;
  #found: Promise<void> = Promise.resolve();
  /** The saved connection that is edited; null for a new one. */
  readonly saved: ConnectionView | null;
  /** What saving an edit would do. */
  readonly review: EditReview;
  /** The test of the chosen Supermemory. */
  readonly trial: BaseTrial;

  /** Whether what was left last time has been looked for. */
  ready = $state(false);
  /** Whether what is typed was left there last time. */
  restored = $state(false);

  step = $state(0);
  /** The farthest step that was reached; an edit may go anywhere. */
  reached = $state(0);
  /** Grows when the first wrong field wants the focus. */
  focusWrong = $state(0);
  /** A field that wants the focus, each time that `at` grows. */
  wanted = $state.raw<{ field: string; at: number }>({ field: "", at: 0 });
  busy = $state<"next" | "cloud" | AfterSaving | null>(null);

  /** The keys that are shown. It is renewed seldom while they come in: all that is shown follows it. */
  listing = $state.raw<DraftListing | null>(null);
  /** How far they are. */
  progress = $state.raw<DraftListing | null>(null);
  listingOf = $state("");
  listingBusy = $state(false);
  listingError = $state.raw<EngineError | null>(null);

  /** Keys from all over the listing, for suggestions. */
  sample = $state.raw<string[]>([]);

  summary = $state.raw<PlanSummary | null>(null);
  ruleErrors = $state.raw<FieldError[]>([]);
  /** Draft whose rules `summary` and the table show; it changes only after a pause in typing. */
  previewed = $state.raw<ConnectionDraft | null>(null);
  /** How many files each of its include and exclude rules decides about. */
  ruleHits = $state.raw<number[]>([]);
  #previewedAt: PreviewStep | null = null;

  constructor(client: Client, saved: ConnectionView | null, bases = new KnowledgeBases(client)) {
    super(new Profiles(client));
    this.#client = client;
    this.#bases = bases;
    this.saved = saved;
    this.review = new EditReview(client);
    this.trial = new BaseTrial(client);
    this.#test = new BucketTest(client);
    this.#keeping = new Keeping(client, saved?.id ?? null);
    this.#begin();
  }

  #begin(): void {
    this.#begun = this.saved ? typedFrom(this.saved) : EMPTY;
    this.typed = { ...this.#begun };
    this.step = 0;
    this.reached = this.saved ? STEPS.length - 1 : 0;
    this.noteEndpoint(this.saved !== null);
  }

  /** Takes up what was left when the window closed; the form is ready then. */
  restore(): Promise<void> {
    this.#found = this.#takeUp();
    return this.#found;
  }

  async #takeUp(): Promise<void> {
    const left = await this.#keeping.find(this.saved);
    this.ready = true;
    if (!left || this.#closed) return;
    this.restored = true;
    Object.assign(this, left);
    this.noteEndpoint(true);
  }

  /** Keeps what is typed; to be called from an effect, which it makes depend on all that is kept. */
  keep(): void {
    const { typed, step, reached } = this;
    this.#keeping.keep({ typed, step, reached }, this.#begun, this.ready && !this.#closed);
  }

  /** The window may be about to close. */
  keepNow(): void {
    this.#keeping.flush();
  }

  /** Back to how it began. */
  startOver(): void {
    this.#keeping.forget();
    this.#begin();
    this.restored = false;
    this.errors = [];
    this.error = null;
    this.#forget();
  }

  get id(): string | null {
    return this.saved?.id ?? null;
  }

  get draft(): ConnectionDraft {
    return draftOf(this.typed);
  }

  /** Documents stay where they were sent, so a connection that holds some keeps its destination. */
  get destinationFixed(): boolean {
    return this.saved !== null && this.saved.documents > 0;
  }

  /** The last test, as long as nothing that it depends on was typed since. */
  get report(): TestReport | null {
    return this.#test.reportOf(reachDraftOf(this.typed));
  }

  get testing(): boolean {
    return this.#test.busy;
  }

  goTo(step: number): void {
    if (step < 0 || step > this.reached) return;
    this.step = step;
    this.error = null;
  }

  /** On to the next step, if what this one asks for is valid. */
  async next(): Promise<void> {
    if (this.step === 0) {
      this.endpointWanted = true;
      if (this.endpointMissing) return this.#showFirstWrong();
    }
    this.busy = "next";
    try {
      const errors = await this.#client.call("connection_check", { draft: this.draft, id: this.id });
      this.errors = errors.filter((error) => stepOf(error.field) <= this.step);
      if (this.errors.length > 0) return this.#showFirstWrong();
      this.reached = Math.max(this.reached, this.step + 1);
      this.goTo(this.step + 1);
    } catch (cause) {
      this.error = asEngineError(cause);
    } finally {
      this.busy = null;
    }
  }

  async test(): Promise<void> {
    this.error = null;
    const refusal = await this.#test.ask(reachDraftOf(this.typed), this.id);
    if (refusal) this.#refuse(asEngineError(refusal));
  }

  /** Takes over what a test found to help, and tries again; where a person has to act first, leads there. */
  async applyFix(fix: Fix): Promise<void> {
    await this.#found;
    switch (fix.kind) {
      case "set_region":
        this.setRegion(fix.region);
        break;
      case "set_addressing":
        this.typed.addressing = fix.addressing;
        break;
      case "set_endpoint":
        this.setEndpoint(fix.endpoint);
        break;
      case "set_requester_pays":
        this.typed.requesterPays = true;
        break;
      case "trust_certificate":
        this.errors = [{ field: "caFile", message: t("form.credentials.caFileWanted"), span: null }];
        this.#showFirstWrong();
        return;
      case "edit_field":
        this.step = stepOf(fix.field);
        this.wanted = { field: fix.field, at: this.wanted.at + 1 };
        return;
      case "open_settings":
        return; // Another screen: whoever shows the ladder leads there.
      case "grant_policy":
      case "run_command":
      case "try_again":
        break;
    }
    await this.test();
  }

  /** Lists the bucket for the draft, unless it was listed for just this. */
  list(delay = LIST_DELAY, again = false): void {
    const reach = this.#reach();
    if (!again && this.listing && this.listingOf === reach) return;
    const draft = reachDraftOf(this.typed);
    this.listingBusy = true;
    this.#listing.ask(
      delay,
      () => this.#client.call("draft_list", { draft, id: this.id, refresh: again }),
      (listing) => {
        this.listing = listing;
        this.#follow(listing);
        this.listingOf = reach;
        this.listingError = null;
        this.listingBusy = false;
        void this.#takeSample(listing, draft);
      },
      (cause) => {
        this.listing = null;
        this.progress = null;
        this.listingOf = "";
        this.listingError = asEngineError(cause);
        this.listingBusy = false;
      },
    );
  }

  /**
   * Runs the rules as typed over the listing; to be called from an effect, which it makes depend on all that matters.
   * What was said of another step's question is no answer to this one, not even for a moment.
   */
  preview(draft: ConnectionDraft, step: PreviewStep): void {
    const listing = this.listing;
    if (!listing) return untrack(() => this.#forget());
    const asked = this.#previewedAt === step;
    if (!asked) untrack(() => this.#forget());
    this.#previewedAt = step;
    const filter = { text: "", offset: 0, limit: 1 };
    this.#rules.ask(
      asked ? RULES_DELAY : 0,
      () => this.#client.call("draft_preview", { listingId: listing.listingId, draft, filter }),
      (reply) => {
        this.ruleErrors = reply.fieldErrors;
        // While a rule is half typed the last good answer stays, greyed, rather than everything jumping away.
        if (reply.fieldErrors.length > 0 || !reply.summary) return;
        this.summary = reply.summary;
        this.previewed = draft;
        this.ruleHits = reply.ruleHits;
      },
      (cause) => this.listingFailed(asEngineError(cause)),
    );
  }

  /** Whether it may be saved at once: what an edit does to documents that are held is shown first. */
  async mayBeSaved(after: AfterSaving): Promise<boolean> {
    if (!this.#baseIsNamed()) return false;
    if (this.id === null) return true;
    this.error = null;
    try {
      return await this.review.look(this.id, () => this.draft, after);
    } catch (cause) {
      this.#refuse(asEngineError(cause));
      return false;
    }
  }

  /**
   * Saves; the answer is the saved connection, or null when something has to be corrected first.
   * `confirmedRemovals`: the unusual removals of an edit that a person saw and said yes to.
   */
  async save(after: AfterSaving, confirmedRemovals: number | null = null): Promise<ConnectionView | null> {
    this.busy = after;
    this.error = null;
    try {
      await this.#keepKey();
      const draft = this.draft;
      return this.id === null
        ? await this.#client.call("connection_add", { draft })
        : await this.#client.call("connection_edit", { id: this.id, draft, confirmedRemovals });
    } catch (cause) {
      this.review.drop();
      this.#refuse(asEngineError(cause));
      return null;
    } finally {
      this.busy = null;
    }
  }

  /**
   * Lets Supermemory's cloud run it; the answer is the connection over there, or null when something has to be
   * corrected first. What its connector cannot do is refused before anything leaves this computer.
   */
  async createHosted(): Promise<HostedConnection | null> {
    if (!this.#baseIsNamed()) return null;
    this.busy = "cloud";
    this.error = null;
    try {
      await this.#keepKey();
      const address = this.typed.cloudAddress;
      return await this.#client.call("hosted_create", { address, draft: this.draft });
    } catch (cause) {
      const error = asEngineError(cause);
      // All of them are listed where the choice is made: often the way out is another choice.
      this.errors = error.fields;
      if (error.fields.length === 0) this.error = error;
      else this.focusWrong += 1;
      return null;
    } finally {
      this.busy = null;
    }
  }

  /** Ends what is under way, forgets secrets, and what was kept. */
  close(): void {
    this.#closed = true;
    this.#keeping.forget();
    this.#listing.drop();
    this.#following.drop();
    this.#rules.drop();
    this.#test.drop();
    if (this.listing) void this.#dropListing(this.listing.listingId);
    this.review.drop();
    this.trial.drop();
    this.typed = { ...EMPTY };
  }

  /** What the engine keeps for this form is no longer needed; that it could not be told so changes nothing. */
  async #dropListing(listingId: string): Promise<void> {
    try {
      await this.#client.call("draft_drop", { listingId });
    } catch {
      // The next listing takes its place.
    }
  }

  async #takeSample(listing: DraftListing, draft: ConnectionDraft): Promise<void> {
    const sample = await sampleOf(this.#client, listing, draft);
    if (this.listing === listing) this.sample = sample;
  }

  /** Whether address and key of the chosen Supermemory are there; what is missing is said at its field. */
  #baseIsNamed(): boolean {
    const address = this.#baseAddress;
    const missing =
      address === null ? null : missingOfBase(address, this.typed.apiKey, this.#bases.find(address));
    if (!missing) return true;
    this.errors = [missing];
    this.#showFirstWrong();
    return false;
  }

  /** A key that was typed goes into the keychain before the connection that needs it is saved. */
  async #keepKey(): Promise<void> {
    const address = this.#baseAddress?.trim();
    if (address === undefined || this.typed.apiKey.trim() === "") return;
    await this.#bases.keep(address, this.typed.apiKey);
    this.typed.apiKey = "";
    this.trial.drop();
    void this.#bases.learn(address);
  }

  /** Address of the Supermemory that may still be chosen; null: there is none to ask about. */
  get #baseAddress(): string | null {
    return this.destinationFixed ? null : addressTyped(this.typed);
  }

  /** The engine keeps one listing of a draft; another form, or a restart, may have replaced ours. */
  listingFailed(error: EngineError): void {
    if (error.view.code === "invalid_request" && this.listing) {
      this.#following.drop();
      this.listing = null;
      this.list(0);
    } else {
      this.error = error;
    }
  }

  #follow(listing: DraftListing): void {
    this.progress = listing;
    this.#following.drop();
    if (!listing.underWay) return;
    this.#following.ask(
      FOLLOW_DELAY,
      () => this.#client.call("draft_listing", { listingId: listing.listingId }),
      (now) => {
        const shown = this.listing;
        if (shown?.listingId !== now.listingId) return;
        if (!now.underWay || now.keys >= 2 * shown.keys) this.listing = now;
        this.#follow(now);
      },
      (cause) => this.listingFailed(asEngineError(cause)),
    );
  }

  #forget(): void {
    this.#rules.drop();
    this.summary = null;
    this.previewed = null;
  }

  #refuse(error: EngineError): void {
    if (error.fields.length === 0) {
      this.error = error;
      return;
    }
    this.errors = error.fields;
    this.#showFirstWrong();
  }

  #showFirstWrong(): void {
    const first = Math.min(
      this.endpointMissing ? 0 : Infinity,
      ...this.errors.map((error) => stepOf(error.field)),
    );
    this.step = first;
    this.reached = Math.max(this.reached, first);
    this.focusWrong += 1;
  }

  /** Everything that decides whether and what the bucket answers. */
  #reach(): string {
    return JSON.stringify(reachDraftOf(this.typed));
  }
}
