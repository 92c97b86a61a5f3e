// Started late, stopped, started again, started twice: what was taken is not taken again, and what a later call or a later
// part of the page says counts beside what was said before.
import { expect, test, watch } from "./support/fixtures.mjs";
import { MODULES, ORG, OURS, code, collector, page as html, push, settings } from "./support/pages.mjs";

const WHOLE = { organizationId: ORG, datastreamId: OURS };
const view = (name) => ({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS", pageName: name } } });
const names = async (edge, count) =>
  (await edge.settled((events) => events.length >= count, { quiet: 5_000 })).map(({ xdm }) => xdm.web.webPageDetails.name);
const ready = (page) => page.waitForFunction(() => window.storefrontCollector);
const publish = (page, name) => page.evaluate((item) => { window.adobeDataLayer.push(item); }, view(name));
/** Starts a collector, by the API. */
const begin = (page, build, options) => page.evaluate(async ([module, options]) => {
  const { default: init, start } = await import(module);
  await init();
  return start(options).then(() => "taken", ({ code }) => code);
}, [MODULES[build], options]);

test("stopped and started again: only what nobody has taken yet is published", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push(view("before")), collector())));
  await ready(page);
  await publish(page, "first");
  expect(await names(edge, 2)).toEqual(["before", "first"]);
  await page.evaluate(() => window.storefrontCollector.setConsent("out"));
  await publish(page, "refused");
  await page.evaluate(() => window.storefrontCollector.setConsent("in"));
  await page.evaluate(() => window.storefrontCollector.stop());
  await publish(page, "meanwhile");
  expect(await begin(page, build, WHOLE)).toBe("taken");
  await publish(page, "last");
  await page.waitForTimeout(1_000);
  expect(await names(edge, 4)).toEqual(["before", "first", "meanwhile", "last"]);
});

test("one item pushed again after another start is another event", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push(view("before")), collector())));
  await ready(page);
  const twice = () => page.evaluate((item) => {
    window.item ??= item;
    for (let n = 0; n < 2; n += 1) window.adobeDataLayer.push(window.item);
  }, view("twice"));
  await twice();
  expect(await names(edge, 3)).toEqual(["before", "twice", "twice"]);
  await page.evaluate(() => window.storefrontCollector.stop());
  await twice();
  expect(await begin(page, build, WHOLE)).toBe("taken");
  await twice();
  expect(await names(edge, 7)).toEqual(["before", ...Array(6).fill("twice")]);
});

test("started again, it knows the contexts that were set before", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push({ pageContext: { pageType: "CMS", pageName: "kept" } }), collector())));
  await ready(page);
  await page.evaluate(() => window.storefrontCollector.stop());
  expect(await begin(page, build, WHOLE)).toBe("taken");
  await page.evaluate(() => { window.adobeDataLayer.push({ event: "page-view" }); });
  expect(await names(edge, 1)).toEqual(["kept"]);
});

test("the settings stand below an async tag", async ({ page, site, edge }) => {
  const seen = watch(page);
  // The document comes in two parts: the collector runs before the second is there.
  await page.goto(site.page(html(push(view("one")), collector({ async: true }), '<script src="/npm/@adobe/alloy/package.json?wait=800" type="text/plain"></script>',
    '<link rel="stylesheet" href="/missing.css?wait=1000"><script src="/npm/@adobe/adobe-client-data-layer/dist/adobe-client-data-layer.min.js?wait=1200"></script>', settings(WHOLE))));
  expect(await names(edge, 1)).toEqual(["one"]);
  expect(seen.ours()).toEqual([]);
});

test("the data layer's name stands below an async tag", async ({ page, site, edge }) => {
  const layer = JSON.stringify(view("one"));
  // As above, the collector runs before the second part of the document is there.
  await page.goto(site.page(html(code(`window.shopLayer = [${layer}]`), collector({ async: true }),
    '<script src="/npm/@adobe/adobe-client-data-layer/dist/adobe-client-data-layer.min.js?wait=1200"></script>', settings({ ...WHOLE, dataLayerName: "shopLayer" }))));
  await ready(page);
  await page.waitForLoadState();
  await page.evaluate((item) => { window.shopLayer.push(item); }, view("two"));
  await publish(page, "elsewhere");
  expect(await names(edge, 2)).toEqual(["one", "two"]);
});

test("a stopped collector sends nothing more; the next one sends what it has left", async ({ page, site, edge, build }) => {
  await edge.fault({ status: 503 });
  await page.goto(site.page(html(settings(WHOLE), push(view("one")), collector())));
  await ready(page);
  await page.waitForTimeout(300);
  await page.evaluate(() => window.storefrontCollector.stop());
  await edge.heal();
  const until = (await edge.requests()).length;
  await page.waitForTimeout(4_000);
  expect((await edge.requests()).length).toBe(until);
  expect(await begin(page, build, WHOLE)).toBe("taken");
  expect(await names(edge, 1)).toEqual(["one"]);
});

test("started while the one before is still being stopped: it runs once that is over, and stays", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push(view("first")), collector())));
  await ready(page);
  expect(await names(edge, 1)).toEqual(["first"]);
  await edge.fault({ status: 503 });
  await publish(page, "before");
  await page.evaluate(() => {
    const stop = () => former.stop(), former = window.storefrontCollector;
    window.ended = [stop(), new Promise((resolve) => { setTimeout(() => resolve(stop()), 1_500); })];
  });
  const started = begin(page, build, WHOLE);
  await publish(page, "meanwhile");
  expect(await started).toBe("taken");
  await page.evaluate(() => Promise.all(window.ended));
  expect(await page.evaluate(() => window.storefrontCollector?.status().state)).toBe("running");
  await publish(page, "last");
  await edge.heal();
  expect((await names(edge, 4)).sort()).toEqual(["before", "first", "last", "meanwhile"]);
});

test("what a later start says of events counts, though the one before is still being stopped", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push(view("first")), collector())));
  await ready(page);
  expect(await names(edge, 1)).toEqual(["first"]);
  await edge.fault({ status: 503 });
  await publish(page, "before");
  await page.evaluate(async ([module, options]) => {
    const { default: init, start } = await import(module);
    await init();
    const ended = window.storefrontCollector.stop();
    const started = start(options);
    await start({ ...options, onBeforeEventSend: () => false });
    await Promise.all([ended, started]);
  }, [MODULES[build], WHOLE]);
  await edge.heal();
  await publish(page, "dropped");
  const arrived = await edge.settled((events) => events.length >= 3, { quiet: 8_000 });
  expect(arrived.map(({ xdm }) => xdm.web.webPageDetails.name)).toEqual(["first", "before"]);
  expect(await page.evaluate(() => window.storefrontCollector.events().map(({ status }) => status))).toEqual(["suppressed"]);
});

test("a tool that has wrapped push: what is pushed while a collector is being stopped is the next one's", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push(view("first")), collector())));
  await ready(page);
  expect(await names(edge, 1)).toEqual(["first"]);
  await page.evaluate((item) => {
    const { push } = window.adobeDataLayer;
    window.adobeDataLayer.push = function (...items) { return push.apply(this, items); };
    const ended = window.storefrontCollector.stop();
    document.dispatchEvent(new Event("readystatechange"));
    window.adobeDataLayer.push(item);
    return ended;
  }, view("meanwhile"));
  expect(await begin(page, build, WHOLE)).toBe("taken");
  expect(await names(edge, 2)).toEqual(["first", "meanwhile"]);
});

test("what is published through a stopped collector is the next one's, and the page is told", async ({ page, site, edge, build }) => {
  const seen = watch(page);
  await page.goto(site.page(html(settings({ ...WHOLE, defaultConsent: "pending" }), push(view("given up")), collector())));
  await ready(page);
  const records = await page.evaluate(async (item) => {
    window.former = window.storefrontCollector;
    await window.former.stop();
    window.former.setContext("pageContext", item.eventInfo.pageContext);
    window.former.publish("page-view");
    return window.former.events().map(({ status, reason }) => `${status}: ${reason}`);
  }, view("left"));
  expect(records).toEqual(["suppressed: the collector was stopped while it waited"]);
  expect(seen.ours().join()).toContain("this collector has been stopped");
  expect(await begin(page, build, { ...WHOLE, defaultConsent: "in" })).toBe("taken");
  expect(await names(edge, 1)).toEqual(["left"]);
});

test("an answer that comes after the stop still counts", async ({ page, site, edge, build }) => {
  await page.goto(site.page(html(settings(WHOLE), push(view("first")), collector())));
  await ready(page);
  expect(await names(edge, 1)).toEqual(["first"]);
  await edge.fault({ delayMs: 4_500 });
  await publish(page, "late");
  await page.evaluate(() => window.storefrontCollector.stop());
  expect(await begin(page, build, WHOLE)).toBe("taken");
  await edge.heal();
  await page.waitForTimeout(4_000);
  expect(await names(edge, 3)).toEqual(["first", "late"]);
});

test("who waits for a collector that is stopped, or asks a stopped one, has an answer", async ({ page, site, edge }) => {
  await edge.fault({ status: 503 });
  await page.goto(site.page(html(settings(WHOLE), push(view("kept")), collector())));
  await ready(page);
  const answers = await page.evaluate(async () => {
    const { storefrontCollector: ours } = window;
    const kept = (promise) => Promise.race([promise.then((value) => JSON.stringify(value ?? null), ({ message }) => message), new Promise((late) => { setTimeout(late, 6_000, "never"); })]);
    const waiting = [ours.flush(), ours.getIdentity(), window.alloy("sendEvent", { xdm: { eventType: "a" } })];
    await ours.stop();
    return Promise.all([...waiting, ours.flush(), ours.getIdentity()].map(kept));
  });
  expect(answers).toEqual(["null", '{"ECID":null}', expect.not.stringContaining("never"), "null", '{"ECID":null}']);
});

test("a page that is only prerendered stores and asks nothing, and loses nothing", async ({ page, site, edge }) => {
  // This Chromium does not prerender pages of a test: what a page is told of it.
  await page.addInitScript(() => Object.defineProperty(document, "prerendering", { get: () => !window.shown, configurable: true }));
  await page.goto(site.page(html(settings(WHOLE), push(view("one")), collector())));
  await ready(page);
  const id = await page.evaluate((context) => {
    window.storefrontCollector.setContext("pageContext", context);
    return window.storefrontCollector.publish("page-view");
  }, { pageType: "CMS", pageName: "two" });
  await page.waitForTimeout(500);
  expect(await edge.requests()).toEqual([]);
  expect(await page.evaluate(async () => [Object.keys(localStorage), await indexedDB.databases(), document.cookie])).toEqual([[], [], ""]);
  await page.evaluate(() => {
    window.shown = true;
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  expect(await names(edge, 2)).toEqual(["one", "two"]);
  expect((await edge.events())[1].xdm._id).toBe(id);
});

test.describe("start while one is running", () => {
  test("settings that can never work are refused, and change nothing", async ({ page, site, edge, build }) => {
    await page.goto(site.page(html(collector())));
    await ready(page);
    expect(await begin(page, build, WHOLE)).toBe("taken");
    for (const wrong of ["x", { ...WHOLE, organizationId: "bad" }]) {
      expect(await begin(page, build, wrong)).not.toBe("taken");
      await publish(page, `after ${wrong}`);
    }
    expect(await names(edge, 2)).toEqual(["after x", "after [object Object]"]);
  });

  test("what it does not name stays as it was", async ({ page, site, edge, build }) => {
    await page.goto(site.page(html(collector())));
    await ready(page);
    await begin(page, build, WHOLE);
    expect(await begin(page, build, { debugEnabled: false })).toBe("taken");
    await publish(page, "one");
    expect(await names(edge, 1)).toEqual(["one"]);
  });
});

test("publish gives the id of its own event, whatever a listener publishes meanwhile", async ({ page, site, edge }) => {
  await page.goto(site.page(html(settings(WHOLE), push({ pageContext: { pageType: "CMS", pageName: "one" } }), collector())));
  await ready(page);
  const ids = await page.evaluate(() => {
    let inner;
    window.storefrontCollector.subscribe(({ event }) => {
      if (event === "page-view") inner ??= window.storefrontCollector.publish("sign-in");
    });
    return [window.storefrontCollector.publish("page-view"), inner];
  });
  const events = await edge.settled((all) => all.length >= 2, { quiet: 3_000 });
  expect(["web.webpagedetails.pageViews", "userAccount.login"].map((type) => events.find(({ xdm }) => xdm.eventType === type).xdm._id)).toEqual(ids);
});

test("several events under one debugContext.eventId: each has its own record", async ({ page, site, edge }) => {
  await page.goto(site.page(html(settings(WHOLE), push({ debugContext: { eventId: "one-for-all" } }), collector())));
  await ready(page);
  for (const name of ["a", "b", "c"]) await publish(page, name);
  await edge.settled((events) => events.length >= 3);
  await page.evaluate(() => window.storefrontCollector.flush());
  const records = await page.evaluate(() => window.storefrontCollector.events());
  expect(records.map(({ status, xdm }) => `${xdm.web.webPageDetails.name} ${status}`)).toEqual(["a accepted", "b accepted", "c accepted"]);
  expect((await page.evaluate(() => window.storefrontCollector.status())).counts).toMatchObject({ published: 3, accepted: 3 });
});

for (const [name, deny] of Object.entries({
  "rejects": () => { navigator.locks.request = () => Promise.reject(new DOMException("denied", "SecurityError")); },
  "throws": () => { navigator.locks.request = () => { throw new DOMException("denied", "SecurityError"); }; },
})) {
  test(`the browser denies Web Locks (${name}): events leave all the same`, async ({ page, site, edge }) => {
    await page.goto(site.page(html(code(deny), settings(WHOLE), push(view("one")), collector())));
    expect(await names(edge, 1)).toEqual(["one"]);
  });
}

test("switched off nothing is set, no instance either; switched on later, it is there", async ({ page, site }) => {
  const off = [{ aepContext: { imsOrgId: ORG, datastreamId: OURS } }, { eventForwardingContext: { aep: false } }];
  await page.goto(site.page(html(push(...off), collector())));
  await ready(page);
  const there = () => page.evaluate(() => [typeof window.alloy, window.__alloyNS, localStorage.length, document.cookie]);
  expect(await there()).toEqual(["undefined", undefined, 0, ""]);
  await page.evaluate(() => { window.adobeDataLayer.push({ eventForwardingContext: { aep: true } }); });
  expect((await there()).slice(0, 2)).toEqual(["function", ["alloy"]]);
});
