// The same shopper in front of Adobe's collector and of ours. Adobe's cells are what is observed; ours are asserted.
import { setTimeout as sleep } from "node:timers/promises";
import { arrived, dnt, general, kept, noDnt, note, ready, shop, table, told, views } from "./support/consent.mjs";
import { expect, test } from "./support/fixtures.mjs";
import { ADOBES, OURS } from "./support/pages.mjs";

/** Runs a case for both collectors at once, each in a browser profile and with a datastream of its own. */
const cases = (name, run) => {
  test(name, async ({ browser, site, edge }) => {
    const one = async (who, datastreamId) => {
      const context = await browser.newContext();
      const requests = async () => (await edge.requests()).filter(({ configId }) => configId === datastreamId);
      const own = {
        ...edge, requests,
        events: () => edge.events({ datastreamId }),
        settled: (enough, options) => edge.settled(enough, { ...options, datastreamId }),
      };
      const { what, wanted } = await run({ page: await context.newPage(), context, site, edge: own, who });
      await context.close();
      note(name, who, what);
      return { what, wanted };
    };
    const [, { what, wanted }] = await Promise.all([one("adobe", ADOBES), one("ours", OURS)]);
    expect(what).toBe(wanted);
  });
};

/** Long enough for a poll of once a second to see what it can, and for a request to come. */
const settle = () => sleep(2_000);
const open = async ({ page, site, who }, options) => {
  await page.goto(site.page(shop(who, options)));
  await ready(page, who);
};
const list = (names) => names.join(",") || "nothing";

cases("opted out before load", async ({ page, context, site, edge, who }) => {
  await context.addCookies([{ name: "mg_dnt", value: "1", url: "https://shop.test" }]);
  await open({ page, site, who });
  await views(page, "a");
  await settle();
  const { cookies, local, session, databases } = await kept(page, context);
  const count = cookies.length - 1 + [local, session, databases].flatMap(Object.keys).length;
  return { what: `${(await edge.requests()).length} requests, ${count} things kept`, wanted: "0 requests, 0 things kept" };
});

cases("opt-out, then an event in the same task", async ({ page, site, edge, who }) => {
  await open({ page, site, who });
  await views(page, "before");
  await edge.settled((events) => events.length > 0);
  await page.evaluate(() => {
    document.cookie = "mg_dnt=1; path=/";
    window.magentoStorefrontEvents.publish.pageView();
    window.magentoStorefrontEvents.publish.pageView();
  });
  await settle();
  const events = (await edge.events()).length - 1;
  return { what: `${events} events leave, told ${list(general(await told(edge)).filter((what) => what === "out"))}`, wanted: "0 events leave, told out" };
});

cases("opt-out while 50 events wait offline", async ({ page, context, site, edge, who }) => {
  await open({ page, site, who });
  await views(page, "before");
  await edge.settled((events) => events.length > 0);
  await context.setOffline(true);
  await views(page, ...Array.from({ length: 50 }, (_, index) => `n${index}`));
  await sleep(300);
  await dnt(page);
  await sleep(1_200);
  await context.setOffline(false);
  await settle();
  await page.reload();
  await sleep(800);
  return { what: `${(await edge.events()).length - 1} of them leave`, wanted: "0 of them leave" };
});

cases("opt-out in another tab", async ({ page, context, site, edge, who }) => {
  await open({ page, site, who });
  await views(page, "before");
  await edge.settled((events) => events.length > 0);
  const other = await context.newPage();
  await open({ page: other, site, who });
  await dnt(other);
  await views(page, "after");
  await settle();
  const events = (await edge.events()).length - 1;
  await other.close();
  return { what: `${events} events leave`, wanted: "0 events leave" };
});

cases("opt back in", async ({ page, site, edge, who }) => {
  await open({ page, site, who });
  await views(page, "first");
  await edge.settled((events) => events.length > 0);
  await dnt(page);
  await settle();
  await views(page, "out");
  await noDnt(page);
  await settle();
  await views(page, "again");
  await edge.settled((events) => events.length > 1);
  return { what: list(arrived(await edge.events())), wanted: "first,again" };
});

for (const [name, value] of [["foo", "mg_dnt"], ["mg_dnt_seen", "1"], ["mg_dnt", "false"]]) {
  cases(`the cookie ${name}=${value}`, async ({ page, context, site, edge, who }) => {
    await context.addCookies([{ name, value, url: "https://shop.test" }]);
    await open({ page, site, who });
    await views(page, "a");
    await edge.settled((events) => events.length > 0, { quiet: 4_000 });
    return { what: (await edge.events()).length ? "in" : "out", wanted: name === "mg_dnt" ? "out" : "in" };
  });
}

for (const [name, fault] of [["500", { status: 500 }], ["403", { status: 403 }], ["never", { hang: true }]]) {
  cases(`set-consent answered ${name}: out holds, and in is obeyed`, async ({ page, site, edge, who }) => {
    const rule = { action: "privacy/set-consent", configId: who === "ours" ? OURS : ADOBES };
    await open({ page, site, who });
    await views(page, "first");
    await edge.settled((events) => events.length > 0);
    await edge.fault(fault, { ...rule, times: 2 });
    await dnt(page);
    await sleep(1_100);
    await views(page, "out");
    await sleep(1_100);
    await noDnt(page);
    await sleep(1_100);
    await views(page, "again");
    // An answer that never comes is given up after ten seconds.
    await edge.settled((events) => arrived(events).includes("again"), { quiet: who === "adobe" ? 3_000 : 30_000 });
    return { what: list(arrived(await edge.events())), wanted: "first,again" };
  });
}

cases("cookies blocked", async ({ page, site, edge, who }) => {
  const before = `Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} });
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });`;
  await open({ page, site, who }, { before });
  await views(page, "a", "b");
  await edge.settled((events) => events.length > 1, { quiet: 3_000 });
  const requests = (await edge.requests()).length;
  await sleep(3_000);
  const more = (await edge.requests()).length - requests;
  return { what: `${(await edge.events()).length} of 2 arrive, ${more} idle requests in 3 s`, wanted: "2 of 2 arrive, 0 idle requests in 3 s" };
});

cases("Global Privacy Control on", async ({ page, site, edge, who }) => {
  const before = `Object.defineProperty(navigator, "globalPrivacyControl", { value: true });`;
  await open({ page, site, who }, { before, own: { consentSources: ["mg_dnt", "gpc"] } });
  await views(page, "a");
  await settle();
  return { what: `${(await edge.requests()).length} requests`, wanted: "0 requests" };
});

test.afterAll(() => { console.log(`\n${table()}\n`); });
