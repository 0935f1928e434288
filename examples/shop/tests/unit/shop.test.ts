// Each operation, and each way in which an answer can fail, on a running mock.

import { beforeEach, describe, expect, test } from "vitest";
import { Mock } from "tallystick-testing";
import { ApiError, type ErrorCode } from "../../src/contract";
import { Shop, type FailureKind } from "../../src/shop";
import { MOCK } from "./mock";

const LIST = { page: 1, sort: "", category: "" };
const PNG = new File([new Uint8Array([137, 80, 78, 71])], "lamp.png", { type: "image/png" });

let mock: Mock<ErrorCode>;
let shop: Shop;

beforeEach(({ task }) => {
  mock = new Mock<ErrorCode>(MOCK).session(task.name);
  shop = new Shop(mock.url, () => "a-token");
});

describe("what the shop does", () => {
  test("gives a token", async () => {
    const { token } = await shop.logIn({ name: "ann", password: "secret" });
    expect(token.length).toBeGreaterThanOrEqual(20);
  });

  test("lists in order", async () => {
    const { items } = await shop.listProducts({ ...LIST, sort: "price" });
    const prices = items.map((product) => product.price);
    expect(prices.length).toBeGreaterThan(2);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  });

  test("keeps what is created, changed and deleted", async () => {
    const created = await shop.createProduct({ name: "Lamp", price: 12.5, stock: 3 });
    const { value, etag } = await shop.readProduct(created.id);
    expect(value).toEqual(created);
    const changed = await shop.replaceProduct(created.id, { ...created, price: 9 }, etag);
    expect(changed).toMatchObject({ id: created.id, name: "Lamp", price: 9 });
    await shop.deleteProduct(created.id);
    await expect(shop.readProduct(created.id)).rejects.toMatchObject({ code: "Product.NotFound" });
  });

  test("refuses a change of what was changed since", async () => {
    const { id } = await shop.createProduct({ name: "Lamp", price: 12.5 });
    const { etag } = await shop.readProduct(id);
    await shop.replaceProduct(id, { name: "Lamp", price: 10 }, etag);
    const late = shop.replaceProduct(id, { name: "Lamp", price: 11 }, etag);
    await expect(late).rejects.toMatchObject({ status: 412, code: "Product.Changed" });
    expect((await shop.readProduct(id)).value.price).toBe(10);
  });

  test("takes a picture", async () => {
    const { imageUrl } = await shop.uploadPicture(PNG);
    expect((await fetch(imageUrl)).headers.get("content-type")).toMatch(/^image\//);
  });

  test("takes an order", async () => {
    const productId = crypto.randomUUID();
    expect(await shop.placeOrder({ productId, quantity: 2 })).toMatchObject({ productId, quantity: 2 });
  });

  test("wants a token", async () => {
    const stranger = new Shop(mock.url);
    await expect(stranger.createProduct({ name: "Lamp", price: 1 })).rejects.toMatchObject({
      code: "Staff.NotLoggedIn",
    });
  });
});

describe("answers that fail", () => {
  test("an error without a code", async () => {
    await mock.force([400]);
    const error = await shop.listProducts(LIST).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: undefined });
  });

  const failures = [
    ["reset", "unreachable"],
    ["empty", "unreachable"],
    ["garbage", "unreachable"],
    ["truncated", "unreadable"],
    ["wrong-type", "unreadable"],
    ["hang", "slow"],
  ] as const satisfies readonly (readonly [string, FailureKind])[];

  test.each(failures)("a fault: %s", async (fault, kind) => {
    await mock.fault([fault], { times: null });
    const hasty = new Shop(mock.url, () => null, 1000);
    await expect(hasty.listProducts(LIST)).rejects.toMatchObject({ kind });
  });

  test("a gateway's page", async () => {
    await mock.fault(["bad-gateway"]);
    await expect(shop.listProducts(LIST)).rejects.toMatchObject({ status: 502, code: undefined });
  });

  test.each([["a list"], [{ items: [] }], [null]])("a body that is %j", async (body) => {
    await mock.answer({ body });
    await expect(shop.listProducts(LIST)).rejects.toMatchObject({ kind: "unreadable" });
  });

  test("a slow answer comes all the same", async () => {
    await mock.fault(["slow"]);
    expect((await shop.listProducts(LIST)).items.length).toBeGreaterThan(0);
  });

  test("nobody waits any longer", async () => {
    await mock.fault(["hang"]);
    const leaving = new AbortController();
    const answer = shop.listProducts(LIST, leaving.signal);
    await mock.requests({ wait: 5 });
    leaving.abort("gone");
    await expect(answer).rejects.toBe("gone");
  });
});
