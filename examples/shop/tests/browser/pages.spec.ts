// Every page on a phone and on a desk, in light and dark: nothing sticks out, all can be read.

import { expect, logIn, productPath, test } from "./fixtures";

const PAGES = ["/", productPath, `${productPath}/edit`, "/#/products/new", "/#/login"];
const SCREENS = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 800 } };

for (const [screen, size] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`${screen} ${colorScheme}`, async ({ page }) => {
      await logIn(page);
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      for (const path of PAGES) {
        await page.goto(path);
        await expect(page.locator("main[aria-busy=false]")).toBeVisible();
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(size.width);
        const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        expect(paper).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(22, 25, 29)");
        for (const control of await page.locator("main :is(input, select, textarea)").all()) {
          await expect(control).toHaveAccessibleName(/\w/);
        }
      }
    });
  }
}
