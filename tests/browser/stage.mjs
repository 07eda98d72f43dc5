// What every walk through the window needs: the browser, pages that report what goes wrong in them, and elements found as
// a person finds them, by role and visible name.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

export const SIZES = { wide: { width: 1080, height: 720 }, small: { width: 720, height: 520 } };

/** How long something may take to show; machines that build are slow. */
const PATIENCE = 90_000;

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What the test gives: the bridge's address, the browser's program, the folder for pictures, and what else it knows. */
export function readInput() {
  return JSON.parse(readFileSync(0, "utf8"));
}

/** Runs a walk in a browser of its own and tells the test what came of it. */
export async function walk(act) {
  const input = readInput();
  const browser = await chromium.launch({
    executablePath: input.chromium,
    // Containers have neither the rights for a sandbox nor shared memory to speak of; the pages are our own.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });
  try {
    const result = await act({ browser, ...input });
    console.log(JSON.stringify(result));
  } finally {
    await browser.close();
  }
}

/** A page of the window, and what went wrong in it: errors, and what its content security policy refused. */
export async function openPage(browser, options) {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`${error}`));
  page.on("console", (message) => {
    // An answer that is an error is the engine's word, and shown as such.
    if (message.type() === "error" && !/status of (422|4\d\d)/.test(message.text())) wrong.push(message.text());
  });
  return { page, wrong };
}

/** Asks the engine, as the window does. */
export async function ask(url, command, args = {}) {
  const reply = await fetch(`${url}call`, { method: "POST", body: JSON.stringify({ command, arguments: args }) });
  if (!reply.ok) throw new Error(`${command}: ${await reply.text()}`);
  return reply.json();
}

const CONTROLS = ["button", "link", "tab", "radio", "checkbox", "menuitem", "menuitemradio", "option", "switch"];
const FIELDS = ["textbox", "searchbox", "combobox", "spinbutton"];

function byRoles(page, roles, name) {
  const [first, ...rest] = roles.map((role) => page.getByRole(role, { name, exact: typeof name === "string" }));
  return rest.reduce((all, one) => all.or(one), first).first();
}

export const control = (page, name) => byRoles(page, CONTROLS, name);
export const field = (page, name) => byRoles(page, FIELDS, name);

/** Waits until nothing is being read or moved, so that a picture shows what stays. A connection's card may be busy for as long as it syncs. */
export async function settle(page) {
  await page.waitForFunction(
    () => !document.querySelector('main [aria-busy="true"]:not(article)') && document.querySelector("main h1"),
  );
  await page.evaluate(async () => {
    await document.fonts.ready;
    const ends = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ends.map((one) => one.finished));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** Everything that axe finds fault with, best practices and the size of targets included. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }),
  );
  return found.violations.map(({ id, impact, help, nodes }) => ({
    rule: id,
    impact,
    help,
    nodes: nodes.map((node) => ({
      at: node.target.join(" "),
      html: node.html.slice(0, 160),
      why: node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 240),
    })),
  }));
}

/** What does not fit: the page scrolls sideways, or something that is to be seen ends outside of it. */
export async function overflows(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide in ${clientWidth}`] : [];
    const boxes = [...document.querySelectorAll("main, main .page, nav, [role=dialog], [role=alertdialog], [role=menu]")];
    const scrolls = boxes.filter((box) => box.scrollWidth > box.clientWidth + 1);
    return wide.concat(scrolls.map((box) => `${box.tagName}.${box.className} is ${box.scrollWidth} px wide in ${box.clientWidth}`));
  });
}

/**
 * Words and controls that end beside the window or beside what holds them. What ends in an ellipsis says so itself, and what
 * can be scrolled sideways can be read: both are no cut.
 */
export async function cuts(page) {
  return page.evaluate(() => {
    const controls = "button, a[href], input, select, textarea, summary";
    const holds = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    const shown = [...document.querySelectorAll("body *")].filter(
      (one) => (one.matches(controls) || holds(one)) && !one.closest(".aloud, svg, option, script, style, [aria-hidden=true]"),
    );
    const boxOf = (one) => {
      if (one.matches(controls)) return one.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(one);
      return range.getBoundingClientRect();
    };
    const endOf = (one) => {
      for (let at = one; at; at = at.parentElement) {
        const { overflowX, textOverflow, position, clipPath } = getComputedStyle(at);
        if (clipPath !== "none" && position === "absolute") return null;
        if (overflowX === "auto" || overflowX === "scroll") return at.matches("main, .page, nav, body") ? at : null;
        if (overflowX !== "visible") return textOverflow === "ellipsis" ? null : at;
      }
      return document.documentElement;
    };
    return shown.flatMap((one) => {
      if (!one.checkVisibility({ visibilityProperty: true })) return [];
      const [box, end] = [boxOf(one), endOf(one)];
      if (!end || box.width === 0) return [];
      const { left, right } = end.getBoundingClientRect();
      const [from, to] = [Math.max(left, 0), Math.min(right, innerWidth)];
      const over = Math.round(Math.max(from - box.left, box.right - to));
      const name = (one.innerText || one.getAttribute("aria-label") || one.className || one.tagName).slice(0, 40);
      return over > 1 ? [`“${name}” (${one.tagName}.${one.className}) is cut by ${over} px`] : [];
    });
  });
}

/** Buttons and links that lie over one another, which a person cannot press. */
export async function overlaps(page) {
  return page.evaluate(() => {
    const shown = [...document.querySelectorAll("button, a[href], input, select, textarea, summary")].filter(
      (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert], .aloud"),
    );
    const seen = (one) => {
      const box = one.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const inside = box.width > 1 && x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
      return inside ? document.elementFromPoint(x, y) : null;
    };
    return shown.flatMap((one) => {
      const top = seen(one);
      const foreign = top?.closest("button, a[href], input, select, textarea, summary");
      const own = !foreign || foreign === one || one.contains(foreign) || foreign.contains(one);
      // What sticks to the window's edge is meant to lie over what scrolls below it.
      const sticks = foreign?.closest("footer, .actions, .notices, header");
      const label = foreign && [...(foreign.labels ?? [])].some((label) => label.contains(one));
      return own || sticks || label ? [] : [`“${foreign.innerText || foreign.id}” lies over “${one.innerText || one.id}”`];
    });
  });
}

/** What was found, each fault once, with where it is. */
export function grouped(found) {
  const groups = new Map();
  for (const { where, ...fault } of found) {
    for (const node of fault.nodes ?? [{}]) {
      const one = { rule: fault.rule, impact: fault.impact, why: fault.why, ...node };
      const key = JSON.stringify([one.rule, one.at ?? one.why]);
      const group = groups.get(key) ?? { ...one, where: [] };
      group.where.push(where);
      groups.set(key, group);
    }
  }
  const told = (where) => (where.length > 6 ? [...where.slice(0, 6), `and ${where.length - 6} more`] : where);
  return [...groups.values()].map((group) => ({ ...group, where: told(group.where).join(" ") }));
}

export const pictureOf = (folder, ...words) => join(folder, `${words.join("-")}.png`);
