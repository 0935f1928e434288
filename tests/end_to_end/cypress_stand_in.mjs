// Runs a Cypress spec without Cypress, whose program cannot be had from npm: the few commands that
// the example uses, on a real browser (by Playwright) and a real mock (by fetch).
//
//     node cypress_stand_in.mjs SPEC BASE_URL CHROMIUM
//
// Prints a line for each test: "passed TITLE" or "failed TITLE: why".
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";

const [spec, baseUrl, executablePath] = process.argv.slice(2);
const [befores, tests] = [[], []];
let page;
let commands;

globalThis.describe = (_, define) => define();
globalThis.beforeEach = (define) => befores.push(define);
globalThis.it = (title, define) => tests.push({ title, define });
globalThis.Cypress = { currentTest: {} };
globalThis.cy = {
  visit(path) {
    commands.push(() => page.goto(baseUrl + path));
  },
  request(method, url, body) {
    commands.push(async () => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    });
  },
  contains(selector, text) {
    commands.push(() => page.locator(selector, { hasText: text }).waitFor());
    return { click: () => commands.push(() => page.locator(selector, { hasText: text }).click()) };
  },
};

await import(pathToFileURL(spec));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const { title, define } of tests) {
  commands = [];
  page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  globalThis.Cypress.currentTest.title = title;
  for (const each of [...befores, define]) each();
  try {
    for (const command of commands) await command();
    console.log(`passed ${title}`);
  } catch (error) {
    console.log(`failed ${title}: ${error.message}`);
  }
  await page.close();
}
await browser.close();
