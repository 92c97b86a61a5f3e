// What the inspector makes of what a collector says: a stand-in says it, so that every state can be had at once.
import { expect, test } from "./support/fixtures.mjs";
import { code, page as html } from "./support/pages.mjs";

const ago = (milliseconds) => new Date(Date.now() - milliseconds).toISOString();
const event = (change = {}) => ({ id: "one", event: "page-view", eventType: "web.webpagedetails.pageViews", status: "queued", timestamp: ago(0), attempts: 0, xdm: {}, ...change });
const status = ({ counts, ...change } = {}) => ({
  state: "running", waitingFor: [], consent: "in", consentReason: { because: "defaultConsent" }, sender: "edge", off: null, settings: {},
  counts: { published: 1, held: 0, queued: 1, accepted: 0, suppressed: 0, rejected: 0, known: 0, ...counts }, queue: { events: 1, bytes: 100 }, issues: [], ...change,
});
const warning = (code) => ({ field: "edgeDomain", code, severity: "warning", message: `edgeDomain: this is what ${code} means.` });

const stand = (site, told) => site.page(html(code("window.adobeDataLayer = [];"), code(`const told = ${JSON.stringify(told)};
  window.storefrontCollector = { status: () => told.status, events: () => told.events, subscribe: () => () => {} };`),
"<script type=\"module\" src=\"/pkg/inspector.js\"></script>"));
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
