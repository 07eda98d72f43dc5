/** Connections that Supermemory's cloud runs, in words. Pure. */
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
  switch (run.state) {
    case "running":
      return { tone: "info", text: "Running" };
    case "completed":
      return failed > 0
        ? { tone: "warn", text: `Complete, ${counted(failed, "file")} failed` }
        : { tone: "ok", text: "Complete" };
    case "failed":
      return { tone: "bad", text: "Failed" };
  }
}

/** How a hosted connection stands: by its last run. */
export function hostedStateWords(row: HostedConnection, now: number): StateWords {
  if (!row.lastRun) return { tone: "plain", text: "No run yet" };
  const words = hostedRunWords(row.lastRun);
  const at = row.lastRun.completedAt ?? row.lastRun.startedAt;
  return at === null || row.lastRun.state === "running"
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
