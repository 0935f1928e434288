// Staff at work: log in, create, change, delete, upload.

import { expect, LAMP, logIn, productPath, save, test } from "./fixtures";

const MEGABYTES = 1_000_000;
const picture = (size: number, mimeType = "image/png") => ({
  name: "lamp",
  mimeType,
  buffer: Buffer.alloc(size),
});

test("log in, and go on where it was needed", async ({ page, mock }) => {
  await page.goto(`${productPath}/edit`);
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("Only staff can do this.");
  await page.getByRole("alert").getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill("secret");
  await page.getByRole("button", { name: "Log in" }).click();
  await save(page).click();
  await expect(page.getByRole("heading", { name: LAMP.name })).toBeVisible();
  await mock.verify({ case: "Staff.NotLoggedIn", times: 1 });
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("link", { name: "Log in" })).toBeVisible();
});

test("a token that has expired", async ({ page }) => {
  await page.addInitScript(() => sessionStorage.setItem("shop-token", "expired-credential"));
  await page.goto(`${productPath}/edit`);
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("Only staff can do this.");
});

test("what is created is listed, a double click or not", async ({ page, mock }) => {
  await logIn(page);
  await page.goto("/#/products/new");
  await page.getByLabel("Name").fill("Aardvark");
  await page.getByLabel("Price").fill("9.50");
  await mock.fault([], { delay: 0.5 });
  await save(page).dblclick();
  await expect(page.getByRole("heading", { name: "Aardvark" })).toBeVisible();
  await mock.verify({ case: "201", times: 1 });
  await page.goto("/#/?sort=name");
  await expect(page.locator(".products a").first()).toHaveText("Aardvark");
  await expect(page.getByText("€9.50")).toBeVisible();
});

test("what is changed is read", async ({ page }) => {
  await logIn(page);
  await page.goto(productPath);
  await page.getByRole("link", { name: "Change" }).click();
  await page.getByLabel("Price").fill("7");
  await page.getByLabel("Description").fill("Now cheap.");
  await save(page).click();
  await expect(page.getByText("Now cheap.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("€7.00 · 5 in stock")).toBeVisible();
});

test("what is deleted is gone", async ({ page }) => {
  await logIn(page);
  await page.goto(`${productPath}/edit`);
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name: "Lamp 02" })).toBeVisible();
  await expect(page.getByRole("link", { name: LAMP.name })).toHaveCount(0);
  await page.goto(productPath);
  await expect(page.getByRole("alert")).toContainText("This product is gone.");
});

test("somebody else was quicker", async ({ page, mock }) => {
  await logIn(page);
  await page.goto(`${productPath}/edit`);
  await page.getByLabel("Price").fill("7");
  const item = { ...LAMP, price: 3 };
  await mock.control("PUT", "state/items?collection=/products", item);
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("Somebody else changed this product");
  await page.getByRole("button", { name: "Load it again" }).click();
  await expect(page.getByLabel("Price")).toHaveValue("3");
  await mock.verify({ case: "Product.Changed", times: 1 });
});

test("a form that is wrong says where", async ({ page, mock }) => {
  await logIn(page);
  await page.goto("/#/products/new");
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("Give the product a name.");
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Name").fill("Lamp");
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("The price must be more than zero.");
  await expect(page.getByLabel("Name")).not.toHaveAttribute("aria-invalid");
  await mock.verify({ case: "201", times: 0 });
});

test("a picture", async ({ page }) => {
  await logIn(page);
  await page.goto(`${productPath}/edit`);
  await page.getByLabel("Picture").setInputFiles(picture(1000));
  const shown = page.getByRole("img", { name: "Picture" });
  await expect(shown).toBeVisible();
  const url = await shown.getAttribute("src");
  await save(page).click();
  await expect(page.locator("article img")).toHaveAttribute("src", url!);
  await expect(page.locator("article img")).not.toHaveJSProperty("naturalWidth", 0);
});

test("a picture that is too large", async ({ page, mock }) => {
  await logIn(page);
  await page.goto(`${productPath}/edit`);
  await page.getByLabel("Picture").setInputFiles(picture(3 * MEGABYTES));
  await expect(page.getByRole("alert")).toContainText("The picture is larger than 2 MB.");
  await mock.verify({ case: "Picture.TooLarge", times: 1 });
});

test("a picture that is none", async ({ page, mock }) => {
  await logIn(page);
  await page.goto(`${productPath}/edit`);
  await page.getByLabel("Picture").setInputFiles(picture(9, "text/plain"));
  await expect(page.getByRole("alert")).toContainText("The picture must be a PNG or a JPEG.");
  await expect(page.getByLabel("Picture")).toBeFocused();
  await mock.verify({ case: "Picture.WrongType", times: 1 });
});

test("a save that gets no answer keeps what was entered", async ({ page, mock }) => {
  await logIn(page);
  await page.goto(`${productPath}/edit`);
  await page.getByLabel("Price").fill("7");
  await mock.fault(["reset"], { times: null });
  await save(page).click();
  await expect(page.getByRole("alert")).toContainText("We cannot reach the shop.");
  await expect(page.getByLabel("Price")).toHaveValue("7");
});
