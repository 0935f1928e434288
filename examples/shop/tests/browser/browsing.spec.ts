// Looking at the products: pages, order, the back button, and what can go wrong on the way.

import { expect, LAMP, names, productPath, stock, test } from "./fixtures";

const FIRST = ["01", "02", "03", "04", "05", "06", "07", "08"].map((number) => `Lamp ${number}`);

test("the pager", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByText("Page 1 of 3")).toBeVisible();
  expect(await names(page)).toEqual(FIRST);
  await expect(page.getByRole("link", { name: "Previous" })).toHaveCount(0);
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("Page 3 of 3")).toBeVisible();
  expect(await names(page)).toEqual(["Lamp 17", "Lamp 18", "Lamp 19", "Lamp 20"]);
  await expect(page.getByRole("link", { name: "Next" })).toHaveCount(0);
});

test("the back button leads to the page before, and a reload stays", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByRole("link", { name: "Lamp 09" }).click();
  await expect(page.getByRole("heading", { name: "Lamp 09" })).toBeVisible();
  await page.goBack();
  await expect(page.getByText("Page 2 of 3")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Page 2 of 3")).toBeVisible();
  await page.goBack();
  await expect(page.getByText("Page 1 of 3")).toBeVisible();
});

test("what nobody waits for any longer is not shown", async ({ page, mock }) => {
  await page.goto("/");
  await expect(page.getByText("Page 1 of 3")).toBeVisible();
  await mock.fault(["hang"], { times: null });
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("status")).toHaveText("Loading …");
  const asked = page.waitForRequest((request) => request.url().includes("page=1&"));
  await page.goBack();
  await asked;
  await expect(page.getByRole("status")).toHaveText("Loading …");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await mock.control("DELETE", "faults");
  await page.reload();
  await expect(page.getByText("Page 1 of 3")).toBeVisible();
});

test("order and category stay from page to page", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Category").selectOption("Home");
  await page.getByLabel("Sort").selectOption("Price, lowest first");
  await expect(page.getByText("Page 1 of 2")).toBeVisible();
  await expect(page.locator(".products a").first()).toHaveText("Lamp 20");
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("Page 2 of 2")).toBeVisible();
  await expect(page.locator(".products a").last()).toHaveText("Lamp 02");
});

test("an empty shop", async ({ page, mock }) => {
  await stock(mock, []);
  await page.goto("/");
  await expect(page.getByText("There are no products here.")).toBeVisible();
});

test("an order, and a double click on it", async ({ page, mock }) => {
  await page.goto(productPath);
  await page.getByLabel("Quantity").fill("3");
  await mock.fault([], { delay: 0.5 });
  await page.getByRole("button", { name: "Order" }).dblclick();
  await expect(page.getByText("Thank you. You ordered 3")).toBeVisible();
  await mock.verify({ case: "201", times: 1 });
});

test("too many are ordered", async ({ page, mock }) => {
  await page.goto(productPath);
  await page.getByLabel("Quantity").fill("21");
  await page.getByRole("button", { name: "Order" }).click();
  await expect(page.getByRole("alert")).toContainText("You can order 1 to 20 of a product.");
  await expect(page.getByLabel("Quantity")).toBeFocused();
  await mock.verify({ case: "Order.QuantityWrong", times: 1 });
});

const BROKEN = [
  ["reset", "We cannot reach the shop."],
  ["empty", "We cannot reach the shop."],
  ["garbage", "We cannot reach the shop."],
  ["truncated", "The shop's answer was broken."],
  ["wrong-type", "The shop's answer was broken."],
  ["bad-gateway", "The shop has a problem (502)."],
] as const;

for (const [fault, text] of BROKEN) {
  test(`a fault: ${fault}`, async ({ page, mock }) => {
    // Once is not enough: browsers try again.
    const { id } = await mock.fault([fault], { times: null });
    await page.goto("/");
    await expect(page.getByRole("alert")).toContainText(text);
    await mock.control("DELETE", `faults/${id}`);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("link", { name: LAMP.name })).toBeVisible();
  });
}

test("no answer at all", async ({ page, mock }) => {
  await page.clock.install();
  await mock.fault(["hang"]);
  await page.goto("/");
  await mock.requests({ wait: 5 });
  await expect(page.getByRole("status")).toHaveText("Loading …");
  await page.clock.fastForward(10_000);
  await expect(page.getByRole("alert")).toContainText("The shop takes too long to answer.");
});

test("a slow answer", async ({ page, mock }) => {
  await mock.fault(["slow"]);
  await page.goto("/");
  await expect(page.getByRole("status")).toHaveText("Loading …");
  await expect(page.getByRole("link", { name: LAMP.name })).toBeVisible();
});
