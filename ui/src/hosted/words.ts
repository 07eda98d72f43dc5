/** Connections that Supermemory's cloud runs, in words. Its words are its own; those that are not known stay as they are. Pure. */
import type { HostedConnection, HostedRun } from "../client/generated";
import { counted, past } from "../lib/format";
import type { Tone } from "../lib/progress";

export interface StateWords {
  tone: Tone;
  text: string;
}

/** How a run ended, or that it goes on. */
export function hostedRunWords(run: HostedRun): StateWords {
  const failed = run.failed ?? 0;
  switch (run.status) {
    case "running":
      return { tone: "info", text: "Running" };
    case "completed":
      return failed > 0
        ? { tone: "warn", text: `Complete, ${counted(failed, "file")} failed` }
        : { tone: "ok", text: "Complete" };
    case "failed":
      return { tone: "bad", text: "Failed" };
    default:
      return { tone: "plain", text: asSentence(run.status) };
  }
}

/** How a hosted connection stands: by its last run. */
export function hostedStateWords(row: HostedConnection, now: number): StateWords {
  if (!row.lastRun) return { tone: "plain", text: "No run yet" };
  const words = hostedRunWords(row.lastRun);
  const at = row.lastRun.completedAt ?? row.lastRun.startedAt;
  return at === null || row.lastRun.status === "running"
    ? words
    : { ...words, text: `${words.text} · ${past(at, now)}` };
}

/** Who started a run. */
export function triggerWords(trigger: string | null): string {
  switch (trigger) {
    case null:
      return "";
    case "cron":
      return "by its schedule";
    case "manual":
      return "by hand";
    case "event":
      return "by an event";
    default:
      return trigger;
  }
}

/** How a document stands. */
export function hostedDocumentWords(status: string): { tone: string; text: string } {
  if (status === "done") return { tone: "ok", text: "Done" };
  if (status === "failed") return { tone: "bad", text: "Failed" };
  return { tone: "info", text: "In progress" };
}

function asSentence(word: string): string {
  const text = word.replaceAll("_", " ").trim();
  return text === "" ? "Unknown" : text.charAt(0).toUpperCase() + text.slice(1);
}
