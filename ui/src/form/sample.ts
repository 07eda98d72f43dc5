/** Keys from all over a listing: the first ones are all alike, and suggestions need some from everywhere. */
import type { Client } from "../client/client";
import type { ConnectionDraft, DraftListing } from "../client/generated";

/** So many places of the listing, so many keys from each. */
const PLACES = 8;
const KEYS = 25;

export async function sampleOf(
  client: Client,
  listing: DraftListing,
  draft: ConnectionDraft,
): Promise<string[]> {
  const places = Array.from({ length: PLACES }, (_, at) => Math.floor((listing.keys * at) / PLACES));
  const page = (offset: number) => ({ text: "", offset, limit: KEYS });
  try {
    const replies = await Promise.all(
      [...new Set(places)].map((offset) =>
        client.call("draft_preview", { listingId: listing.listingId, draft, filter: page(offset) }),
      ),
    );
    return replies.flatMap((reply) => reply.page?.items.map((item) => item.key) ?? []);
  } catch {
    // Suggestions are a convenience; what failed shows itself where the listing is used.
    return [];
  }
}
