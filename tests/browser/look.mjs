// Every screen, light and dark, in two sizes: a picture of each, nothing that does not fit, and no violation that axe finds.
import { grouped, openPage, overflows, pictureOf, SIZES, violations, walk } from "./stage.mjs";
import { readIds, SCREENS, show } from "./screens.mjs";

await walk(async ({ browser, url, pictures, only }) => {
  const ids = await readIds(url);
  const names = Object.keys(SCREENS).filter((name) => !only || name.startsWith(only));
  const found = [];
  for (const look of ["light", "dark"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const { page, wrong } = await openPage(browser, { viewport, colorScheme: look });
      for (const name of names) {
        const where = `${name}-${size}-${look}`;
        try {
          await show(page, url, name, ids);
        } catch (error) {
          found.push({ where, rule: "is not to be reached", why: `${error}`.slice(0, 600) });
        }
        await page.screenshot({ path: pictureOf(pictures, name, size, look) });
        found.push(...(await violations(page)).map((violation) => ({ where, ...violation })));
        found.push(...(await overflows(page)).map((why) => ({ where, rule: "overflow", why })));
        found.push(...wrong.splice(0).map((why) => ({ where, rule: "error in the page", why })));
      }
      await page.context().close();
    }
  }
  return { screens: names.length, pictures: names.length * 4, found: grouped(found) };
});
