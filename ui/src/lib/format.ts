/** Numbers, sizes and times as a person of this locale reads them. Pure: the time is an argument. */
import { LOCALE } from "../strings/locale";
import { t } from "../strings/strings";

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(LOCALE, {
  notation: "compact",
  compactDisplay: "long",
  maximumSignificantDigits: 2,
});
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const dayAndMonth = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const fullDay = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const UNITS = ["size.b", "size.kb", "size.mb", "size.gb", "size.tb", "size.pb"] as const;

export function count(value: number): string {
  return whole.format(value);
}

/** A number that is only about right: `350`, `1.2 million`. */
export function about(value: number): string {
  return compact.format(value);
}

/** A size in decimal units, as disks and S3 consoles name them. */
export function bytes(value: number): string {
  return sized(inUnit(value, unitOf(value)), unitOf(value));
}

/** `18.2 of 28.4 MB`: both in the unit of the whole. */
export function bytesOf(done: number, planned: number): string {
  const power = unitOf(planned);
  return t("size.part", { done: inUnit(done, power), whole: sized(inUnit(planned, power), power) });
}

function sized(value: string, power: number): string {
  return t(UNITS[power] ?? "size.b", { value });
}

function unitOf(value: number): number {
  let power = 0;
  // 999,950 would read "1000.0 KB"; it is 1.0 MB.
  while (power < UNITS.length - 1 && value / 1000 ** power >= (power === 0 ? 1000 : 999.95)) power += 1;
  return power;
}

function inUnit(value: number, power: number): string {
  return power === 0 ? whole.format(value) : short.format(value / 1000 ** power);
}

/** When something was: `just now`, `2 min ago`, `today 14:02`, `yesterday 22:01`, `12 Nov`, `3 Jan 2019`. */
export function past(at: number, now: number): string {
  const age = now - at;
  // The window's clock ticks slowly, and a server's may be a little ahead.
  if (age < -5 * MINUTE) return moment(at, now);
  if (age < 45 * SECOND) return t("time.justNow");
  if (age < HOUR) return t("time.minutesAgo", { count: Math.max(1, Math.round(age / MINUTE)) });
  return moment(at, now);
}

/** When something is due: `now`, `in 5 min`, `today 18:00`, `tomorrow 02:00`, `12 Nov 18:00`. */
export function due(at: number, now: number): string {
  const wait = at - now;
  if (wait < 45 * SECOND) return t("time.now");
  if (wait < HOUR) return t("time.inMinutes", { count: Math.max(1, Math.round(wait / MINUTE)) });
  return moment(at, now);
}

/** The end of something that lasts until then: `18:00`, `tomorrow 06:00`, `12 Nov 18:00`. */
export function until(at: number, now: number): string {
  return dayNumber(at) === dayNumber(now) ? clock.format(at) : moment(at, now);
}

/** A moment with the words of the days around now. */
export function moment(at: number, now: number): string {
  const days = dayNumber(at) - dayNumber(now);
  const time = clock.format(at);
  if (days === 0) return t("time.today", { time });
  if (days === -1) return t("time.yesterday", { time });
  if (days === 1) return t("time.tomorrow", { time });
  if (new Date(at).getFullYear() !== new Date(now).getFullYear()) return fullDay.format(at);
  const day = dayAndMonth.format(at);
  return days > 0 ? t("time.dayAndTime", { day, time }) : day;
}

/** Date and time to the second, for a hint beside the short form. */
export function exactly(at: number): string {
  return exact.format(at);
}

/** Calendar days since 1970 on this computer's clock; a day of 23 or 25 hours is still one day. */
function dayNumber(at: number): number {
  const date = new Date(at);
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (24 * HOUR));
}

/** How long something took: `under 1 s`, `0:24`, `3:10`, `1:02:03`. */
export function duration(milliseconds: number): string {
  if (milliseconds < SECOND) return t("time.underASecond");
  const seconds = Math.round(milliseconds / SECOND);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** How long something may still take, in words that do not flicker: `10 s`, `2 min`, `3 h`. */
export function roughly(milliseconds: number): string {
  const seconds = milliseconds / SECOND;
  if (seconds < 10) return t("time.aFew");
  if (seconds < 55) return t("time.about.seconds", { count: Math.ceil(seconds / 5) * 5 });
  if (seconds < 55 * 60) return t("time.about.minutes", { count: Math.max(1, Math.round(seconds / 60)) });
  return t("time.about.hours", { count: Math.max(1, Math.round(seconds / 3600)) });
}

/** An interval of a schedule in words. */
export function every(minutes: number): string {
  if (minutes === 0) return t("time.every.never");
  if (minutes % 1440 === 0) return t("time.every.days", { count: minutes / 1440 });
  if (minutes % 60 === 0) return t("time.every.hours", { count: minutes / 60 });
  return t("time.every.minutes", { count: minutes });
}

const relativeDay = new Intl.RelativeTimeFormat(LOCALE ?? "en", { numeric: "auto" });

/** The day of a moment: `today`, `yesterday`, `12 Nov`, `3 Jan 2019`. */
export function dayOf(at: number, now: number): string {
  const days = dayNumber(at) - dayNumber(now);
  if (Math.abs(days) <= 1) return relativeDay.format(days, "day");
  if (new Date(at).getFullYear() !== new Date(now).getFullYear()) return fullDay.format(at);
  return dayAndMonth.format(at);
}

/** The time of a moment on its day: `14:02`. */
export function timeOf(at: number): string {
  return clock.format(at);
}
