/** What is typed into the form, and how it becomes a draft for the engine. Pure. */
import type { ConnectionDraft, ConnectionView, CredentialsDraft, FormText } from "../client/generated";
import { HOSTED, kindOf, SELF_HOSTED, type DestinationKind } from "../lib/destination";
import { isProvider, readEndpoint, type ProviderId } from "../lib/providers";
import { t } from "../strings/strings";
import { filledIn } from "./rules";
import { bytesOfMegabytes, megabytesOf } from "./size";

export const STEPS = ["provider", "credentials", "what", "tags", "finish"] as const;

export function stepName(step: number): string {
  return t(`form.step.${STEPS[step] ?? "finish"}`);
}

/** Where each field of a connection is asked for, named as the engine names it. */
const STEP_OF_FIELD: Record<string, number> = {
  endpoint: 0,
  region: 0,
  accountId: 0,
  bucket: 1,
  accessKeyId: 1,
  secretAccessKey: 1,
  sessionToken: 1,
  profile: 1,
  credentials: 1,
  caFile: 1,
  requesterPays: 1,
  addressing: 1,
  prefix: 2,
  documentLimit: 2,
  filters: 2,
  maxSize: 2,
  containerTags: 3,
  containerTagRegex: 3,
  onNoMatch: 3,
  onIllegalTag: 3,
};

/** The step of a field; what is not known is asked for last, where everything is summed up. */
export function stepOf(field: string): number {
  return STEP_OF_FIELD[field] ?? STEPS.length - 1;
}

export type CredentialsKind = CredentialsDraft["kind"];
export const CREDENTIALS: readonly CredentialsKind[] = ["access_key", "profile", "environment", "anonymous"];
const DESTINATIONS: readonly DestinationKind[] = ["library", "supermemory", "own", "cloud"];

/** What is typed: all that the engine would keep of it, and the secrets, which it never does. */
export interface Typed extends Omit<FormText, "provider" | "credentials" | "destination"> {
  provider: ProviderId;
  credentials: CredentialsKind;
  destination: DestinationKind;
  secretAccessKey: string;
  sessionToken: string;
  /** API key of the chosen Supermemory, where it has no saved one or is to get another. */
  apiKey: string;
}

/** The documented defaults. */
export const EMPTY: Typed = {
  provider: "aws",
  accountId: "",
  endpoint: "",
  region: "us-east-1",
  bucket: "",
  credentials: "access_key",
  accessKeyId: "",
  secretAccessKey: "",
  sessionToken: "",
  profile: "",
  prefix: "",
  documentLimit: "10000",
  containerTags: "",
  containerTagRegex: "",
  onNoMatch: "tag",
  onIllegalTag: "skip",
  onGone: "keep",
  filters: [],
  maxSize: "",
  caFile: "",
  requesterPays: false,
  addressing: "auto",
  everyMinutes: 240,
  name: "",
  destination: "library",
  ownAddress: SELF_HOSTED,
  cloudAddress: HOSTED,
  apiKey: "",
};

/** What an edit starts from. Secrets are not there to be shown. */
export function typedFrom(row: ConnectionView): Typed {
  const about = readEndpoint(row.endpoint);
  return {
    ...EMPTY,
    provider: about.provider,
    accountId: about.account ?? "",
    endpoint: row.endpoint,
    region: row.region,
    bucket: row.bucket,
    credentials: row.credentials.kind,
    accessKeyId: row.credentials.kind === "access_key" ? row.credentials.accessKeyId : "",
    profile: row.credentials.kind === "profile" ? row.credentials.name : "",
    prefix: row.prefix,
    documentLimit: String(row.documentLimit),
    containerTags: row.containerTags.join(", "),
    containerTagRegex: row.containerTagRegex,
    onNoMatch: row.onNoMatch,
    onIllegalTag: row.onIllegalTag,
    onGone: row.onGone,
    filters: filledIn(row.filters),
    maxSize: megabytesOf(row.maxSize),
    caFile: row.caFile,
    requesterPays: row.requesterPays,
    addressing: row.addressing,
    everyMinutes: row.everyMinutes,
    name: row.name,
    destination: kindOf(row.destination),
    ownAddress: kindOf(row.destination) === "own" ? row.destination : EMPTY.ownAddress,
  };
}

/** What may be kept. */
export function textOf(typed: Typed): FormText {
  const { secretAccessKey: _secret, sessionToken: _token, apiKey: _key, ...text } = typed;
  return { ...text, filters: text.filters.map(({ kind, glob }) => ({ kind, glob })) };
}

/** What was kept, as it goes on; what an older version of this app kept may not be known any more. */
export function typedAgain(text: FormText): Typed {
  const { provider, credentials, destination, ...rest } = text;
  return {
    ...EMPTY,
    ...rest,
    provider: isProvider(provider) ? provider : EMPTY.provider,
    credentials: CREDENTIALS.find((kind) => kind === credentials) ?? EMPTY.credentials,
    destination: DESTINATIONS.find((kind) => kind === destination) ?? EMPTY.destination,
  };
}

/** Whether a secret has to be typed that no keychain has. */
export function secretToEnter(typed: Typed, saved: ConnectionView | null): boolean {
  const key = saved?.credentials.kind === "access_key" ? saved.credentials.accessKeyId : null;
  return (
    typed.credentials === "access_key" && typed.secretAccessKey === "" && key !== typed.accessKeyId.trim()
  );
}

/** Address of the chosen Supermemory; null for the library. */
export function addressTyped(typed: Typed): string | null {
  switch (typed.destination) {
    case "library":
      return null;
    case "supermemory":
      return HOSTED;
    case "own":
      return typed.ownAddress;
    case "cloud":
      return typed.cloudAddress;
  }
}

/** Tags are typed with commas or spaces between them; neither can be part of a tag. */
export function tagsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((tag) => tag !== "");
}

/** Temporary credentials of AWS come with a token; their key begins with ASIA. */
export function wantsSessionToken(accessKeyId: string): boolean {
  return accessKeyId.trim().startsWith("ASIA");
}

/** A whole number, or one that the engine refuses with its own words: -1 stands for what is no number. */
export function limitOf(text: string): number | null {
  const digits = text.replace(/[\s.,'’_]/g, "");
  if (digits === "") return null;
  return /^\d{1,12}$/.test(digits) ? Number(digits) : -1;
}

export function draftOf(typed: Typed): ConnectionDraft {
  const maxSize = bytesOfMegabytes(typed.maxSize);
  return {
    name: typed.name,
    bucket: typed.bucket,
    region: typed.region,
    endpoint: typed.endpoint,
    prefix: typed.prefix,
    containerTagRegex: typed.containerTagRegex,
    containerTags: tagsOf(typed.containerTags),
    documentLimit: limitOf(typed.documentLimit),
    onNoMatch: typed.onNoMatch,
    onIllegalTag: typed.onIllegalTag,
    // Over there nobody is asked, since nothing is promised.
    onGone: typed.destination === "cloud" ? EMPTY.onGone : typed.onGone,
    filters: filledIn(typed.filters),
    ...(maxSize === null ? {} : { maxSize }),
    caFile: typed.caFile,
    requesterPays: typed.requesterPays,
    addressing: typed.addressing,
    everyMinutes: typed.everyMinutes,
    destination: addressTyped(typed)?.trim() ?? "library",
    credentials: credentialsOf(typed),
  };
}

/**
 * A draft for questions about the bucket alone (test, listing), asked before rules, tags and schedule are typed:
 * these are filled with what is always valid, so that they cannot stand in the way, and always the same, so that
 * the bucket is not listed again when one of them changes.
 */
export function reachDraftOf(typed: Typed): ConnectionDraft {
  const { maxSize: _, ...draft } = draftOf(typed);
  return {
    ...draft,
    name: "",
    containerTagRegex: "",
    containerTags: ["any"],
    documentLimit: null,
    onNoMatch: EMPTY.onNoMatch,
    onIllegalTag: EMPTY.onIllegalTag,
    onGone: EMPTY.onGone,
    filters: [],
    everyMinutes: null,
    destination: "library",
  };
}

/** A draft for the question which files are in, asked before tags are typed. */
export function whatDraftOf(typed: Typed): ConnectionDraft {
  const { documentLimit, filters, maxSize } = draftOf(typed);
  return {
    ...reachDraftOf(typed),
    documentLimit,
    filters,
    ...(maxSize === undefined ? {} : { maxSize }),
  };
}

function credentialsOf(typed: Typed): CredentialsDraft {
  switch (typed.credentials) {
    case "access_key":
      return {
        kind: "access_key",
        accessKeyId: typed.accessKeyId,
        secretAccessKey: typed.secretAccessKey,
        ...(typed.sessionToken && wantsSessionToken(typed.accessKeyId)
          ? { sessionToken: typed.sessionToken }
          : {}),
      };
    case "environment":
      return { kind: "environment" };
    case "profile":
      return { kind: "profile", name: typed.profile };
    case "anonymous":
      return { kind: "anonymous" };
  }
}
