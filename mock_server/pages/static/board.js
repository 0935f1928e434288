// What the board's buttons and forms do: each names a request to the control API.
// The page itself is rendered by the mock; when something changed, its parts are fetched anew.
"use strict";

const said = document.getElementById("said");

function say(text) {
  said.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, 6000);
}

async function call(target, body, done = () => {}) {
  const space = target.indexOf(" ");
  const options = { method: target.slice(0, space), redirect: "manual" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  const answer = await fetch(target.slice(space + 1), options);
  if (answer.ok || answer.type === "opaqueredirect") {
    say("Done.");
    done();
  } else {
    const problem = await answer.json().catch(() => ({}));
    say(problem.detail || `That failed: ${answer.status}.`);
  }
  await refresh();
}

// --- parts: the elements with data-part, by their ids

let asked = null;

async function refresh() {
  if (!document.querySelector("[data-part]")) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // An edited document may have more operations, or fewer.
  const [before, now] = [document, page].map((each) => each.getElementById("operations"));
  if (now && before.children.length !== now.children.length) replace(before, now);
  for (const part of document.querySelectorAll("[data-part]")) {
    const made = page.getElementById(part.id);
    if (made && made.innerHTML !== part.innerHTML) replace(part, made);
  }
}

// The keyboard's place is kept: the same button of the new part gets the focus.
// So are the folds that are open; while something is being edited, nothing is replaced.
function replace(part, made) {
  if ([...part.querySelectorAll("textarea")].some((text) => text.value !== text.defaultValue)) return;
  const open = new Map([...part.querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
  for (const fold of made.querySelectorAll("details[id]")) {
    if (open.has(fold.id)) fold.open = open.get(fold.id);
  }
  const controls = () => [...part.querySelectorAll("button, a, select, input")];
  const place = controls().indexOf(document.activeElement);
  part.replaceChildren(...made.childNodes);
  if (place >= 0) (controls()[place] || controls().at(-1))?.focus();
}

function refreshSoon() {
  asked ??= setTimeout(() => { asked = null; refresh(); }, 150);
}

// --- forms

const READ = {
  list: (text) => text.split(",").map((item) => item.trim()).filter(Boolean),
  one: (text) => [text || null],
  number: Number,
  percent: (text) => Number(text) / 100,
  times: (text) => JSON.parse(text),
};

function submitted(form) {
  let target = form.dataset.call;
  let body = {};
  for (const field of form.querySelectorAll("[name]")) {
    const value = field.value.trim();
    if (field.dataset.as === "path") {
      target = target.replace(`{${field.name}}`, encodeURIComponent(value));
    } else if (field.dataset.as === "body") {
      try {
        body = JSON.parse(value);
      } catch (error) {
        return say(`That is no JSON: ${error.message}`);
      }
    } else {
      body[field.name] = (READ[field.dataset.as] || String)(value);
    }
  }
  const texts = [...form.querySelectorAll("textarea")];
  return call(target, body, () => { for (const text of texts) text.defaultValue = text.value; });
}

function forced(button) {
  const match = { operation: button.dataset.operation };
  const only = document.getElementById("only").value.trim();
  if (only) match[`path.${button.dataset.parameter}`] = only;
  return call("POST forces", { cases: [button.dataset.force], times: times(), match });
}

// --- an answer of one's own

const own = document.getElementById("own-form");

function shown(headers) {
  const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));
  return lines.join("\n");
}

function readHeaders(text) {
  const headers = {};
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const [name, ...rest] = line.split(":");
    (headers[name.trim()] ??= []).push(rest.join(":").trim());
  }
  return headers;
}

async function edited({ edit, operation }) {
  const answer = await fetch(`answers?${new URLSearchParams({ operation, case: edit })}`);
  const found = await answer.json();
  if (!answer.ok) return say(found.detail);
  const { elements } = own;
  elements.operation.value = operation;
  elements.case.value = edit;
  elements.headers.value = shown(found.headers);
  elements.body.value = "body" in found ? JSON.stringify(found.body, null, 2) : "";
  document.getElementById("violations").replaceChildren();
  document.getElementById("own").open = true;
  elements.body.focus();
}

async function answered(action) {
  const { operation, case: { value: name }, headers, body } = own.elements;
  const text = body.value.trim();
  const content = {};
  try {
    if (text) content.body = JSON.parse(text);
  } catch (error) {
    return say(`The body is no JSON: ${error.message}`);
  }
  const only = document.getElementById("only").value.trim();
  const match = { operation: operation.value.trim() };
  const parameter = match.operation.match(/\{([^{}]*)\}[^{}]*$/);
  if (only && parameter) match[`path.${parameter[1]}`] = only;
  const chosen = /^\d{3}$/.test(name.trim()) ? { status: Number(name) } : { cases: [name.trim()] };
  const force = { ...chosen, ...content, headers: readHeaders(headers.value), times: times(), match };
  const example = { operation: match.operation, case: name.trim(), ...content };
  const sent = action === "save" ? example : force;
  const init = { method: "POST", body: JSON.stringify(sent) };
  const answer = await fetch(action === "save" ? "examples" : "forces", init);
  const result = await answer.json();
  if (!answer.ok) return say(result.detail);
  say(action === "save" ? `Saved in ${result.file}.` : "Queued.");
  violated(result.violations);
  await refresh();
}

function violated(violations) {
  const items = violations.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  const list = Object.assign(document.createElement("ul"), { className: "notice" });
  list.append(...items);
  document.getElementById("violations").replaceChildren(...(items.length ? ["The document does not allow it:", list] : []));
}

function times() {
  const chosen = document.querySelector("input[name=times]:checked").value;
  return { 1: 1, n: Number(document.getElementById("times").value), always: null }[chosen];
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say(`Your browser allows no copying here: ${text}`);
  }
}

document.addEventListener("submit", (event) => {
  if (event.target === own) {
    event.preventDefault();
    answered(event.submitter?.value);
    return;
  }
  if (!event.target.dataset.call) return;
  event.preventDefault();
  submitted(event.target);
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.dataset.change) call(field.dataset.change, { [field.name]: field.value });
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { force, copy, text, curl, body } = button.dataset;
  if (force) forced(button);
  else if (button.dataset.edit) edited(button.dataset);
  else if (copy) copied(document.getElementById(copy).textContent);
  else if (text) copied(text);
  else if (curl) copied((await (await fetch(`requests/${curl}`)).json()).curl || "");
  else if (button.dataset.call) call(button.dataset.call, body && JSON.parse(body));
});

// --- the live log

const rows = document.getElementById("rows");
const MOST_ROWS = 200;

function listen() {
  const live = document.getElementById("live");
  const events = new EventSource(`events?after=${rows.dataset.last}`);
  let lost = false;
  events.addEventListener("open", () => {
    if (lost) location.reload();
    live.textContent = "live";
  });
  events.addEventListener("error", () => {
    lost = true;
    live.textContent = "the mock does not answer";
  });
  events.addEventListener("request", (event) => {
    const template = document.createElement("template");
    template.innerHTML = event.data; // rendered and escaped by the mock
    rows.prepend(template.content);
    while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
    document.getElementById("no-rows").hidden = true;
  });
  events.addEventListener("reset", () => {
    rows.replaceChildren();
    document.getElementById("no-rows").hidden = false;
  });
  events.addEventListener("changed", refreshSoon);
}

if (rows) listen();
