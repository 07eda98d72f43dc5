// A preview of very many keys: what is drawn stays the same however far it is scrolled, the rows are those of their place, and
// little is asked for. Traced, it also tells how long the page's main thread was busy at once and how many frames were late.
import assert from "node:assert/strict";

import { ask, openPage, pictureOf, settle, SIZES, walk } from "./stage.mjs";

/** The key of a row, as the listing was made up. */
const keyOf = (row) =>
  `users/user-${String(Math.floor(row / 4000)).padStart(3, "0")}/notes/${String(row).padStart(9, "0")}.md`;

/** Waits until the scrolling is drawn and every row in sight has been read, and holds each against its place. */
async function check(page, seen) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const read = await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('[role="grid"] [role="row"][data-row]')];
    const told = rows.map((row) => [Number(row.getAttribute("aria-rowindex")) - 2, row.innerText]);
    return told.length > 0 && told.every(([, text]) => text.includes(".md")) && told;
  });
  const rows = await read.jsonValue();
  for (const [row, text] of rows) assert.ok(text.includes(keyOf(row)), `row ${row} shows ${text}`);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  seen.push({ first: rows[0][0], last: rows.at(-1)[0], rows: rows.length, elements });
}

/** Scrolls as a finger does, for some seconds. */
async function glide(cdp, box, distance, speed) {
  await cdp.send("Input.synthesizeScrollGesture", {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -distance,
    speed,
    gestureSourceType: "mouse",
  });
}

const jump = (page, share) =>
  page.evaluate((part) => {
    const grid = document.querySelector('[role="grid"]');
    const scroller = [grid, ...grid.querySelectorAll("*")].find((one) => one.scrollHeight > one.clientHeight * 2);
    scroller.scrollTop = part * (scroller.scrollHeight - scroller.clientHeight);
  }, share);

/** Everything that the trace has until now. */
async function traceOf(cdp, act) {
  const events = [];
  cdp.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await cdp.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: {
      includedCategories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "devtools.timeline.frame"],
    },
  });
  await act();
  const complete = new Promise((done) => cdp.once("Tracing.tracingComplete", done));
  await cdp.send("Tracing.end");
  await complete;
  return events;
}

/** Milliseconds of the page's main thread at once, longest first. */
function tasksOf(events) {
  const name = (thread) => (event) => event.name === "thread_name" && event.args.name === thread;
  const marked = events.filter((event) => event.name === "FunctionCall" || event.name === "Paint" || event.name === "Layout");
  const pages = new Map();
  for (const { pid } of marked) pages.set(pid, (pages.get(pid) ?? 0) + 1);
  const [[pid]] = [...pages].sort((a, b) => b[1] - a[1]);
  const main = events.find((event) => name("CrRendererMain")(event) && event.pid === pid);
  const tasks = events.filter((event) => event.pid === pid && event.tid === main.tid && event.name === "ThreadControllerImpl::RunTask" && event.ph === "X");
  assert.ok(tasks.length > 100, `the trace has ${tasks.length} tasks of the page`);
  return tasks.map((task) => task.dur / 1000).sort((a, b) => b - a);
}

/** The moments at which the page may draw, while something goes on. */
async function framesOf(page, act) {
  await page.evaluate(() => {
    globalThis.moments = [];
    const note = (at) => {
      globalThis.moments.push(at);
      globalThis.noting = requestAnimationFrame(note);
    };
    globalThis.noting = requestAnimationFrame(note);
  });
  await act();
  const moments = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.noting);
    return globalThis.moments;
  });
  return moments.slice(1).map((at, index) => at - moments[index]);
}

await walk(async ({ browser, url, pictures, rows, traced }) => {
  const { page, wrong } = await openPage(browser, { viewport: SIZES.wide });
  const calls = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/call")) calls.push(JSON.parse(request.postData()).command);
  });
  const [{ id }] = await ask(url, "connection_list");
  await page.goto(`${url}#/connections/${id}/preview`);
  const grid = page.getByRole("grid");
  await grid.waitFor({ timeout: 300_000 });
  await settle(page);
  assert.equal(await grid.getAttribute("aria-rowcount"), String(rows + 1));
  const seen = [];
  await check(page, seen);
  const box = await grid.boundingBox();
  const cdp = await page.context().newCDPSession(page);

  calls.length = 0;
  const roam = async () => {
    await glide(cdp, box, traced ? 12_000 : 3_000, traced ? 2_400 : 3_000);
    await check(page, seen);
    for (const share of [0.5, 0.25, 0.999, 0.75, 0.1]) {
      await jump(page, share);
      await check(page, seen);
      await glide(cdp, box, traced ? 2_400 : 640, 2_400);
      await check(page, seen);
    }
    await jump(page, 1);
    await check(page, seen);
  };
  let measured = {};
  if (traced) {
    let between = [];
    const events = await traceOf(cdp, async () => (between = await framesOf(page, roam)));
    const tasks = tasksOf(events);
    measured = {
      longest: tasks[0],
      over: tasks.filter((task) => task > 50).length,
      frames: between.length,
      onTime: between.filter((time) => time < 17.5).length / between.length,
      slowest: Math.max(...between),
    };
  } else {
    await roam();
  }
  assert.equal(seen.at(-1).last, rows - 1, "the last row is the last of the table");
  await page.screenshot({ path: pictureOf(pictures, "vast-end") });
  const counts = seen.map((one) => one.elements);
  const others = calls.filter((command) => command !== "preview_page");
  assert.deepEqual(wrong, []);
  return {
    rows,
    calls: calls.length,
    others,
    drawn: Math.max(...seen.map((one) => one.rows)),
    elements: [Math.min(...counts), Math.max(...counts)],
    ...measured,
  };
});
