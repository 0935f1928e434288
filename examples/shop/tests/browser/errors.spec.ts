// Each documented error of each operation: forced once, and seen on the page.

import type { Page } from "@playwright/test";
import type { CaseName } from "tallystick-testing";
import {
  errorCodes,
  type CreateProductErrorCode,
  type DeleteProductErrorCode,
  type ErrorCode,
  type ListProductsErrorCode,
  type LogInErrorCode,
  type PlaceOrderErrorCode,
  type ReadProductErrorCode,
  type ReplaceProductErrorCode,
  type UploadPictureErrorCode,
} from "../../src/contract";
import { expect, logIn, productPath, save, test } from "./fixtures";

const NOT_UNDERSTOOD = { "400": "The shop did not understand this." };
const NO_JSON = { ...NOT_UNDERSTOOD, "415": "The shop did not understand this." };
const STAFF = {
  "Staff.NotLoggedIn": "Only staff can do this.",
  "Staff.NotAllowed": "Your account may not change products.",
};
const PRODUCT = {
  "Product.SkuTaken": "Another product has this SKU.",
  "Product.NameMissing": "Give the product a name.",
  "Product.PriceWrong": "The price must be more than zero.",
};
const GONE = { "Product.NotFound": "This product is gone." };

/** What the page says, for each error of an operation; one that is left out does not compile. */
type Says<Code extends ErrorCode> = Record<Code, string> & Statuses;
type Statuses = Partial<Record<"400" | "415", string>>;

interface Row {
  operation: string;
  act: (page: Page) => Promise<void>;
  says: Partial<Record<ErrorCode, string>> & Statuses;
}

const ROWS: Row[] = [
  {
    operation: "POST /tokens",
    act: async (page) => {
      await page.goto("/#/login");
      await page.getByRole("button", { name: "Log in" }).click();
    },
    says: {
      ...NO_JSON,
      "Login.Refused": "The name or the password is wrong.",
      "Login.TooOften": "You tried too often.",
    } satisfies Says<LogInErrorCode>,
  },
  {
    operation: "GET /products",
    act: async (page) => void (await page.goto("/")),
    says: {
      ...NOT_UNDERSTOOD,
      "Shop.Closed": "The shop is closed for maintenance.",
    } satisfies Says<ListProductsErrorCode>,
  },
  {
    operation: "POST /products",
    act: async (page) => {
      await page.goto("/#/products/new");
      await save(page).click();
    },
    says: { ...NO_JSON, ...STAFF, ...PRODUCT } satisfies Says<CreateProductErrorCode>,
  },
  {
    operation: "GET /products/{productId}",
    act: async (page) => void (await page.goto(productPath)),
    says: { ...NOT_UNDERSTOOD, ...GONE } satisfies Says<ReadProductErrorCode>,
  },
  {
    operation: "PUT /products/{productId}",
    act: async (page) => {
      await page.goto(`${productPath}/edit`);
      await save(page).click();
    },
    says: {
      ...NO_JSON,
      ...STAFF,
      ...PRODUCT,
      ...GONE,
      "Product.Changed": "Somebody else changed this product in the meantime.",
    } satisfies Says<ReplaceProductErrorCode>,
  },
  {
    operation: "DELETE /products/{productId}",
    act: async (page) => {
      await page.goto(`${productPath}/edit`);
      await page.getByRole("button", { name: "Delete" }).click();
    },
    says: {
      ...NOT_UNDERSTOOD,
      ...STAFF,
      ...GONE,
      "Product.Ordered": "There are open orders of this product.",
    } satisfies Says<DeleteProductErrorCode>,
  },
  {
    operation: "POST /pictures",
    act: async (page) => {
      await page.goto(`${productPath}/edit`);
      const file = { name: "a.png", mimeType: "image/png", buffer: Buffer.from("a") };
      await page.getByLabel("Picture").setInputFiles(file);
    },
    says: {
      ...NOT_UNDERSTOOD,
      ...STAFF,
      "Picture.TooLarge": "The picture is larger than 2 MB.",
      "Picture.WrongType": "The picture must be a PNG or a JPEG.",
    } satisfies Says<UploadPictureErrorCode>,
  },
  {
    operation: "POST /orders",
    act: async (page) => {
      await page.goto(productPath);
      await page.getByRole("button", { name: "Order" }).click();
    },
    says: {
      ...NO_JSON,
      "Order.PaymentDeclined": "Your bank declined the payment.",
      "Order.OutOfStock": "We have fewer of these than you ordered.",
      "Order.ProductGone": "We no longer sell this product.",
      "Order.QuantityWrong": "You can order 1 to 20 of a product.",
      "Order.BankFailed": "The bank does not answer.",
    } satisfies Says<PlaceOrderErrorCode>,
  },
];

for (const { operation, act, says } of ROWS) {
  for (const [name, text] of Object.entries(says)) {
    test(`${operation} ${name}`, async ({ page, mock }) => {
      const wanted = name as CaseName<ErrorCode>;
      await logIn(page);
      await mock.force([wanted], { match: { operation } });
      await act(page);
      await expect(page.getByRole("alert")).toContainText(text);
      await mock.verify({ case: wanted, times: 1 });
    });
  }
}

test("no documented error is left out", () => {
  const tested = new Set(ROWS.flatMap(({ says }) => Object.keys(says)));
  expect(errorCodes.filter((code) => !tested.has(code))).toEqual([]);
});
