// Every screen of the window in every state that the full world has, and how a person gets there.
import { ask, control, field, settle } from "./stage.mjs";

const TENANTS = "Tenants";

/** Goes through a connection's form to this step. */
async function toStep(page, step) {
  for (let at = 1; at < step; at += 1) {
    await settle(page);
    const before = await page.locator('[aria-current="step"]').innerText();
    await control(page, "Continue").click();
    await page.waitForFunction(
      (text) => document.querySelector('[aria-current="step"]')?.innerText !== text,
      before,
    );
  }
}

const formStep = (step, then = async () => {}) => ({
  at: (ids) => `connections/${ids[TENANTS]}/edit`,
  act: async (page) => {
    await toStep(page, step);
    await then(page);
  },
});

async function openMenu(page) {
  await control(page, `More for ${TENANTS}`).click();
  await page.getByRole("menu").waitFor();
}

const test = async (page) => {
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByRole("list", { name: /result/i }).waitFor();
};

/** `at` is the address behind the #, `act` what is pressed there. */
export const SCREENS = {
  connections: { at: () => "connections" },
  "connections-menu": { at: () => "connections", act: openMenu },
  "connections-delete": {
    at: () => "connections",
    act: async (page) => {
      await openMenu(page);
      await page.getByRole("menuitem", { name: /^Delete/ }).click();
      await page.getByRole("alertdialog").or(page.getByRole("dialog")).waitFor();
    },
  },
  add: { at: () => "connections/add" },
  "form-1-provider": formStep(1),
  "form-2-credentials": formStep(2),
  "form-2-tested": formStep(2, test),
  "form-3-what": formStep(3),
  "form-4-tags": formStep(4),
  "form-5-where-and-when": formStep(5),
  "form-refused": {
    at: (ids) => `connections/${ids["Archive"]}/edit`,
    act: async (page) => {
      await toStep(page, 2);
      await test(page);
    },
  },
  preview: { at: (ids) => `connections/${ids[TENANTS]}/preview`, act: (page) => page.getByRole("grid").waitFor() },
  "preview-row": {
    at: (ids) => `connections/${ids["Fresh"]}/preview`,
    act: async (page) => {
      await page.getByRole("grid").focus();
      // The table is there before its first rows are, and without rows there is none to choose.
      await settle(page);
      await page.keyboard.press("ArrowDown");
      await page.getByRole("region", { name: "The chosen key" }).waitFor();
    },
  },
  "preview-held-back": { at: (ids) => `connections/${ids["Field notes"]}/preview` },
  "preview-of-other-scripts": { at: (ids) => `connections/${ids["Reports"]}/preview` },
  activity: { at: () => "activity" },
  "run-completed": { at: (ids) => `activity/${ids.runs[TENANTS]}` },
  "run-partly-done": { at: (ids) => `activity/${ids.runs["Reports"]}` },
  "run-failed": { at: (ids) => `activity/${ids.runs["Archive"]}` },
  library: { at: () => "library" },
  "library-found": {
    at: () => "library",
    act: async (page) => {
      await field(page, /^Search/).fill("lighthouse");
      await page.locator("mark").first().waitFor();
    },
  },
  "library-nothing": {
    at: () => "library",
    act: async (page) => {
      await field(page, /^Search/).fill("zyzzyva");
      await page.getByText(/^No document/).waitFor();
    },
  },
  settings: { at: () => "settings" },
  hosted: { at: (ids) => `hosted/${encodeURIComponent(ids.cloud)}` },
  "hosted-connection": { at: (ids) => `hosted/${encodeURIComponent(ids.cloud)}/${ids.hosted}` },
};

/** What addresses name: connections by their names, the newest run of each, the cloud and its connection. */
export async function readIds(url) {
  const ids = Object.fromEntries((await ask(url, "connection_list")).map((row) => [row.name, row.id]));
  const runs = await ask(url, "run_list", { connectionId: null, limit: 100 });
  ids.runs = Object.fromEntries(runs.reverse().map((run) => [run.connectionName, run.id]));
  ids.cloud = (await ask(url, "knowledge_base_list"))[0].address;
  ids.hosted = (await ask(url, "hosted_list", { address: ids.cloud }))[0].id;
  return ids;
}

/** Opens a screen anew and brings it into its state. */
export async function show(page, url, name, ids) {
  const { at, act } = SCREENS[name];
  await page.goto("about:blank");
  await page.goto(`${url}#/${at(ids)}`);
  await settle(page);
  await act?.(page);
  await settle(page);
}
