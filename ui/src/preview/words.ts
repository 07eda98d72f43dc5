/** What a sync does with a key, in words. Pure. */
import type { PlanAction, PlanSummary } from "../client/generated";
import { count, counted } from "../lib/format";
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

/** How many documents a sync sends, and how much it does or has to ask about. */
export function workOf({ totals }: PlanSummary): { toSend: number; inAll: number } {
  const toSend = totals.new + totals.changed + totals.retagged;
  return { toSend, inAll: toSend + totals.removed };
}

/** How much a sync does without a further yes: what it holds back is not among it. */
export function doneUnasked(summary: PlanSummary): number {
  return Math.max(0, workOf(summary).inAll - summary.heldBack);
}

/** What the button says. */
export function syncLabel(summary: PlanSummary): string {
  const { toSend } = workOf(summary);
  const unasked = doneUnasked(summary);
  if (unasked === 0) return "Nothing to sync";
  return toSend === 0 ? `Remove ${count(unasked)}` : `Sync all ${count(toSend)}`;
}

/** The button that says yes to removals, and names them. */
export function removeLabel(removals: number): string {
  return `Remove ${counted(removals, "document")}`;
}

/** What an edit does to what is held, the gravest first; only what occurs. */
export function editWords({ totals, heldBack }: PlanSummary): { action: PlanAction; text: string }[] {
  const is = (documents: number) => (documents === 1 ? "is" : "are");
  const words: Record<PlanAction, (n: number) => string> = {
    removed: (n) =>
      `${counted(n, "document")} ${is(n)} removed${heldBack > 0 ? ", once you say yes" : ""}: not in the bucket any more, or no longer in scope.`,
    retagged: (n) => `${counted(n, "document")} ${n === 1 ? "moves" : "move"} to another container.`,
    changed: (n) => `${counted(n, "document")} ${is(n)} replaced by a newer version.`,
    new: (n) => `${counted(n, "new document")} ${is(n)} sent.`,
    kept: (n) =>
      `${counted(n, "document")} ${n === 1 ? "stays although its file is" : "stay although their files are"} gone or out of scope, as chosen.`,
    unchanged: (n) => `${counted(n, "document")} ${n === 1 ? "stays as it is" : "stay as they are"}.`,
    skipped: (n) => `${counted(n, "file")} ${is(n)} skipped.`,
  };
  const order: PlanAction[] = ["removed", "retagged", "changed", "new", "kept", "unchanged", "skipped"];
  return order
    .filter((action) => totals[action] > 0)
    .map((action) => ({ action, text: words[action](totals[action]) }));
}
