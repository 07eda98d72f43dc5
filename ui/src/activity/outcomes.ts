/** What became of the files of a run, in words. Pure. */
import type { ItemOutcome, RunView } from "../client/generated";
import { counted, count } from "../lib/format";
import type { Tone } from "../lib/progress";

/** In the order of the tabs: what wants a person first. */
export const OUTCOMES: { value: ItemOutcome; label: string; tone: Tone }[] = [
  { value: "failed", label: "Failed", tone: "bad" },
  { value: "refused", label: "Refused", tone: "warn" },
  { value: "sent", label: "Sent", tone: "ok" },
  { value: "removed", label: "Removed", tone: "plain" },
  { value: "skipped", label: "Skipped", tone: "plain" },
];

export const outcomeOf = (outcome: ItemOutcome) => OUTCOMES.find((other) => other.value === outcome);

/** Who started it, and what for. */
export function startWords(run: RunView): string {
  const who = run.trigger === "manual" ? "started by hand" : "by schedule";
  return run.trial === null ? who : `${who}, a trial of at most ${counted(run.trial, "document")}`;
}

/** What is told where a run keeps only the first of its skipped files; empty when it kept all. */
export function keptWords(skipped: number, kept: number): string {
  return skipped > kept ? `Only the first ${count(kept)} of ${count(skipped)} are kept with the run.` : "";
}

/** What sending again does for files of this outcome; null where there is nothing to send again. */
export function retryWords(outcome: ItemOutcome | "all"): string | null {
  switch (outcome) {
    case "failed":
      return "Every sync tries these again by itself.";
    case "refused":
      return "These are sent again when they change, or when you ask for it.";
    case "all":
    case "sent":
    case "removed":
    case "skipped":
      return null;
  }
}
