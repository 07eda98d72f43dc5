// Every screen as people have it who see it otherwise: enlarged, in their own colours, without motion, from right to left.
import { cuts, grouped, openPage, overflows, overlaps, pictureOf, SIZES, violations, walk } from "./stage.mjs";
import { readIds, SCREENS, show } from "./screens.mjs";

const WAYS = {
  // The window at 200 %: half of it is left for CSS. What scrolls in two directions fails WCAG 1.4.10.
  enlarged: { viewport: { width: 540, height: 360 }, deviceScaleFactor: 2 },
  // The smallest window at 200 %.
  "small-enlarged": { viewport: { width: 360, height: 260 }, deviceScaleFactor: 2 },
  "forced-colors": { viewport: SIZES.wide, forcedColors: "active" },
  "more-contrast": { viewport: SIZES.wide, contrast: "more" },
  "reduced-motion": { viewport: SIZES.wide, reducedMotion: "reduce" },
  "right-to-left": { viewport: SIZES.wide, direction: "rtl" },
  "right-to-left-small": { viewport: SIZES.small, direction: "rtl" },
};

/** What still moves although the person asked for rest. */
const moving = (page) =>
  page.evaluate(() => document.getAnimations().map((one) => `${one.effect?.target?.className} moves`));

await walk(async ({ browser, url, pictures, only }) => {
  const ids = await readIds(url);
  const names = Object.keys(SCREENS).filter((name) => !only || name.startsWith(only));
  const found = [];
  for (const [way, { direction, ...options }] of Object.entries(WAYS)) {
    const { page, wrong } = await openPage(browser, options);
    if (direction) {
      await page.addInitScript((dir) => {
        document.addEventListener("readystatechange", () => (document.documentElement.dir = dir), { once: true });
      }, direction);
    }
    for (const name of names) {
      const where = `${name}-${way}`;
      try {
        await show(page, url, name, ids);
      } catch (error) {
        found.push({ where, rule: "is not to be reached", why: `${error}`.slice(0, 600) });
      }
      await page.screenshot({ path: pictureOf(pictures, name, way) });
      const rules = await Promise.all([
        overflows(page),
        overlaps(page),
        cuts(page),
        way === "reduced-motion" ? moving(page) : [],
      ]);
      for (const [at, rule] of ["overflow", "overlap", "cut", "motion"].entries()) {
        found.push(...rules[at].map((why) => ({ where, rule, why })));
      }
      found.push(...(await violations(page)).map((violation) => ({ where, ...violation })));
      found.push(...wrong.splice(0).map((why) => ({ where, rule: "error in the page", why })));
    }
    await page.context().close();
  }
  return { screens: names.length, ways: Object.keys(WAYS).length, found: grouped(found) };
});
