/** Where documents go, in words and as the engine names it. Pure. */
import type { ConnectionView, ErrorCode } from "../client/generated";
import { t } from "../strings/strings";

/** Supermemory's own service. */
export const HOSTED = "https://api.supermemory.ai";
/** Where a Supermemory on this computer listens unless told otherwise. */
export const SELF_HOSTED = "http://localhost:6767";

const OF_KNOWLEDGE_BASE: ReadonlySet<ErrorCode> = new Set([
  "api_key_missing",
  "api_key_rejected",
  "credits_exhausted",
  "knowledge_base_changed",
  "knowledge_base_denied",
  "knowledge_base_failed",
  "knowledge_base_throttled",
  "knowledge_base_unreachable",
]);

/** This computer's library; Supermemory's service; a Supermemory of one's own; a connection that Supermemory's cloud runs. */
export type DestinationKind = "library" | "supermemory" | "own" | "cloud";

export function kindOf(destination: string): DestinationKind {
  if (destination === "library") return "library";
  return destination === HOSTED ? "supermemory" : "own";
}

/** An address without what is the same everywhere: `localhost:6767`, `memory.example.com/team`. */
export function shortAddress(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/** A knowledge base by its address. */
export function baseName(address: string): string {
  return address === HOSTED
    ? t("destination.hosted")
    : t("destination.own", { address: shortAddress(address) });
}

/** A destination as a name: `This computer's library`, `Supermemory`, `Supermemory at localhost:6767`. */
export function destinationName(destination: string): string {
  return destination === "library" ? t("destination.library") : baseName(destination);
}

/** The same within a sentence: `in the library`, `in Supermemory`. */
export function inDestination(destination: string): string {
  return destination === "library"
    ? t("destination.inLibrary")
    : t("destination.in", { name: baseName(destination) });
}

/** How far a Supermemory is with the documents of a connection; never nothing, so that nothing moves when it changes. */
export function waitingWords(row: ConnectionView): string {
  if (row.documents + row.waiting === 0) return t("destination.noDocument");
  return t("destination.waiting", { count: row.waiting });
}

/** Whether an error is about the knowledge base, so that its key and address are the place to look. */
export function isOfKnowledgeBase(code: ErrorCode | undefined): boolean {
  return code !== undefined && OF_KNOWLEDGE_BASE.has(code);
}

/** Whether what is sent there could be read on its way: no encryption, and not on this computer. */
export function isReadableOnItsWay(address: string): boolean {
  try {
    const { protocol, hostname } = new URL(address.trim());
    return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  } catch {
    return false;
  }
}

/** Whether two texts may name the same server; the engine alone knows for sure. */
export function sameAddress(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

function comparable(address: string): string {
  const text = address.trim();
  if (text === "" || text === "supermemory") return HOSTED;
  try {
    const url = new URL(text);
    return url.origin + url.pathname.replace(/\/+$/, "").replace(/\/v[34]$/, "");
  } catch {
    return text;
  }
}
