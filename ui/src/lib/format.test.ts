import { describe, expect, it } from "vitest";

import { t } from "../strings/strings";
import { bytes, bytesOf, count, due, duration, every, moment, past, roughly, until } from "./format";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Noon of a summer day, by this computer's clock. */
const NOON = new Date(2025, 5, 18, 12, 0, 0).getTime();

describe("sizes", () => {
  it("stay whole bytes below a thousand", () => expect(bytes(999)).toBe("999 B"));
  it("take the next unit instead of a thousand of the smaller one", () => {
    expect(bytes(999_960)).toMatch(/^1[.,]0 MB$/);
    expect(bytes(1_000)).toMatch(/^1[.,]0 KB$/);
  });
  it("name both parts of a whole in the unit of the whole", () =>
    expect(bytesOf(182_000, 28_400_000)).toMatch(/^0[.,]2 of 28[.,]4 MB$/));
});

describe("times", () => {
  it("until which something lasts name the day only when it is another one", () => {
    expect(until(NOON + HOUR, NOON)).toBe("13:00");
    expect(until(NOON + 18 * HOUR, NOON)).toBe("tomorrow 06:00");
  });
  it("that just passed are minutes ago", () => {
    expect(past(NOON - 10_000, NOON)).toBe("just now");
    expect(past(NOON - 2 * MINUTE, NOON)).toBe("2 min ago");
  });
  it("a little ahead of the window's slow clock are just now", () =>
    expect(past(NOON + 3_000, NOON)).toBe("just now"));
  it("of the same day have a clock time", () => expect(past(NOON - 3 * HOUR, NOON)).toMatch(/^today 09.00$/));
  it("of the day before are yesterday, even a few hours ago", () =>
    expect(past(NOON - 13 * HOUR, NOON)).toMatch(/^yesterday 23.00$/));
  it("of another year name the year", () =>
    expect(moment(new Date(2019, 0, 3).getTime(), NOON)).toContain("2019"));
  it("to come are named by how near they are", () => {
    expect(due(NOON - MINUTE, NOON)).toBe("now");
    expect(due(NOON + 5 * MINUTE, NOON)).toBe("in 5 min");
    expect(due(NOON + 6 * HOUR, NOON)).toMatch(/^today 18.00$/);
    expect(due(NOON + 14 * HOUR, NOON)).toMatch(/^tomorrow 02.00$/);
  });
});

it("numbers in sentences are written as the others are", () => {
  expect(t("rail.needYou", { count: 1200 })).toBe(`${count(1200)} need you`);
});

describe("durations", () => {
  it("read like a clock", () => {
    expect(duration(400)).toBe("under 1 s");
    expect(duration(24_000)).toBe("0:24");
    expect(duration(190_000)).toBe("3:10");
    expect(duration(3_723_000)).toBe("1:02:03");
  });
  it("still to come are rounded so that they do not flicker", () => {
    expect(roughly(3_000)).toBe("a few seconds");
    expect(roughly(11_000)).toBe("15 s");
    expect(roughly(130_000)).toBe("2 min");
    expect(roughly(2 * HOUR)).toBe("2 h");
  });
});

it("a schedule is told in its largest whole unit", () => {
  expect(every(0)).toBe("only by hand");
  expect(every(240)).toBe("every 4 hours");
  expect(every(60)).toBe("every hour");
  expect(every(1440)).toBe("every day");
  expect(every(90)).toBe("every 90 minutes");
});
