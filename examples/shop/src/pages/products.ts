// The list of the products, a page at a time. What is shown stands in the address.

import type { Category, Product, ProductPage } from "../contract";
import { field, make, price } from "../dom";
import type { Visit } from "../main";
import { PAGE_SIZE, type Query } from "../shop";

export const CATEGORIES: Record<Category, string> = {
  home: "Home",
  kitchen: "Kitchen",
  garden: "Garden",
  office: "Office",
};

const ORDERS = {
  "": "As they come",
  name: "Name",
  price: "Price, lowest first",
  "-price": "Price, highest first",
};

export async function productsPage({ shop, query, signal }: Visit): Promise<HTMLElement> {
  const asked: Query = {
    page: Math.max(1, Math.trunc(Number(query.get("page"))) || 1),
    sort: query.get("sort") ?? "",
    category: query.get("category") ?? "",
  };
  const found = await shop.listProducts(asked, signal);
  const list = make("ul", { class: "products" }, ...found.items.map(card));
  return make(
    "div",
    {},
    filters(asked),
    found.items.length > 0 ? list : make("p", {}, "There are no products here."),
    pager(asked, found),
  );
}

function card(product: Product): HTMLElement {
  const link = make("a", { href: `#/products/${encodeURIComponent(product.id)}` }, product.name);
  return make("li", {}, picture(product), link, make("span", {}, price(product.price)));
}

export function picture({ imageUrl }: Product): HTMLElement {
  return imageUrl === undefined
    ? make("span", { class: "picture" })
    : make("img", { class: "picture", src: imageUrl, alt: "", loading: "lazy" });
}

function filters(asked: Query): HTMLElement {
  const sort = select(ORDERS, asked.sort);
  const category = select({ "": "All", ...CATEGORIES }, asked.category);
  const form = make("form", { class: "filters" }, field("Category", category), field("Sort", sort));
  form.addEventListener("change", () => {
    location.hash = href({ page: 1, sort: sort.value, category: category.value });
  });
  return form;
}

export function select(choices: Record<string, string>, chosen: string): HTMLSelectElement {
  const options = Object.entries(choices).map(([value, text]) =>
    make("option", { value, selected: value === chosen }, text),
  );
  return make("select", {}, ...options);
}

function pager(asked: Query, { total }: ProductPage): HTMLElement {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const to = (text: string, page: number) =>
    page < 1 || page > last
      ? make("span", { "aria-disabled": "true" }, text)
      : make("a", { href: href({ ...asked, page }) }, text);
  return make(
    "nav",
    { "aria-label": "Pages", class: "pager" },
    to("Previous", asked.page - 1),
    make("span", {}, `Page ${asked.page} of ${last}`),
    to("Next", asked.page + 1),
  );
}

function href({ page, sort, category }: Query): string {
  const query = new URLSearchParams();
  if (page > 1) query.set("page", `${page}`);
  if (sort) query.set("sort", sort);
  if (category) query.set("category", category);
  return query.size > 0 ? `#/?${query}` : "#/";
}
