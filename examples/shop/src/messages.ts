// What the app says when something went wrong. A code without a message does not compile.

import { ApiError, type ErrorCode } from "./contract";
import { Failure, type FailureKind } from "./shop";

export interface Message {
  text: string;
  /** The field of the form that is wrong. */
  field?: string;
  /** What helps, besides trying again. */
  remedy?: "log in" | "load again";
}

export const MESSAGES: Record<ErrorCode, Message> = {
  "Login.Refused": { text: "The name or the password is wrong.", field: "password" },
  "Login.TooOften": { text: "You tried too often. Wait a minute, then try again." },
  "Staff.NotLoggedIn": { text: "Only staff can do this.", remedy: "log in" },
  "Staff.NotAllowed": { text: "Your account may not change products." },
  "Product.NotFound": { text: "This product is gone." },
  "Product.SkuTaken": { text: "Another product has this SKU.", field: "sku" },
  "Product.NameMissing": { text: "Give the product a name.", field: "name" },
  "Product.PriceWrong": { text: "The price must be more than zero.", field: "price" },
  "Product.Changed": {
    text: "Somebody else changed this product in the meantime. Nothing was saved.",
    remedy: "load again",
  },
  "Product.Ordered": { text: "There are open orders of this product. It cannot be deleted yet." },
  "Picture.TooLarge": { text: "The picture is larger than 2 MB.", field: "picture" },
  "Picture.WrongType": { text: "The picture must be a PNG or a JPEG.", field: "picture" },
  "Order.PaymentDeclined": { text: "Your bank declined the payment. Nothing was ordered." },
  "Order.OutOfStock": { text: "We have fewer of these than you ordered.", field: "quantity" },
  "Order.ProductGone": { text: "We no longer sell this product." },
  "Order.QuantityWrong": { text: "You can order 1 to 20 of a product.", field: "quantity" },
  "Order.BankFailed": { text: "The bank does not answer. Nothing was paid; try again later." },
  "Shop.Closed": { text: "The shop is closed for maintenance. Come back later." },
};

export const FAILURES: Record<FailureKind, Message> = {
  unreachable: { text: "We cannot reach the shop. Check your connection, then try again." },
  slow: { text: "The shop takes too long to answer. Look whether it worked before you try again." },
  unreadable: { text: "The shop's answer was broken. Look whether it worked before you try again." },
};

const NOT_UNDERSTOOD: Message = { text: "The shop did not understand this. Check what you entered." };

export function messageOf(error: unknown): Message {
  if (error instanceof Failure) return FAILURES[error.kind];
  if (!(error instanceof ApiError)) return { text: "Something went wrong in this app." };
  if (error.code !== undefined) return MESSAGES[error.code as ErrorCode];
  if (error.status < 500) return NOT_UNDERSTOOD;
  return { text: `The shop has a problem (${error.status}). Try again later.` };
}
