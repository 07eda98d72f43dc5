/**
 * How fast a run gets on, and how long it may still take, told steadily: from the last moments and not from a single one, and
 * a time that is told counts down by itself for as long as it stays about right. Pure but for what it remembers.
 */
import type { RunProgress } from "../client/generated";

/** What is remembered of a moment. */
interface Moment {
  at: number;
  done: number;
  bytes: number;
}

export interface Reading {
  /** Bytes a second; null while it would be a guess. */
  rate: number | null;
  /** Milliseconds; null while it would be a guess, or when nothing is left. */
  left: number | null;
}

/** A rate of less than this many milliseconds is a guess. */
const RATE_NEEDS = 1_500;
/** Moments older than this say nothing about now. */
const WINDOW = 20_000;
/** Moments closer together than this tell nothing new. */
const APART = 500;
/** A new time replaces the one that counts down when it is so much off. */
const OFF = 0.25;

const UNKNOWN: Reading = { rate: null, left: null };

export class Pace {
  #run = "";
  #moments: Moment[] = [];
  #told: { left: number; at: number } | null = null;

  /** What is known now. */
  read(progress: RunProgress, now: number): Reading {
    const { runId, phase, planned, done, bytes, bytesPlanned, sendingSince } = progress;
    if (phase !== "sending" || sendingSince === null) return UNKNOWN;
    if (runId !== this.#run) {
      this.#run = runId;
      // Who looks later knows the mean since sending began.
      this.#moments = [{ at: sendingSince, done: 0, bytes: 0 }];
      this.#told = null;
    }
    this.#remember({ at: now, done, bytes });
    const from = this.#moments[0];
    const elapsed = from ? now - from.at : 0;
    if (!from || elapsed < RATE_NEEDS) return UNKNOWN;
    const perByte = elapsed / Math.max(1, bytes - from.bytes);
    const perDocument = elapsed / Math.max(1, done - from.done);
    const rate = bytes > from.bytes ? 1000 / perByte : 0;
    // Small files are slow per byte, so the slower of the two estimates is the honest one.
    const byBytes = bytes > from.bytes ? perByte * Math.max(0, bytesPlanned - bytes) : 0;
    const byDocuments = done > from.done ? perDocument * (planned - done) : 0;
    const left = Math.max(byBytes, byDocuments);
    return {
      rate: rate > 0 ? rate : null,
      left: planned > done && left > 0 ? this.#steady(left, now) : null,
    };
  }

  #remember(moment: Moment): void {
    const last = this.#moments.at(-1);
    if (last && moment.at - last.at < APART) return;
    this.#moments.push(moment);
    while (this.#moments.length > 2 && moment.at - (this.#moments[1]?.at ?? moment.at) > WINDOW) {
      this.#moments.shift();
    }
  }

  #steady(left: number, now: number): number {
    const passed = this.#told ? now - this.#told.at : 0;
    const counted = this.#told ? this.#told.left - passed : 0;
    const isRight = counted > 0 && Math.abs(left - counted) <= OFF * counted;
    // What is a little off comes right by little and little.
    const told = isRight ? counted + (left - counted) * Math.min(1, passed / WINDOW) : left;
    this.#told = { left: told, at: now };
    return told;
  }
}
