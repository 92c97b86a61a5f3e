// What the consent specs share: pages with our collector or with Adobe's, and the one table they print.
import { appendFileSync, mkdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { ADOBES, OURS, adobe, code, collector, contexts, page as html, push, sdk, settings } from "./pages.mjs";

/** The page of a theme with one of the two collectors; `own` are our settings, `before` code that runs first. */
export const shop = (who, { own, before = "", parts = [] } = {}) => html(
  before ? code(before) : "", sdk(), push(...contexts({ datastreamId: who === "ours" ? OURS : ADOBES })),
  own && who === "ours" ? settings(own) : "", ...parts, who === "ours" ? collector() : adobe(),
);

/** Waits until the collector is at work; Adobe's has nothing to be seen by. */
export const ready = async (page, who) => {
  if (who === "ours") await page.waitForFunction(() => window.storefrontCollector?.status().state);
  else await page.waitForFunction(() => window.alloy && window.magentoStorefrontEvents);
};

/** Publishes page views of these names, in one task. */
export const views = (page, ...names) => page.evaluate((list) => {
  const { context, publish } = window.magentoStorefrontEvents;
  for (const name of list) {
    context.setPage({ pageType: "CMS", pageName: name, eventType: "visibilityHidden", maxXOffset: 0, maxYOffset: 0, minXOffset: 0, minYOffset: 0 });
    publish.pageView();
  }
}, names);

export const dnt = (page) => page.evaluate(() => { document.cookie = "mg_dnt=1; path=/"; });
export const noDnt = (page) => page.evaluate(() => { document.cookie = "mg_dnt=; path=/; max-age=0"; });
export const choose = (page, choice) => page.evaluate((what) => window.storefrontCollector.setConsent(what), choice);
export const status = (page) => page.evaluate(() => window.storefrontCollector.status());

/** The page views that reached the dataset, by name. */
export const arrived = (events) => events.map(({ xdm }) => xdm.web?.webPageDetails?.name ?? xdm.eventType);
/** The choices that the edge was told. */
export const told = async (edge) => (await edge.requests()).filter(({ action }) => action === "privacy/set-consent")
  .map(({ body }) => (typeof body === "string" ? JSON.parse(body) : body).consent);
export const general = (list) => list.map((consent) => consent[0].value.general ?? consent[0].value);

/** All that a page can keep in a browser. */
export const kept = async (page, context) => ({
  cookies: (await context.cookies()).map(({ name, value }) => `${name}=${value}`).sort(),
  ...(await page.evaluate(async () => {
    const databases = {};
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => Object.assign(indexedDB.open(name), { onsuccess: (event) => resolve(event.target.result), onerror: reject }));
      for (const store of database.objectStoreNames) {
        databases[`${name}/${store}`] = await new Promise((resolve) => { database.transaction(store).objectStore(store).getAllKeys().onsuccess = (event) => resolve(event.target.result); });
      }
      database.close();
    }
    return { local: { ...localStorage }, session: { ...sessionStorage }, databases, caches: await caches.keys() };
  })),
});

const FILE = join(ROOT, "test-results", "consent.jsonl");
const rows = () => {
  const all = {};
  const lines = existsSync(FILE) ? readFileSync(FILE, "utf8").split("\n").filter(Boolean) : [];
  for (const [name, who, what] of lines.map((line) => JSON.parse(line))) all[name] = { ...all[name], [who]: what };
  return all;
};
/** Notes one cell of the table. Specs run in several processes, so it is kept in a file, which each only adds to. */
export const note = (name, who, what) => {
  mkdirSync(join(ROOT, "test-results"), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify([name, who, what])}\n`);
};
/** The table as text. */
export const table = () => {
  const lines = [["case", "Adobe", "ours"], ...Object.entries(rows()).map(([name, { adobe: theirs = "", ours = "" }]) => [name, theirs, ours])];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join(" | ")).join("\n");
};
