/** Which rows of a long table are in sight. Pure; works for any number of rows. */

/** Browsers draw nothing beyond about 33.5 million pixels (2^25), so longer tables are scrolled in proportion. */
const TALLEST = 30_000_000;

export interface Rows {
  total: number;
  rowHeight: number;
  /** Height of the part that is seen, in pixels. */
  viewport: number;
}

/** Height of the scrolled area. */
export function scrollHeight({ total, rowHeight, viewport }: Rows): number {
  return Math.max(viewport, Math.min(total * rowHeight, TALLEST));
}

/** The first row in sight, how many to draw, and how far the first is shifted up. */
export function rowsInSight(rows: Rows, scrollTop: number): { first: number; drawn: number; shift: number } {
  const { total, rowHeight, viewport } = rows;
  const top = clamp(scrollTop * proportion(rows), 0, Math.max(0, total * rowHeight - viewport));
  const first = Math.floor(top / rowHeight);
  const drawn = Math.min(total - first, Math.ceil(viewport / rowHeight) + 1);
  return { first, drawn: Math.max(0, drawn), shift: top - first * rowHeight };
}

/** The scroll position that brings a row into sight, moving as little as needed. */
export function scrollTopFor(rows: Rows, scrollTop: number, index: number): number {
  const { rowHeight, viewport } = rows;
  const ratio = proportion(rows);
  const top = scrollTop * ratio;
  const rowTop = index * rowHeight;
  if (rowTop < top) return rowTop / ratio;
  if (rowTop + rowHeight > top + viewport) return (rowTop + rowHeight - viewport) / ratio;
  return scrollTop;
}

function proportion(rows: Rows): number {
  const real = rows.total * rows.rowHeight - rows.viewport;
  const scrolled = scrollHeight(rows) - rows.viewport;
  return real > 0 && scrolled > 0 ? real / scrolled : 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
