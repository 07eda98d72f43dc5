/** The run history: runs by day, and as bars. Pure. */
import type { RunView } from "../client/generated";
import { dayOf } from "../lib/format";

export interface Day {
  /** How the day is called: `today`, `yesterday`, `12 Nov`. */
  name: string;
  runs: RunView[];
}

/** Runs (newest first) under the day on which they began. */
export function daysOf(runs: RunView[], now: number): Day[] {
  const days: Day[] = [];
  for (const run of runs) {
    const name = dayOf(run.startedAt, now);
    const last = days.at(-1);
    if (last?.name === name) last.runs.push(run);
    else days.push({ name, runs: [run] });
  }
  return days;
}

/** One run of the chart; heights are shares of the tallest bar, from 0 to 1. */
export interface ChartBar {
  run: RunView;
  sent: number;
  removed: number;
  failed: number;
}

/** Bars of the newest runs, oldest first. The root keeps small runs visible beside a first sync of thousands. */
export function chartOf(runs: RunView[], most: number): ChartBar[] {
  const shown = runs.slice(0, most).reverse();
  const work = (run: RunView) => run.sent + run.removed + run.failed;
  const tallest = Math.max(1, ...shown.map(work));
  return shown.map((run) => {
    const total = work(run);
    const scale = total === 0 ? 0 : Math.sqrt(total / tallest) / total;
    return { run, sent: run.sent * scale, removed: run.removed * scale, failed: run.failed * scale };
  });
}

/** Whether something of a run needs a look. */
export function isTroubled(run: RunView): boolean {
  return run.failed + run.heldBack > 0 || ["failed", "partly_completed", "interrupted"].includes(run.state);
}
