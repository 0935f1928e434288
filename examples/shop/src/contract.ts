// The documented cases of Corner Shop, for msw.
// Made by `tallystick export msw`: make it anew instead of editing it.

import { delay, http, HttpResponse, type HttpHandler } from "msw";

/** Ends a switch over codes: TypeScript refuses the call while a code has no branch. */
export function assertNever(value: never): never {
  throw new Error(`No branch handles ${String(value)}`);
}

/** An error as it was answered. Its code is undefined where the contract knows none such. */
export class ApiError<Code extends string = ErrorCode> extends Error {
  readonly status: number;
  readonly code: Code | undefined;
  readonly body: unknown;

  constructor(status: number, code: Code | undefined, body: unknown) {
    super(code === undefined ? `Status ${status}` : `${status} ${code}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The error that an answer is; of the codes of one operation only, if these are given. */
export async function toApiError(response: Response): Promise<ApiError>;
export async function toApiError<Code extends ErrorCode>(
  response: Response,
  codes: readonly Code[],
): Promise<ApiError<Code>>;
export async function toApiError(
  response: Response,
  codes: readonly string[] = errorCodes,
): Promise<ApiError<string>> {
  const body = parsed(await response.text());
  const code = codes.find((known) => holds(body, known)) ?? codeOfText(body, response.status);
  return new ApiError(response.status, codes.find((known) => known === code), body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a text in the body is the code, or a URI that ends in it. */
function holds(value: unknown, code: string): boolean {
  if (typeof value === "string") {
    return value === code || ["/", ":", "#"].some((mark) => value.endsWith(mark + code));
  }
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((item) => holds(item, code))
  );
}

/** The code whose documented text the body holds, for errors that carry no code. */
function codeOfText(body: unknown, status: number): ErrorCode | undefined {
  return errorTexts.find((row) => row.status === status && holds(body, row.text))?.code;
}

/** The outcome of a connection that breaks. */
export const networkError: unique symbol = Symbol("network error");

/** What answers: a case, or several in turn, of which the last stays. */
export type Outcomes<Case extends string> =
  | Case
  | typeof networkError
  | readonly [Case | typeof networkError, ...(Case | typeof networkError)[]];

export interface HandlerOptions<Body> {
  /** Where the API is; any place by default. */
  baseUrl?: string | undefined;
  /** Another body than the generated one; of several outcomes that of the last. */
  body?: Body | undefined;
  /** Milliseconds before each answer; "real" for a realistic time, "infinite" for no answer. */
  delay?: number | "real" | "infinite" | undefined;
}

interface Answer {
  readonly status: number;
  readonly mediaType: string | null;
  readonly body: unknown;
}

type Method = "delete" | "get" | "head" | "options" | "patch" | "post" | "put";

function handler(
  method: Method,
  path: string,
  answers: Readonly<Record<string, Answer>>,
  outcomes: Outcomes<string>,
  options: HandlerOptions<unknown>,
): HttpHandler {
  const base = options.baseUrl?.replace(/\/$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const url = new RegExp(`^${base ?? "[^?#]*"}${path}$`);
  const all = typeof outcomes === "object" ? outcomes : [outcomes];
  let count = 0;
  return http[method](url, async () => {
    const place = Math.min(count++, all.length - 1);
    const outcome = all[place];
    if (options.delay !== undefined) {
      await delay(options.delay);
    }
    const answer = typeof outcome === "string" ? answers[outcome] : undefined;
    if (answer === undefined) {
      return HttpResponse.error();
    }
    const isLast = place === all.length - 1;
    return respond(answer, isLast ? (options.body ?? answer.body) : answer.body);
  });
}

function respond({ status, mediaType }: Answer, body: unknown): HttpResponse<string | null> {
  if (mediaType === null) {
    return new HttpResponse(null, { status });
  }
  const text = /json/i.test(mediaType) ? JSON.stringify(body) : String(body);
  return new HttpResponse(text, { status, headers: { "Content-Type": mediaType } });
}

export const errorCodes = [
  "Login.Refused",
  "Login.TooOften",
  "Order.BankFailed",
  "Order.OutOfStock",
  "Order.PaymentDeclined",
  "Order.ProductGone",
  "Order.QuantityWrong",
  "Picture.TooLarge",
  "Picture.WrongType",
  "Product.Changed",
  "Product.NameMissing",
  "Product.NotFound",
  "Product.Ordered",
  "Product.PriceWrong",
  "Product.SkuTaken",
  "Shop.Closed",
  "Staff.NotAllowed",
  "Staff.NotLoggedIn",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

interface ErrorText { status: number; text: string; code: ErrorCode }
const errorTexts: readonly ErrorText[] = [
  { status: 401, text: "the name or the password is wrong", code: "Login.Refused" },
  { status: 401, text: "the token is missing, wrong or has expired", code: "Staff.NotLoggedIn" },
  { status: 402, text: "the bank declined the payment", code: "Order.PaymentDeclined" },
  { status: 403, text: "the caller does not have permission to change products", code: "Staff.NotAllowed" },
  { status: 404, text: "the product does not exist", code: "Product.NotFound" },
  { status: 409, text: "there are fewer of the product than ordered", code: "Order.OutOfStock" },
  { status: 409, text: "the product is sold no longer", code: "Order.ProductGone" },
  { status: 409, text: "the product has open orders", code: "Product.Ordered" },
  { status: 409, text: "another product has this SKU", code: "Product.SkuTaken" },
  { status: 412, text: "somebody else changed the product since you read it", code: "Product.Changed" },
  { status: 413, text: "the picture is larger than 2 MB", code: "Picture.TooLarge" },
  { status: 415, text: "the picture is neither a PNG nor a JPEG", code: "Picture.WrongType" },
  { status: 422, text: "Quantity must be between 1 and 20", code: "Order.QuantityWrong" },
  { status: 422, text: "Name is required", code: "Product.NameMissing" },
  { status: 422, text: "Price must be greater than zero", code: "Product.PriceWrong" },
  { status: 429, text: "too many requests; wait a minute", code: "Login.TooOften" },
  { status: 502, text: "the bank gave no answer; nothing was paid", code: "Order.BankFailed" },
  { status: 503, text: "the shop is closed for maintenance", code: "Shop.Closed" },
];

export type Credentials = { "name": string; "password": string; };

export type Token = { "token": string; "expiresAt": string; };

export type Problem = { "title": string; "status": number; "detail"?: string; "code": string; };

export type ProductPage = { "items": Array<Product>; "page": number; "pageSize": number; "total": number; };

export type Product = NewProduct & ({ "id": string; "updatedAt": string; "name": {} | null; "sku": {} | null; "category": {} | null; "price": {} | null; "stock": {} | null; });

export type NewProduct = { "name": string; "sku"?: string; "category"?: Category; "price": number; "stock"?: number; "description"?: string; "imageUrl"?: string; };

export type Category = "home" | "kitchen" | "garden" | "office";

export type Picture = { "imageUrl": string; };

export type NewOrder = { "productId": string; "quantity": number; };

export type Order = { "id": string; "productId": string; "quantity": number; "total": number; "currency": "EUR"; "placedAt": string; };

// POST /tokens

export const logInErrorCodes = [
  "Login.Refused",
  "Login.TooOften",
] as const;
export type LogInErrorCode = (typeof logInErrorCodes)[number];

export type LogInRequest = Credentials;

/** The body of each case, by the case's code, or its status. */
export interface LogInBodies {
  "201": Token;
  "400": Problem;
  "Login.Refused": Problem;
  "415": Problem;
  "Login.TooOften": Problem;
}

const logInAnswers: Record<keyof LogInBodies, Answer> = {
  "201": { status: 201, mediaType: "application/json", body: {"token": "6b2a55492560c200e9502fac5c842c3261fdd182", "expiresAt": "2035-02-10T06:50:19Z"} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Login.Refused": { status: 401, mediaType: "application/problem+json", body: {"title": "Unauthorized", "status": 401, "detail": "the name or the password is wrong", "code": "Login.Refused"} },
  "415": { status: 415, mediaType: "application/problem+json", body: {"title": "Unsupported Media Type", "status": 415, "detail": "The request is not JSON.", "code": "UNSUPPORTED_MEDIA_TYPE"} },
  "Login.TooOften": { status: 429, mediaType: "application/problem+json", body: {"title": "Too Many Requests", "status": 429, "detail": "too many requests; wait a minute", "code": "Login.TooOften"} },
};

/**
 * Answers POST /tokens with a case or several in turn, by default with success.
 *
 * Log in
 */
export function logIn<Case extends keyof LogInBodies = "201">(
  outcomes: Outcomes<Case> = "201" as Case,
  options: HandlerOptions<LogInBodies[Case]> = {},
): HttpHandler {
  const path = "/tokens";
  return handler("post", path, logInAnswers, outcomes, options);
}

// GET /products

export const listProductsErrorCodes = [
  "Shop.Closed",
] as const;
export type ListProductsErrorCode = (typeof listProductsErrorCodes)[number];

export type ListProductsRequest = undefined;

/** The body of each case, by the case's code, or its status. */
export interface ListProductsBodies {
  "200": ProductPage;
  "400": Problem;
  "Shop.Closed": Problem;
}

const listProductsAnswers: Record<keyof ListProductsBodies, Answer> = {
  "200": { status: 200, mediaType: "application/json", body: {"items": [{"id": "928684be-35a5-442d-8780-4defbc6dd1fd", "updatedAt": "2025-05-06T19:01:42Z", "name": "Beige bamboo cutting board", "sku": "CUTBOA-BEI-2165", "category": "garden", "price": 36.0, "stock": 110, "description": "A beige bamboo cutting board, finished by hand in small batches. Everything is ready and can be used right away.", "imageUrl": "https://example.com/_tallystick/pictures/thing/beige-bamboo-cutting-board-147f.svg"}, {"id": "c59f6add-24e3-4540-8a0f-709371d13ec4", "updatedAt": "2025-06-11T07:39:24Z", "name": "Grey cotton cushion", "sku": "CUS-GRE-5056", "category": "home", "price": 25.0, "stock": 74, "description": "A grey cotton cushion, finished by hand in small batches. A good choice for small groups and families.", "imageUrl": "https://example.com/_tallystick/pictures/thing/grey-cotton-cushion-2a14.svg"}, {"id": "fdb08094-8f25-479a-823c-41ae4f6335ba", "updatedAt": "2025-01-24T09:53:25Z", "name": "Grey glass pendant light", "sku": "PENLIG-GRE-4297", "category": "kitchen", "price": 119.5, "stock": 10, "description": "A grey glass pendant light, light, sturdy and simple. This was updated after feedback from several people.", "imageUrl": "https://example.com/_tallystick/pictures/thing/grey-glass-pendant-light-f406.svg"}, {"id": "2ed846e9-abf9-485e-856b-97b9566ead92", "updatedAt": "2025-06-26T02:22:40Z", "name": "Orange cotton cushion", "sku": "CUS-ORA-9216", "category": "home", "price": 23.95, "stock": 13, "description": "An orange cotton cushion, made for everyday use. Please get in touch if you need any changes.", "imageUrl": "https://example.com/_tallystick/pictures/thing/orange-cotton-cushion-8e83.svg"}, {"id": "c2e64223-0d94-46f3-bf56-7128fbe8c4f7", "updatedAt": "2025-08-06T22:16:19Z", "name": "Blue canvas backpack", "sku": "BAC-BLU-7639", "category": "office", "price": 143.5, "stock": 35, "description": "A blue canvas backpack, finished by hand in small batches. It is popular with new and returning customers.", "imageUrl": "https://example.com/_tallystick/pictures/thing/blue-canvas-backpack-09e8.svg"}, {"id": "1f144fda-5c39-4937-8b85-7f1e7dc79d24", "updatedAt": "2025-07-27T07:08:37Z", "name": "Beige linen blanket", "sku": "BLA-BEI-7089", "category": "garden", "price": 66.95, "stock": 47, "description": "A beige linen blanket, light, sturdy and simple. More information will follow in the next few days.", "imageUrl": "https://example.com/_tallystick/pictures/thing/beige-linen-blanket-f13a.svg"}, {"id": "045cb65e-dcd3-464d-b4cf-c403f1dcb663", "updatedAt": "2025-02-26T10:41:25Z", "name": "Yellow velvet cushion", "sku": "CUS-YEL-7252", "category": "office", "price": 45.0, "stock": 67, "description": "A yellow velvet cushion, finished by hand in small batches. Delivery usually takes two to three working days.", "imageUrl": "https://example.com/_tallystick/pictures/thing/yellow-velvet-cushion-5a38.svg"}, {"id": "b5855c52-72b2-47da-a237-2fc4bfef67b5", "updatedAt": "2025-04-18T11:13:34Z", "name": "Blue walnut bookshelf", "sku": "BOO-BLU-7675", "category": "garden", "price": 259.0, "stock": 30, "description": "A blue walnut bookshelf, light, sturdy and simple. Open from Monday to Friday, and on request at weekends.", "imageUrl": "https://example.com/_tallystick/pictures/thing/blue-walnut-bookshelf-4cb8.svg"}, {"id": "d979c26d-4a04-4207-91e1-141aa56f6cd3", "updatedAt": "2025-02-21T01:35:18Z", "name": "Orange velvet cushion", "sku": "CUS-ORA-7991", "category": "garden", "price": 55.5, "stock": 80, "description": "An orange velvet cushion, a good present for any occasion. More information will follow in the next few days.", "imageUrl": "https://example.com/_tallystick/pictures/thing/orange-velvet-cushion-59cb.svg"}], "page": 1, "pageSize": 10, "total": 9} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Shop.Closed": { status: 503, mediaType: "application/problem+json", body: {"title": "Service Unavailable", "status": 503, "detail": "the shop is closed for maintenance", "code": "Shop.Closed"} },
};

/**
 * Answers GET /products with a case or several in turn, by default with success.
 *
 * List the products
 */
export function listProducts<Case extends keyof ListProductsBodies = "200">(
  outcomes: Outcomes<Case> = "200" as Case,
  options: HandlerOptions<ListProductsBodies[Case]> = {},
): HttpHandler {
  const path = "/products";
  return handler("get", path, listProductsAnswers, outcomes, options);
}

// POST /products

export const createProductErrorCodes = [
  "Staff.NotLoggedIn",
  "Staff.NotAllowed",
  "Product.SkuTaken",
  "Product.NameMissing",
  "Product.PriceWrong",
] as const;
export type CreateProductErrorCode = (typeof createProductErrorCodes)[number];

export type CreateProductRequest = NewProduct;

/** The body of each case, by the case's code, or its status. */
export interface CreateProductBodies {
  "201": Product;
  "400": Problem;
  "Staff.NotLoggedIn": Problem;
  "Staff.NotAllowed": Problem;
  "Product.SkuTaken": Problem;
  "415": Problem;
  "Product.NameMissing": Problem;
  "Product.PriceWrong": Problem;
}

const createProductAnswers: Record<keyof CreateProductBodies, Answer> = {
  "201": { status: 201, mediaType: "application/json", body: {"id": "6b7415e2-377a-40b8-8571-d68de7ea03df", "updatedAt": "2025-05-10T04:56:45Z", "name": "Red oak bookshelf", "sku": "BOO-RED-7271", "category": "kitchen", "price": 571.5, "stock": 46, "description": "A red oak bookshelf, designed to fit into small rooms. The details were checked last week.", "imageUrl": "https://example.com/_tallystick/pictures/thing/red-oak-bookshelf-d654.svg"} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Staff.NotLoggedIn": { status: 401, mediaType: "application/problem+json", body: {"title": "Unauthorized", "status": 401, "detail": "the token is missing, wrong or has expired", "code": "Staff.NotLoggedIn"} },
  "Staff.NotAllowed": { status: 403, mediaType: "application/problem+json", body: {"title": "Forbidden", "status": 403, "detail": "the caller does not have permission to change products", "code": "Staff.NotAllowed"} },
  "Product.SkuTaken": { status: 409, mediaType: "application/problem+json", body: {"title": "Conflict", "status": 409, "detail": "another product has this SKU", "code": "Product.SkuTaken"} },
  "415": { status: 415, mediaType: "application/problem+json", body: {"title": "Unsupported Media Type", "status": 415, "detail": "The request is not JSON.", "code": "UNSUPPORTED_MEDIA_TYPE"} },
  "Product.NameMissing": { status: 422, mediaType: "application/problem+json", body: {"title": "Unprocessable Entity", "status": 422, "detail": "Name is required", "code": "Product.NameMissing"} },
  "Product.PriceWrong": { status: 422, mediaType: "application/problem+json", body: {"title": "Unprocessable Entity", "status": 422, "detail": "Price must be greater than zero", "code": "Product.PriceWrong"} },
};

/**
 * Answers POST /products with a case or several in turn, by default with success.
 *
 * Add a product
 */
export function createProduct<Case extends keyof CreateProductBodies = "201">(
  outcomes: Outcomes<Case> = "201" as Case,
  options: HandlerOptions<CreateProductBodies[Case]> = {},
): HttpHandler {
  const path = "/products";
  return handler("post", path, createProductAnswers, outcomes, options);
}

// GET /products/{productId}

export const readProductErrorCodes = [
  "Product.NotFound",
] as const;
export type ReadProductErrorCode = (typeof readProductErrorCodes)[number];

export type ReadProductRequest = undefined;

/** The body of each case, by the case's code, or its status. */
export interface ReadProductBodies {
  "200": Product;
  "400": Problem;
  "Product.NotFound": Problem;
}

const readProductAnswers: Record<keyof ReadProductBodies, Answer> = {
  "200": { status: 200, mediaType: "application/json", body: {"id": "65fedeef-bca4-4467-ac49-710ed7067cd5", "updatedAt": "2025-09-15T00:32:46Z", "name": "Grey steel watering can", "sku": "WATCAN-GRE-7551", "category": "garden", "price": 50.5, "stock": 14, "description": "A grey steel watering can, a good present for any occasion. Please get in touch if you need any changes.", "imageUrl": "https://example.com/_tallystick/pictures/thing/grey-steel-watering-can-53a0.svg"} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Product.NotFound": { status: 404, mediaType: "application/problem+json", body: {"title": "Not Found", "status": 404, "detail": "the product does not exist", "code": "Product.NotFound"} },
};

/**
 * Answers GET /products/{productId} with a case or several in turn, by default with success.
 *
 * Read a product
 */
export function readProduct<Case extends keyof ReadProductBodies = "200">(
  outcomes: Outcomes<Case> = "200" as Case,
  options: HandlerOptions<ReadProductBodies[Case]> = {},
): HttpHandler {
  const path = "/products/[^/?#]+";
  return handler("get", path, readProductAnswers, outcomes, options);
}

// PUT /products/{productId}

export const replaceProductErrorCodes = [
  "Staff.NotLoggedIn",
  "Staff.NotAllowed",
  "Product.NotFound",
  "Product.SkuTaken",
  "Product.Changed",
  "Product.NameMissing",
  "Product.PriceWrong",
] as const;
export type ReplaceProductErrorCode = (typeof replaceProductErrorCodes)[number];

export type ReplaceProductRequest = NewProduct;

/** The body of each case, by the case's code, or its status. */
export interface ReplaceProductBodies {
  "200": Product;
  "400": Problem;
  "Staff.NotLoggedIn": Problem;
  "Staff.NotAllowed": Problem;
  "Product.NotFound": Problem;
  "Product.SkuTaken": Problem;
  "Product.Changed": Problem;
  "415": Problem;
  "Product.NameMissing": Problem;
  "Product.PriceWrong": Problem;
}

const replaceProductAnswers: Record<keyof ReplaceProductBodies, Answer> = {
  "200": { status: 200, mediaType: "application/json", body: {"id": "6b7415e2-377a-40b8-8571-d68de7ea03df", "updatedAt": "2025-05-10T04:56:45Z", "name": "Red oak bookshelf", "sku": "BOO-RED-7271", "category": "kitchen", "price": 571.5, "stock": 46, "description": "A red oak bookshelf, designed to fit into small rooms. The details were checked last week.", "imageUrl": "https://example.com/_tallystick/pictures/thing/red-oak-bookshelf-d654.svg"} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Staff.NotLoggedIn": { status: 401, mediaType: "application/problem+json", body: {"title": "Unauthorized", "status": 401, "detail": "the token is missing, wrong or has expired", "code": "Staff.NotLoggedIn"} },
  "Staff.NotAllowed": { status: 403, mediaType: "application/problem+json", body: {"title": "Forbidden", "status": 403, "detail": "the caller does not have permission to change products", "code": "Staff.NotAllowed"} },
  "Product.NotFound": { status: 404, mediaType: "application/problem+json", body: {"title": "Not Found", "status": 404, "detail": "the product does not exist", "code": "Product.NotFound"} },
  "Product.SkuTaken": { status: 409, mediaType: "application/problem+json", body: {"title": "Conflict", "status": 409, "detail": "another product has this SKU", "code": "Product.SkuTaken"} },
  "Product.Changed": { status: 412, mediaType: "application/problem+json", body: {"title": "Precondition Failed", "status": 412, "detail": "somebody else changed the product since you read it", "code": "Product.Changed"} },
  "415": { status: 415, mediaType: "application/problem+json", body: {"title": "Unsupported Media Type", "status": 415, "detail": "The request is not JSON.", "code": "UNSUPPORTED_MEDIA_TYPE"} },
  "Product.NameMissing": { status: 422, mediaType: "application/problem+json", body: {"title": "Unprocessable Entity", "status": 422, "detail": "Name is required", "code": "Product.NameMissing"} },
  "Product.PriceWrong": { status: 422, mediaType: "application/problem+json", body: {"title": "Unprocessable Entity", "status": 422, "detail": "Price must be greater than zero", "code": "Product.PriceWrong"} },
};

/**
 * Answers PUT /products/{productId} with a case or several in turn, by default with success.
 *
 * Change a product
 */
export function replaceProduct<Case extends keyof ReplaceProductBodies = "200">(
  outcomes: Outcomes<Case> = "200" as Case,
  options: HandlerOptions<ReplaceProductBodies[Case]> = {},
): HttpHandler {
  const path = "/products/[^/?#]+";
  return handler("put", path, replaceProductAnswers, outcomes, options);
}

// DELETE /products/{productId}

export const deleteProductErrorCodes = [
  "Staff.NotLoggedIn",
  "Staff.NotAllowed",
  "Product.NotFound",
  "Product.Ordered",
] as const;
export type DeleteProductErrorCode = (typeof deleteProductErrorCodes)[number];

export type DeleteProductRequest = undefined;

/** The body of each case, by the case's code, or its status. */
export interface DeleteProductBodies {
  "204": null;
  "400": Problem;
  "Staff.NotLoggedIn": Problem;
  "Staff.NotAllowed": Problem;
  "Product.NotFound": Problem;
  "Product.Ordered": Problem;
}

const deleteProductAnswers: Record<keyof DeleteProductBodies, Answer> = {
  "204": { status: 204, mediaType: null, body: null },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Staff.NotLoggedIn": { status: 401, mediaType: "application/problem+json", body: {"title": "Unauthorized", "status": 401, "detail": "the token is missing, wrong or has expired", "code": "Staff.NotLoggedIn"} },
  "Staff.NotAllowed": { status: 403, mediaType: "application/problem+json", body: {"title": "Forbidden", "status": 403, "detail": "the caller does not have permission to change products", "code": "Staff.NotAllowed"} },
  "Product.NotFound": { status: 404, mediaType: "application/problem+json", body: {"title": "Not Found", "status": 404, "detail": "the product does not exist", "code": "Product.NotFound"} },
  "Product.Ordered": { status: 409, mediaType: "application/problem+json", body: {"title": "Conflict", "status": 409, "detail": "the product has open orders", "code": "Product.Ordered"} },
};

/**
 * Answers DELETE /products/{productId} with a case or several in turn, by default with success.
 *
 * Remove a product
 */
export function deleteProduct<Case extends keyof DeleteProductBodies = "204">(
  outcomes: Outcomes<Case> = "204" as Case,
  options: HandlerOptions<DeleteProductBodies[Case]> = {},
): HttpHandler {
  const path = "/products/[^/?#]+";
  return handler("delete", path, deleteProductAnswers, outcomes, options);
}

// POST /pictures

export const uploadPictureErrorCodes = [
  "Staff.NotLoggedIn",
  "Staff.NotAllowed",
  "Picture.TooLarge",
  "Picture.WrongType",
] as const;
export type UploadPictureErrorCode = (typeof uploadPictureErrorCodes)[number];

export type UploadPictureRequest = unknown;

/** The body of each case, by the case's code, or its status. */
export interface UploadPictureBodies {
  "201": Picture;
  "400": Problem;
  "Staff.NotLoggedIn": Problem;
  "Staff.NotAllowed": Problem;
  "Picture.TooLarge": Problem;
  "Picture.WrongType": Problem;
}

const uploadPictureAnswers: Record<keyof UploadPictureBodies, Answer> = {
  "201": { status: 201, mediaType: "application/json", body: {"imageUrl": "https://example.com/_tallystick/pictures/thing/contract-2025-jpg-9a4b.svg"} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Staff.NotLoggedIn": { status: 401, mediaType: "application/problem+json", body: {"title": "Unauthorized", "status": 401, "detail": "the token is missing, wrong or has expired", "code": "Staff.NotLoggedIn"} },
  "Staff.NotAllowed": { status: 403, mediaType: "application/problem+json", body: {"title": "Forbidden", "status": 403, "detail": "the caller does not have permission to change products", "code": "Staff.NotAllowed"} },
  "Picture.TooLarge": { status: 413, mediaType: "application/problem+json", body: {"title": "Request Entity Too Large", "status": 413, "detail": "the picture is larger than 2 MB", "code": "Picture.TooLarge"} },
  "Picture.WrongType": { status: 415, mediaType: "application/problem+json", body: {"title": "Unsupported Media Type", "status": 415, "detail": "the picture is neither a PNG nor a JPEG", "code": "Picture.WrongType"} },
};

/**
 * Answers POST /pictures with a case or several in turn, by default with success.
 *
 * Upload a picture, to be named as the imageUrl of a product
 */
export function uploadPicture<Case extends keyof UploadPictureBodies = "201">(
  outcomes: Outcomes<Case> = "201" as Case,
  options: HandlerOptions<UploadPictureBodies[Case]> = {},
): HttpHandler {
  const path = "/pictures";
  return handler("post", path, uploadPictureAnswers, outcomes, options);
}

// POST /orders

export const placeOrderErrorCodes = [
  "Order.PaymentDeclined",
  "Order.OutOfStock",
  "Order.ProductGone",
  "Order.QuantityWrong",
  "Order.BankFailed",
] as const;
export type PlaceOrderErrorCode = (typeof placeOrderErrorCodes)[number];

export type PlaceOrderRequest = NewOrder;

/** The body of each case, by the case's code, or its status. */
export interface PlaceOrderBodies {
  "201": Order;
  "400": Problem;
  "Order.PaymentDeclined": Problem;
  "Order.OutOfStock": Problem;
  "Order.ProductGone": Problem;
  "415": Problem;
  "Order.QuantityWrong": Problem;
  "Order.BankFailed": Problem;
}

const placeOrderAnswers: Record<keyof PlaceOrderBodies, Answer> = {
  "201": { status: 201, mediaType: "application/json", body: {"id": "6b7415e2-377a-40b8-8571-d68de7ea03df", "productId": "33082ebe-30ee-41b6-81d6-70ff475e4165", "quantity": 5, "total": 20.5, "currency": "EUR", "placedAt": "2025-05-21T08:24:56Z"} },
  "400": { status: 400, mediaType: "application/problem+json", body: {"title": "Bad Request", "status": 400, "detail": "The request is not as this document says.", "code": "BAD_REQUEST"} },
  "Order.PaymentDeclined": { status: 402, mediaType: "application/problem+json", body: {"title": "Payment Required", "status": 402, "detail": "the bank declined the payment", "code": "Order.PaymentDeclined"} },
  "Order.OutOfStock": { status: 409, mediaType: "application/problem+json", body: {"title": "Conflict", "status": 409, "detail": "there are fewer of the product than ordered", "code": "Order.OutOfStock"} },
  "Order.ProductGone": { status: 409, mediaType: "application/problem+json", body: {"title": "Conflict", "status": 409, "detail": "the product is sold no longer", "code": "Order.ProductGone"} },
  "415": { status: 415, mediaType: "application/problem+json", body: {"title": "Unsupported Media Type", "status": 415, "detail": "The request is not JSON.", "code": "UNSUPPORTED_MEDIA_TYPE"} },
  "Order.QuantityWrong": { status: 422, mediaType: "application/problem+json", body: {"title": "Unprocessable Entity", "status": 422, "detail": "Quantity must be between 1 and 20", "code": "Order.QuantityWrong"} },
  "Order.BankFailed": { status: 502, mediaType: "application/problem+json", body: {"title": "Bad Gateway", "status": 502, "detail": "the bank gave no answer; nothing was paid", "code": "Order.BankFailed"} },
};

/**
 * Answers POST /orders with a case or several in turn, by default with success.
 *
 * Order a product
 */
export function placeOrder<Case extends keyof PlaceOrderBodies = "201">(
  outcomes: Outcomes<Case> = "201" as Case,
  options: HandlerOptions<PlaceOrderBodies[Case]> = {},
): HttpHandler {
  const path = "/orders";
  return handler("post", path, placeOrderAnswers, outcomes, options);
}

/** A handler for each operation, which gives success. */
export function handlers(baseUrl?: string): HttpHandler[] {
  return [
    logIn(undefined, { baseUrl }),
    listProducts(undefined, { baseUrl }),
    createProduct(undefined, { baseUrl }),
    uploadPicture(undefined, { baseUrl }),
    placeOrder(undefined, { baseUrl }),
    readProduct(undefined, { baseUrl }),
    replaceProduct(undefined, { baseUrl }),
    deleteProduct(undefined, { baseUrl }),
  ];
}
