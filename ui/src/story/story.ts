/** The story of a key, in words. Pure. */
import type { DocumentState, KeyStory } from "../client/generated";
import { past } from "../lib/format";
import type { Tone } from "../lib/progress";

export const DOCUMENT_STATES: Record<DocumentState, { text: string; tone: Tone }> = {
  intended: { text: "To be sent", tone: "info" },
  sent: { text: "Being read", tone: "info" },
  indexed: { text: "In", tone: "ok" },
  rejected: { text: "Refused", tone: "warn" },
  removing: { text: "Being removed", tone: "plain" },
};

/** When the bucket was last asked, and whether it had the key. */
export function listedWords({ listedAt, listed }: KeyStory, now: number): string {
  if (listedAt === null) return "";
  return `The listing of ${past(listedAt, now)} ${listed ? "shows it" : "does not show it"}.`;
}

/** The key that a pasted text means: an address of this bucket is taken apart, all else is a key as it stands. */
export function keyFrom(pasted: string, bucket: string): string {
  const address = `s3://${bucket}/`;
  return pasted.startsWith(address) ? pasted.slice(address.length) : pasted;
}
