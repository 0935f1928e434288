// The form of a new product, or of one that there is: change, delete, upload a picture.

import type { Category, NewProduct } from "../contract";
import { busy, button, field, make, onSubmit } from "../dom";
import type { Visit } from "../main";
import type { Shop } from "../shop";
import { CATEGORIES, select } from "./products";

const EMPTY: NewProduct = { name: "", price: 0 };

export async function productFormPage({ shop, id, signal }: Visit): Promise<HTMLElement> {
  const read = id ? await shop.readProduct(id, signal) : undefined;
  const before: NewProduct = read?.value ?? EMPTY;
  const name = make("input", { name: "name", value: before.name });
  const sku = make("input", { name: "sku", value: before.sku });
  const category = select(CATEGORIES, before.category ?? "");
  const amount = make("input", { name: "price", type: "number", step: "any", value: before.price });
  const stock = make("input", { name: "stock", type: "number", value: before.stock ?? 0 });
  const description = make("textarea", { name: "description" }, before.description ?? "");
  const picture = make("input", { name: "picture", type: "file", accept: "image/png,image/jpeg" });
  const shown = make("img", { class: "picture", alt: "Picture", src: before.imageUrl });
  shown.hidden = before.imageUrl === undefined;
  const form = make(
    "form",
    {},
    field("Name", name),
    field("SKU", sku),
    field("Category", category),
    field("Price in EUR", amount),
    field("Stock", stock),
    field("Description", description),
    field("Picture", picture),
    shown,
    make("button", {}, "Save"),
  );

  const entered = (): NewProduct => ({
    name: name.value.trim(),
    category: category.value as Category,
    price: Number(amount.value),
    stock: Number(stock.value),
    ...(sku.value ? { sku: sku.value } : {}),
    ...(description.value ? { description: description.value } : {}),
    ...(shown.hidden ? {} : { imageUrl: shown.src }),
  });

  picture.addEventListener("change", () => {
    void busy(form, async () => {
      const [file] = picture.files ?? [];
      if (file === undefined) return;
      shown.src = (await shop.uploadPicture(file)).imageUrl;
      shown.hidden = false;
    });
  });
  onSubmit(form, async () => {
    const saved = id
      ? await shop.replaceProduct(id, entered(), read?.etag)
      : await shop.createProduct(entered());
    location.hash = `#/products/${encodeURIComponent(saved.id)}`;
  });
  if (id) form.append(deleteButton(shop, id, form));
  return form;
}

function deleteButton(shop: Shop, id: string, form: HTMLFormElement): HTMLElement {
  const act = async () => {
    if (!confirm("Delete this product?")) return;
    await shop.deleteProduct(id);
    location.hash = "#/";
  };
  return button("Delete", () => void busy(form, act), { class: "danger" });
}
