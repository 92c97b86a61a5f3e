// Every way in which a shopper's choice reaches us, and what becomes of what was published before it.
import { arrived, choose, general, kept, note, ready, shop, status, table, told, views } from "./support/consent.mjs";
import { expect, test } from "./support/fixtures.mjs";
import { OWN_SDK, ORG, alloy, code, stub, push, sdk, contexts, collector, page as html, settings } from "./support/pages.mjs";

const GRANTING = "CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA";
const REFUSING = "CO052l-O052l-DGAMBFRACBgAAAAAAAAAIYgEawAAAAAAAAA";
const identity = (state) => [{ standard: "Adobe", version: "1.0", value: { general: state } }];

const open = async (page, site, own, before) => {
  await page.goto(site.page(shop("ours", { own, before })));
  await ready(page, "ours");
};
const quiet = async (page, edge) => {
  await page.waitForTimeout(700);
  expect(await edge.requests()).toEqual([]);
};

test("pending: nothing is kept or sent, and what is released is in order and of its own moment", async ({ page, context, site, edge }) => {
  await open(page, site, { defaultConsent: "pending" });
  await views(page, "one", "two");
  const before = new Date().toISOString();
  await quiet(page, edge);
  expect(await kept(page, context)).toEqual({ cookies: [], local: {}, session: {}, databases: {}, caches: [] });
  expect(await status(page)).toMatchObject({ state: "waiting", waitingFor: ["consent"], consent: "pending", consentReason: { because: "defaultConsent" }, counts: { held: 2 } });
  await choose(page, "in");
  const events = await edge.settled((list) => list.length > 1);
  expect(arrived(events)).toEqual(["one", "two"]);
  expect(events.every(({ xdm }) => xdm.timestamp < before)).toBe(true);
  expect(await status(page)).toMatchObject({ state: "running", consent: "in", consentReason: { because: "setConsent" } });
  note("pending, then setConsent(\"in\")", "ours", "held in memory, then one,two");
});

test("a banner that answers after 30 s", async ({ page, site, edge }) => {
  await page.clock.install();
  await open(page, site, { defaultConsent: "pending" });
  await views(page, "one");
  await page.clock.runFor(30_000);
  expect(await edge.requests()).toEqual([]);
  await choose(page, "in");
  await page.clock.runFor(1_000);
  const [event] = await edge.settled((list) => list.length > 0, { quiet: 5_000 });
  const late = await page.evaluate((time) => Date.now() - Date.parse(time), event.xdm.timestamp);
  expect(late).toBeGreaterThanOrEqual(30_000);
  note("banner that answers after 30 s", "ours", "held, then sent with its own time");
});

const OBJECTS = {
  "Adobe 1.0": [identity("in"), identity("out")],
  "Adobe 2.0": ["y", "n"].map((val) => [{ standard: "Adobe", version: "2.0", value: { collect: { val }, metadata: { time: "2026-01-01T00:00:00Z" } } }]),
  "IAB TCF": [GRANTING, REFUSING].map((value) => [{ standard: "IAB TCF", version: "2.0", value, gdprApplies: true }]),
};
for (const [name, [granting, refusing]] of Object.entries(OBJECTS)) {
  test(`setConsent with ${name} objects`, async ({ page, site, edge }) => {
    await open(page, site, { defaultConsent: "pending" });
    await views(page, "held");
    await choose(page, { consent: granting });
    await edge.settled((events) => events.length > 0);
    await choose(page, { consent: refusing });
    await views(page, "out");
    expect(await status(page)).toMatchObject({ consent: "out" });
    await choose(page, { consent: granting });
    await views(page, "again");
    const events = await edge.settled((list) => list.length > 1);
    expect(arrived(events)).toEqual(["held", "again"]);
    await expect.poll(() => told(edge)).toEqual([granting, refusing, granting]);
    note(`setConsent: ${name} in, out, in`, "ours", "held,again; the edge told three times");
  });
}

test("setConsent with anything else is refused and changes nothing", async ({ page, site }) => {
  await open(page, site);
  for (const wrong of ["maybe", {}, { consent: [] }, null, 7, { consent: [{ standard: "X", version: "9" }] }]) {
    const error = await page.evaluate((what) => window.storefrontCollector.setConsent(what).then(() => null, ({ message, code }) => ({ message, code })), wrong);
    expect(error.message).toContain("consent");
    expect(error.code).toBeTruthy();
  }
  expect(await status(page)).toMatchObject({ consent: "in", consentReason: { because: "defaultConsent" } });
});

test("an opt-out by setConsent in another tab purges what waits here, at once", async ({ page, context, site, edge }) => {
  await open(page, site);
  await views(page, "first");
  await edge.settled((events) => events.length > 0);
  await context.setOffline(true);
  await views(page, "waits", "waits too");
  // What waits is sent at once when the network is back, and not taken.
  await edge.fault({ status: 503 }, { action: "interact|collect" });
  await context.setOffline(false);
  const other = await context.newPage();
  await open(other, site);
  await choose(other, "out");
  await expect.poll(() => status(page)).toMatchObject({ consent: "out", queue: { events: 0 } });
  await edge.heal();
  await page.waitForTimeout(1_500);
  expect(arrived(await edge.events())).toEqual(["first"]);
  expect(Object.values((await kept(page, context)).databases).flat()).toEqual([]);
  expect(general(await told(edge)).every((what) => what === "out")).toBe(true);
  await other.close();
  note("setConsent(\"out\") in another tab", "ours", "purged at once");
});

test("what an earlier page left is gone when the next page finds a refusal", async ({ page, context, site, edge }) => {
  await open(page, site);
  await views(page, "first");
  await edge.settled((events) => events.length > 0);
  await edge.fault({ status: 503 });
  await views(page, "left");
  await page.waitForTimeout(300);
  await context.addCookies([{ name: "mg_dnt", value: "1", url: "https://shop.test" }]);
  await page.goto("about:blank");
  await edge.heal();
  await open(page, site);
  await expect.poll(async () => (await kept(page, context)).databases).toEqual({});
  await page.evaluate(() => { document.cookie = "mg_dnt=; path=/; max-age=0"; });
  await views(page, "again");
  expect(arrived(await edge.settled((events) => events.length > 1, { quiet: 4_000 }))).toEqual(["first", "again"]);
});

test("user_allowed_save_cookie counts for this website only", async ({ page, site, edge }) => {
  await open(page, site, { consentSources: ["user_allowed_save_cookie"] });
  const allow = (id) => page.evaluate((website) => { document.cookie = `user_allowed_save_cookie=${encodeURIComponent(JSON.stringify({ [website]: 1 }))}; path=/`; }, id);
  await allow(2);
  await page.evaluate(() => window.adobeDataLayer.push({ storefrontInstanceContext: { websiteId: 1, environmentId: "e" } }));
  await views(page, "held");
  await quiet(page, edge);
  expect(await status(page)).toMatchObject({ consent: "pending", consentReason: { because: "user_allowed_save_cookie" } });
  await allow(1);
  expect(arrived(await edge.settled((events) => events.length > 0, { quiet: 4_000 }))).toEqual(["held"]);
  note("user_allowed_save_cookie of website 2, then of 1", "ours", "held, then sent");
});

/** A CMP as IAB describes it, driven by the test. */
const CMP = `window.__tcfapi = (command, version, callback, id) => {
  if (command === "addEventListener") window.answer = (eventStatus, yes, tcString) => callback({ eventStatus, listenerId: 7, tcString, gdprApplies: true,
    purpose: { consents: { 1: yes, 10: yes } }, vendor: { consents: { 565: yes } } }, true);
  if (command === "addEventListener") (window.following ??= new Set()).add(7), window.answer("cmpuishown", false, "");
  if (command === "removeEventListener") window.following.delete(id);
};`;
const banner = (page, yes) => page.evaluate(([granted, text]) => window.answer("useractioncomplete", granted, text), [yes, yes ? GRANTING : REFUSING]);

test("a TCF banner that grants, refuses, and changes its mind", async ({ page, site, edge }) => {
  await open(page, site, { consentSources: ["tcf"] }, CMP);
  await views(page, "held");
  await quiet(page, edge);
  await banner(page, true);
  await edge.settled((events) => events.length > 0);
  await banner(page, false);
  await views(page, "refused");
  expect(await status(page)).toMatchObject({ consent: "out", consentReason: { because: "tcf" } });
  await banner(page, true);
  await views(page, "again");
  expect(arrived(await edge.settled((events) => events.length > 1))).toEqual(["held", "again"]);
  await expect.poll(async () => general(await told(edge))).toEqual([GRANTING, REFUSING, GRANTING]);
  note("TCF: grants, refuses, changes its mind", "ours", "held,again");
});

test("a TCF banner that refuses from the start leaves no trace", async ({ page, context, site, edge }) => {
  await open(page, site, { consentSources: ["tcf"] }, CMP);
  await banner(page, false);
  await views(page, "refused");
  await quiet(page, edge);
  expect(await kept(page, context)).toEqual({ cookies: [], local: {}, session: {}, databases: {}, caches: [] });
  note("TCF: refuses", "ours", "0 requests, 0 things kept");
});

test("a stopped collector follows the TCF banner no more", async ({ page, site }) => {
  await open(page, site, { consentSources: ["tcf"] }, CMP);
  await expect.poll(() => page.evaluate(() => window.following?.size)).toBe(1);
  await page.evaluate(() => window.storefrontCollector.stop());
  expect(await page.evaluate(() => window.following.size)).toBe(0);
});

test("a TCF banner that never loads: events wait, and one warning says so", async ({ page, site, edge }) => {
  const lines = [];
  page.on("console", (message) => { if (message.text().includes("[storefront-collector]")) lines.push(message.text()); });
  await page.clock.install();
  await open(page, site, { consentSources: ["tcf"] });
  await views(page, "held");
  for (let second = 0; second < 12; second += 1) await page.clock.runFor(1_000);
  await expect.poll(() => lines.filter((line) => line.includes("tcf")).length).toBe(1);
  expect(await edge.requests()).toEqual([]);
  note("TCF: never loads", "ours", "held, one warning, 0 requests");
});

for (const [name, sources, isCalled, expected] of [
  ["is left alone", ["mg_dnt"], false, []],
  ["is told when web_sdk is named", ["mg_dnt", "web_sdk"], false, ["out"]],
  ["is told of a call of setConsent", ["mg_dnt"], true, ["out"]],
]) {
  test(`an own SDK's consent ${name}`, async ({ page, context, site, edge }) => {
    const config = JSON.stringify({ orgId: ORG, datastreamId: OWN_SDK, clickCollectionEnabled: false });
    await page.goto(site.page(html(stub("own"), alloy(), code(`window.own("configure", ${config});`), sdk(),
      push(...contexts({ webSdkName: "own" })), settings({ consentSources: sources }), collector())));
    await ready(page, "ours");
    await views(page, "first");
    await edge.settled((events) => events.length > 0);
    if (isCalled) await choose(page, "out");
    else await context.addCookies([{ name: "mg_dnt", value: "1", url: "https://shop.test" }]);
    await views(page, "out");
    await page.waitForTimeout(500);
    expect(general(await told(edge))).toEqual(expected);
    expect(arrived(await edge.events())).toEqual(["first"]);
    note(`own SDK, ${isCalled ? "setConsent(\"out\")" : "mg_dnt"}, sources ${sources}`, "ours", `told ${expected.join() || "nothing"}`);
  });
}

test("an own SDK that declines by its own consent: recorded as suppressed", async ({ page, site, edge }) => {
  const config = JSON.stringify({ orgId: ORG, datastreamId: OWN_SDK, defaultConsent: "out", clickCollectionEnabled: false });
  await page.goto(site.page(html(stub("own"), alloy(), code(`window.own("configure", ${config});`), sdk(),
    push(...contexts({ webSdkName: "own" })), collector())));
  await ready(page, "ours");
  await views(page, "declined");
  await expect.poll(() => page.evaluate(() => window.storefrontCollector.events().map((event) => event.status))).toEqual(["suppressed"]);
  expect(await edge.requests()).toEqual([]);
  note("own SDK with defaultConsent out", "ours", "suppressed, 0 requests");
});

test("an own SDK is asked nothing while the shopper says no", async ({ page, context, site, edge }) => {
  const config = JSON.stringify({ orgId: ORG, datastreamId: OWN_SDK, clickCollectionEnabled: false });
  await context.addCookies([{ name: "mg_dnt", value: "1", url: "https://shop.test" }]);
  await page.goto(site.page(html(stub("own"), alloy(), code(`window.own("configure", ${config});`), sdk(),
    push(...contexts({ webSdkName: "own" })), collector())));
  await ready(page, "ours");
  await views(page, "out");
  await quiet(page, edge);
});

test("personalData: false: the event goes, without who it was", async ({ page, site, edge }) => {
  await open(page, site, { personalData: false });
  await page.evaluate(() => {
    const { context, publish } = window.magentoStorefrontEvents;
    context.setAccount({ firstName: "Ann", lastName: "Lee", emailAddress: "ann@example.com", accountId: "c-7" });
    publish.signIn();
  });
  const [event] = await edge.settled((events) => events.length > 0);
  expect(JSON.stringify(event.xdm)).not.toMatch(/ann@|c-7|Ann|Lee/);
  expect(event.xdm.identityMap.ECID).toHaveLength(1);
  note("personalData: false, sign-in", "ours", "sent without e-mail and account ID");
});

test.afterAll(() => { console.log(`\n${table()}\n`); });
