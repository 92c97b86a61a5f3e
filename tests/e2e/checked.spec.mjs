// Every test fails when the edge saw a wrong request or event, even a test that looks at nothing itself.
import { test } from "./support/fixtures.mjs";
import { OURS, page as html } from "./support/pages.mjs";

const send = (change) => async ({ page, site }) => {
  await page.goto(site.page(html()));
  const event = { xdm: { _id: "1", timestamp: new Date().toISOString(), eventType: "web.webpagedetails.pageViews", identityMap: { ECID: [{ id: "1".repeat(38), primary: true }] } } };
  const body = { events: [event], query: { identity: { fetch: ["ECID"] } }, meta: { state: { domain: "shop.test", cookiesEnabled: true } } };
  change(body, event.xdm);
  await page.evaluate(([url, text]) => fetch(url, { method: "POST", headers: { "content-type": "text/plain" }, body: text }).then(() => {}, () => {}), [
    `https://edge.adobedc.net/ee/v1/interact?configId=${OURS}&requestId=${crypto.randomUUID()}`, JSON.stringify(body),
  ]);
};
const badEvent = send((_, xdm) => { xdm.productListItems = [{ SKU: "a", quantity: 1.5 }]; });
const badRequest = send((body) => { delete body.events; });

test("a good request passes", send(() => {}));
test.fail("an event that XDM refuses fails its test", badEvent);
test.fail("a request that the Edge protocol refuses fails its test", badRequest);

test.describe("a test about bad events", () => {
  test.use({ tolerated: /productListItems/ });
  test("passes when it says so", badEvent);
  test.fail("fails all the same by what it does not name", badRequest);
});
