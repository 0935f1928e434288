// The example app, tested by Playwright: each test in a session of its own.
import { expect, test as base } from "@playwright/test";
import { Mock } from "./tallystick.mjs";

const ORGANISATION = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11";

const test = base.extend({
  mock: async ({}, use, { title }) => {
    await use(new Mock(process.env.MOCK).session(title));
  },
});

test.beforeEach(async ({ page, mock }) => {
  await page.goto(`/index.html?api=${mock.url}`);
});

const setUp = (page) => page.getByRole("button", { name: "Set up payments" }).click();

test("the provider fails twice, then works", async ({ page, mock }) => {
  await mock.force(["PaymentAccount.ProviderError", "PaymentAccount.ProviderError", "200"]);
  for (const times of [1, 2]) {
    await setUp(page);
    await mock.verify({ case: "PaymentAccount.ProviderError", times, within: 5 });
    await expect(page.getByRole("alert")).toContainText("Our payment provider has a problem.");
  }
  await setUp(page);
  await expect(page).toHaveURL(/\/_tallystick\/links\//);
});

test("a disconnected account", async ({ page, mock }) => {
  const state = { payment_account: "Disconnected" };
  await mock.control("PUT", `organisations/${ORGANISATION}`, state);
  await setUp(page);
  await expect(page.getByRole("alert")).toContainText("The connection to your payment account");
  await mock.verify({ case: "PaymentAccount.Disconnected", times: 1 });
});

test("a link that is opened too late leads to a new one", async ({ page, mock, baseURL }) => {
  const urls = { returnUrl: `${baseURL}/return.html`, refreshUrl: `${baseURL}/refresh.html` };
  const path = `/organisations/${ORGANISATION}/payment-account/link`;
  const answer = await page.request.post(mock.url + path, { data: urls });
  const { url } = await answer.json();
  await mock.advance(301);
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "Set up payments" })).toBeVisible();
  expect(page.url()).not.toBe(url);
  await mock.verify({ case: "200", times: 2 });
});

test("the connection breaks", async ({ page, mock }) => {
  await mock.fault(["reset"], { times: null }); // once is not enough: browsers try again
  await setUp(page);
  await expect(page.getByRole("alert")).toContainText("We cannot reach the service.");
  const [request] = await mock.requests({ wait: 5 });
  expect(request.path).toContain(ORGANISATION);
});
