// What must hold in every engine, with both builds: all kinds of event arrive, consent is obeyed, and nothing is lost
// when the page is left. The Playwright tests go into depth, in Chromium.
import { CONTEXTS, KINDS, scenarioOf, scenarios } from "../e2e/scenarios.mjs";
import { ACTS, EXPECTED, acting, summary, withPushes, withSdk } from "../e2e/support/acts.mjs";
import { invalid } from "../e2e/support/edge.mjs";
import { OURS, code, collector, contexts, push, sdk, settings } from "../e2e/support/pages.mjs";
import { publishAll } from "../e2e/support/publish.mjs";
import { expect, test } from "./support/fixtures.mjs";

const given = push(...contexts({ datastreamId: OURS }));
const PAGE = [sdk(), given, collector()];
/** One of each kind, without what a merchant may add to it. */
const ALL = scenarios(22, KINDS.length).map(({ contexts: { customContext, ...rest }, event, args, id }) => (
  { id, event, contexts: rest, args: event === "custom" ? args : args.filter((arg) => typeof arg === "string") }));

// Who leaves on her first page before the edge has named her is nobody yet, as tests/e2e/delivery.spec.mjs says; what left
// so may arrive while the next test runs. Where the shopper is known, the tests ask for her.
test.use({ tolerated: / identityMap$/ });

/** Runs in the page: page views named by their numbers; then, in the same task, the page is left for `next`. */
const views = ({ count, next }) => {
  const { context, publish } = window.magentoStorefrontEvents;
  for (let n = 0; n < count; n += 1) {
    context.setPage({ pageType: "CMS", pageName: `view ${n}` });
    publish.pageView();
  }
  if (next) location.href = next;
};
const numbered = (count) => Array.from({ length: count }, (_, n) => `view ${n}`);
const names = (events) => [...new Map(events.map(({ xdm }) => [xdm._id, xdm.web.webPageDetails.name])).values()]
  .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
const isView = ({ xdm }) => xdm.web.webPageDetails.name.startsWith("view ");
const distinct = (events) => new Set(events.map(({ xdm }) => xdm._id)).size;
const shoppers = (events) => new Set(events.map(({ xdm }) => xdm.identityMap.ECID[0].id)).size;

/** All that a page can keep in a browser. */
const kept = () => indexedDB.databases().then(async (databases) => ({
  cookies: document.cookie, local: { ...localStorage }, session: { ...sessionStorage },
  databases: databases.map(({ name }) => name), caches: await caches.keys(),
}));

test("all 19 kinds of event arrive, by the build that was asked for", async ({ tab, shop, build, gateway }) => {
  await tab.goto(shop.page(...PAGE));
  await tab.ready();
  expect(await tab.evaluate(publishAll, { scenarios: ALL, names: CONTEXTS })).toEqual([]);
  const events = await shop.settled((all) => new Set(all.map(({ xdm }) => scenarioOf(xdm))).size >= ALL.length);

  expect(events.map(({ xdm }) => scenarioOf(xdm)).sort()).toEqual(ALL.map(({ id }) => id).sort());
  expect(invalid(events)).toEqual([]);
  expect(shoppers(events)).toBe(1);
  const fetched = await tab.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
  expect(fetched.includes("/pkg/storefront_collector_js.js")).toBe(build === "javascript");
  const { errors, said } = await tab.evaluate(() => window.seen);
  expect(errors).toEqual([]);
  expect(said.filter((line) => !line.includes("plain JavaScript build"))).toEqual([]);
  expect(said).toHaveLength(build === "javascript" ? 1 : 0);
  // Whatever else the browser wanted of the network, none of it was the collector's.
  expect(gateway.refused().filter((line) => /adobe|demdex/.test(line))).toEqual([]);
});

test("events pushed before and after the collector arrive in order, with the contexts of their moment", async ({ tab, shop }) => {
  await tab.goto(shop.page(
    given, acting(withPushes, ACTS.slice(0, 3)), collector({ wait: 300 }), acting(withPushes, ACTS.slice(3), "window.storefrontCollector"),
  ));
  const events = await shop.settled((all) => all.length >= EXPECTED.length);
  expect(events.map(summary)).toEqual(EXPECTED);
  expect(invalid(events)).toEqual([]);
  expect((await tab.evaluate(() => window.seen)).errors).toEqual([]);
});

test("opted out before the page: no request, and nothing is kept", async ({ tab, shop }) => {
  await tab.goto(shop.page(code(() => { document.cookie = "mg_dnt=1; path=/"; }), ...PAGE, acting(withSdk)));
  await tab.ready();
  await expect.poll(() => tab.evaluate(() => window.storefrontCollector.status().counts.suppressed)).toBe(ACTS.length);
  expect(await tab.evaluate(kept)).toEqual({ cookies: "mg_dnt=1", local: {}, session: {}, databases: [], caches: [] });
  expect(await shop.requests()).toEqual([]);
});

test("what waits when the shopper opts out never leaves; in again, later events do", async ({ tab, shop }) => {
  await tab.goto(shop.page(sdk(), given, settings({ defaultConsent: "pending" }), collector()));
  await tab.ready();
  await tab.evaluate(withSdk, ACTS);
  await expect.poll(() => tab.evaluate(() => window.storefrontCollector.status().counts.held)).toBe(ACTS.length);
  expect(await shop.requests()).toEqual([]);
  await tab.evaluate(() => { void window.storefrontCollector.setConsent("out"); });
  await tab.evaluate(withSdk, ACTS.slice(0, 1));
  await tab.evaluate(() => { void window.storefrontCollector.setConsent("in"); });
  await tab.evaluate(() => { window.magentoStorefrontEvents.publish.signOut(); });
  const events = await shop.settled((all) => all.length > 0);
  expect(events.map(summary)).toEqual(["userAccount.logout"]);
});

test.describe("a connection takes 300 ms", () => {
  test.beforeEach(({ network }) => network.delay(300));

  test("20 events on the first page, link followed in the same task: all arrive, by the next page at the latest", async ({ tab, shop }) => {
    const next = shop.page(...PAGE);
    await tab.goto(shop.page(...PAGE));
    await tab.ready();
    await tab.evaluate(views, { count: 20, next });
    await expect.poll(tab.url).toBe(next);
    const events = await shop.settled((all) => distinct(all) >= 20, { quiet: 10_000 });
    expect(names(events)).toEqual(numbered(20));
  });

  test("20 events of a shopper who is known, link followed in the same task: all arrive, and are hers", async ({ tab, shop }) => {
    const next = shop.page(...PAGE);
    await tab.goto(shop.page(...PAGE, acting(withSdk, ACTS.slice(0, 1))));
    await shop.settled((all) => all.length === 1);
    await tab.evaluate(views, { count: 20, next });
    await expect.poll(tab.url).toBe(next);
    const events = await shop.settled((all) => distinct(all) >= 21, { quiet: 10_000 });
    expect(names(events.filter(isView))).toEqual(numbered(20));
    expect(shoppers(events)).toBe(1);
  });

  test("20 events, window closed at once: all arrive by the next visit", async ({ tab, shop }) => {
    await tab.goto(shop.page(...PAGE));
    await tab.ready();
    await tab.closeAfter(views, { count: 20 });
    await tab.goto(shop.page(...PAGE));
    const events = await shop.settled((all) => distinct(all) >= 20, { quiet: 10_000 });
    expect(names(events)).toEqual(numbered(20));
  });
});

test("the edge is down during one page and up on the next: all arrive, of one shopper", async ({ tab, shop, edge }) => {
  await tab.goto(shop.page(...PAGE, acting(withSdk, ACTS.slice(0, 1))));
  await shop.settled((all) => all.length === 1);
  await edge.fault({ status: 503 });
  await tab.evaluate(views, { count: 5 });
  await tab.goto(shop.page());
  await edge.heal();
  await tab.goto(shop.page(...PAGE));
  const events = await shop.settled((all) => distinct(all) >= 6, { quiet: 10_000 });
  expect(names(events.filter(isView))).toEqual(numbered(5));
  expect(shoppers(events)).toBe(1);
});

test("two windows at once: one shopper, each event once", async ({ tab, shop, network }) => {
  network.delay(300);
  await tab.goto(shop.page(...PAGE));
  await tab.ready();
  await tab.evaluate(views, { count: 3 });
  await tab.inNewWindow(async () => {
    await tab.goto(shop.page(...PAGE));
    await tab.ready();
    await tab.evaluate(views, { count: 3 });
    await shop.settled((all) => all.length >= 6, { quiet: 10_000 });
  });
  const events = await shop.settled((all) => all.length >= 6, { quiet: 10_000 });
  expect(events).toHaveLength(6);
  expect(distinct(events)).toBe(6);
  expect(shoppers(events)).toBe(1);
});
