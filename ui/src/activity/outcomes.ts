/** What became of the files of a run, in words. Pure. */
import type { ItemOutcome, RunItem, RunView } from "../client/generated";
import type { Tone } from "../lib/progress";
import { t } from "../strings/strings";

const TONES: Record<ItemOutcome, Tone> = {
  failed: "bad",
  refused: "warn",
  sent: "ok",
  removed: "plain",
  skipped: "plain",
};

/** In the order of the tabs: what wants a person first. */
export const OUTCOMES: ItemOutcome[] = ["failed", "refused", "sent", "removed", "skipped"];

/** An outcome in words; of a document that was sent also whether its key had one before, where that is known. */
export function outcomeOf(outcome: ItemOutcome, isNew: boolean | null = null): { label: string; tone: Tone } {
  const told = outcome === "sent" && isNew !== null ? (isNew ? "added" : "changed") : outcome;
  return { label: t(`activity.outcome.${told}`), tone: TONES[outcome] };
}

export const itemOutcome = (item: RunItem) => outcomeOf(item.outcome, item.isNew);

/** Who started it, and what for. */
export function startWords(run: RunView): string {
  const who = run.trigger === "manual" ? t("activity.byHand") : t("activity.bySchedule");
  return run.trial === null ? who : t("activity.trialOf", { who, count: run.trial });
}

/** What is told where a run keeps only the first of its skipped files; empty when it kept all. */
export function keptWords(skipped: number, kept: number): string {
  return skipped > kept ? t("activity.kept", { kept, skipped }) : "";
}

/** What sending again does for files of this outcome; null where there is nothing to send again. */
export function retryWords(outcome: ItemOutcome | "all"): string | null {
  switch (outcome) {
    case "failed":
    case "refused":
      return t(`activity.again.${outcome}`);
    case "all":
    case "sent":
    case "removed":
    case "skipped":
      return null;
  }
}
