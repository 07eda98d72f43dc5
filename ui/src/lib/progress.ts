/** The state of connections and runs in words. Pure. */
import type { ConnectionView, PauseLength, RunProgress, RunState, RunView } from "../client/generated";
import { bytesOf, bytes, count, counted, due, past, roughly, until } from "./format";

export type Tone = "ok" | "info" | "warn" | "bad" | "plain";

export interface ProgressWords {
  /** Share done, from 0 to 1; null while there is no total. */
  share: number | null;
  /** What is being done. */
  phase: string;
  /** Bytes, rate, time left: only what is known. */
  facts: string[];
  /** For the corner of the card. */
  short: string;
}

/** A rate of less than this many milliseconds of sending is a guess. */
const RATE_NEEDS = 1_500;

export function progressWords(progress: RunProgress, now: number): ProgressWords {
  const { phase, listed, planned, done } = progress;
  switch (phase) {
    case "listing":
      return {
        share: null,
        phase: `Listing · ${counted(listed, "object")} so far`,
        facts: [],
        short: `Listing ${count(listed)}`,
      };
    case "waiting":
      return { share: null, phase: "Waiting for other connections", facts: [], short: "Waiting" };
    case "auditing":
      return { share: null, phase: "Comparing with the knowledge base", facts: [], short: "Comparing" };
    case "deciding":
      return {
        share: null,
        phase: `Working out what to do with ${counted(listed, "object")}`,
        facts: [],
        short: "Deciding",
      };
    case "removing":
      return { share: null, phase: "Removing what must go first", facts: [], short: "Removing" };
    case "sending":
      return {
        share: planned > 0 ? Math.min(1, done / planned) : null,
        phase: `Sending · ${count(done)} of ${counted(planned, "document")}`,
        facts: sendingFacts(progress, now),
        short: `Syncing ${count(done)} of ${count(planned)}`,
      };
    case "settling":
      return {
        share: planned > 0 ? Math.min(1, done / planned) : null,
        phase: "Finishing · checking that every document is indexed",
        facts: [],
        short: "Finishing",
      };
  }
}

function sendingFacts(progress: RunProgress, now: number): string[] {
  const facts: string[] = [];
  if (progress.bytesPlanned > 0) facts.push(bytesOf(progress.bytes, progress.bytesPlanned));
  const elapsed = progress.sendingSince === null ? 0 : now - progress.sendingSince;
  if (elapsed < RATE_NEEDS) return facts;
  if (progress.bytes > 0) facts.push(`${bytes((progress.bytes / elapsed) * 1000)}/s`);
  const left = progress.planned - progress.done;
  // Small files are slow per byte, so the slower of the two estimates is the honest one.
  const byDocuments = progress.done > 0 ? (elapsed / progress.done) * left : 0;
  const byBytes =
    progress.bytes > 0 ? (elapsed / progress.bytes) * (progress.bytesPlanned - progress.bytes) : 0;
  if (left > 0 && (byDocuments > 0 || byBytes > 0)) {
    facts.push(`about ${roughly(Math.max(byDocuments, byBytes))} left`);
  }
  return facts;
}

/** How a connection stands, in words. */
export function stateWords(row: ConnectionView, now: number): { tone: Tone; text: string } {
  switch (row.state) {
    case "new":
      return { tone: "plain", text: "Not synced yet" };
    case "syncing":
      return { tone: "info", text: row.progress ? progressWords(row.progress, now).short : "Starting" };
    case "up_to_date":
      // Taken is not searchable yet.
      if (row.waiting > 0) return { tone: "info", text: "Sent, being processed" };
      return {
        tone: "ok",
        text: row.lastCompleteAt === null ? "Up to date" : `Up to date · ${past(row.lastCompleteAt, now)}`,
      };
    case "partly_done": {
      const { failed = 0, heldBack = 0, trial = null } = row.lastRun ?? {};
      if (failed > 0) return { tone: "warn", text: `Partly done · ${count(failed)} failed` };
      if (heldBack > 0) return { tone: "warn", text: heldBackWords(heldBack) };
      return trial === null ? { tone: "warn", text: "Partly done" } : { tone: "ok", text: "Trial done" };
    }
    case "needs_you": {
      const message = row.lastRun?.error?.message;
      return { tone: "bad", text: message ? `Needs you: ${lowerFirst(message)}` : "Needs you" };
    }
    case "stopped":
      return {
        tone: "warn",
        text: row.lastRun?.state === "interrupted" ? "Stopped: interrupted" : "Stopped: cancelled",
      };
    case "offline":
      return { tone: "warn", text: "Waiting for the network" };
    case "paused":
      return {
        tone: "plain",
        text:
          row.pause?.until == null
            ? "Paused until you resume"
            : `Paused until ${until(row.pause.until, now)}`,
      };
    case "deleting":
      return { tone: "plain", text: "Deleting" };
  }
}

function heldBackWords(removals: number): string {
  return `${counted(removals, "removal")} held back`;
}

/** Whether nothing of it was ever synced: a trial is worth offering. */
export function isUntried(row: ConnectionView): boolean {
  return row.lastCompleteAt === null && row.documents === 0;
}

/** Whether its last run left something undone; a trial leaves out most on purpose. */
export function isPartlyDone(row: ConnectionView): boolean {
  const { failed = 0, heldBack = 0, trial = null } = row.lastRun ?? {};
  return row.state === "partly_done" && (trial === null || failed + heldBack > 0);
}

/** How long a pause can be, and how that reads after "Pause" and "is paused". */
export const PAUSES: { length: PauseLength; words: string }[] = [
  { length: "hour", words: "for an hour" },
  { length: "tomorrow", words: "until tomorrow" },
  { length: "until_resumed", words: "until I resume" },
];

/** What is told when these connections, as they stood before, are paused. */
export function pauseWords(rows: ConnectionView[], length: PauseLength): string {
  const words =
    length === "until_resumed"
      ? "until you resume"
      : (PAUSES.find((pause) => pause.length === length)?.words ?? "");
  const syncing = rows.filter((row) => row.state === "syncing").length;
  const first = rows[0];
  const who =
    rows.length === 1 && first ? `“${first.name}” is` : `All ${counted(rows.length, "connection")} are`;
  const cancelled =
    syncing === 0
      ? ""
      : syncing === 1
        ? " The sync that was running is cancelled."
        : ` ${count(syncing)} syncs that were running are cancelled.`;
  return `${who} paused ${words}.${cancelled}`;
}

/** How a run ended, with what is special about it. */
export function runResult(run: RunView): { tone: Tone; text: string } {
  const words = runWords(run.state, run.sent + run.removed + run.failed === 0);
  if (run.state === "partly_completed" && run.failed === 0 && run.heldBack > 0) {
    return { ...words, text: heldBackWords(run.heldBack) };
  }
  return run.trial === null ? words : { ...words, text: `Trial: ${lowerFirst(words.text)}` };
}

/** How a run stands, in words. */
export function runWords(state: RunState, nothingDone: boolean): { tone: Tone; text: string } {
  switch (state) {
    case "running":
      return { tone: "info", text: "Running" };
    case "completed":
      return { tone: "ok", text: nothingDone ? "Complete, nothing new" : "Complete" };
    case "partly_completed":
      return { tone: "warn", text: "Partly done" };
    case "failed":
      return { tone: "bad", text: "Failed" };
    case "cancelled":
      return { tone: "plain", text: "Cancelled" };
    case "interrupted":
      return { tone: "warn", text: "Interrupted" };
  }
}

/** The footer of the rail: how everything stands, and what comes next. */
export function overallWords(rows: ConnectionView[], now: number): string[] {
  if (rows.length === 0) return [];
  const of = (state: ConnectionView["state"]) => rows.filter((row) => row.state === state).length;
  const syncing = of("syncing");
  const need = of("needs_you");
  const open = of("partly_done") + of("stopped");
  const paused = of("paused");
  const good = of("up_to_date") + paused;
  const first =
    need > 0
      ? need === 1
        ? "One connection needs you."
        : `${count(need)} connections need you.`
      : syncing > 0
        ? `Syncing ${count(syncing)} of ${count(rows.length)}.`
        : good === rows.length
          ? paused === rows.length
            ? "Everything is paused."
            : paused > 0
              ? `Up to date, ${count(paused)} paused.`
              : rows.some((row) => row.waiting > 0)
                ? "All sent, some still being processed."
                : "All up to date."
          : of("offline") > 0
            ? "Waiting for the network."
            : open > 0
              ? "All but some documents are up to date."
              : "Not everything is synced yet.";
  const next = Math.min(...rows.map((row) => row.nextDueAt ?? Infinity));
  return Number.isFinite(next) ? [first, `Next check ${due(next, now)}`] : [first];
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
