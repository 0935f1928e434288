// The shop's API: one method for each operation.
//
// What goes wrong is thrown: an ApiError (the shop refused, with a documented code or none) or a
// Failure (no answer, a late one, or one that nobody can read).

import {
  toApiError,
  type Credentials,
  type NewOrder,
  type NewProduct,
  type Order,
  type Picture,
  type Product,
  type ProductPage,
  type Token,
} from "./contract";

export interface Query {
  page: number;
  sort: string;
  category: string;
}

/** What was read, and the ETag that says which state of it. */
export interface Read<T> {
  value: T;
  etag: string | undefined;
}

export type FailureKind = "unreachable" | "slow" | "unreadable";

export class Failure extends Error {
  constructor(readonly kind: FailureKind) {
    super(kind);
  }
}

interface Call {
  body?: object;
  headers?: Record<string, string>;
  /** Ends the call, for somebody who no longer waits for it. */
  signal?: AbortSignal;
}

export const PAGE_SIZE = 8;
const PATIENCE = 10_000;

export class Shop {
  constructor(
    private readonly url: string,
    private readonly token: () => string | null = () => null,
    private readonly patience = PATIENCE,
  ) {}

  logIn(credentials: Credentials): Promise<Token> {
    return this.json("POST", "/tokens", ["token"], { body: credentials });
  }

  listProducts({ page, sort, category }: Query, signal?: AbortSignal): Promise<ProductPage> {
    const query = new URLSearchParams({ page: `${page}`, pageSize: `${PAGE_SIZE}` });
    if (sort) query.set("sort", sort);
    if (category) query.set("category", category);
    return this.json("GET", `/products?${query}`, ["items", "page", "total"], withSignal(signal));
  }

  async readProduct(id: string, signal?: AbortSignal): Promise<Read<Product>> {
    const answer = await this.send("GET", productPath(id), withSignal(signal));
    return { value: parsed(answer, PRODUCT), etag: answer.headers.get("ETag") ?? undefined };
  }

  createProduct(product: NewProduct): Promise<Product> {
    return this.json("POST", "/products", PRODUCT, { body: product });
  }

  replaceProduct(id: string, product: NewProduct, etag?: string): Promise<Product> {
    const headers = etag === undefined ? {} : { "If-Match": etag };
    return this.json("PUT", productPath(id), PRODUCT, { body: product, headers });
  }

  async deleteProduct(id: string): Promise<void> {
    await this.send("DELETE", productPath(id));
  }

  uploadPicture(picture: File): Promise<Picture> {
    const body = new FormData();
    body.append("picture", picture);
    return this.json("POST", "/pictures", ["imageUrl"], { body });
  }

  placeOrder(order: NewOrder): Promise<Order> {
    return this.json("POST", "/orders", ["id", "total", "currency"], { body: order });
  }

  private async json<T extends object>(
    method: string,
    path: string,
    members: readonly (keyof T & string)[],
    call: Call,
  ): Promise<T> {
    return parsed(await this.send(method, path, call), members);
  }

  /** A successful answer, read to its end. The patience holds for the body, too. */
  private async send(method: string, path: string, call: Call = {}): Promise<Answer> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.patience);
    const signals = [patience.signal, ...(call.signal ? [call.signal] : [])];
    let kind: FailureKind = "unreachable";
    try {
      const response = await fetch(this.url + path, {
        ...this.content(call),
        method,
        signal: AbortSignal.any(signals),
      });
      kind = "unreadable";
      const text = await response.clone().text();
      if (!response.ok) throw await toApiError(response);
      return { headers: response.headers, text };
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      if (patience.signal.aborted) throw new Failure("slow");
      throw error instanceof TypeError ? new Failure(kind) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  private content({ body, headers = {} }: Call): RequestInit {
    const token = this.token();
    const sent = { ...headers, ...(token === null ? {} : { Authorization: `Bearer ${token}` }) };
    if (body === undefined) return { headers: sent };
    if (body instanceof FormData) return { headers: sent, body };
    return { headers: { ...sent, "Content-Type": "application/json" }, body: JSON.stringify(body) };
  }
}

interface Answer {
  headers: Headers;
  text: string;
}

const PRODUCT = ["id", "name", "price", "stock"] as const;

/** The value of an answer, if it is JSON and has what the app needs of it. */
function parsed<T extends object>(answer: Answer, members: readonly (keyof T & string)[]): T {
  if (!/\bjson\b/.test(answer.headers.get("Content-Type") ?? "")) throw new Failure("unreadable");
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch {
    throw new Failure("unreadable");
  }
  const isObject = typeof value === "object" && value !== null;
  if (!isObject || !members.every((member) => member in (value as object))) {
    throw new Failure("unreadable");
  }
  return value as T;
}

function productPath(id: string): string {
  return `/products/${encodeURIComponent(id)}`;
}

function withSignal(signal: AbortSignal | undefined): Call {
  return signal ? { signal } : {};
}
