// One product, and the form that orders it.

import type { Product } from "../contract";
import { field, make, onSubmit, price } from "../dom";
import type { Visit } from "../main";
import type { Shop } from "../shop";
import { token } from "../token";
import { picture } from "./products";

export async function productPage({ shop, id, signal }: Visit): Promise<HTMLElement> {
  const { value: product } = await shop.readProduct(id, signal);
  const edit = make("a", { href: `#/products/${encodeURIComponent(id)}/edit` }, "Change");
  return make(
    "article",
    {},
    picture(product),
    make("h2", {}, product.name),
    make("p", {}, product.description ?? ""),
    make("p", {}, make("strong", {}, price(product.price)), ` · ${product.stock} in stock`),
    ...(token() === null ? [] : [make("p", {}, edit)]),
    orderForm(shop, product),
  );
}

function orderForm(shop: Shop, product: Product): HTMLElement {
  const quantity = make("input", { name: "quantity", type: "number", value: 1, inputmode: "numeric" });
  const form = make("form", {}, field("Quantity", quantity), make("button", {}, "Order"));
  onSubmit(form, async () => {
    const order = await shop.placeOrder({
      productId: product.id,
      quantity: quantity.valueAsNumber,
    });
    const text = `Thank you. You ordered ${order.quantity} for ${price(order.total)}.`;
    form.replaceWith(make("p", { role: "status" }, text));
  });
  return form;
}
