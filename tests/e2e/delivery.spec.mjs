// Faults on the way, with a network on which a connection takes 300 ms. What cannot leave is kept, and arrives on the
// next visit; each event once.
import { expect, test } from "./support/fixtures.mjs";
import { OURS, collector, contexts, page as html, push, sdk } from "./support/pages.mjs";

const PAGE = html(sdk(), push(...contexts({ datastreamId: OURS })), collector());

/** Runs in the page: publishes `count` page views, each with its number as name. */
const publish = ({ from, count }) => {
  const { context, publish } = window.magentoStorefrontEvents;
  for (let n = from; n < from + count; n += 1) {
    context.setPage({ pageType: "CMS", pageName: `view ${n}` });
    publish.pageView();
  }
};
const ready = (page) => page.waitForFunction(() => window.storefrontCollector);
const name = ({ xdm }) => xdm.web.webPageDetails.name;
const ids = (events) => new Set(events.map(({ xdm }) => xdm._id));
const numbered = (count) => Array.from({ length: count }, (_, n) => `view ${n}`);

/** Visits the shop again and waits for all; returns the names, each as often as it arrived under different ids. */
const arrived = async ({ context, site, edge }, count) => {
  const next = await context.newPage();
  await next.goto(site.page(PAGE));
  await ready(next);
  const distinct = (events) => new Map(events.map((event) => [event.xdm._id, event]));
  const events = await edge.settled((all) => distinct(all).size >= count, { quiet: 12_000 });
  await next.close();
  return [...distinct(events).values()].map(name).sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
};

/** Of a new shopper whose identity the edge has not given: such events name nobody, and nobody is made up for them. */
const NOBODY = { tolerated: /identityMap$/ };

test.describe("a connection takes 300 ms", () => {
  test.use(NOBODY);
  for (const count of [1, 20, 200]) {
    test(`${count} events, tab closed at once`, async ({ page, context, site, edge, network }) => {
      await page.goto(site.page(PAGE));
      await ready(page);
      network.delay(300);
      await page.evaluate(publish, { from: 0, count });
      await page.close();
      expect(await arrived({ context, site, edge }, count)).toEqual(numbered(count));
    });

    test(`${count} events, link followed at once`, async ({ page, context, site, edge, network }) => {
      await page.goto(site.page(PAGE));
      await ready(page);
      network.delay(300);
      const elsewhere = site.page("<!doctype html><title>Elsewhere</title>");
      await page.evaluate(({ publish, options, url }) => {
        new Function(`return ${publish}`)()(options);
        location.href = url;
      }, { publish: publish.toString(), options: { from: 0, count }, url: elsewhere });
      await page.waitForURL(elsewhere);
      expect(await arrived({ context, site, edge }, count)).toEqual(numbered(count));
    });
  }
});

test.describe("events leave with the page when no page of the shop comes after it", () => {
  const leaving = {
    "a link of the shop that sends the shopper on to another site": async (page, site) => {
      const pay = site.page("<!doctype html><title>Pay</title>", { host: "pay.test" });
      await page.evaluate((url) => { location.href = url; }, site.page("", { headers: { location: pay } }));
      await page.waitForURL(pay);
    },
    "the tab is closed while a page of the shop loads": async (page, site) => {
      await page.evaluate((url) => { setTimeout(() => { location.href = url; }); }, `${site.page(PAGE)}?wait=5000`);
      await page.waitForTimeout(100);
      await page.close({ runBeforeUnload: true });
    },
  };
  for (const [what, leave] of Object.entries(leaving)) {
    test(what, async ({ page, context, site, edge }) => {
      await context.newPage();
      await page.goto(site.page(PAGE));
      await ready(page);
      await page.evaluate(publish, { from: 0, count: 1 });
      await edge.settled((all) => all.length >= 1);
      // Behind a page view that left at once, these wait for others.
      await page.evaluate(() => { for (let n = 0; n < 3; n += 1) window.magentoStorefrontEvents.publish.openCart(); });
      await leave(page, site);
      expect(ids(await edge.settled((all) => ids(all).size >= 4, { quiet: 4_000 })).size).toBe(4);
    });
  }
});

test("storage is full and a link followed at once: what is not stored leaves with the page", async ({ page, context, site, edge, network }) => {
  await page.goto(site.page(PAGE));
  await ready(page);
  await page.evaluate(publish, { from: 0, count: 1 });
  await edge.settled((all) => all.length >= 1);
  await page.evaluate(() => {
    for (let size = 1 << 20, n = 0; size >= 1;) try { localStorage.setItem(`shop${n += 1}`, "x".repeat(size)); } catch { size >>= 1; }
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1 });
  network.delay(300);
  network.cut();
  const next = site.page(PAGE);
  await page.evaluate(({ publish, options, url }) => {
    new Function(`return ${publish}`)()(options);
    location.href = url;
  }, { publish: publish.toString(), options: { from: 1, count: 10 }, url: next });
  await page.waitForURL(next);
  expect(ids(await edge.settled((all) => ids(all).size >= 11, { quiet: 6_000 })).size).toBe(11);
});

test("connections are reset for two seconds", async ({ page, site, edge, network }) => {
  network.mode("refuse");
  network.cut();
  await page.goto(site.page(PAGE));
  await ready(page);
  await page.evaluate(publish, { from: 0, count: 5 });
  await page.waitForTimeout(2_000);
  network.mode("pass");
  const events = await edge.settled((all) => all.length >= 5, { quiet: 20_000 });
  expect(events.map(name)).toEqual(numbered(5));
});

test.describe("the edge is down", () => {
  test.use(NOBODY);
  test("during one page and up on the next", async ({ page, context, site, edge }) => {
    await edge.fault({ status: 503 });
    await page.goto(site.page(PAGE));
    await ready(page);
    await page.evaluate(publish, { from: 0, count: 10 });
    await page.waitForTimeout(500);
    await page.close();
    await edge.heal();
    expect(await arrived({ context, site, edge }, 10)).toEqual(numbered(10));
  });
});

test("the edge took the events but its answer is lost: they come again under the same ids", async ({ page, site, edge }) => {
  await edge.fault({ loseAnswer: true }, { action: "interact|collect", times: 1 });
  await page.goto(site.page(PAGE));
  await ready(page);
  await page.evaluate(publish, { from: 0, count: 3 });
  const events = await edge.settled((all) => ids(all).size >= 3 && all.length > 3, { quiet: 20_000 });
  expect([...ids(events)]).toHaveLength(3);
});

test("offline, page closed, back online on the next visit", async ({ page, context, site, edge }) => {
  await page.goto(site.page(PAGE));
  await ready(page);
  await context.setOffline(true);
  await page.evaluate(publish, { from: 0, count: 10 });
  await page.close();
  await context.setOffline(false);
  expect(await arrived({ context, site, edge }, 10)).toEqual(numbered(10));
});

test.describe("one storage is denied, or does not answer", () => {
  test.use(NOBODY);
  for (const [which, deny] of Object.entries({
    localStorage: () => { Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } }); },
    IndexedDB: () => { for (const name of ["open", "databases"]) indexedDB[name] = () => { throw new DOMException("denied", "SecurityError"); }; },
    "IndexedDB, silent,": () => {
      indexedDB.open = () => ({});
      indexedDB.databases = () => Promise.resolve([{ name: "storefront-collector" }]);
    },
    "IndexedDB's list, silent,": () => { indexedDB.databases = () => new Promise(() => {}); },
  })) {
    test(`${which}: the edge is down, the page is closed, and the other storage keeps the events`, async ({ page, context, site, edge }) => {
      await context.addInitScript(deny);
      await edge.fault({ status: 503 });
      await page.goto(site.page(PAGE));
      await ready(page);
      await page.evaluate(publish, { from: 0, count: 3 });
      await page.waitForTimeout(1_500);
      await page.close();
      // What leaves with the page has to meet an edge that is down, too.
      expect(await edge.settled((all) => all.length > 0, { quiet: 1_000 })).toEqual([]);
      await edge.heal();
      expect(await arrived({ context, site, edge }, 3)).toEqual(numbered(3));
    });
  }
});

test("five tabs at once: one shopper, each event once", async ({ context, site, edge, network }) => {
  network.delay(300);
  const tabs = await Promise.all(Array.from({ length: 5 }, () => context.newPage()));
  await Promise.all(tabs.map((page) => page.goto(site.page(PAGE))));
  await Promise.all(tabs.map(ready));
  await Promise.all(tabs.map((page, tab) => page.evaluate(publish, { from: tab * 5, count: 5 })));
  const events = await edge.settled((all) => all.length >= 25, { quiet: 8_000 });
  expect(events.map(name).sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))).toEqual(numbered(25));
  expect(new Set(events.map(({ xdm }) => xdm.identityMap.ECID[0].id)).size).toBe(1);
});

for (const [what, fault] of Object.entries({ "503": { status: 503 }, "429 with Retry-After": { status: 429, retryAfter: 1 }, "a reset": { reset: true } })) {
  test(`the edge's first answer is ${what}`, async ({ page, site, edge }) => {
    await edge.fault(fault, { action: "interact|collect", times: 1 });
    await page.goto(site.page(PAGE));
    await ready(page);
    await page.evaluate(publish, { from: 0, count: 5 });
    const events = await edge.settled((all) => all.length >= 5, { quiet: 8_000 });
    expect(events.map(name)).toEqual(numbered(5));
  });
}

test.describe("identity is refused", () => {
  test.use(NOBODY);
  for (const times of [1, 10]) {
    test(`${times} times`, async ({ page, site, edge }) => {
      await edge.fault({ status: 500 }, { action: "identity/acquire", times });
      await page.goto(site.page(PAGE));
      await ready(page);
      await page.evaluate(publish, { from: 0, count: 5 });
      const events = await edge.settled((all) => all.length >= 5, { quiet: 8_000 });
      expect(events.map(name)).toEqual(numbered(5));
    });
  }
});
