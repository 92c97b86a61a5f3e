// No means nothing at all: no request, no cookie, no storage; and it is asked at the very moment of each event.
import { ACTS, EXPECTED, acting, summary, withSdk } from "./support/acts.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { OURS, code, collector, contexts, page as html, push, sdk } from "./support/pages.mjs";

const settings = push(...contexts({ datastreamId: OURS }));
const whole = html(sdk(), settings, collector(), acting(withSdk));

/** All that a page can keep in a browser. */
const kept = async (page, context) => ({
  cookies: (await context.cookies()).map(({ name, value }) => `${name}=${value}`).sort(),
  ...(await page.evaluate(async () => ({
    local: { ...localStorage }, session: { ...sessionStorage },
    databases: (await indexedDB.databases()).map(({ name }) => name), caches: await caches.keys(),
  }))),
});

const optOut = (value = "1") => [{ name: "mg_dnt", value, url: "https://shop.test" }];

for (const value of ["1", "0", ""]) {
  test(`mg_dnt=${value || "(empty)"} before the page: no request, and nothing is kept`, async ({ page, context, site, edge }) => {
    const seen = watch(page);
    await context.addCookies(optOut(value));
    await page.goto(site.page(whole));
    await page.waitForFunction(() => window.storefrontCollector);
    await page.waitForTimeout(2_000);
    expect(await edge.requests()).toEqual([]);
    expect(await kept(page, context)).toEqual({ cookies: [`mg_dnt=${value}`], local: {}, session: {}, databases: [], caches: [] });
    expect(seen.errors).toEqual([]);
    await page.close({ runBeforeUnload: true });
    expect(await edge.requests()).toEqual([]);
  });
}

for (const [name, value] of [["my_mg_dnt", "1"], ["MG_DNT", "1"]]) {
  test(`the cookie ${name}=${value} is somebody else's`, async ({ page, context, site, edge }) => {
    await context.addCookies([{ name, value, url: "https://shop.test" }]);
    await page.goto(site.page(whole));
    const events = await edge.settled((list) => list.length >= EXPECTED.length);
    expect(events.map(summary)).toEqual(EXPECTED);
  });
}

test("opted out and an event in the same task: it does not leave", async ({ page, site, edge }) => {
  await page.goto(site.page(whole));
  await edge.settled((list) => list.length >= EXPECTED.length);
  const before = (await edge.requests()).length;
  await page.evaluate(() => {
    document.cookie = "mg_dnt=1; path=/";
    window.magentoStorefrontEvents.publish.pageView();
  });
  await page.waitForTimeout(2_000);
  // All that may follow is the one message by which the edge hears of the choice.
  const after = (await edge.requests()).slice(before).map(({ action }) => action);
  expect(after).toEqual(["privacy/set-consent"]);
});

test("what waits when the shopper opts out never leaves, and later events do after she opts in", async ({ page, site, edge }) => {
  await page.goto(site.page(html(sdk(), settings, collector())));
  await page.waitForFunction(() => window.storefrontCollector);
  await edge.fault({ status: 503 });
  await page.evaluate(withSdk, ACTS);
  await page.waitForTimeout(500);
  await page.evaluate(() => { document.cookie = "mg_dnt=1; path=/"; });
  await page.waitForTimeout(500);
  await edge.heal();
  await page.evaluate(() => window.magentoStorefrontEvents.publish.signOut());
  await page.waitForTimeout(3_000);
  expect(await edge.events()).toEqual([]);
  await page.evaluate(() => {
    document.cookie = "mg_dnt=; path=/; max-age=0";
    window.magentoStorefrontEvents.publish.productPageView();
  });
  const events = await edge.settled((list) => list.length > 0, { quiet: 8_000 });
  expect(events.map(summary)).toEqual(["commerce.productViews B"]);
  // Left before its answer is there, the page would hand the event on to the next one.
  await page.evaluate(() => window.storefrontCollector.flush());
  await page.reload();
  await page.waitForTimeout(1_500);
  expect((await edge.events()).map(summary), "nothing of before comes back on the next page").toEqual(["commerce.productViews B"]);
});

test("a refusal outlives the page where localStorage is full and the edge is down", async ({ page, context, site, edge }) => {
  const state = (tab) => tab.evaluate(() => window.storefrontCollector.status().consent);
  const choose = (tab, consent) => tab.evaluate((consent) => window.storefrontCollector.setConsent(consent), consent);
  const visit = async (tab) => {
    await tab.goto(site.page(html(sdk(), settings, collector())));
    await tab.waitForFunction(() => window.storefrontCollector);
  };
  const inCookie = async () => (await context.cookies()).some(({ name }) => name === "storefront-collector.consent");
  await visit(page);
  await choose(page, "in");
  await edge.settled((list) => list.length > 0, { quiet: 500 });
  await edge.fault({ status: 503 });
  const fill = () => { Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }; };
  const beside = await context.newPage();
  await visit(beside);
  expect(await state(beside)).toBe("in");
  await page.evaluate(fill);
  await choose(page, "out");
  await expect.poll(() => state(beside)).toBe("out");
  await beside.close();
  await page.close();
  const full = await context.newPage();
  await full.addInitScript(fill);
  await visit(full);
  expect([await state(full), await inCookie()]).toEqual(["out", true]);
  await full.close();
  await edge.heal();
  const healthy = await context.newPage();
  await visit(healthy);
  expect(await state(healthy)).toBe("out");
  await choose(healthy, "in");
  expect([await state(healthy), await inCookie()]).toEqual(["in", false]);
  await visit(healthy);
  expect(await state(healthy)).toBe("in");
});
