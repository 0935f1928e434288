// Elements in a few words, and the two ways in which the app waits: for a page, and for a form.

import { messageOf, type Message } from "./messages";

type Child = Node | string;
type Properties = Record<string, string | number | boolean | undefined>;

/** An element. A property that is false or undefined is left out, true is an empty attribute. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : `${value}`);
    }
  }
  element.append(...children);
  return element;
}

export function button(text: string, act: () => void, properties: Properties = {}) {
  const element = make("button", { type: "button", ...properties }, text);
  element.addEventListener("click", act);
  return element;
}

/** A label and its control. */
export function field(label: string, control: HTMLElement): HTMLElement {
  return make("label", {}, make("span", {}, label), control);
}

export function price(amount: number): string {
  return new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(amount);
}

/** What went wrong, with a way on. */
export function alertOf(error: unknown, retry?: () => void): HTMLElement {
  const { text, remedy } = messageOf(error);
  const box = make("div", { role: "alert", id: "alert" }, make("p", {}, text));
  if (remedy === "log in") box.append(make("a", { href: logInHref() }, "Log in"));
  if (remedy === "load again") box.append(button("Load it again", () => location.reload()));
  if (retry) box.append(button("Try again", retry));
  return box;
}

function logInHref(): string {
  return `#/login?next=${encodeURIComponent(location.hash)}`;
}

/**
 * Runs what a form is sent for, once at a time: until it is done, the form is busy and ignores
 * further clicks. An error is shown in the form, at the field that is wrong.
 */
export function onSubmit(form: HTMLFormElement, act: () => Promise<void>): void {
  form.noValidate = true; // the shop judges, and the form shows what it says
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(form, act);
  });
}

export async function busy(form: HTMLFormElement, act: () => Promise<void>): Promise<void> {
  if (form.ariaBusy === "true") return;
  form.querySelector("[role=alert]")?.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  const status = make("p", { role: "status" }, "One moment …");
  form.ariaBusy = "true";
  form.append(status);
  try {
    await act();
  } catch (error) {
    form.append(alertOf(error));
    mark(form, messageOf(error));
  } finally {
    form.ariaBusy = "false";
    status.remove();
  }
}

function mark(form: HTMLFormElement, message: Message): void {
  const control = message.field === undefined ? null : form.elements.namedItem(message.field);
  if (control instanceof HTMLElement) {
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", "alert");
    control.focus();
  }
}
