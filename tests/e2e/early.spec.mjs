// Pages that are left before the collector could send anything: the next page of the shop publishes their events, as of
// then and there, each once; and nothing is kept of who has declined or is asked first.
import { expect, test } from "./support/fixtures.mjs";
import { ADOBES, MODULES, ORG, OURS, code, collector, contexts, page as html, push, sdk, settings } from "./support/pages.mjs";

const AGREES = { chosenAt: 1, toldAt: 0, consent: [{ standard: "Adobe", version: "1.0", value: { general: "in" } }], banner: false };

const ready = (page) => page.waitForFunction(() => window.storefrontCollector);
const name = ({ xdm }) => xdm.web.webPageDetails.name;
const stored = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("storefront-collector:")));
/** A page of the shop where the collector runs. */
const here = (...parts) => html(sdk(), push(...contexts({ datastreamId: OURS })), ...parts, collector());
/** A page of the shop without it, where whoever left early can be looked at. */
const ELSEWHERE = "<!doctype html><title>Elsewhere</title>";

/**
 * A page with one page view that is left for `next` as soon as it has loaded.
 * @param {{ next: string, dataLayer?: object[], parts?: string[], before?: string, when?: string }} options
 *   `before` runs first; the page is left when `when` comes true.
 */
const left = (site, { next, dataLayer = contexts({ datastreamId: OURS }), parts = [], before = "", when = "true" }) => site.page(html(sdk(), push(...dataLayer), code(`${before};
  magentoStorefrontEvents.context.setPage({ pageType: "CMS", pageName: "left" });
  magentoStorefrontEvents.publish.pageView();
  const go = () => { if (${when}) location.href = ${JSON.stringify(next)}; else setTimeout(go, 20); };
  addEventListener("load", () => setTimeout(go));`), ...parts, collector()), { headers: { "cache-control": "no-cache" } });

test.describe("a page is left before the collector's core has come", () => {
  test.beforeEach(({ site }) => site.delayCore(500));
  test.afterEach(({ site }) => site.delayCore(0));

  /** Leaves a page, gives back what it kept, and lets the core come at once from now on. */
  const leave = async (page, site, options = {}) => {
    const next = site.page(ELSEWHERE);
    const first = left(site, { next, ...options });
    await page.goto(first);
    await page.waitForURL(next);
    site.delayCore(0);
    return { first, kept: await stored(page) };
  };

  test("its events are published by the next page, as of their own page", async ({ page, site, edge }) => {
    const { first } = await leave(page, site);
    await page.goto(site.page(here()));
    const events = await edge.settled((all) => all.length >= 1, { quiet: 8_000 });
    expect(events.map(name)).toEqual(["left"]);
    expect(events[0].xdm.web.webPageDetails.URL).toBe(first);
    await expect.poll(() => stored(page)).toEqual([]);
  });

  for (const [why, options] of Object.entries({
    "the shopper has declined": { before: 'document.cookie = "mg_dnt=1; path=/"' },
    "the Web SDK's cookie refuses": { before: 'document.cookie = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_consent=general%3Dout; path=/"' },
    "consent is asked for": { parts: [settings({ defaultConsent: "pending" })] },
    "another source of consent counts": { parts: [settings({ consentSources: ["tcf"] })] },
    "the Admin has switched forwarding off": { dataLayer: [{ aepContext: { imsOrgId: ORG, datastreamId: OURS } }, { eventForwardingContext: { commerce: true, aep: false } }] },
    "the page's script has switched events off": { parts: [settings({ storefrontEvents: false })] },
    "the page's script says nothing clear of events": { parts: [settings({ storefrontEvents: "false" })] },
  })) {
    test(`nothing is kept when ${why}`, async ({ page, site, edge }) => {
      const { kept } = await leave(page, site, options);
      expect(kept).toEqual([]);
      expect(await edge.requests()).toEqual([]);
    });
  }

  test("a setting that is null is as good as none", async ({ page, site, edge }) => {
    await leave(page, site, { parts: [settings({ defaultConsent: null, consentSources: null })] });
    await page.goto(site.page(here()));
    const events = await edge.settled((all) => all.length >= 1, { quiet: 8_000 });
    expect(events.map(name)).toEqual(["left"]);
  });

  test("a shopper who has agreed loses nothing where consent is asked for", async ({ page, site, edge }) => {
    const asked = settings({ defaultConsent: "pending" });
    await leave(page, site, { parts: [asked], before: `localStorage["storefront-collector.consent"] = ${JSON.stringify(JSON.stringify(AGREES))}` });
    await page.goto(site.page(here(asked)));
    const events = await edge.settled((all) => all.length >= 1, { quiet: 8_000 });
    expect(events.map(name)).toEqual(["left"]);
  });

  test("a page that waits for its settings leaves them where they are", async ({ page, site, edge }) => {
    const { kept } = await leave(page, site);
    await page.goto(site.page(html(sdk(), collector())));
    await ready(page);
    await page.waitForTimeout(500);
    expect(await stored(page)).toEqual(kept);
    await page.goto(site.page(here()));
    expect((await edge.settled((all) => all.length >= 1, { quiet: 8_000 })).map(name)).toEqual(["left"]);
  });

  test("several tabs at once take it over: its event arrives once", async ({ page, context, site, edge }) => {
    await leave(page, site);
    const tabs = await Promise.all([1, 2, 3, 4].map(() => context.newPage()));
    await Promise.all(tabs.map((tab) => tab.goto(site.page(here()))));
    expect((await edge.settled((all) => all.length >= 1, { quiet: 3_000 })).map(name)).toEqual(["left"]);
  });

  test("its events go to its own datastream", async ({ page, site, edge }) => {
    await leave(page, site, { parts: [settings({ organizationId: ORG, datastreamId: ADOBES })] });
    await page.goto(site.page(here()));
    await edge.settled((all) => all.length >= 1, { quiet: 8_000 });
    const requests = (await edge.requests()).filter(({ body }) => body.events);
    expect(requests.map(({ url }) => new URL(url, "https://edge").searchParams.get("configId"))).toEqual([ADOBES]);
  });
});

test.describe("a page is left while the collector waits for its settings", () => {
  const waiting = { dataLayer: [], when: 'window.storefrontCollector?.status().counts.held === 1' };

  test("its events are published by the next page that has some", async ({ page, site, edge }) => {
    const next = site.page(here());
    await page.goto(left(site, { next, ...waiting }));
    await page.waitForURL(next);
    expect((await edge.settled((all) => all.length >= 1, { quiet: 8_000 })).map(name)).toEqual(["left"]);
  });

  test("back again it goes on, unless another page has them by then", async ({ page, context, site, edge }) => {
    const come = () => page.evaluate((items) => adobeDataLayer.push(...items), contexts({ datastreamId: OURS }));
    // What the browser tells a page that it puts away. That it really does, it decides itself.
    const told = (event) => page.evaluate((event) => { dispatchEvent(new PageTransitionEvent(event, { persisted: true })); }, event);
    await page.goto(left(site, { next: "", ...waiting, when: "false" }));
    await page.waitForFunction(() => window.storefrontCollector?.status().counts.held === 1);
    await told("pagehide");
    expect(await stored(page)).toHaveLength(1);
    const other = await context.newPage();
    await other.goto(site.page(here()));
    await edge.settled((all) => all.length >= 1, { quiet: 5_000 });
    await told("pageshow");
    await ready(page);
    await come();
    await page.evaluate(() => {
      window.magentoStorefrontEvents.context.setPage({ pageType: "CMS", pageName: "back" });
      window.magentoStorefrontEvents.publish.pageView();
    });
    const events = await edge.settled((all) => all.some((event) => name(event) === "back"), { quiet: 5_000 });
    // Whoever held it may send it, too, and under the same id.
    expect([...new Map(events.map((event) => [event.xdm._id, name(event)])).values()]).toEqual(["left", "back"]);
  });

  test("an event keeps its id and its time", async ({ page, site, edge }) => {
    const next = site.page(here());
    await page.goto(left(site, { next, ...waiting, before: 'addEventListener("pagehide", () => { sessionStorage.record = JSON.stringify(window.storefrontCollector.events()[0]); })' }));
    await page.waitForURL(next);
    const [{ xdm }] = await edge.settled((all) => all.length >= 1, { quiet: 8_000 });
    const record = JSON.parse(await page.evaluate(() => sessionStorage.record));
    expect([xdm._id, xdm.timestamp]).toEqual([record.id, record.timestamp]);
  });

  for (const [what, before] of Object.entries({
    "the shopper's choice is being waited for": 'window.storefrontCollector.setConsent({ consent: [{ standard: "Adobe", version: "1.0", value: { general: "pending" } }] })',
    "the shopper has declined": 'window.storefrontCollector.setConsent("out")',
    "the collector was stopped": "window.storefrontCollector.stop()",
  })) {
    test(`nothing is kept when ${what}`, async ({ page, site }) => {
      await page.goto(left(site, { next: "", ...waiting, when: "false" }));
      await page.waitForFunction(() => window.storefrontCollector?.status().counts.held === 1);
      await page.evaluate((code) => new Function(`return ${code}`)(), before);
      await page.goto(site.page(ELSEWHERE));
      expect(await stored(page)).toEqual([]);
    });
  }

  test("what was delivered before the collector was stopped is not published again", async ({ page, site, edge, build }) => {
    await page.goto(site.page(here()));
    await ready(page);
    await page.evaluate(() => { window.magentoStorefrontEvents.publish.pageView(); });
    await edge.settled((all) => all.length >= 1);
    await page.evaluate(async (module) => {
      await window.storefrontCollector.stop();
      const { default: init, start } = await import(module);
      await init();
      await start();
    }, MODULES[build]);
    await page.goto(site.page(ELSEWHERE));
    expect(await stored(page)).toEqual([]);
    expect(await edge.events()).toHaveLength(1);
  });

  test("what is kept of all pages together has its bounds", async ({ page, site }) => {
    const next = site.page(ELSEWHERE);
    const large = { ...waiting, before: 'adobeDataLayer.push({ pageContext: { pageName: "x".repeat(100_000) } })' };
    for (let n = 0; n < 4; n += 1) {
      await page.goto(left(site, { next, ...large }));
      await page.waitForURL(next);
    }
    const kept = await stored(page);
    expect(kept.length).toBeGreaterThan(0);
    expect(await page.evaluate((keys) => keys.map((key) => localStorage[key].length).reduce((all, one) => all + one), kept)).toBeLessThan(260_000);
  });
});
