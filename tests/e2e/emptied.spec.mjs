// The shop, the shopper's tools and other scripts share what the collector stores and sends with: storage that is emptied
// or full, a database that is deleted, a budget that is used up, a frame that may store nothing. Nothing is lost by it.
import { expect, test } from "./support/fixtures.mjs";
import { OURS, ORG, collector, page as html, push, settings } from "./support/pages.mjs";

const view = (pageName) => ({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS", pageName } } });
const PAGE = html(settings({ organizationId: ORG, datastreamId: OURS }), push(), collector());
const names = (events) => [...new Map(events.map(({ xdm }) => [xdm._id, xdm.web.webPageDetails.name])).values()];

/** A page of the shop whose shopper is known. */
const begun = async ({ page, site, edge }) => {
  await page.goto(site.page(PAGE));
  await page.waitForFunction(() => window.storefrontCollector);
  await page.evaluate((item) => window.adobeDataLayer.push(item), view("first"));
  await edge.settled((all) => all.length >= 1);
  await page.evaluate(() => window.storefrontCollector.flush());
};
const publish = (page, ...items) => page.evaluate((items) => window.adobeDataLayer.push(...items), items.map(view));

/** Not urgent, so that it waits for others: still unsent when the page is left. */
const WAITING = { event: "sign-out", eventInfo: {} };

for (const [what, before, after] of [
  ["the shop empties localStorage", () => {}, () => localStorage.clear()],
  ["a tool lets localStorage keep nothing", () => { Storage.prototype.setItem = () => {}; }, () => {}],
]) {
  test(`${what}, and a link is followed: the events leave with the page`, async ({ page, site, edge }) => {
    await begun({ page, site, edge });
    const next = site.page(PAGE);
    await page.evaluate(before);
    await page.evaluate((item) => window.adobeDataLayer.push(item), WAITING);
    await page.evaluate(after);
    await page.evaluate((next) => { location.href = next; }, next);
    await page.waitForURL(next);
    const events = await edge.settled((all) => all.length >= 2);
    expect(events.map(({ xdm }) => xdm.eventType)).toEqual(["web.webpagedetails.pageViews", "userAccount.logout"]);
  });
}

test("the shop deletes every database while the edge is down: the events are stored anew", async ({ page, context, site, edge }) => {
  await begun({ page, site, edge });
  await edge.fault({ status: 503 });
  await publish(page, "one", "two");
  await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBe(1);
  await page.waitForTimeout(1_000);
  await page.evaluate(async () => {
    localStorage.clear();
    for (const { name } of await indexedDB.databases()) await new Promise((done) => { Object.assign(indexedDB.deleteDatabase(name), { onsuccess: done, onerror: done, onblocked: done }); });
  });
  await page.waitForTimeout(1_000);
  await page.close();
  await edge.heal();
  const next = await context.newPage();
  await next.goto(site.page(PAGE));
  expect(names(await edge.settled((all) => names(all).length >= 3, { quiet: 12_000 }))).toEqual(["first", "one", "two"]);
});

test("another script uses the budget of requests that outlive the page up: events leave all the same", async ({ page, site, edge }) => {
  await begun({ page, site, edge });
  await page.evaluate((body) => {
    fetch("/pkg/package.json?wait=9000", { method: "POST", keepalive: true, body }).catch(() => {});
  }, "x".repeat(65_500));
  await publish(page, "one", "two");
  const events = await edge.settled((all) => all.length >= 3, { quiet: 4_000, configId: OURS });
  expect(names(events)).toEqual(["first", "one", "two"]);
  const { issues, counts } = await page.evaluate(async () => (await window.storefrontCollector.flush(), window.storefrontCollector.status()));
  expect([issues.map(({ code }) => code).filter((code) => code === "unreachable"), counts.accepted]).toEqual([[], 3]);
});

test("a shop whose storage is nearly full can still write to it while many events wait", async ({ page, site, edge }) => {
  await begun({ page, site, edge });
  await edge.fault({ status: 503 });
  const written = await page.evaluate(async (item) => {
    for (let size = 1 << 20, n = 0; size >= 1;) try { localStorage.setItem(`shop${n += 1}`, "x".repeat(size)); } catch { size >>= 1; }
    localStorage.removeItem("shop1");
    localStorage.setItem("shop1", "x".repeat(800_000));
    for (let n = 0; n < 500; n += 1) window.adobeDataLayer.push(item);
    await new Promise((done) => setTimeout(done, 20));
    try {
      localStorage.setItem("the shop's own", "x".repeat(50_000));
      return true;
    } catch (error) {
      return error.name;
    }
  }, view("many"));
  expect(written).toBe(true);
  await edge.heal();
  expect((await edge.settled((all) => all.length >= 501, { quiet: 12_000 })).length).toBe(501);
});

test("in a frame that may store nothing events leave", async ({ page, site, edge }) => {
  const framed = site.page(html(settings({ organizationId: ORG, datastreamId: OURS }), push(view("framed")), collector()));
  await page.goto(site.page(html(`<iframe sandbox="allow-scripts" src="${framed}"></iframe>`)));
  expect(names(await edge.settled((all) => all.length >= 1))).toEqual(["framed"]);
});
