// From the first start through the five steps to a finished sync with nothing but a keyboard: Tab, Enter, Space and arrows.
// Wherever focus goes it is seen, and it always goes on.
import assert from "node:assert/strict";

import { openPage, pictureOf, settle, SIZES, walk } from "./stage.mjs";

/** More than any screen has to be tabbed through. */
const MOST = 80;

/** What has the focus: its name, its kind, and what is wrong with how that is shown. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
    const byIds = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).map((id) => document.getElementById(id));
    const labels = [...(element.labels ?? [])].map((label) => label.innerText).join(" ");
    const own = element.matches("input, textarea, select") ? element.placeholder : element.innerText;
    const name =
      tidy(byIds.map((one) => one?.innerText ?? "").join(" ")) ||
      tidy(element.getAttribute("aria-label")) ||
      tidy(labels) ||
      tidy(own) ||
      tidy(element.title);
    // A choice may be drawn by its label, a field by the box around it.
    const drawn = [element, ...(element.labels ?? []), element.parentElement, element.nextElementSibling].filter(Boolean);
    const isMarked = drawn.some((one) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    });
    const box = (element.labels?.[0]?.contains(element) ? element.labels[0] : element).getBoundingClientRect();
    const [x, y] = [box.x + Math.min(box.width, innerWidth) / 2, box.y + Math.min(box.height, 40) / 2];
    const top = document.elementFromPoint(x, y);
    const isCovered = !top || !(drawn.some((one) => one.contains(top)) || top.contains(element));
    const wrong = [];
    if (!isMarked) wrong.push("its focus is not to be seen");
    if (isCovered) wrong.push(`it is covered, or out of sight, at ${Math.round(x)}, ${Math.round(y)}`);
    return { name, radio: element.matches("[type=radio], [role=radio]"), id: element.id, wrong };
  });

/** One step on. */
async function tab(page, key = "Tab") {
  await page.keyboard.press(key);
  const at = await focused(page);
  if (at) assert.deepEqual(at.wrong, [], `“${at.name}”, reached by ${key}`);
  return at;
}

const fits = (name, wanted) => (wanted instanceof RegExp ? wanted.test(name) : name === wanted || name.startsWith(`${wanted} `));

/** Tabs on to what has this name; a group of choices is searched by arrows, as one does. */
async function reach(page, wanted) {
  const passed = [];
  for (let steps = 0; steps < MOST; steps += 1) {
    let at = await tab(page);
    const first = at?.name;
    while (at?.radio && !fits(at.name, wanted)) {
      at = await tab(page, "ArrowDown");
      passed.push(at?.name);
      if (at?.name === first) break;
    }
    if (at && fits(at.name, wanted)) return;
    passed.push(at?.name ?? "the window");
  }
  assert.fail(`“${wanted}” is not to be reached; passed ${passed.join(" · ")}`);
}

/** Focus goes once around everything and is let go of. */
async function goAround(page) {
  const first = await tab(page);
  for (let steps = 0; steps < MOST * 2; steps += 1) {
    const at = await tab(page);
    if (at === null || (at.name === first?.name && at.id === first.id)) return steps + 1;
  }
  assert.fail("focus does not come around");
}

async function press(page, name, key = "Enter") {
  await reach(page, name);
  await page.keyboard.press(key);
}

async function type(page, name, text) {
  await reach(page, name);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
  assert.equal(await page.evaluate(() => document.activeElement.value), text, name);
}

/** The next step of the form is there, and its beginning has the focus or is before everything that takes it. */
async function arrive(page, step) {
  await page.waitForFunction(
    (wanted) => [...document.querySelectorAll('[aria-label="Steps"] li')].findIndex((li) => li.querySelector('[aria-current="step"]')) === wanted,
    step - 1,
  );
  await settle(page);
}

await walk(async ({ browser, url, pictures, place, size }) => {
  const { page, wrong } = await openPage(browser, { viewport: SIZES[size] });
  await page.goto(url);
  await settle(page);
  let stops = await goAround(page);
  await press(page, "Add a connection");

  await arrive(page, 1);
  stops += await goAround(page);
  await reach(page, /^Other S3-compatible/);
  await page.keyboard.press("Space");
  await type(page, "Region", "us-east-1");
  await type(page, "Endpoint", place.endpoint);
  await press(page, "Continue");

  await arrive(page, 2);
  stops += await goAround(page);
  await type(page, "Bucket", place.bucket);
  await type(page, "Access key ID", place.accessKeyId);
  await type(page, "Secret access key", place.secretAccessKey);
  await press(page, "Test", "Space");
  await page.getByText("Everything that a sync needs works.").waitFor();
  await page.screenshot({ path: pictureOf(pictures, "keyboard", size, "tested") });
  await press(page, "Continue");

  await arrive(page, 3);
  stops += await goAround(page);
  await press(page, "Continue");

  await arrive(page, 4);
  stops += await goAround(page);
  await type(page, /^Container tags/, place.tag);
  await type(page, /^Rule/, place.rule);
  await press(page, "Continue");

  await arrive(page, 5);
  stops += await goAround(page);
  await type(page, "Name", "By keyboard");
  await page.screenshot({ path: pictureOf(pictures, "keyboard", size, "last-step") });
  await press(page, /^Sync all/);
  await page.getByText("Up to date").first().waitFor({ timeout: 120_000 });
  stops += await goAround(page);
  await page.screenshot({ path: pictureOf(pictures, "keyboard", size, "synced") });
  assert.deepEqual(wrong, []);
  return { stops };
});
