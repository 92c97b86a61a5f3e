// What the inspector makes of what a collector says. First a stand-in says it, so that every state can be had at once; then
// real collectors on pages that keep their events back.
import { expect, test } from "./support/fixtures.mjs";
import { ORG, OURS, OWN_SDK, code, collector, contexts, page as html, push, settings, stub } from "./support/pages.mjs";

const STRICT = "default-src 'none'; script-src 'self' 'nonce-page' 'wasm-unsafe-eval'; style-src 'none'; img-src data:; connect-src";

const INSPECTOR = "<script type=\"module\" src=\"/pkg/inspector.js\"></script>";

const ago = (milliseconds) => new Date(Date.now() - milliseconds).toISOString();
const event = (change = {}) => ({ id: "one", event: "page-view", eventType: "web.webpagedetails.pageViews", status: "queued", timestamp: ago(0), attempts: 0, xdm: {}, ...change });
const status = ({ counts, ...change } = {}) => ({
  state: "running", waitingFor: [], consent: "in", consentReason: { because: "defaultConsent" }, sender: "edge", off: null, settings: {},
  counts: { published: 1, held: 0, queued: 1, accepted: 0, suppressed: 0, rejected: 0, known: 0, ...counts }, queue: { events: 1, bytes: 100 }, issues: [], ...change,
});
const warning = (code) => ({ field: "edgeDomain", code, severity: "warning", message: `edgeDomain: this is what ${code} means.` });

const stand = (site, told) => site.page(html(code("window.adobeDataLayer = [];"), code(`const told = ${JSON.stringify(told)};
  window.storefrontCollector = { status: () => told.status, events: () => told.events, subscribe: () => () => {} };`),
INSPECTOR));
/** The answers, each as its level and title. */
const answers = (page) => page.getByRole("tabpanel").locator(":scope > ul > .answer").evaluateAll((list) => list.map((item) => `${item.classList[1]}: ${item.querySelector("h3").textContent}`));

const ACCEPTED = { counts: { queued: 0, accepted: 1 }, queue: { events: 0, bytes: 0 } };
const OFF = "Forwarding to Experience Platform is switched off";
const STATES = [
  { name: "just published", says: ["open: On its way"] },
  { name: "taken", told: ACCEPTED, events: [event({ status: "accepted" })], says: ["good: Events are sent"] },
  { name: "nothing to send", told: { counts: { queued: 0, published: 0 }, queue: { events: 0, bytes: 0 } }, events: [], says: ["good: Ready to send", "warn: The page has published no event yet"] },
  { name: "offline", offline: true, says: ["warn: This browser is offline"] },
  { name: "the edge is busy, and the shopper still has no identity", told: { issues: [warning("busy")] }, says: ["warn: The edge is slow or busy"], text: "this is what busy means" },
  { name: "the edge gives no answer", told: { issues: [warning("unreachable")] }, says: ["warn: The edge cannot be reached"], text: "this is what unreachable means" },
  { name: "the edge hangs", events: [event({ timestamp: ago(20_000) })], says: ["warn: The edge has not answered yet"] },
  { name: "the own Web SDK hangs", told: { sender: "web-sdk" }, events: [event({ status: "sent", attempts: 1, timestamp: ago(20_000) })], says: ["warn: The store's own Web SDK has not answered yet"] },
  { name: "put back once", events: [event({ attempts: 1 })], says: ["warn: The edge is slow or busy"] },
  { name: "some were taken before the edge got busy", told: { counts: { accepted: 3 }, issues: [warning("busy")] }, events: [event({ status: "accepted" }), event({ id: "two" })], says: ["warn: The edge is slow or busy"] },
  { name: "what an earlier page left still waits", told: { counts: { queued: 1 }, issues: [warning("unreachable")] }, events: [], says: ["warn: The edge cannot be reached"] },
  { name: "the edge was busy, and is no more", told: { ...ACCEPTED, issues: [warning("busy"), warning("unreachable")] }, events: [event({ status: "accepted" })], says: ["good: Events are sent"] },
  { name: "forwarding is off", told: { off: "eventForwardingContext.aep" }, says: [`bad: ${OFF}`] },
  { name: "the page itself says that nothing is sent", told: { off: "storefrontEvents" }, says: ["bad: Storefront events are off"] },
  { name: "under HIPAA", told: { off: "hipaa" }, says: ["bad: HIPAA keeps storefront events off"] },
  // storefrontEvents: true in the page overrules the Admin's switch, whatever it says.
  { name: "the page itself says that events are sent", told: { ...ACCEPTED, off: null }, forwarding: false, events: [event({ status: "accepted" })], says: ["good: Events are sent"] },
];

test("the inspector never says that all is well beside what keeps events from getting out", async ({ page, site, context }) => {
  for (const { name, told, events = [event()], says, text, offline, forwarding } of STATES) {
    await test.step(name, async () => {
      const url = stand(site, { status: status(told), events });
      await page.goto(url);
      if (forwarding !== undefined) await page.evaluate((aep) => window.adobeDataLayer.push({ eventForwardingContext: { aep } }), forwarding);
      await context.setOffline(Boolean(offline));
      await expect.poll(() => answers(page), { message: name }).toEqual(says);
      if (text) await expect(page.getByRole("tabpanel")).toContainText(text);
      await context.setOffline(false);
    });
  }
});

test("the inspector marks events that had problems, and says which field and what of it", async ({ page, site }) => {
  const issues = [
    { field: "productContext.sku", code: "missing", severity: "error", message: "productContext.sku is missing; give it." },
    { field: "eventInfo", code: "wrong-kind", severity: "warning", message: "eventInfo is a text; give an object." },
  ];
  await page.goto(stand(site, { status: status(ACCEPTED), events: [event({ status: "accepted", issues }), event({ id: "two", event: "product-page-view", status: "accepted" })] }));
  await page.getByRole("tab", { name: "Events" }).click();
  const panel = page.getByRole("tabpanel");
  const [marked, clean] = ["page-view", "product-page-view"].map((name) => panel.locator("details.event", { has: page.getByText(name, { exact: true }) }));
  await expect(marked.locator("summary")).toContainText("2 problems");
  await expect(clean.locator("summary")).not.toContainText("problem");
  await marked.locator("summary").click();
  await expect(marked.locator(".answer.bad")).toHaveText("productContext.skuproductContext.sku is missing; give it.");
  await expect(marked.locator(".answer.warn")).toHaveText("eventInfoeventInfo is a text; give an object.");
  await expect(clean.locator(".answer")).toHaveCount(0);
});

const OUR_SETTINGS = { organizationId: ORG, datastreamId: OURS };
const PUSHED = "window.adobeDataLayer = window.adobeDataLayer || []; adobeDataLayer.push({ event: 'page-view', eventInfo: { pageContext: { pageType: 'CMS' } } });";

const CART = "{ shoppingCartContext: { id: 'c', items: [] } }, { event: 'shopping-cart-view' }, { event: 'shopping-cart-view' }";
/** Another sender of the same event, once the inspector listens. */
const THEIRS = stub("theirs") + "<script src=\"/npm/@adobe/alloy/dist/alloy.min.js\"></script>"
  + code(`theirs("configure", ${JSON.stringify({ orgId: ORG, datastreamId: OWN_SDK, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false })});`);
const sendTheirs = ({ page }) => page.evaluate(() => {
  window.adobeDataLayer.push({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS" } } });
  return window.theirs("sendEvent", { xdm: { eventType: "web.webpagedetails.pageViews" } }).then(() => null);
});

/** Why nothing is sent: the page, what is done to it, and what the inspector must say of it. */
const REASONS = [
  { name: "no settings at all", parts: [code(PUSHED), collector()], says: "The page has not said who it sends for" },
  { name: "no forwarding context", parts: [push(contexts({ datastreamId: OURS })[0]), code(PUSHED), collector()], says: "Nothing says that events may go" },
  { name: "forwarding is off", parts: [push(contexts({ datastreamId: OURS })[0], { eventForwardingContext: { aep: false } }), code(PUSHED), collector()], says: "Forwarding to Experience Platform is switched off" },
  { name: "no datastream", parts: [push(...contexts({})), code(PUSHED), collector()], says: "The datastream ID is missing" },
  { name: "the store's Web SDK never comes", parts: [settings({ ...OUR_SETTINGS, webSdkName: "theirs" }), code(PUSHED), collector()], says: "The store's own Web SDK is not there: window.theirs" },
  { name: "storefront events off", parts: [settings({ ...OUR_SETTINGS, storefrontEvents: false }), code(PUSHED), collector()], says: "Storefront events are off" },
  { name: "HIPAA", parts: [settings({ ...OUR_SETTINGS, hipaa: true }), code(PUSHED), collector()], says: "HIPAA keeps storefront events off" },
  { name: "the shopper has refused", cookie: true, parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "The shopper has refused" },
  { name: "consent unknown", parts: [settings({ ...OUR_SETTINGS, defaultConsent: "pending" }), code(PUSHED), collector()], says: "Consent is not known yet" },
  { name: "the datastream is unknown", refuse: true, parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "no such datastream" },
  { name: "the policy refuses the edge", connect: "'self'", parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "The page's content security policy refuses the edge" },
  { name: "requests are blocked", cut: true, parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "Requests do not get out" },
  { name: "this browser is offline", act: ({ context }) => context.setOffline(true), parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "This browser is offline" },
  { name: "the edge is busy", fault: { status: 503 }, parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "The edge is slow or busy" },
  { name: "the edge hangs", fault: { hang: true }, parts: [settings(OUR_SETTINGS), code(PUSHED), collector()], says: "The edge has not answered yet" },
  { name: "nothing was published", parts: [settings(OUR_SETTINGS), collector()], says: "The page has published no event yet" },
  { name: "Adobe's collector is there too", parts: [settings(OUR_SETTINGS), "<script src=\"/npm/@adobe/magento-storefront-event-collector/dist/missing.js\"></script>", code(PUSHED), collector()], says: "Adobe's own collector is on this page too" },
  { name: "another sender sends the same", act: sendTheirs, parts: [THEIRS, settings(OUR_SETTINGS), code(PUSHED), collector()], says: "Another sender sends the same events: theirs" },
  { name: "the cart is viewed again and again", parts: [settings(OUR_SETTINGS), code(`window.adobeDataLayer = []; adobeDataLayer.push(${CART});`), collector()], says: "The same cart is viewed again and again" },
  // A page that is really prerendered shows nobody its inspector, and the drop-in fetches it once the page is seen.
  { name: "the page is prerendered", parts: [code("Object.defineProperty(document, 'prerendering', { value: true });"), settings(OUR_SETTINGS), code(PUSHED), collector(), INSPECTOR], says: "This page is only prerendered" },
  { name: "the data layer is none", parts: [code("window.storeLayer = {};"), settings({ ...OUR_SETTINGS, dataLayerName: "storeLayer" }), collector()], says: "window.storeLayer is no data layer" },
  { name: "no collector runs", parts: [INSPECTOR], says: "The collector does not run on this page" },
  { name: "an order without products", parts: [settings(OUR_SETTINGS), code("window.adobeDataLayer = []; adobeDataLayer.push({ event: 'place-order', eventInfo: { orderContext: { orderId: '1' } } });"), collector()], says: "An order has no products" },
  // Last: who agreed once, and is somebody, would tell the edge of the refusal above, and its answer would come while the next page stands.
  { name: "nothing, for the page overrules the Admin's switch", parts: [push(contexts({ datastreamId: OURS })[0], { eventForwardingContext: { aep: false } }), settings({ storefrontEvents: true }), code(PUSHED), collector()], says: "Events are sent" },
];

test.describe("pages that are left as soon as they have said it", () => {
  // Some are left before the edge has given an identity: such events name nobody.
  test.use({ tolerated: /identityMap$/ });
  test("the inspector says in plain words why nothing is sent, under a strict policy", async ({ page, site, edge, network, context }) => {
    test.setTimeout(120_000);
    for (const { name, parts, says, cookie, refuse, connect = "'self' https://edge.adobedc.net", cut, fault, act } of REASONS) {
      await test.step(name, async () => {
        await context.clearCookies();
        network.reset();
        await edge.reset();
        if (refuse) await edge.configure({ refuse: [OURS] });
        if (fault) await edge.fault(fault);
        if (cut) { network.mode("refuse"); network.cut(); }
        if (cookie) await context.addCookies([{ name: "mg_dnt", value: "1", url: "https://shop.test" }]);
        const policy = `${STRICT} ${connect}`;
        const source = html(...parts).replaceAll("<script>", "<script nonce=\"page\">");
        await page.goto(`${site.page(source, { headers: { "content-security-policy": policy } })}?storefront-collector-debug`);
        await expect(page.getByRole("tab", { name: "Why?" })).toBeVisible();
        await act?.({ page, context });
        await expect(page.getByRole("tabpanel").getByText(says).first(), name).toBeVisible();
        await context.setOffline(false);
        await page.evaluate(() => localStorage.clear());
      });
    }
  });
});

test("an event that lacks something is marked in the inspector by the collector's own remarks", async ({ page, site }) => {
  const bad = code("window.adobeDataLayer = []; adobeDataLayer.push({ pageContext: 'no context' }, { event: 'page-view' }, { pageContext: null }, { pageContext: { pageType: 'CMS' } }, { event: 'page-view' });");
  await page.goto(`${site.page(html(settings(OUR_SETTINGS), bad, collector()))}?storefront-collector-debug`);
  await page.getByRole("tab", { name: "Events" }).click();
  const events = page.getByRole("tabpanel").locator("details.event");
  await expect(events).toHaveCount(2);
  await expect(events.last().locator("summary")).toContainText("1 problem");
  await expect(events.first().locator("summary")).not.toContainText("problem");
  await events.last().locator("summary").click();
  await expect(events.last().locator(".answer")).toContainText("pageContext");
});
