/** The small chart of the last runs. Pure. */
import type { RunBar } from "../client/generated";
import { exactly } from "../lib/format";
import { runWords } from "../lib/progress";
import { t } from "../strings/strings";

export interface Bar {
  startedAt: number;
  kind: "done" | "quiet" | "failed";
  /** In pixels, of 20. */
  height: number;
  title: string;
}

const TALLEST = 20;
const SHORTEST = 2;
/** A run in trouble is seen even when it did nothing. */
const TROUBLE = 14;

export function barsOf(runs: RunBar[]): Bar[] {
  const work = (run: RunBar) => run.sent + run.removed + run.failed;
  const most = Math.max(1, ...runs.map(work));
  return runs.map((run) => {
    const failed = run.failed > 0 || run.state === "failed";
    const kind = failed ? "failed" : work(run) === 0 ? "quiet" : "done";
    // The root keeps small runs visible beside a first sync of thousands.
    const height = SHORTEST + Math.round((TALLEST - SHORTEST) * Math.sqrt(work(run) / most));
    return {
      startedAt: run.startedAt,
      kind,
      height: failed ? Math.max(TROUBLE, height) : height,
      title: t("connections.runBar", {
        at: exactly(run.startedAt),
        result: runWords(run.state, kind === "quiet").text,
        sent: run.sent,
        removed: run.removed,
        failed: run.failed,
      }),
    };
  });
}
