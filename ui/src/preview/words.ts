/** What a sync does with a key, in words. Pure. */
import type { PlanAction, PlanSummary } from "../client/generated";
import { count } from "../lib/format";
import type { Tone } from "../lib/progress";

export const ACTIONS: Record<PlanAction, { tab: string; pill: string; tone: Tone }> = {
  new: { tab: "New", pill: "New", tone: "info" },
  changed: { tab: "Changed", pill: "Changed", tone: "warn" },
  retagged: { tab: "Retagged", pill: "Retagged", tone: "warn" },
  unchanged: { tab: "Unchanged", pill: "Unchanged", tone: "plain" },
  skipped: { tab: "Skipped", pill: "Skipped", tone: "plain" },
  removed: { tab: "To be removed", pill: "Remove", tone: "bad" },
  kept: { tab: "Gone, kept", pill: "Gone, kept", tone: "plain" },
};

/** The order of the tabs. */
export const ACTION_ORDER: PlanAction[] = [
  "new",
  "changed",
  "retagged",
  "unchanged",
  "skipped",
  "removed",
  "kept",
];

/** The sentence beside the pill, where the engine gave none. */
export const ACTION_SENTENCES: Record<PlanAction, string> = {
  new: "is sent",
  changed: "the new version replaces the old one",
  retagged: "moves to another container",
  unchanged: "is there already",
  skipped: "gets no document",
  removed: "its document is removed",
  kept: "its object is gone; the document stays, as chosen",
};

/** How many documents a sync sends, and how much it does in all. */
export function workOf({ totals }: PlanSummary): { toSend: number; inAll: number } {
  const toSend = totals.new + totals.changed + totals.retagged;
  return { toSend, inAll: toSend + totals.removed };
}

/** What the button says. */
export function syncLabel(summary: PlanSummary): string {
  const { toSend, inAll } = workOf(summary);
  if (inAll === 0) return "Nothing to sync";
  return toSend === 0 ? `Remove ${count(inAll)}` : `Sync all ${count(toSend)}`;
}
