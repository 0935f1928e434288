// What the board's buttons and forms do: each names a request to the control API.
// The page itself is rendered by the mock; when something changed, its parts are fetched anew.
"use strict";

const byId = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- what is said: in passing, or beside the field that is wrong

const said = byId("said");

function say(text, isBad = false) {
  said.textContent = text;
  said.classList.toggle("bad", isBad);
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, isBad ? 12000 : 3000);
}

// Where a form asked, the error stands below the field that it names, or below the form's own.
function complain(text, place, named = null) {
  const field = place && (named || fieldOf(text, place));
  if (!field) return say(text, true);
  const note = Object.assign(document.createElement("p"), { className: "error", textContent: text });
  note.id = `error-of-${field.name || field.id}`;
  note.setAttribute("role", "alert");
  (field.closest("p") || field.closest("label") || field).after(note);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", note.id);
  field.focus();
}

function fieldOf(text, place) {
  const named = [...text.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const names = [...named, place.dataset.field].filter(Boolean);
  const fields = all("input, select, textarea", place);
  const found = names.map((name) => fields.find((field) => [field.name, field.dataset.field].includes(name) && field.type !== "radio"));
  return found.find(Boolean) || fields.find((field) => field.type !== "radio");
}

function forgive(place) {
  for (const note of all(".error", place)) note.remove();
  for (const field of all("[aria-invalid]", place)) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

// --- calls

async function asked(method, target, body) {
  const options = { method, redirect: "manual" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  const answer = await fetch(target, options).catch(() => null);
  if (!answer) return { isGood: false, detail: "The mock does not answer." };
  if (answer.type === "opaqueredirect") return { isGood: true };
  const content = await answer.json().catch(() => ({}));
  return { isGood: answer.ok, content, detail: content.detail || `That failed: ${answer.status}.` };
}

async function call(target, body, place, done = () => {}) {
  const space = target.indexOf(" ");
  if (place) forgive(place);
  const { isGood, detail } = await asked(target.slice(0, space), target.slice(space + 1), body);
  if (isGood) {
    say("Done.");
    done();
  } else {
    complain(detail, place);
  }
  await refresh();
}

// --- parts: the elements with data-part, by their ids, and the marks on the cases

let refreshing = null;

async function fetched(query) {
  const answer = await fetch(location.pathname + query).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

async function refresh() {
  const operations = byId("operations");
  if (!operations) return;
  const page = await fetched("?live");
  if (!page) return;
  const { edition } = page.getElementById("operations").dataset;
  if (edition !== operations.dataset.edition) await relist(operations);
  for (const part of all("[data-part]")) {
    const made = page.getElementById(part.id);
    if (made && made.innerHTML !== part.innerHTML) replace(part, made);
  }
  mark(page);
}

// An edited document may have other operations.
async function relist(operations) {
  const whole = (await fetched(""))?.getElementById("operations");
  if (!whole) return;
  replace(operations, whole);
  operations.dataset.edition = whole.dataset.edition;
  sift();
}

// The keyboard's place is kept: the same button of the new part gets the focus.
// So are the folds that are open; while something is being edited, nothing is replaced.
function replace(part, made) {
  if (all("textarea", part).some((text) => text.value !== text.defaultValue)) return;
  const open = new Map(all("details[id]", part).map((each) => [each.id, each.open]));
  for (const fold of all("details[id]", made)) {
    if (open.has(fold.id)) fold.open = open.get(fold.id);
  }
  const controls = () => all("button, a, select, input, summary", part);
  const place = controls().indexOf(document.activeElement);
  part.replaceChildren(...made.childNodes);
  if (place >= 0) (controls()[place] || controls().at(-1))?.focus();
}

function mark(page) {
  const marks = new Map(all("#marks [data-of]", page).map((each) => [each.dataset.of, each]));
  for (const row of all("#operations [data-case]")) {
    const made = marks.get(row.dataset.case);
    const served = row.querySelector("[data-served]");
    const count = made?.querySelector("[data-served]").textContent ?? "";
    if (served.textContent !== count) served.textContent = count;
    const forced = row.querySelector("[data-forced]");
    const now = made?.querySelector("[data-forced]").innerHTML.trim() ?? "";
    if (forced.innerHTML.trim() === now) continue;
    const hadFocus = forced.contains(document.activeElement);
    forced.innerHTML = now; // rendered and escaped by the mock
    row.classList.toggle("forced", now !== "");
    if (hadFocus) (forced.querySelector("button") || row.querySelector("[data-force]")).focus();
  }
  countForces();
  if (byId("kind")?.value) sift();
}

function countForces() {
  const count = all("#forces .queued [data-call^='DELETE forces/']").length;
  byId("tab-cases").textContent = count ? `Cases (${count} forced)` : "Cases";
}

function refreshSoon() {
  refreshing ??= setTimeout(() => { refreshing = null; refresh(); }, 150);
}

// --- finding and folding

const FOLDS = `folds of ${location.pathname}`;

const KINDS = {
  "": () => true,
  good: (row) => row.matches(".status-2, .status-3"),
  bad: (row) => row.matches(".status-4, .status-5"),
  forced: (row) => row.matches(".forced"),
  unmet: (row) => row.querySelector("[data-served]").textContent === "",
};

const folds = () => all("#operations details");

// Shows what is sought, unfolded; without anything sought, the folds are as they were.
function sift() {
  const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const tag = byId("tag")?.value ?? "";
  const isWanted = KINDS[byId("kind").value];
  const isSought = words.length > 0 || tag !== "" || byId("kind").value !== "";
  let cases = 0;
  let operations = 0;
  for (const operation of all("#operations .operation")) {
    const tags = JSON.parse(operation.dataset.tags);
    const title = [operation.querySelector("summary").textContent, ...tags].join(" ").toLowerCase();
    const isTagged = tag === "" || tags.includes(tag);
    let found = 0;
    for (const row of all("[data-case]", operation)) {
      const text = `${title} ${row.querySelector(".status").textContent} ${row.querySelector(".what").textContent.toLowerCase()}`;
      row.hidden = !(isTagged && isWanted(row) && words.every((word) => text.includes(word)));
      found += row.hidden ? 0 : 1;
    }
    operation.hidden = found === 0;
    cases += found;
    operations += found ? 1 : 0;
  }
  for (const group of all("#operations .group")) {
    group.hidden = all(".operation", group).every((operation) => operation.hidden);
  }
  byId("found").textContent = isSought ? `${cases} of ${all("#operations [data-case]").length} cases, in ${operations} operation${operations === 1 ? "" : "s"}` : "";
  if (isSought) {
    for (const fold of folds()) fold.open = !fold.hidden;
  } else {
    recall();
  }
  named();
}

const isSifted = () => byId("found").textContent !== "";

function recall() {
  const kept = JSON.parse(sessionStorage.getItem(FOLDS) || "{}");
  for (const fold of folds()) {
    fold.dataset.first ??= String(fold.open);
    fold.open = kept[fold.id] ?? fold.dataset.first === "true";
  }
}

function remember() {
  if (isSifted()) return;
  const kept = Object.fromEntries(folds().map((fold) => [fold.id, fold.open]));
  sessionStorage.setItem(FOLDS, JSON.stringify(kept));
  named();
}

const areFolded = () => folds().every((fold) => !fold.open);

function named() {
  byId("fold").textContent = areFolded() ? "Unfold all" : "Fold all";
}

function foldAll() {
  const isOpen = areFolded();
  for (const fold of folds()) fold.open = isOpen;
  remember();
  named();
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
  for (const field of all("[name]", form)) {
    const value = field.value.trim();
    if (field.dataset.as === "path") {
      target = target.replace(`{${field.name}}`, encodeURIComponent(value));
    } else if (field.dataset.as === "body") {
      try {
        body = JSON.parse(value);
      } catch (error) {
        forgive(form);
        return complain(`That is no JSON: ${error.message}`, form, field);
      }
    } else {
      body[field.name] = (READ[field.dataset.as] || String)(value);
    }
  }
  const texts = all("textarea", form);
  return call(target, body, form, () => { for (const text of texts) text.defaultValue = text.value; });
}

// The value of the path that a force is bound to, if one was typed.
function bound(parameter) {
  const only = byId("only").value.trim();
  return only && parameter ? { [`path.${parameter}`]: only } : {};
}

function forced(button) {
  const { operation, force } = button.dataset;
  const { parameter } = button.closest("[data-parameter]").dataset;
  const match = { operation, ...bound(parameter) };
  return call("POST forces", { cases: [force], times: times(), match }, byId("options"));
}

function times() {
  const chosen = document.querySelector("input[name=times]:checked").value;
  return { 1: 1, n: Number(byId("times").value), always: null }[chosen];
}

// --- an answer of one's own

const own = byId("own-form");

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
  const query = new URLSearchParams({ operation, case: edit });
  const { isGood, content, detail } = await asked("GET", `answers?${query}`);
  if (!isGood) return say(detail, true);
  forgive(own);
  const { elements } = own;
  elements.operation.value = operation;
  elements.case.value = edit;
  elements.headers.value = shown(content.headers);
  elements.body.value = "body" in content ? JSON.stringify(content.body, null, 2) : "";
  byId("violations").replaceChildren();
  byId("own").open = true;
  elements.body.focus();
}

async function answered(action) {
  const { operation, case: { value: name }, headers, body } = own.elements;
  const text = body.value.trim();
  const content = {};
  forgive(own);
  try {
    if (text) content.body = JSON.parse(text);
  } catch (error) {
    return complain(`The body is no JSON: ${error.message}`, own, body);
  }
  const match = { operation: operation.value.trim() };
  Object.assign(match, bound(match.operation.match(/\{([^{}]*)\}[^{}]*$/)?.[1]));
  const chosen = /^\d{3}$/.test(name.trim()) ? { status: Number(name) } : { cases: [name.trim()] };
  const force = { ...chosen, ...content, headers: readHeaders(headers.value), times: times(), match };
  const example = { operation: match.operation, case: name.trim(), ...content };
  const isSaved = action === "save";
  const result = await asked("POST", isSaved ? "examples" : "forces", isSaved ? example : force);
  if (!result.isGood) return complain(result.detail, own);
  say(isSaved ? `Saved in ${result.content.file}.` : "Queued.");
  violated(result.content.violations);
  await refresh();
}

function violated(violations) {
  const items = violations.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  const list = Object.assign(document.createElement("ul"), { className: "notice" });
  list.append(...items);
  byId("violations").replaceChildren(...(items.length ? ["The document does not allow it:", list] : []));
}

// --- the log

const rows = byId("rows");
const MOST_ROWS = 200;

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say(`Your browser allows no copying here: ${text}`, true);
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// What a request was answered with is fetched when somebody looks.
async function unfold(fold) {
  if (fold.querySelector("pre")) return;
  const { isGood, content, detail } = await asked("GET", `requests/${fold.dataset.answer}`);
  const { headers, body } = content?.answer ?? {};
  const kind = headers?.["content-type"] ?? "";
  const text = isGood && headers ? pretty(body) || "Its body is empty." : detail && !isGood ? detail : content.note;
  const pre = Object.assign(document.createElement("pre"), { textContent: text, tabIndex: 0 });
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", "Body of the answer");
  const type = Object.assign(document.createElement("small"), { textContent: kind });
  fold.append(type, pre);
}

function listed(row, made) {
  const fold = row.querySelector("details[open]");
  const isOpen = made.querySelector("details");
  if (fold && isOpen) isOpen.open = true;
  row.replaceWith(made);
}

function counted() {
  const count = all(".preflight", rows).length;
  byId("folded").hidden = count === 0;
  byId("folded").querySelector("label span").textContent = `Show ${count} preflight${count === 1 ? "" : "s"}`;
  rows.classList.toggle("folded", !byId("preflights").checked);
  byId("no-rows").hidden = rows.children.length > 0;
}

function rendered(data) {
  const template = document.createElement("template");
  template.innerHTML = data; // rendered and escaped by the mock
  return template.content.firstElementChild;
}

function listen() {
  const live = byId("live");
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
    rows.prepend(rendered(event.data));
    while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
    counted();
  });
  events.addEventListener("answered", (event) => {
    const made = rendered(event.data);
    const row = rows.querySelector(`[data-id="${made.dataset.id}"]`);
    if (row) listed(row, made);
  });
  events.addEventListener("reset", () => {
    rows.replaceChildren();
    counted();
  });
  events.addEventListener("changed", refreshSoon);
}

// --- tabs, which a narrow screen has

const tabs = document.querySelector("[role=tablist]");
const buttons = tabs ? all("[role=tab]", tabs) : [];

function choose(name, hasFocus = false) {
  document.body.dataset.tab = name;
  for (const button of buttons) {
    const isIt = button.dataset.tab === name;
    button.setAttribute("aria-selected", String(isIt));
    button.tabIndex = isIt ? 0 : -1;
    if (isIt && hasFocus) button.focus();
  }
}

function chosenByHash() {
  const name = location.hash.slice(1);
  choose(buttons.some((button) => button.dataset.tab === name) ? name : "cases");
}

function turned(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const place = buttons.indexOf(document.activeElement);
  const { tab } = buttons[(place + step + buttons.length) % buttons.length].dataset;
  history.replaceState(null, "", `#${tab}`);
  choose(tab, true);
}

// --- what the page listens to

document.addEventListener("submit", (event) => {
  if (event.target === own) {
    event.preventDefault();
    answered(event.submitter?.value);
    return;
  }
  if (event.target.id === "filter") event.preventDefault();
  if (!event.target.dataset.call) return;
  event.preventDefault();
  submitted(event.target);
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.dataset.change) call(field.dataset.change, { [field.name]: field.value });
  else if (field.id === "preflights") counted();
  else if (["tag", "kind"].includes(field.id)) sift();
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.hasAttribute("aria-invalid")) forgive(field.closest("form, fieldset"));
  if (field.id === "find") sift();
});

document.addEventListener("toggle", (event) => {
  const fold = event.target;
  if (fold.dataset.answer && fold.open) unfold(fold);
  else if (fold.id === "session-menu" && fold.open) refreshSoon();
  else if (fold.closest("#operations")) remember();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", async (event) => {
  for (const menu of all("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const button = event.target.closest("button");
  if (!button) return;
  const { force, copy, text, curl, body, tab } = button.dataset;
  if (force) forced(button);
  else if (button.dataset.edit) edited(button.dataset);
  else if (copy) copied(byId(copy).textContent);
  else if (text) copied(text);
  else if (curl) copied((await asked("GET", `requests/${curl}`)).content.curl || "");
  else if (button.dataset.call) call(button.dataset.call, body && JSON.parse(body), button.closest("form"));
  else if (button.id === "fold") foldAll();
  else if (tab) {
    history.replaceState(null, "", `#${tab}`);
    choose(tab);
  }
});

if (tabs) {
  tabs.hidden = false;
  tabs.addEventListener("keydown", turned);
  window.addEventListener("hashchange", chosenByHash);
  chosenByHash();
}
if (rows) {
  counted();
  countForces();
  sift();
  listen();
}
