/**
 * Which rows of a long table are in sight. Pure; works for any number of rows.
 *
 * Browsers draw no element beyond about 16 (Chromium, at some zooms) or 33 million pixels, so the area of a longer table is
 * lower than its rows. Then two positions are told apart: where the area is scrolled to, and the pixel of the rows that is
 * seen first. A wheel or a finger moves the rows by what it moves the area, so that no row is jumped over; the thumb of the
 * scrollbar moves them in proportion. When nothing moves, the area is brought to where the rows are.
 */

const TALLEST = 10_000_000;

/** A move of the area by more than this many screenfuls is the thumb's. */
const NEAR = 3;

export interface Rows {
  total: number;
  rowHeight: number;
  /** Height of the part that is seen, in pixels. */
  viewport: number;
}

export interface Position {
  /** Of the scrolled area. */
  scrollTop: number;
  /** The first pixel in sight, of all rows below each other. */
  top: number;
}

/** Height of the scrolled area. */
export function scrollHeight({ total, rowHeight, viewport }: Rows): number {
  return Math.max(viewport, Math.min(total * rowHeight, TALLEST));
}

/** The first row in sight, how many to draw, and how far the first is shifted up. */
export function rowsInSight(rows: Rows, top: number): { first: number; drawn: number; shift: number } {
  const { total, rowHeight, viewport } = rows;
  const seen = clamp(top, 0, lowest(rows));
  const first = Math.floor(seen / rowHeight);
  const drawn = Math.min(total - first, Math.ceil(viewport / rowHeight) + 1);
  return { first, drawn: Math.max(0, drawn), shift: seen - first * rowHeight };
}

/** Where the rows are after the area was scrolled. */
export function scrolled(rows: Rows, from: Position, scrollTop: number): Position {
  const ratio = proportion(rows);
  const moved = scrollTop - from.scrollTop;
  const isNear = ratio > 1 && Math.abs(moved) <= NEAR * rows.viewport;
  return { scrollTop, top: clamp(isNear ? from.top + moved : scrollTop * ratio, 0, lowest(rows)) };
}

/** The position whose first pixel in sight this is. */
export function positionAt(rows: Rows, top: number): Position {
  const seen = clamp(top, 0, lowest(rows));
  return { scrollTop: seen / proportion(rows), top: seen };
}

/** Whether the area can be scrolled no further although there are more rows that way. */
export function isStuck(rows: Rows, { scrollTop, top }: Position): boolean {
  const lowestScroll = scrollHeight(rows) - rows.viewport;
  return (scrollTop <= 0 && top > 0) || (scrollTop >= lowestScroll && top < lowest(rows));
}

/** The first pixel in sight that brings a row into sight, moving as little as needed. */
export function topFor(rows: Rows, top: number, index: number): number {
  const { rowHeight, viewport } = rows;
  const rowTop = index * rowHeight;
  if (rowTop < top) return rowTop;
  if (rowTop + rowHeight > top + viewport) return rowTop + rowHeight - viewport;
  return top;
}

function lowest({ total, rowHeight, viewport }: Rows): number {
  return Math.max(0, total * rowHeight - viewport);
}

function proportion(rows: Rows): number {
  const scrolledAtMost = scrollHeight(rows) - rows.viewport;
  return scrolledAtMost > 0 && lowest(rows) > 0 ? lowest(rows) / scrolledAtMost : 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
