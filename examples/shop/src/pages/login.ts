// The form that logs in, and goes on where it was needed.

import { field, make, onSubmit } from "../dom";
import type { Visit } from "../main";
import { keepToken } from "../token";

export async function logInPage({ shop, query }: Visit): Promise<HTMLElement> {
  const name = make("input", { name: "name", autocomplete: "username" });
  const password = make("input", {
    name: "password",
    type: "password",
    autocomplete: "current-password",
  });
  const form = make(
    "form",
    {},
    field("Name", name),
    field("Password", password),
    make("button", {}, "Log in"),
  );
  onSubmit(form, async () => {
    const { token } = await shop.logIn({ name: name.value, password: password.value });
    keepToken(token);
    const next = query.get("next") ?? "";
    location.hash = next.startsWith("#/") ? next : "#/";
  });
  return form;
}
