/** What happens to a key, in a few words, while its tag is being decided. Pure. */
import type { PlanItem, SkipReason } from "../client/generated";
import type { Tone } from "../lib/progress";

const SKIPPED: Record<SkipReason, { text: string; tone: Tone }> = {
  folder_marker: { text: "Skipped: folder", tone: "plain" },
  empty: { text: "Skipped: empty", tone: "plain" },
  too_large: { text: "Skipped: too large", tone: "plain" },
  unsupported_type: { text: "Skipped: type", tone: "plain" },
  archived: { text: "Skipped: archived", tone: "plain" },
  excluded_by_rule: { text: "Skipped: excluded", tone: "plain" },
  no_tag: { text: "No match", tone: "warn" },
  illegal_tag: { text: "Illegal tag", tone: "bad" },
  over_limit: { text: "Over the limit", tone: "warn" },
  refused: { text: "Refused before", tone: "bad" },
};

export interface Fate {
  text: string;
  tone: Tone;
  why: string;
}

/** `defaultTag` is the connection's first tag. */
export function fateOf(item: PlanItem, defaultTag: string | null): Fate {
  if (item.action === "skipped") {
    const known = item.reason ? SKIPPED[item.reason] : { text: "Skipped", tone: "plain" as Tone };
    return { ...known, why: item.sentence ?? known.text };
  }
  if (item.capture) {
    const captured = item.key.slice(item.capture[0], item.capture[1]);
    if (item.tag !== null && captured !== item.tag) {
      return {
        text: "Tag replaced",
        tone: "warn",
        why: `“${captured}” is no legal tag; it becomes ${item.tag}.`,
      };
    }
  } else if (item.tag !== null && item.tag === defaultTag) {
    return { text: "Default tag", tone: "ok", why: "It gets the connection's first tag." };
  }
  switch (item.action) {
    case "new":
      return { text: "Will be sent", tone: "ok", why: "It becomes a document." };
    case "changed":
      return { text: "Changed", tone: "warn", why: "Its new version replaces the old one." };
    case "retagged":
      return { text: "Retagged", tone: "warn", why: "It moves to another container." };
    case "unchanged":
      return { text: "Unchanged", tone: "plain", why: "It is there already." };
    case "removed":
      return { text: "To be removed", tone: "bad", why: "Its object is gone or out of scope." };
    case "kept":
      return { text: "Gone, kept", tone: "plain", why: "Its object is gone; the document stays, as chosen." };
  }
}
