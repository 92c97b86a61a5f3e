// Every context replaced by something that no theme means to set. The page must not feel it, later events must
// arrive, one line on the console names the context, and the page's objects stay as they are.
import { invalid } from "./support/edge.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { MODULES, ORG, OURS, code, collector, contexts, page as html, push, sdk, settings } from "./support/pages.mjs";

/** An event that reads each context; shopperContext is read by none. */
const READERS = {
  storefrontInstanceContext: "page-view", accountContext: "sign-in", shopperContext: "page-view", channelContext: "page-view",
  pageContext: "page-view", productContext: "product-page-view", shoppingCartContext: "shopping-cart-view",
  changedProductsContext: "add-to-cart", orderContext: "place-order", orderPageContext: "add-to-requisition-list",
  requisitionListContext: "create-requisition-list", requisitionListItemsContext: "add-to-requisition-list",
  searchInputContext: "search-request-sent", searchResultsContext: "search-response-received", customContext: "commerce-custom",
  debugContext: "page-view",
};

/** Each runs in the page and makes a bad value anew. */
const makers = {
  null: () => null,
  number: () => 42,
  string: () => "not a context",
  array: () => [1, "two", null, { three: 3 }],
  "1 MB object": () => ({ name: "x".repeat(1_000_000), sku: "BIG", items: [] }),
  "throwing getter": () => Object.defineProperty({ sku: "A" }, "name", { enumerable: true, get: () => { throw new Error("the page's own trap"); } }),
  "frozen object": () => Object.freeze({ sku: "FROZEN", name: Object.freeze(["deep"]), items: Object.freeze([]) }),
  "cyclic object": () => { const a = { sku: "CYCLE", items: [] }; a.self = a; a.items.push(a); return a; },
  BigInt: () => ({ sku: "BIG", id: 10n, items: [] }),
  "revoked proxy": () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
};

/** Those that cannot be read at all, or are no context: they must be told. */
const TOLD = ["number", "string", "array", "throwing getter", "cyclic object", "BigInt", "revoked proxy"];

/** The line that names a context with what is wrong with it. */
const line = (name) => new RegExp(name === "customContext" ? "customContext cannot be read|commerce-custom has a " : `\\b${name} (is a |cannot be read)`);

const storm = (source) => code(`
  const make = ${source};
  const shape = (value) => {
    try { return typeof value === "object" && value !== null ? Object.getOwnPropertyNames(value).map((key) => key + ":" + typeof Object.getOwnPropertyDescriptor(value, key).value) + Object.isFrozen(value) : String(value); }
    catch (error) { return String(error); }
  };
  window.thrown = [];
  window.changed = [];
  window.values = [];
  (function act() {
    if (!window.storefrontCollector) return setTimeout(act, 20);
    for (const [name, event] of ${JSON.stringify(Object.entries(READERS))}) {
      try {
        const value = make();
        const before = shape(value);
        adobeDataLayer.push({ [name]: null }, { [name]: value }, { event, eventInfo: { [name]: value, searchUnitId: "u" } }, { event });
        window.values.push([name, value, before]);
        adobeDataLayer.push({ [name]: null }, { debugContext: { eventId: "after-" + name } }, { event: "page-view" }, { debugContext: null });
      } catch (error) { window.thrown.push(name + ": " + error); }
    }
    window.check = () => window.values.filter(([, value, before]) => shape(value) !== before).map(([name]) => name);
  })();`);

for (const [kind, maker] of Object.entries(makers)) {
  test(`every context replaced by: ${kind}`, async ({ page, site, edge }) => {
    const seen = watch(page);
    await page.goto(site.page(html(push(...contexts({ datastreamId: OURS })), collector(), storm(maker.toString()))));
    const expected = Object.keys(READERS).map((name) => `after-${name}`).sort();
    const marks = (events) => events.map(({ xdm }) => xdm._id).filter((id) => id?.startsWith("after-")).sort();
    const events = await edge.settled((all) => marks(all).length >= expected.length, { quiet: 15_000 });
    expect(marks(events)).toEqual(expected);
    expect(invalid(events), "what arrives is valid").toEqual([]);
    expect(await page.evaluate(() => window.thrown)).toEqual([]);
    expect(await page.evaluate(() => window.check()), "the page's objects are unchanged").toEqual([]);
    expect(seen.errors).toEqual([]);
    expect(new Set(seen.ours()).size, "no line twice").toBe(seen.ours().length);
    if (TOLD.includes(kind)) {
      const untold = Object.keys(READERS).filter((name) => !seen.ours().some((said) => line(name).test(said)));
      expect(untold, seen.ours().join("\n")).toEqual(["shopperContext"]);
    }
  });
}

test("with Adobe's SDK beside it, which never sees an exception of ours", async ({ page, site, edge }) => {
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), push(...contexts({ datastreamId: OURS })), collector())));
  await page.waitForFunction(() => window.storefrontCollector);
  const thrown = await page.evaluate(() => {
    const { context, publish } = window.magentoStorefrontEvents;
    const failed = [];
    for (const value of [null, undefined, 0, -1, "", "text", true, [], [[]], {}, { items: 5 }, { items: [null, 1, "x"] }, { pricing: "free" }, { units: {} }]) {
      for (const name of ["Product", "ShoppingCart", "ChangedProducts", "Order", "Page", "Account", "StorefrontInstance", "SearchInput", "SearchResults", "RequisitionList", "RequisitionListItems", "Channel", "Debug", "Custom"]) {
        try { context[`set${name}`](value); } catch (error) { failed.push(`${name}: ${error}`); }
      }
      for (const method of ["pageView", "productPageView", "addToCart", "openCart", "shoppingCartView", "placeOrder", "signIn", "searchRequestSent", "searchResponseReceived", "addToRequisitionList", "custom"]) {
        try { publish[method](); } catch (error) { failed.push(`${method}: ${error}`); }
      }
    }
    for (const name of ["Custom", "Debug", "Channel"]) context[`set${name}`](null);
    context.setPage({ pageType: "CMS", pageName: "the last" });
    publish.pageView();
    return failed;
  });
  expect(thrown).toEqual([]);
  const events = await edge.settled((all) => all.some(({ xdm }) => xdm.web?.webPageDetails?.name === "the last"), { quiet: 6_000 });
  expect(events.at(-1).xdm.web?.webPageDetails?.name).toBe("the last");
  expect(invalid(events)).toEqual([]);
  expect(seen.errors).toEqual([]);
});

/** A page with our tags; what it does then is done in it once the collector runs. */
const running = async (page, site, parts, act, argument) => {
  const seen = watch(page);
  await page.goto(site.page(html(...parts)));
  await page.waitForFunction(() => window.storefrontCollector);
  const done = await page.evaluate(act, argument);
  await page.waitForTimeout(200);
  return { seen, done };
};
const forwarded = push(...contexts({ datastreamId: OURS }));
const lines = (seen, ...wanted) => {
  expect(seen.ours(), seen.ours().join("\n")).toHaveLength(wanted.length);
  for (const part of wanted) expect(seen.ours().join("\n")).toContain(part);
  expect(seen.errors).toEqual([]);
};

test("settings that can never work say so in one line", async ({ page, site }) => {
  const seen = watch(page);
  await page.goto(site.page(html(settings({ organizationId: "nope", datastreamId: OURS }), collector())));
  await expect.poll(() => seen.ours().length).toBeGreaterThan(0);
  await page.waitForTimeout(300);
  lines(seen, "organizationId");
  expect(await page.evaluate(() => typeof window.storefrontCollector)).toBe("undefined");
});

test("a mistake in a call that is made again and again is told once", async ({ page, site, build }) => {
  const { seen } = await running(page, site, [forwarded, collector()], async (module) => {
    const { storefrontCollector: ours } = window;
    ours.subscribe(() => { throw new Error("the page's own"); });
    ours.subscribe("no function");
    for (const sku of ["a", "b", "c"]) {
      ours.setContext("prodctContext", { sku });
      ours.publish("page-view");
    }
    const { start } = await import(module);
    for (const debugEnabled of [false, false, false]) await start({ debugEnabled });
    await ours.flush();
  }, MODULES[build]);
  lines(seen, "subscribe", "prodctContext", "has a running collector");
});

test("an event that nothing is made of is told, and what is said of calls stands in status(), too", async ({ page, site }) => {
  const { seen, done } = await running(page, site, [forwarded, collector()], () => {
    const { storefrontCollector: ours } = window;
    const ids = [ours.publish("pageView"), ours.publish("pageView"), ours.publish(5), ours.publish("recs-item-click"), ours.publish("page-view")];
    ours.setContext("prodctContext", {});
    ours.setContext(Symbol("x"), {});
    ours.setContext({ toString() { throw new Error("of the page"); } }, {});
    return { ids, issues: ours.status().issues };
  });
  lines(seen, "pageView", "number", "prodctContext", "symbol", "object");
  expect(done.ids.every((id) => /^[0-9a-f-]{36}$/.test(id))).toBe(true);
  expect(done.issues.map(({ field, code, severity }) => `${severity} ${field} ${code}`)).toEqual([
    "warning pageView unknown-event", "warning number unknown-event", "warning prodctContext unknown-context", "warning symbol unknown-context",
    "warning object unknown-context",
  ]);
});

test("what the page gives as functions may be asynchronous, and may fail", async ({ page, site, edge, build }) => {
  const { seen } = await running(page, site, [settings({ organizationId: ORG, datastreamId: OURS }), collector()], async (module) => {
    const { start } = await import(module);
    const ours = await start({ onBeforeEventSend: async ({ data }) => { data.seen = true; throw new Error("the page's own"); } });
    ours.subscribe(async () => { throw new Error("the page's own"); });
    ours.publish("page-view");
    await ours.flush();
  }, MODULES[build]);
  lines(seen, "has a running collector", "onBeforeEventSend gives a promise", "subscribe() threw");
  const [request] = (await edge.requests()).filter(({ path }) => /interact|collect/.test(path));
  expect(JSON.stringify(request.body)).toContain('"data":{"seen":true}');
});

test("a data layer that is null is made, as a missing one is", async ({ page, site, edge }) => {
  const { seen } = await running(page, site, [code("window.adobeDataLayer = null"), settings({ organizationId: ORG, datastreamId: OURS }), collector()], () => {
    window.adobeDataLayer = window.adobeDataLayer || [];
    window.adobeDataLayer.push({ event: "page-view" });
  });
  await edge.settled((all) => all.length > 0);
  lines(seen);
});

test("a library that teaches lists to make texts of themselves (Prototype.js) changes nothing", async ({ page, site, edge }) => {
  await running(page, site, [code("Array.prototype.toJSON = function () { return String(this); };"), settings({ organizationId: ORG, datastreamId: OURS }), collector()], () => {
    window.adobeDataLayer.push({ shoppingCartContext: { id: "c", items: [{ product: { sku: "a" }, quantity: 1 }] } }, { event: "shopping-cart-view" });
  });
  const [event] = await edge.settled((all) => all.length > 0);
  expect(event.xdm.productListItems.map(({ SKU }) => SKU)).toEqual(["a"]);
});

for (const [what, source] of [
  ["a global named screen", "var screen = null"],
  ["a screen that says odd things", "Object.defineProperty(window, 'screen', { value: { width: {}, orientation: { type: 7 } } })"],
  ["no matchMedia", "window.matchMedia = undefined; Object.defineProperty(Screen.prototype, 'orientation', { value: undefined })"],
  ["a document whose properties throw", "Object.defineProperty(document, 'referrer', { get() { throw new Error('no') } }); Object.defineProperty(document, 'documentElement', { value: null })"],
]) {
  test(`${what}: pushing goes on, and the event is sent`, async ({ page, site, edge }) => {
    const { done } = await running(page, site, [code(source), settings({ organizationId: ORG, datastreamId: OURS }), collector()], () =>
      [window.adobeDataLayer.push({ event: "page-view" }), window.adobeDataLayer.length]);
    expect(done).toEqual([1, 1]);
    const [event] = await edge.settled((all) => all.length > 0);
    expect(event.xdm.eventType).toBe("web.webpagedetails.pageViews");
  });
}

test("where a script of the page has broken what we need, the page's own push goes on", async ({ page, site }) => {
  const { done } = await running(page, site, [settings({ organizationId: ORG, datastreamId: OURS }), collector()], () => {
    Date.now = () => { throw new Error("no clock"); };
    return [window.adobeDataLayer.push({ event: "page-view" }), window.adobeDataLayer.length];
  });
  expect(done).toEqual([1, 1]);
});

test("a form or an image that takes the name of a document's property hides nothing", async ({ page, site, edge, context }) => {
  const parts = [settings({ organizationId: ORG, datastreamId: OURS }), collector(), '<form name="cookie"></form><img name="referrer" alt="">'];
  const publish = () => { window.adobeDataLayer.push({ event: "page-view" }); };
  await running(page, site, parts, publish);
  const [event] = await edge.settled((all) => all.length > 0);
  expect(event.xdm.web.webReferrer?.URL ?? "").toBe("");
  expect((await context.cookies()).map(({ name }) => name)).toContain(`kndctr_${ORG.replace("@", "_")}_identity`);

  await edge.reset();
  await context.addCookies([{ name: "mg_dnt", value: "1", url: "https://shop.test" }]);
  const { seen } = await running(page, site, parts, publish);
  await expect.poll(() => page.evaluate(() => window.storefrontCollector.events().map(({ status }) => status))).toEqual(["suppressed"]);
  await page.goto("about:blank");
  expect(await edge.events()).toEqual([]);
  expect(seen.errors ?? []).toEqual([]);
});

test("another's name is not taken, and that is told", async ({ page, site, edge }) => {
  const { seen, done } = await running(page, site, [code("window.alloy = () => Promise.resolve({});"), forwarded, collector()], async () => {
    window.adobeDataLayer.push({ event: "page-view" });
    await new Promise((done) => { setTimeout(done, 500); });
    return window.storefrontCollector.status().issues.map(({ field, code }) => `${field} ${code}`);
  });
  expect(done).toEqual(["instanceName taken"]);
  lines(seen, "webSdkName");
  await edge.settled((all) => all.length > 0);
});

test("started anew, a collector tells its page's mistakes anew", async ({ page, site, build }) => {
  const { seen } = await running(page, site, [forwarded, collector()], async (module) => {
    const { start } = await import(module);
    for (const again of [true, false]) {
      window.storefrontCollector.setContext("prodctContext", {});
      await window.storefrontCollector.stop();
      if (again) await start();
    }
  }, MODULES[build]);
  lines(seen, "prodctContext", "prodctContext");
});

test("a context that Adobe's SDK sets for others is no mistake", async ({ page, site }) => {
  const { seen } = await running(page, site, [forwarded, collector()], () => {
    for (const name of [
      "categoryContext", "customUrlContext", "dataServicesExtensionContext", "experiencePlatformConnectorExtensionContext",
      "magentoExtensionContext", "recommendationsContext", "recommendationsExtensionContext", "referrerUrlContext",
      "searchExtensionContext", "shopperContext",
    ]) window.storefrontCollector.setContext(name, { name });
  });
  lines(seen);
});

for (const [what, tags] of Object.entries({
  "two tags alike": [collector(), collector()],
  "three tags": [collector(), collector({ wait: 1 }), collector({ wait: 2 })],
  "tags alike and another": [collector(), collector(), collector({ wait: 1 })],
})) {
  test(`${what} are told once`, async ({ page, site }) => {
    const { seen } = await running(page, site, [forwarded, ...tags], () => new Promise((resolve) => { setTimeout(resolve, 300); }));
    lines(seen, "start: this page has a second collector.js tag");
  });
}

/** What `validate` and `start` say of settings that JSON cannot carry, each beside good ones: `field code`. */
const UNCARRIED = {
  "a function": [({ settings }) => ({ ...settings, webSdkName: () => 1 }), "webSdkName wrong-kind"],
  "a hook with a typing error": [({ settings }) => ({ ...settings, onBeforeEventSendd: () => 1 }), "onBeforeEventSendd unknown-field"],
  "a hook": [({ settings }) => ({ ...settings, onBeforeEventSend: () => 1 })],
  "no number": [({ settings }) => ({ ...settings, webSdkTimeout: NaN }), "webSdkTimeout wrong-kind"],
  "no end": [({ settings }) => ({ ...settings, batching: { maxEvents: Infinity } }), "batching.maxEvents wrong-kind"],
  "a date": [({ settings }) => ({ ...settings, batching: new Date() }), "batching wrong-kind"],
  "a BigInt": [({ settings }) => ({ ...settings, webSdkTimeout: 10n }), "webSdkTimeout wrong-kind"],
  "a getter that throws": [({ settings }) => ({ ...settings, get context() { throw new Error("the page's own"); } }), "context wrong-kind"],
  "a cycle": [({ settings }) => { const identityMap = {}; identityMap.own = [identityMap]; return { ...settings, identityMap }; }, "identityMap bad-form"],
};
const NO_SETTINGS = {
  "a function": () => () => 1,
  "a revoked proxy": () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
  "400 KB": () => ({ organizationId: "x".repeat(400_000) }),
};

test("who calls before init is done is told what to do", async ({ page, site, build }) => {
  test.skip(build === "javascript", "its init has nothing to fetch");
  await page.goto(site.page(html()));
  const said = await page.evaluate(async (module) => {
    const { default: init, start, validate, version } = await import(module);
    const messages = [];
    for (const call of [start, validate, version]) {
      try { await call(); } catch ({ message }) { messages.push(message); }
    }
    await init();
    return [...messages, version()];
  }, MODULES[build]);
  expect(said).toEqual([...Array(3).fill("[storefront-collector] the module is not ready: await init() first"), expect.stringMatching(/^\d/)]);
});

test("settings that JSON cannot carry are named, and cost no other field", async ({ page, site, build }) => {
  await page.goto(site.page(html()));
  const found = await page.evaluate(async ([module, given, none, settings]) => {
    const { default: init, start, validate } = await import(module);
    await init();
    const names = (issues) => issues.map(({ field, code }) => `${field} ${code}`).join();
    const answers = {};
    for (const [what, source] of given) {
      const make = (0, eval)(source);
      const { issues } = validate(make({ settings }));
      const collector = await start(make({ settings }));
      const status = collector.status();
      answers[what] = [names(issues), names(status.issues), status.state, status.settings.datasetId.source];
      await collector.stop();
    }
    for (const [what, source] of none) {
      const make = (0, eval)(source);
      const error = await start(make()).catch((reason) => reason);
      answers[`settings that are ${what}`] = [names(validate(make()).issues.slice(0, 1)), error.code];
    }
    return answers;
  }, [
    MODULES[build],
    Object.entries(UNCARRIED).map(([what, [make]]) => [what, String(make)]),
    Object.entries(NO_SETTINGS).map(([what, make]) => [what, String(make)]),
    { organizationId: ORG, datastreamId: OURS, datasetId: "0123456789abcdef01234567" },
  ]);
  expect(found).toEqual({
    ...Object.fromEntries(Object.entries(UNCARRIED).map(([what, [, issue = ""]]) => [what, [issue, issue, "running", "api"]])),
    ...Object.fromEntries(Object.keys(NO_SETTINGS).map((what) => [`settings that are ${what}`, ["settings wrong-kind", "wrong-kind"]])),
  });
});

test("what is wrong with the page's settings script stands among the issues", async ({ page, site }) => {
  const broken = '<script type="application/json" id="storefront-collector">{ oops</script>';
  const script = await running(page, site, [forwarded, broken, collector()], () => window.storefrontCollector.status());
  expect(script.done).toMatchObject({ state: "running", issues: [{ field: "settings", code: "unreadable", severity: "error" }] });
  lines(script.seen, "settings: the script #storefront-collector is no JSON");
});

test("a data layer that is no list stands among the issues", async ({ page, site }) => {
  const given = settings({ organizationId: ORG, datastreamId: OURS, dataLayerName: "location" });
  const { seen, done } = await running(page, site, [given, collector()], () => window.storefrontCollector.status().issues);
  expect(done).toMatchObject([{ field: "dataLayerName", code: "no-list", severity: "error" }]);
  lines(seen, "dataLayerName: window.location is no list");
});
