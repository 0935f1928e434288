// Every documented error has words of its own.

import { expect, test } from "vitest";
import { ApiError, errorCodes } from "../../src/contract";
import { FAILURES, messageOf, MESSAGES } from "../../src/messages";
import { Failure } from "../../src/shop";

test.each(errorCodes)("%s", (code) => {
  expect(messageOf(new ApiError(409, code, null))).toBe(MESSAGES[code]);
});

test("no two errors have the same words", () => {
  const texts = [...Object.values(MESSAGES), ...Object.values(FAILURES)].map(({ text }) => text);
  expect(new Set(texts).size).toBe(texts.length);
});

test.each([
  [new ApiError(400, undefined, null), "The shop did not understand this. Check what you entered."],
  [new ApiError(500, undefined, null), "The shop has a problem (500). Try again later."],
  [new Failure("unreachable"), "We cannot reach the shop. Check your connection, then try again."],
  [new TypeError("a bug"), "Something went wrong in this app."],
])("%s", (error, text) => {
  expect(messageOf(error).text).toBe(text);
});
