// Pages that are put away and come back. The browser is one of our own, for Playwright's has no back-forward cache, and
// the pages act by themselves, for what drives a page from outside does not follow it there.
import { startBrowser } from "../bench/loss/browser.mjs";
import { expect, test as base } from "./support/fixtures.mjs";
import { OURS, code, collector, contexts, page as html, push, sdk } from "./support/pages.mjs";
import { SITE_HOSTS } from "./support/site.mjs";

const test = base.extend({
  shopper: async ({ site, proxyServer }, use) => {
    const browser = await startBrowser([
      ...SITE_HOSTS.map((host) => `MAP ${host}:443 127.0.0.1:${site.port}`),
      `MAP edge.adobedc.net:443 127.0.0.1:${proxyServer.port}`,
    ]);
    await use(browser);
    await browser.stop();
  },
});

const VIEWS = `window.views = (...names) => {
  for (const name of names) {
    magentoStorefrontEvents.context.setPage({ pageType: "CMS", pageName: name });
    magentoStorefrontEvents.publish.pageView();
  }
};`;
/** A page that a browser may keep, which pages of Commerce are not unless the shop says so. */
const kept = (site, ...parts) => site.page(html(...parts), { headers: { "cache-control": "no-cache" } });
const shop = (site, script) => kept(site, sdk(), push(...contexts({ datastreamId: OURS })), code(`${VIEWS}\n${script}`), collector());

const names = (events) => events.map(({ xdm }) => xdm.web.webPageDetails.name).sort();
const settled = async (edge, expected) => {
  await edge.settled((all) => new Set(names(all)).size >= expected.length, { quiet: 12_000 });
  // Whatever came twice would come about now.
  await new Promise((resolve) => { setTimeout(resolve, 1_500); });
  return names(await edge.events());
};
const goBack = (after) => code(`if (!sessionStorage.back) { sessionStorage.back = 1; setTimeout(() => history.back(), ${after}); }`);

for (const [what, between] of Object.entries({
  "a page of the shop": (site) => shop(site, `if (!sessionStorage.back) { sessionStorage.back = 1; views("between"); setTimeout(() => history.back(), 2_000); }`),
  "a page without collector": (site) => kept(site, goBack(600)),
})) {
  test(`put away with everything delivered and back again, in between ${what}: each arrives once`, async ({ shopper, site, edge }) => {
    const expected = ["first", "back 1", "back 2", ...(what === "a page of the shop" ? ["between"] : [])].sort();
    const page = await shopper.context.newPage();
    await page.goto(shop(site, `
      addEventListener("pageshow", ({ persisted }) => { if (persisted) views("back 1", "back 2"); });
      const act = () => {
        if (!window.storefrontCollector?.events().some(({ status }) => status === "accepted")) return setTimeout(act, 20);
        location.href = ${JSON.stringify(between(site))};
      };
      views("first");
      act();`));
    expect(await settled(edge, expected)).toEqual(expected);
  });
}

test("put away at once, its events delivered by the next page, and back again: each arrives once", async ({ shopper, site, edge }) => {
  const between = shop(site, `if (!sessionStorage.back) {
    sessionStorage.back = 1;
    const act = () => {
      if (Object.keys(localStorage).some((key) => key.startsWith("storefront-collector:"))) return setTimeout(act, 20);
      history.back();
    };
    act();
  }`);
  const page = await shopper.context.newPage();
  await page.goto(shop(site, `
    // Unlike page views, which leave at once, they are gathered for a moment.
    const custom = (name) => { magentoStorefrontEvents.publish.custom({ web: { webPageDetails: { name } } }); };
    const act = () => {
      if (!window.storefrontCollector?.events().some(({ status }) => status === "accepted")) return setTimeout(act, 20);
      custom("left 1");
      custom("left 2");
      location.href = ${JSON.stringify(between)};
    };
    addEventListener("pageshow", () => { if (sessionStorage.back) setTimeout(views, 1_000, "back"); });
    if (!sessionStorage.back) views("first"), act();`));
  // A busy browser loads the page anew, with the same end.
  const expected = ["back", "first", "left 1", "left 2"];
  expect(await settled(edge, expected)).toEqual(expected);
});

test("left before the core has come, handed over to another page, and back again: each arrives once", async ({ page, context, site, edge }) => {
  const expected = ["back", "early 1", "early 2"];
  site.delayCore(5_000);
  try {
    await page.goto(shop(site, 'views("early 1", "early 2");'), { waitUntil: "domcontentloaded" });
    await page.waitForFunction(() => performance.getEntriesByType("resource").length >= 2 && window[Symbol.for("storefront-collector.tag")]);
    site.delayCore(0);
    // What the browser tells a page that it puts away. That it really does, with the core on its way, it decides itself.
    const told = (name) => page.evaluate((event) => { dispatchEvent(new PageTransitionEvent(event, { persisted: true })); }, name);
    await told("pagehide");
    const next = await context.newPage();
    await next.goto(shop(site, ""));
    await edge.settled((events) => events.length >= 2, { quiet: 3_000 });
    await told("pageshow");
    await page.evaluate(() => { window.views("back"); });
    expect(await settled(edge, expected)).toEqual(expected);
  } finally {
    site.delayCore(0);
  }
});

for (const [what, { delayMs = 1_000, steps }] of Object.entries({
  // Published by a listener that hears of it before the collector: the answer comes while that asks what others have left.
  "answered": { steps: [[0, "pagehide", "late", "pageshow"]] },
  "published": { steps: [[0, "pagehide", "pageshow"], [200, "late"]] },
  "put away once more": { steps: [[0, "pagehide", "pageshow"], [100, "pagehide", "pageshow", "late"]] },
  "put away once more, the answer still to come,": { delayMs: 2_500, steps: [[0, "late", "pagehide", "pageshow"], [800, "pagehide", "pageshow"]] },
})) {
  test(`${what} while a page that is back reads the storage: an event arrives once, and from this page`, async ({ page, site, edge }) => {
    const slowDisk = code(`const { getAll } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.getAll = function (...range) {
        const real = getAll.apply(this, range), late = { get result() { return real.result; } };
        real.onsuccess = () => setTimeout(() => late.onsuccess(), 400);
        return late;
      };`);
    const act = code(`addEventListener("DOMContentLoaded", () => views("first"));`);
    await edge.fault({ delayMs: 1_000 });
    await page.goto(site.page(html(slowDisk, sdk(), push(...contexts({ datastreamId: OURS })), code(VIEWS), act, collector())));
    await edge.settled((events) => events.length >= 1);
    await page.waitForFunction(() => window.storefrontCollector.events().every(({ status }) => status === "accepted"));
    await edge.heal();
    await edge.fault({ delayMs });
    await page.evaluate((all) => {
      const take = (step) => (step === "late" ? window.views(step) : dispatchEvent(new PageTransitionEvent(step, { persisted: true })));
      for (const [after, ...now] of all) setTimeout(() => now.forEach(take), after);
    }, steps);
    await edge.settled((events) => events.length >= 2, { quiet: 5_000 });
    await new Promise((resolve) => { setTimeout(resolve, 3_500); });
    expect(names(await edge.events())).toEqual(["first", "late"]);
  });
}
