// What each browser test has: a session of the mock, the app on it, and known products in it.

import { expect, test as base, type Page } from "@playwright/test";
import { Mock } from "tallystick-testing";
import type { ErrorCode, Product } from "../../src/contract";

export { expect };

const MOCK = `http://127.0.0.1:${process.env["MOCK_PORT"] ?? "8080"}`;

export const test = base.extend<{ mock: Mock<ErrorCode> }>({
  mock: async ({}, use, { title }) => {
    const mock = new Mock<ErrorCode>(MOCK).session(title);
    await stock(mock, PRODUCTS);
    await use(mock);
  },
  page: async ({ page, mock }, use) => {
    await page.addInitScript((url) => (globalThis.shopApi = url), mock.url);
    page.on("dialog", (dialog) => dialog.accept());
    await use(page);
  },
});

/** Twenty products, `Lamp 01` to `Lamp 20`, the cheapest last: three pages. */
export const PRODUCTS: Product[] = Array.from({ length: 20 }, (_, index) => {
  const number = `${index + 1}`.padStart(2, "0");
  return {
    id: `00000000-0000-4000-8000-0000000000${number}`,
    name: `Lamp ${number}`,
    sku: `LAMP-${number}`,
    category: index % 4 === 0 ? "garden" : "home",
    price: 100 - index,
    stock: 5,
    updatedAt: "2026-01-31T12:00:00Z",
  };
});
export const LAMP = PRODUCTS[0]!;

export async function stock(mock: Mock<ErrorCode>, items: Product[]): Promise<void> {
  const collections = { "/products": { items, deleted: [] } };
  await mock.control("PUT", "state", { collections });
}

export async function logIn(page: Page): Promise<void> {
  await page.addInitScript(() => sessionStorage.setItem("shop-token", "a-token"));
}

export const productPath = `/#/products/${LAMP.id}`;
export const names = (page: Page) => page.locator(".products a").allTextContents();
export const save = (page: Page) => page.getByRole("button", { name: "Save" });
