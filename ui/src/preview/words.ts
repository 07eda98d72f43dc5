/** What a sync does with a key, in words. Pure. */
import type { PlanAction, PlanSummary, Previewed } from "../client/generated";
import { about } from "../lib/format";
import type { Tone } from "../lib/progress";
import { t } from "../strings/strings";

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

const words = (action: PlanAction, tone: Tone) => ({
  tab: t(`preview.tab.${action}`),
  pill: t(`preview.pill.${action}`),
  tone,
});

export const ACTIONS: Record<PlanAction, { tab: string; pill: string; tone: Tone }> = {
  new: words("new", "info"),
  changed: words("changed", "warn"),
  retagged: words("retagged", "warn"),
  unchanged: words("unchanged", "plain"),
  skipped: words("skipped", "plain"),
  removed: words("removed", "bad"),
  kept: words("kept", "plain"),
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
  if (unasked === 0) return t("preview.nothingToSync");
  return toSend === 0
    ? t("preview.removeCount", { count: unasked })
    : t("preview.syncAll", { count: toSend });
}

/** Whether a trial would leave anything out: else it is the sync itself. */
export function hasTrial(summary: PlanSummary): boolean {
  return workOf(summary).toSend > summary.trial;
}

/** What a sync that is started from this preview is compared with. */
export function previewedOf({ totals, removals, fingerprint }: PlanSummary): Previewed {
  return { totals, removals, fingerprint };
}

/** How many new documents wait for a place under the limit. */
export function overLimit({ skipped }: PlanSummary): number {
  return skipped.find(({ reason }) => reason === "over_limit")?.count ?? 0;
}

/** The button that says yes to removals, and names them. */
export function removeLabel(removals: number): string {
  return t("preview.remove", { count: removals });
}

/** About how many tokens a Supermemory counts for what is sent; null where nothing is, and where nobody counts them. */
export function tokenWords({ tokens: { text, untold } }: PlanSummary, destination: string): string | null {
  if (destination === "library" || text + untold === 0) return null;
  if (text === 0) return t("preview.tokens.untold");
  return t(untold === 0 ? "preview.tokens.text" : "preview.tokens.both", { tokens: about(text), untold });
}

/** What an edit does to what is held, the gravest first; only what occurs. */
export function editWords({ totals, heldBack }: PlanSummary): { action: PlanAction; text: string }[] {
  const order: PlanAction[] = ["removed", "retagged", "changed", "new", "kept", "unchanged", "skipped"];
  return order
    .filter((action) => totals[action] > 0)
    .map((action) => {
      const values = { count: totals[action] };
      if (action !== "removed") return { action, text: t(`preview.review.effect.${action}`, values) };
      const id = heldBack > 0 ? "preview.review.removedOnYes" : "preview.review.removed";
      return { action, text: t(id, values) };
    });
}
