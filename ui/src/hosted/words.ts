/** Connections that Supermemory's cloud runs, in words. Pure. */
import type { HostedConnection, HostedRun } from "../client/generated";
import { past } from "../lib/format";
import type { Tone } from "../lib/progress";
import { t } from "../strings/strings";

export interface StateWords {
  tone: Tone;
  text: string;
}

/** How a run ended, or that it goes on. */
export function hostedRunWords(run: HostedRun): StateWords {
  const failed = run.failed ?? 0;
  switch (run.state) {
    case "running":
      return { tone: "info", text: t("hosted.runs.state.running") };
    case "completed":
      return failed > 0
        ? { tone: "warn", text: t("hosted.runs.completeFailed", { count: failed }) }
        : { tone: "ok", text: t("hosted.runs.state.completed") };
    case "failed":
      return { tone: "bad", text: t("hosted.runs.state.failed") };
  }
}

/** How a hosted connection stands: by its last run. */
export function hostedStateWords(row: HostedConnection, now: number): StateWords {
  if (!row.lastRun) return { tone: "plain", text: t("hosted.runs.noneYet") };
  const words = hostedRunWords(row.lastRun);
  const at = row.lastRun.completedAt ?? row.lastRun.startedAt;
  return at === null || row.lastRun.state === "running"
    ? words
    : { ...words, text: t("hosted.runs.stateAt", { state: words.text, when: past(at, now) }) };
}

/** Who started a run. */
export function triggerWords(trigger: string | null): string {
  switch (trigger) {
    case null:
      return "";
    case "cron":
    case "manual":
    case "event":
      return t(`hosted.runs.trigger.${trigger}`);
    default:
      return trigger;
  }
}

/** How a document stands. */
export function hostedDocumentWords(status: string): { tone: string; text: string } {
  if (status === "done") return { tone: "ok", text: t("hosted.documents.done") };
  if (status === "failed") return { tone: "bad", text: t("hosted.documents.failed") };
  return { tone: "info", text: t("hosted.documents.inProgress") };
}
