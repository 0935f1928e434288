// Which page is shown, by the fragment of the address: `#/`, `#/products/ID`, `#/products/ID/edit`,
// `#/products/new`, `#/login`. Links and the browser's back button do the rest.

import { alertOf, button, make } from "./dom";
import { logInPage } from "./pages/login";
import { productPage } from "./pages/product";
import { productFormPage } from "./pages/product-form";
import { productsPage } from "./pages/products";
import { Shop } from "./shop";
import { forgetToken, token } from "./token";

declare global {
  /** Where the API is, for tests: a session of the mock. */
  var shopApi: string | undefined;
}

export interface Visit {
  shop: Shop;
  id: string;
  query: URLSearchParams;
  /** Aborted when the visitor goes on to another page. */
  signal: AbortSignal;
}

type Page = (visit: Visit) => Promise<HTMLElement>;

const PAGES: readonly (readonly [RegExp, string, Page])[] = [
  [/^#?\/?$/, "Products", productsPage],
  [/^#\/products\/new$/, "New product", productFormPage],
  [/^#\/products\/([^/]+)\/edit$/, "Change product", productFormPage],
  [/^#\/products\/([^/]+)$/, "Product", productPage],
  [/^#\/login$/, "Log in", logInPage],
];

const API = globalThis.shopApi ?? import.meta.env["VITE_API"] ?? "http://127.0.0.1:8080";
const shop = new Shop(API, token);
const main = document.querySelector("main") as HTMLElement;
const staff = document.querySelector("#staff") as HTMLElement;
let leaving = new AbortController();

async function show(): Promise<void> {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [path = "", search = ""] = location.hash.split("?");
  const [pattern, title, page] = PAGES.find(([form]) => form.test(path)) ?? PAGES[0]!;
  const id = decodeURIComponent(pattern.exec(path)?.[1] ?? "");
  document.title = `${title} – Corner Shop`;
  showStaff();
  const heading = make("h1", {}, title);
  main.replaceChildren(heading, make("p", { role: "status" }, "Loading …"));
  main.ariaBusy = "true";
  let content: HTMLElement;
  try {
    content = await page({ shop, id, query: new URLSearchParams(search), signal });
  } catch (error) {
    content = alertOf(error, show);
  }
  if (signal.aborted) return; // another page is shown by now
  main.replaceChildren(heading, content);
  main.ariaBusy = "false";
  main.focus();
}

function showStaff(): void {
  if (token() === null) {
    staff.replaceChildren(make("a", { href: "#/login" }, "Log in"));
    return;
  }
  const logOut = () => {
    forgetToken();
    void show();
  };
  const add = make("a", { href: "#/products/new" }, "New product");
  staff.replaceChildren(add, button("Log out", logOut));
}

addEventListener("hashchange", () => void show());
void show();
