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
import { endpointFor, providerOf, readEndpoint, takeApart, type ProviderId } from "../lib/providers";
import { missingOfBase } from "./destination";
import { addressTyped, draftOf, EMPTY, reachDraftOf, stepOf, STEPS, typedFrom, type Typed } from "./draft";
import { EditReview } from "./review.svelte";

const ENDPOINT_MISSING: Partial<Record<ProviderId, string>> & { other: string } = {
  r2: "Enter the account ID; the endpoint follows from it.",
  spaces: "Enter the region; the endpoint follows from it.",
  other: "Enter the address of the service, such as https://s3.example.com.",
};

/** Quiet before the bucket is listed again, and before rules run again, in milliseconds. */
const LIST_DELAY = 500;
const RULES_DELAY = 100;
/** Between two looks at a listing that goes on. */
const FOLLOW_DELAY = 400;
/** Keys for suggestions: so many places of the listing, so many keys from each. */
const SAMPLES = 8;
const SAMPLE_SIZE = 25;

/** What follows saving: nothing, a sync, or a sync of a few documents. */
export type AfterSaving = "save" | "sync" | "trial";

export class ConnectionForm {
  readonly #client: Client;
  readonly #listing = new Latest();
  readonly #following = new Latest();
  readonly #rules = new Latest();
  readonly #testing = new Latest();
  readonly #bases: KnowledgeBases;
  /** The saved connection that is edited; null for a new one. */
  readonly saved: ConnectionView | null;
  /** What saving an edit would do. */
  readonly review: EditReview;
  /** The test of the chosen Supermemory. */
  readonly trial: BaseTrial;

  typed = $state<Typed>({ ...EMPTY });
  step = $state(0);
  /** The farthest step that was reached; an edit may go anywhere. */
  reached = $state(0);
  errors = $state.raw<FieldError[]>([]);
  /** Grows when the first wrong field wants the focus. */
  focusWrong = $state(0);
  busy = $state<"next" | "cloud" | AfterSaving | null>(null);
  error = $state.raw<EngineError | null>(null);

  testing = $state(false);
  #report = $state.raw<TestReport | null>(null);
  #reportOf = $state("");
  #endpointWanted = $state(false);

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

  constructor(client: Client, saved: ConnectionView | null, bases = new KnowledgeBases(client)) {
    this.#client = client;
    this.#bases = bases;
    this.saved = saved;
    this.review = new EditReview(client);
    this.trial = new BaseTrial(client);
    if (saved) {
      this.typed = typedFrom(saved);
      this.reached = STEPS.length - 1;
    }
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

  /** Everywhere but at Amazon there has to be an endpoint; the engine would take its absence for Amazon. */
  get endpointMissing(): FieldError | null {
    return this.#endpointWanted && this.typed.provider !== "aws" && this.typed.endpoint.trim() === ""
      ? {
          field: "endpoint",
          message: ENDPOINT_MISSING[this.typed.provider] ?? ENDPOINT_MISSING.other,
          span: null,
        }
      : null;
  }

  /** The last test, as long as nothing that it depends on was typed since. */
  get report(): TestReport | null {
    return this.#reportOf === this.#reach() ? this.#report : null;
  }

  errorOf(field: string): FieldError | null {
    return this.errors.find((error) => error.field === field) ?? null;
  }

  /** A person typed into a field: what was said about it no longer holds. */
  edited(field: string): void {
    if (this.errorOf(field)) this.errors = this.errors.filter((error) => error.field !== field);
    this.error = null;
  }

  choose(provider: ProviderId): void {
    const chosen = providerOf(provider);
    this.#endpointWanted = false;
    this.typed.provider = provider;
    this.typed.region = chosen.region;
    this.typed.endpoint = endpointFor(chosen, chosen.region, this.typed.accountId);
    this.errors = [];
  }

  setRegion(region: string): void {
    const provider = providerOf(this.typed.provider);
    this.typed.region = region;
    if (provider.endpoint.includes("{region}")) {
      this.typed.endpoint = endpointFor(provider, region, this.typed.accountId);
    }
    this.edited("region");
  }

  setAccount(account: string): void {
    this.typed.accountId = account.trim();
    this.typed.endpoint = endpointFor(providerOf("r2"), this.typed.region, account);
    this.edited("endpoint");
  }

  /** A typed endpoint of a known provider brings its region along. */
  setEndpoint(endpoint: string): void {
    this.typed.endpoint = endpoint;
    this.edited("endpoint");
    if (endpoint.trim() === "") return;
    const about = readEndpoint(endpoint);
    if (about.provider !== this.typed.provider || !about.region) return;
    this.typed.region = about.region;
    if (about.account) this.typed.accountId = about.account;
  }

  /** Takes a pasted address apart into provider, endpoint, region, bucket and prefix. False: it is no address. */
  paste(text: string): boolean {
    const address = takeApart(text);
    if (!address) return false;
    const provider = providerOf(address.provider);
    this.typed.provider = address.provider;
    this.typed.endpoint = address.endpoint;
    this.typed.region = address.region ?? provider.region;
    this.typed.accountId = address.account ?? "";
    if (address.bucket) this.typed.bucket = address.bucket;
    if (address.prefix) this.typed.prefix = address.prefix;
    this.errors = [];
    return true;
  }

  goTo(step: number): void {
    if (step < 0 || step > this.reached) return;
    this.step = step;
    this.error = null;
  }

  /** On to the next step, if what this one asks for is valid. */
  async next(): Promise<void> {
    if (this.step === 0) {
      this.#endpointWanted = true;
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
    const draft = reachDraftOf(this.typed);
    const reach = this.#reach();
    this.testing = true;
    this.error = null;
    await new Promise<void>((done) => {
      this.#testing.ask(
        0,
        () => this.#client.call("connection_test_draft", { draft, id: this.id }),
        (report) => {
          this.#report = report;
          this.#reportOf = reach;
          done();
        },
        (cause) => {
          this.#refuse(asEngineError(cause));
          done();
        },
      );
    });
    this.testing = false;
  }

  /** Takes over what a test found to help, and tries again. A certificate has to be chosen by a person first. */
  async applyFix(fix: Fix): Promise<void> {
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
        this.errors = [{ field: "caFile", message: "Enter the file with its certificate.", span: null }];
        this.#showFirstWrong();
        return;
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

  /** Runs the rules as typed over the listing; to be called from an effect, which it makes depend on all that matters. */
  preview(draft: ConnectionDraft): void {
    const listing = this.listing;
    if (!listing) return untrack(() => this.#forget());
    const filter = { text: "", offset: 0, limit: 1 };
    this.#rules.ask(
      RULES_DELAY,
      () => this.#client.call("draft_preview", { listingId: listing.listingId, draft, filter }),
      (reply) => {
        this.ruleErrors = reply.fieldErrors;
        // While a rule is half typed the last good answer stays, greyed, rather than everything jumping away.
        if (reply.fieldErrors.length > 0 || !reply.summary) return;
        this.summary = reply.summary;
        this.previewed = draft;
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
      for (;;) {
        const draft = this.draft;
        const untouched = await this.review.ask(this.id, draft, after);
        const settled = !untouched && !this.review.open;
        // What was typed meanwhile is saved too, so it is looked at too.
        if (settled || JSON.stringify(draft) === JSON.stringify(this.draft)) return untouched;
      }
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

  /** Ends what is under way and forgets secrets. */
  close(): void {
    this.#listing.drop();
    this.#following.drop();
    this.#rules.drop();
    this.#testing.drop();
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

  /** The first keys of a listing are all alike; suggestions need some from everywhere. */
  async #takeSample(listing: DraftListing, draft: ConnectionDraft): Promise<void> {
    const places = Array.from({ length: SAMPLES }, (_, at) => Math.floor((listing.keys * at) / SAMPLES));
    try {
      const replies = await Promise.all(
        [...new Set(places)].map((offset) =>
          this.#client.call("draft_preview", {
            listingId: listing.listingId,
            draft,
            filter: { text: "", offset, limit: SAMPLE_SIZE },
          }),
        ),
      );
      if (this.listing !== listing) return;
      this.sample = replies.flatMap((reply) => reply.page?.items.map((item) => item.key) ?? []);
    } catch {
      // Suggestions are a convenience; what failed shows itself where the listing is used.
      this.sample = [];
    }
  }

  /** Whether address and key of the chosen Supermemory are there; what is missing is said at its field. */
  #baseIsNamed(): boolean {
    const address = addressTyped(this.typed);
    if (address === null || this.destinationFixed) return true;
    const missing = missingOfBase(address, this.typed.apiKey, this.#bases.find(address));
    if (!missing) return true;
    this.errors = [missing];
    this.#showFirstWrong();
    return false;
  }

  /** A key that was typed goes into the keychain before the connection that needs it is saved. */
  async #keepKey(): Promise<void> {
    const address = addressTyped(this.typed);
    if (address === null || this.destinationFixed || this.typed.apiKey.trim() === "") return;
    await this.#bases.keep(address.trim(), this.typed.apiKey);
    this.typed.apiKey = "";
    this.trial.drop();
    void this.#bases.learn(address.trim());
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
