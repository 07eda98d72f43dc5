/** The state of connections and runs in words. Pure. */
import type {
  ConnectionView,
  PauseLength,
  PlanAction,
  PlanDrift,
  RunProgress,
  RunState,
  RunView,
} from "../client/generated";
import { t } from "../strings/strings";
import { bytes, bytesOf, due, past, roughly, until } from "./format";
import type { Reading } from "./pace";

export type Tone = "ok" | "info" | "warn" | "bad" | "plain";

export interface ProgressWords {
  /** Share done, from 0 to 1; null while there is no total. */
  share: number | null;
  /** What is being done. */
  phase: string;
  /** For the corner of the card. */
  short: string;
}

export function progressWords({
  phase,
  listed,
  planned,
  done,
  removing,
  removed,
}: RunProgress): ProgressWords {
  const share = planned > 0 ? Math.min(1, done / planned) : null;
  switch (phase) {
    case "listing":
      return {
        share: null,
        phase: t("progress.phase.listing", { count: listed }),
        short: t("progress.short.listing", { count: listed }),
      };
    case "waiting":
    case "auditing":
      return { share: null, phase: t(`progress.phase.${phase}`), short: t(`progress.short.${phase}`) };
    case "deciding":
      return {
        share: null,
        phase: t("progress.phase.deciding", { count: listed }),
        short: t("progress.short.deciding"),
      };
    case "removing":
      return {
        share: removing > 0 ? Math.min(1, removed / removing) : null,
        phase:
          removing > 0
            ? t("progress.phase.removingOf", { done: removed, count: removing })
            : t("progress.phase.removing"),
        short: t("progress.short.removing"),
      };
    case "sending":
      return {
        share,
        phase: t("progress.phase.sending", { done, count: planned }),
        short: t("progress.short.sending", { done, count: planned }),
      };
    case "settling":
    case "stopping":
      return { share, phase: t(`progress.phase.${phase}`), short: t(`progress.short.${phase}`) };
  }
}

/** Bytes, rate, time left: only what is known. */
export function sendingFacts(progress: RunProgress, { rate, left }: Reading): string[] {
  if (progress.phase !== "sending") return [];
  const facts: string[] = [];
  if (progress.bytesPlanned > 0) facts.push(bytesOf(progress.bytes, progress.bytesPlanned));
  if (rate !== null) facts.push(t("progress.rate", { rate: bytes(rate) }));
  if (left !== null) facts.push(t("progress.left", { time: roughly(left) }));
  return facts;
}

const CHANGES: PlanAction[] = ["new", "changed", "retagged", "removed", "skipped", "kept"];

/** What a run found otherwise than its preview, in one sentence. */
export function driftWords({ previewed, planned }: PlanDrift): string {
  const change = (action: PlanAction) => {
    const more = planned[action] - previewed[action];
    if (more === 0) return [];
    const values = { count: Math.abs(more) };
    return [
      more > 0 ? t(`progress.drift.more.${action}`, values) : t(`progress.drift.fewer.${action}`, values),
    ];
  };
  const changes = CHANGES.flatMap(change);
  const told = changes.length > 0 ? changes : change("unchanged");
  if (told.length === 0) return t("progress.drift.others");
  return t("progress.drift.since", { changes: told.join(", ") });
}

/** How a connection stands, in words. */
export function stateWords(row: ConnectionView, now: number): { tone: Tone; text: string } {
  switch (row.state) {
    case "new":
      return { tone: "plain", text: t("progress.state.new") };
    case "syncing":
      return {
        tone: "info",
        text: row.progress ? progressWords(row.progress).short : t("progress.short.starting"),
      };
    case "up_to_date":
      // Taken is not searchable yet.
      if (row.waiting > 0) return { tone: "info", text: t("progress.state.beingProcessed") };
      return {
        tone: "ok",
        text:
          row.lastCompleteAt === null
            ? t("progress.state.upToDate")
            : t("progress.state.upToDateSince", { when: past(row.lastCompleteAt, now) }),
      };
    case "partly_done": {
      const { failed = 0, heldBack = 0, trial = null } = row.lastRun ?? {};
      if (failed > 0) return { tone: "warn", text: t("progress.state.partlyFailed", { count: failed }) };
      if (heldBack > 0) return { tone: "warn", text: t("progress.heldBack", { count: heldBack }) };
      return trial === null
        ? { tone: "warn", text: t("progress.state.partlyDone") }
        : { tone: "ok", text: t("progress.state.trialDone") };
    }
    case "needs_you": {
      const message = row.lastRun?.error?.message;
      return {
        tone: "bad",
        text: message
          ? t("progress.state.needsYouFor", { what: lowerFirst(message) })
          : t("progress.state.needsYou"),
      };
    }
    case "stopped":
      return {
        tone: "warn",
        text:
          row.lastRun?.state === "interrupted"
            ? t("progress.state.interrupted")
            : t("progress.state.cancelled"),
      };
    case "offline":
      return { tone: "warn", text: t("progress.state.offline") };
    case "paused":
      return {
        tone: "plain",
        text:
          row.pause?.until == null
            ? t("progress.state.paused")
            : t("progress.state.pausedUntil", { when: until(row.pause.until, now) }),
      };
    case "deleting":
      return { tone: "plain", text: t("progress.state.deleting") };
  }
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

/** How long a pause can be, and how that reads after "Pause". */
export const PAUSES: { length: PauseLength; words: string }[] = (
  ["hour", "tomorrow", "until_resumed"] as const
).map((length) => ({ length, words: t(`progress.pause.${length}`) }));

/** What is told when these connections, as they stood before, are paused. */
export function pauseWords(rows: ConnectionView[], length: PauseLength): string {
  const words =
    length === "until_resumed" ? t("progress.pause.untilYouResume") : t(`progress.pause.${length}`);
  const syncing = rows.filter((row) => row.state === "syncing").length;
  const first = rows[0];
  const paused =
    rows.length === 1 && first
      ? t("progress.pause.one", { name: first.name, length: words })
      : t("progress.pause.all", { count: rows.length, length: words });
  return paused + t("progress.pause.ended", { count: syncing });
}

/** How a run ended, with what is special about it. */
export function runResult(run: RunView): { tone: Tone; text: string } {
  const words = runWords(run.state, run.sent + run.removed + run.failed === 0);
  if (run.state === "partly_completed" && run.failed === 0 && run.heldBack > 0) {
    return { ...words, text: t("progress.heldBack", { count: run.heldBack }) };
  }
  return run.trial === null
    ? words
    : { ...words, text: t("progress.run.trial", { result: lowerFirst(words.text) }) };
}

/** How a run stands, in words. */
export function runWords(state: RunState, nothingDone: boolean): { tone: Tone; text: string } {
  switch (state) {
    case "running":
      return { tone: "info", text: t("progress.run.running") };
    case "completed":
      return { tone: "ok", text: nothingDone ? t("progress.run.nothingNew") : t("progress.run.completed") };
    case "partly_completed":
      return { tone: "warn", text: t("progress.run.partlyCompleted") };
    case "failed":
      return { tone: "bad", text: t("progress.run.failed") };
    case "cancelled":
      return { tone: "plain", text: t("progress.run.cancelled") };
    case "interrupted":
      return { tone: "warn", text: t("progress.run.interrupted") };
  }
}

/** The footer of the rail: how everything stands, and what comes next. */
export function overallWords(rows: ConnectionView[], now: number): string[] {
  if (rows.length === 0) return [];
  const next = Math.min(...rows.map((row) => row.nextDueAt ?? Infinity));
  const first = standing(rows);
  return Number.isFinite(next) ? [first, t("progress.overall.next", { when: due(next, now) })] : [first];
}

function standing(rows: ConnectionView[]): string {
  const of = (state: ConnectionView["state"]) => rows.filter((row) => row.state === state).length;
  const [need, syncing, paused] = [of("needs_you"), of("syncing"), of("paused")];
  if (need > 0) return t("progress.overall.needYou", { count: need });
  if (syncing > 0) return t("progress.overall.syncing", { count: syncing, all: rows.length });
  if (of("up_to_date") + paused === rows.length) {
    if (paused === rows.length) return t("progress.overall.allPaused");
    if (paused > 0) return t("progress.overall.somePaused", { count: paused });
    return rows.some((row) => row.waiting > 0)
      ? t("progress.overall.beingProcessed")
      : t("progress.overall.upToDate");
  }
  if (of("offline") > 0) return t("progress.overall.offline");
  return of("partly_done") + of("stopped") > 0
    ? t("progress.overall.someOpen")
    : t("progress.overall.notYet");
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
