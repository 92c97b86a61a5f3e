// The store has a Web SDK of its own. Each case runs with Adobe's real one.
import { ACTS, EXPECTED, acting, summary, withSdk } from "./support/acts.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { ORG, OURS, OWN_SDK, alloy, code, collector, contexts, page as html, push, sdk, stub } from "./support/pages.mjs";

const NAME = "storeAlloy";
const options = JSON.stringify({ orgId: ORG, datastreamId: OWN_SDK, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false });
const configure = (name = NAME) => code(`window.${name}("configure", ${options});`);
const named = (more = {}) => push(...contexts({ webSdkName: NAME, ...more }));

/** What the page does later by itself: it brings its Web SDK, configured. */
const bringSdk = (page) => page.evaluate(({ name, config }) => {
  (window.__alloyNS ??= []).push(name);
  const stub = (...args) => new Promise((resolve, reject) => { stub.q.push([resolve, reject, args]); });
  stub.q = [];
  window[name] = stub;
  document.head.append(Object.assign(document.createElement("script"), { src: "/npm/@adobe/alloy/dist/alloy.min.js" }));
  return window[name]("configure", JSON.parse(config)).then(() => true);
}, { name: NAME, config: options });

const arrivedThroughIt = async (edge) => {
  await edge.settled((events) => events.length >= EXPECTED.length, { quiet: 4_000 });
  const events = await edge.events();
  expect(events.map(summary)).toEqual(EXPECTED);
  const requests = await edge.requests();
  expect(new Set(requests.map(({ configId }) => configId)), "only the store's datastream is spoken to").toEqual(new Set([OWN_SDK]));
  expect(events.every(({ xdm }) => /alloy/.test(xdm.implementationDetails?.name)), "sent by the Web SDK").toBe(true);
  // The Web SDK itself adds an empty referrer, and no page can keep it from that.
  expect(events.flatMap(({ problems }) => problems).filter(({ path }) => path !== "web.webReferrer.URL")).toEqual([]);
};

test("named without a datastream ID", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), stub(NAME), alloy({ async: true }), configure(), named(), collector(), acting(withSdk))));
  await arrivedThroughIt(edge);
  expect(seen.errors).toEqual([]);
  expect(seen.ours()).toEqual([]);
});

test("named with another datastream ID, which is never spoken to", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), stub(NAME), alloy({ async: true }), configure(), named({ datastreamId: OURS }), collector(), acting(withSdk))));
  await arrivedThroughIt(edge);
  expect(seen.errors).toEqual([]);
});

test("a name that every window has is no Web SDK", async ({ page, site }) => {
  await page.goto(site.page(html(named({ webSdkName: "toString" }), collector(), code(`window.adobeDataLayer.push({ event: "sign-out", eventInfo: {} });`))));
  await page.waitForFunction(() => window.storefrontCollector?.events().length);
  expect(await page.evaluate(() => [window.storefrontCollector.status().waitingFor, window.storefrontCollector.events()[0].status])).toEqual([["window.toString"], "held"]);
});

test("loaded before the collector", async ({ page, site, edge }) => {
  await page.goto(site.page(html(stub(NAME), alloy(), configure(), sdk(), named(), acting(withSdk), collector({ wait: 500 }))));
  await arrivedThroughIt(edge);
});

test("loaded 5 seconds after the collector", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), named(), collector(), acting(withSdk))));
  await page.waitForTimeout(5_000);
  expect(await edge.requests(), "nothing is sent another way meanwhile").toEqual([]);
  await bringSdk(page);
  await arrivedThroughIt(edge);
  expect(seen.errors).toEqual([]);
});

test("only its stub is there for 5 seconds", async ({ page, site, edge }) => {
  await page.goto(site.page(html(sdk(), stub(NAME), alloy({ async: true, wait: 5_000 }), configure(), named(), collector(), acting(withSdk))));
  await arrivedThroughIt(edge);
});

test("never there: events wait, one warning names it, and when it comes after all they arrive", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), named(), collector(), acting(withSdk))));
  await expect.poll(() => seen.ours().length, { timeout: 13_000 }).toBe(1);
  expect(seen.ours()[0]).toContain(NAME);
  await page.waitForTimeout(1_000);
  expect(await edge.requests()).toEqual([]);
  expect(await page.evaluate(() => window.storefrontCollector.status())).toMatchObject({ state: "waiting" });
  await bringSdk(page);
  await arrivedThroughIt(edge);
  expect(seen.ours()).toHaveLength(1);
  expect(seen.errors).toEqual([]);
});

test("there, but not configured for 3 seconds", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(stub(NAME), alloy(), sdk(), named(), collector(), acting(withSdk))));
  await page.waitForTimeout(3_000);
  expect(await edge.requests()).toEqual([]);
  await page.evaluate(({ name, config }) => window[name]("configure", JSON.parse(config)).then(() => true), { name: NAME, config: options });
  await arrivedThroughIt(edge);
  expect(seen.errors).toEqual([]);
});

test("window.alloy is the page's own and no name is configured: it is left alone", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(
    stub("alloy"), code("window.theirs = window.alloy;"), alloy(), configure("alloy"),
    sdk(), push(...contexts({ datastreamId: OURS })), collector(), acting(withSdk),
  )));
  await edge.settled((events) => events.length >= EXPECTED.length, { quiet: 4_000 });
  const events = await edge.events({ datastreamId: OURS });
  expect(events.map(summary)).toEqual(EXPECTED);
  expect(await edge.events({ datastreamId: OWN_SDK }), "nothing of ours goes through it").toEqual([]);
  expect(await page.evaluate(() => window.alloy === window.theirs)).toBe(true);
  await page.evaluate(() => window.alloy("sendEvent", { xdm: { eventType: "their.own" } }).then(() => true));
  expect((await edge.settled((all) => all.length > 0, { datastreamId: OWN_SDK })).map(({ xdm }) => xdm.eventType)).toEqual(["their.own"]);
  const names = await page.evaluate(() => window.__alloyNS);
  expect(names.filter((name) => name === "alloy")).toHaveLength(1);
  expect(seen.errors).toEqual([]);
});

test("Adobe Tags puts the instance in the place of the stub that the collector has left", async ({ page, site, edge }) => {
  await page.goto(site.page(html(sdk(), collector(), acting(withSdk))));
  await page.waitForFunction(() => window.alloy);
  await page.evaluate((items) => { window.adobeDataLayer.push(...items); }, contexts({ webSdkName: "alloy" }));
  await page.waitForTimeout(500);
  await bringSdk(page);
  await page.evaluate((name) => { window.alloy = window[name]; }, NAME);
  await arrivedThroughIt(edge);
});

test("its consent is not touched", async ({ page, site, edge }) => {
  const out = `window.${NAME}("setConsent", { consent: [{ standard: "Adobe", version: "1.0", value: { general: "out" } }] }).catch(() => {});`;
  await page.goto(site.page(html(sdk(), stub(NAME), alloy({ async: true }), configure(), code(out), named(), collector(), acting(withSdk, ACTS, `${"window.storefrontCollector"} && performance.now() > 1000`))));
  await page.waitForTimeout(3_500);
  const requests = await edge.requests();
  expect(requests.filter(({ path }) => path.includes("set-consent")), "only the page's own choice").toHaveLength(1);
  expect(await edge.events()).toEqual([]);
});

test("called alloy, and everything of it comes after the collector, the settings last", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), collector(), acting(withSdk))));
  await page.waitForFunction(() => window.storefrontCollector);
  await page.addScriptTag({ content: stub("alloy").replace(/<\/?script>/g, "") });
  await page.addScriptTag({ url: "/npm/@adobe/alloy/dist/alloy.min.js" });
  const configured = page.evaluate(([name, config]) => window[name]("configure", JSON.parse(config)).then(() => true), ["alloy", options]);
  await page.waitForTimeout(500);
  await page.evaluate((items) => { window.adobeDataLayer.push(...items); }, contexts({ webSdkName: "alloy" }));
  expect(await configured).toBe(true);
  await arrivedThroughIt(edge);
  expect(await page.evaluate(() => window.alloy("getLibraryInfo").then(({ libraryInfo }) => libraryInfo.version))).toMatch(/^2\./);
  expect(seen.errors).toEqual([]);
  expect(seen.ours()).toEqual([]);
});
