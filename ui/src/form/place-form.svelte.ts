/** The fields of the form that say where the bucket is, each with what it makes of the others. */
import type { EngineError } from "../client/client";
import type { FieldError } from "../client/generated";
import { providerOf, readEndpoint, type Jurisdiction, type ProviderId } from "../lib/providers";
import { t } from "../strings/strings";
import { EMPTY, type Typed } from "./draft";
import { missingEndpoint, ofAccount, ofAddress, ofEndpoint, ofProvider, ofRegion } from "./place";
import type { Profiles } from "./profiles.svelte";

export class PlaceForm {
  /** The AWS profiles of this computer. */
  readonly profiles: Profiles;

  typed = $state<Typed>({ ...EMPTY });
  errors = $state.raw<FieldError[]>([]);
  error = $state.raw<EngineError | null>(null);
  /** Where R2 keeps the bucket by law; the endpoint follows. */
  jurisdiction = $state<Jurisdiction>("");
  /** Whether somebody tried to go on without an endpoint. */
  protected endpointWanted = $state(false);
  /** Whether a person, an address or a server named the region: then nothing else fills it in. */
  #regionNamed = false;

  constructor(profiles: Profiles) {
    this.profiles = profiles;
  }

  /** Everywhere but at Amazon there has to be an endpoint; the engine would take its absence for Amazon. */
  get endpointMissing(): FieldError | null {
    return this.endpointWanted && this.typed.provider !== "aws" && this.typed.endpoint.trim() === ""
      ? { field: "endpoint", message: t(missingEndpoint(providerOf(this.typed.provider))), span: null }
      : null;
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
    this.endpointWanted = false;
    this.#regionNamed = false;
    this.errors = [];
    this.#take(ofProvider(this.typed, provider, this.jurisdiction));
  }

  setRegion(region: string): void {
    this.#regionNamed = true;
    this.edited("region");
    this.#take(ofRegion(this.typed, region));
  }

  setAccount(account: string, jurisdiction = this.jurisdiction): void {
    this.jurisdiction = jurisdiction;
    this.edited("endpoint");
    this.#take(ofAccount(this.typed, account, jurisdiction));
  }

  setEndpoint(endpoint: string): void {
    this.edited("endpoint");
    this.#take(ofEndpoint(this.typed, endpoint));
    this.noteEndpoint(true);
  }

  /** Takes a profile, and its region where nobody named one. */
  chooseProfile(name: string): void {
    this.typed.profile = name;
    this.edited("profile");
    const region = this.profiles.find(name)?.region;
    if (region && this.typed.provider === "aws" && !this.#regionNamed) this.typed.region = region;
  }

  /** Takes a pasted address apart. False: it is no address. */
  paste(text: string): boolean {
    const found = ofAddress(text);
    if (!found) return false;
    this.errors = [];
    this.#take(found.change);
    this.noteEndpoint(found.tellsRegion);
    return true;
  }

  /** The endpoint became another one by other ways than by typing. */
  protected noteEndpoint(tellsRegion: boolean): void {
    this.jurisdiction = readEndpoint(this.typed.endpoint).jurisdiction ?? "";
    this.#regionNamed = tellsRegion;
  }

  #take(change: Partial<Typed>): void {
    Object.assign(this.typed, change);
  }
}
