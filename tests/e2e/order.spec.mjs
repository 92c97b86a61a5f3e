// In whatever order a page brings its scripts, contexts and settings: the same events arrive, once each, in order,
// with the contexts of their own moment.
import { ACTS, EXPECTED, acting, summary, withFunctions, withPushes, withSdk } from "./support/acts.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { ADOBES, OURS, code, collector, contexts, dataLayer, dataLayer2, page as html, push, sdk, settings as ownSettings } from "./support/pages.mjs";

const settings = push(...contexts({ datastreamId: OURS }));
const [aep, forwarding] = contexts({ datastreamId: OURS });
const sdkThere = "window.magentoStorefrontEvents";
const collectorThere = "window.storefrontCollector";
const later = (condition, ...items) => code(`(function wait() {
  if (!(${condition})) return setTimeout(wait, 20);
  adobeDataLayer.push(${items.map((item) => JSON.stringify(item)).join(", ")});
})();`);
const inject = (src, condition) => code(`(function wait() {
  if (!(${condition})) return setTimeout(wait, 20);
  document.head.append(Object.assign(document.createElement("script"), { src: "${src}" }));
})();`);
const SDK = "/npm/@adobe/magento-storefront-events-sdk/dist/index.js";
const ACDL = "/npm/@adobe/adobe-client-data-layer/dist/adobe-client-data-layer.min.js";
const ACDL2 = "/npm/adobe-client-data-layer-2/dist/adobe-client-data-layer.min.js";
const [early, late] = [ACTS.slice(0, 3), ACTS.slice(3)];

const PAGES = {
  "the collector first": [collector(), settings, inject(SDK, collectorThere), acting(withSdk, ACTS, sdkThere)],
  "the SDK first, the collector after all events": [sdk(), settings, acting(withSdk), collector({ wait: 800 })],
  "events before and after the collector": [sdk(), settings, acting(withSdk, early), collector({ wait: 400 }), acting(withSdk, late, collectorThere)],
  "settings after the events, before the collector": [sdk(), acting(withSdk), settings, collector({ wait: 400 })],
  "settings last of all, one by one": [sdk(), collector(), acting(withSdk, ACTS, collectorThere), later(`${collectorThere} && performance.now() > 1500`, aep), later("performance.now() > 2000", forwarding)],
  "everything async": [collector({ async: true, wait: 150 }), sdk({ async: true, wait: 300 }), acting(withSdk, ACTS, sdkThere), settings],
  "everything async, the collector last": [sdk({ async: true }), acting(withSdk, ACTS, sdkThere), settings, collector({ async: true, wait: 900 })],
  "two tags": [sdk(), settings, collector(), collector({ wait: 1 }), acting(withSdk)],
  "Adobe's data layer, plain pushes without eventInfo": [dataLayer(), settings, acting(withPushes), collector()],
  "Adobe's data layer of version 2": [dataLayer2(), settings, acting(withPushes, early), collector(), acting(withFunctions, late, collectorThere)],
  "a plain array that version 2 takes over": [settings, acting(withPushes, early), collector(), inject(ACDL2, collectorThere), acting(withPushes, late, "adobeDataLayer.version")],
  "Adobe's data layer, pushes of functions": [dataLayer(), settings, acting(withFunctions, early), collector(), acting(withFunctions, late, collectorThere)],
  "a plain array": [settings, acting(withPushes, early), collector(), acting(withPushes, late, collectorThere)],
  "a plain array that Adobe's data layer takes over before the collector": [settings, acting(withPushes, early), dataLayer({ async: true, wait: 200 }), collector({ wait: 600 }), acting(withPushes, late, "adobeDataLayer.version")],
  "a plain array that Adobe's data layer takes over after the collector": [settings, acting(withPushes, early), collector(), inject(ACDL, collectorThere), acting(withPushes, late, "adobeDataLayer.version")],
  "a plain array that the SDK takes over in the middle": [settings, acting(withPushes, early), collector(), inject(SDK, collectorThere), acting(withSdk, late, sdkThere)],
  "no data layer until the collector makes one": [collector(), code(`(function wait() {
    if (!${collectorThere}) return setTimeout(wait, 20);
    adobeDataLayer.push(${JSON.stringify(aep)}, ${JSON.stringify(forwarding)});
  })();`), acting(withPushes, ACTS, collectorThere)],
};

for (const [name, parts] of Object.entries(PAGES)) {
  test(name, async ({ page, site, edge }) => {
    const seen = watch(page);
    await page.goto(site.page(html(...parts)));
    await edge.settled((events) => events.length >= EXPECTED.length, { quiet: 4_000 });
    await page.waitForTimeout(400);
    const events = await edge.events();
    expect(events.map(summary)).toEqual(EXPECTED);
    expect(new Set(events.map(({ configId }) => configId))).toEqual(new Set([OURS]));
    expect(events.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(events.map(({ xdm }) => xdm.identityMap.ECID[0].id)).size, "one shopper").toBe(1);
    expect(seen.errors).toEqual([]);
    if (name === "two tags") expect(seen.ours()).toHaveLength(1);
    else expect(seen.ours()).toEqual([]);
  });
}

test("settings below an async tag count before anything leaves or is stored", async ({ page, site, edge, context }) => {
  // The document is read on only when the SDK has come; until then nobody can know what stands below.
  const parts = (own) => [push(aep, forwarding, { event: "sign-in" }), collector({ async: true }), sdk({ wait: 2_000 }), ownSettings(own), push({ event: "sign-out" })];
  await page.goto(site.page(html(...parts({ defaultConsent: "pending" }))));
  await page.waitForTimeout(1_500);
  expect(await page.evaluate(() => window.storefrontCollector.status().waitingFor)).toEqual(["consent"]);
  expect(await edge.requests()).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await page.evaluate(() => window.storefrontCollector.setConsent("in"));
  const events = await edge.settled((all) => all.length >= 2);
  expect(events.map(({ xdm }) => xdm.eventType)).toEqual(["userAccount.login", "userAccount.logout"]);

  await edge.reset();
  await page.goto(site.page(html(...parts({ datastreamId: ADOBES }))));
  expect(new Set((await edge.settled((all) => all.length >= 2)).map(({ configId }) => configId))).toEqual(new Set([ADOBES]));
});

test("an async tag in a document that is being read says what it waits for", async ({ page, site }) => {
  await page.goto(site.page(html(push(aep, forwarding), collector({ async: true }), sdk({ wait: 3_000 }))), { waitUntil: "commit" });
  await expect.poll(() => page.evaluate(() => [document.readyState, window.storefrontCollector?.status().waitingFor])).toEqual(["loading", ["document"]]);
  await expect.poll(() => page.evaluate(() => window.storefrontCollector.status().waitingFor), { timeout: 15_000 }).toEqual([]);
});

test("a page puts another data layer in the place of the first: what is new in it is published", async ({ page, site, edge }) => {
  const view = (pageName) => ({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS", pageName } } });
  await page.goto(site.page(html(settings, push(view("first")), collector())));
  await page.waitForFunction(() => window.storefrontCollector);
  await page.evaluate(([second, third]) => {
    window.adobeDataLayer = [...window.adobeDataLayer, second];
    // As while the page is being loaded: it is ready by and by.
    document.dispatchEvent(new Event("readystatechange"));
    window.adobeDataLayer.push(third);
  }, [view("second"), view("third")]);
  await edge.settled((events) => events.length >= 3, { quiet: 3_000 });
  await page.waitForTimeout(400);
  expect((await edge.events()).map(({ xdm }) => xdm.web.webPageDetails.name)).toEqual(["first", "second", "third"]);
});

test("a tool wraps push before Adobe's data layer takes over: each event once", async ({ page, site, edge }) => {
  const wrapped = code(`(function wait() {
    if (!${collectorThere}) return setTimeout(wait, 20);
    const { push } = adobeDataLayer;
    adobeDataLayer.push = function (...items) { return push.apply(this, items); };
    adobeDataLayer.push({ event: "sign-in" }, { event: "sign-out" });
    window.isWrapped = true;
  })();`);
  await page.goto(site.page(html(settings, collector(), wrapped, inject(ACDL, "window.isWrapped"))));
  await page.waitForFunction(() => window.adobeDataLayer.version);
  await page.evaluate(() => { window.adobeDataLayer.push({ event: "create-account" }); });
  await edge.settled((events) => events.length >= 3, { quiet: 3_000 });
  await page.waitForTimeout(400);
  expect((await edge.events()).map(({ xdm }) => xdm.eventType)).toEqual(["userAccount.login", "userAccount.logout", "userAccount.createProfile"]);
});

test("what is undefined takes away what was there, as in Adobe's data layer", async ({ page, site, edge }) => {
  await page.goto(site.page(html(settings, push({ storefrontInstanceContext: { environmentId: "e" } }), collector(), code(`(function wait() {
    if (!${collectorThere}) return setTimeout(wait, 20);
    adobeDataLayer.push({ productContext: { sku: "A", name: "A", pricing: { regularPrice: 10, specialPrice: 5 } } }, { event: "product-page-view" });
    adobeDataLayer.push({ productContext: { sku: "B", name: undefined, pricing: { regularPrice: 10, specialPrice: undefined } } }, { event: "product-page-view" });
    adobeDataLayer.push({ event: "product-page-view", eventInfo: { productContext: null } }, { productContext: { sku: undefined, name: "C" } }, { event: "product-page-view" });
    adobeDataLayer.push({ pageContext: { pageName: "gone" } }, { pageContext: undefined }, { event: "page-view" });
  })();`))));
  await edge.settled((events) => events.length >= 5, { quiet: 3_000 });
  const [one, two, , four, last] = (await edge.events()).map(({ xdm }) => xdm);
  expect(four.productListItems).toBeUndefined();
  expect([one, two].map(({ productListItems: [{ SKU, name, priceTotal }] }) => [SKU, name, priceTotal])).toEqual([["A", "A", 5], ["B", undefined, 10]]);
  expect(last.web.webPageDetails.name).toBeUndefined();
});

test("an order on a page whose cart is empty already has the items of the page before; a shopper who is out has none", async ({ page, site, edge }) => {
  const cart = { id: "cart-1", items: [{ id: "1", quantity: 2, prices: { price: { value: 10 } }, product: { sku: "MH01", name: "Hoodie" } }] };
  const ordered = { event: "place-order", eventInfo: { shoppingCartContext: { id: null, items: [] }, orderContext: { orderId: "1", grandTotal: 20 } } };
  const checkout = site.page(html(settings, push({ shoppingCartContext: cart }, { event: "page-view", eventInfo: {} }), collector()));
  const success = site.page(html(settings, push({ shoppingCartContext: null }, ordered), collector()));
  const order = async () => {
    const isOrder = ({ eventType }) => eventType === "commerce.purchases";
    await edge.settled((events) => events.some(isOrder), { quiet: 4_000 });
    return (await edge.events()).find(isOrder).xdm;
  };
  const running = () => page.waitForFunction(() => window.storefrontCollector?.status().state === "running");

  await page.goto(checkout);
  await running();
  await page.goto(success);
  expect(await order()).toMatchObject({ commerce: { order: { purchaseID: "1" } }, productListItems: [{ SKU: "MH01", quantity: 2 }] });

  await page.goto(checkout);
  await running();
  await page.evaluate(() => window.storefrontCollector.setConsent("out"));
  await edge.reset();
  await page.goto(success);
  await running();
  expect(await page.evaluate(() => sessionStorage.getItem("storefront-collector.cart"))).toBeNull();
});
