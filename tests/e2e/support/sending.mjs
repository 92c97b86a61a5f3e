// Events sent to the local edge past every collector, for tests of what its page makes of them.

/** An event type of each family of the page's chart. */
export const FAMILIES = {
  page: "web.webpagedetails.pageViews", product: "commerce.productViews", cart: "commerce.productListAdds", checkout: "commerce.purchases",
  account: "userAccount.login", search: "searchRequest", list: "commerce.requisitionListOpens", other: "commerce.saved",
};

/** A shopper's ECID: one digit, 38 times. */
export const shopper = (digit) => String(digit).repeat(38);

/**
 * Sends one event for each entry: a product view of shopper 1, now, but for what the entry says.
 * @param {object[]} list XDM, and `digit` for the shopper
 */
export const send = (page, base, datastream, list) => page.evaluate(async ({ url, events, from }) => {
  for (let done = 0; done < events.length; done += 100) {
    const xdm = events.slice(done, done + 100).map(({ digit = 1, ...said }, index) => ({ xdm: {
      _id: `${from}-${done + index}`, timestamp: new Date().toISOString(), eventType: "commerce.productViews",
      identityMap: { ECID: [{ id: String(digit).repeat(38), primary: true }] }, ...said,
    } }));
    await fetch(url, { method: "POST", body: JSON.stringify({ query: { identity: { fetch: ["ECID"] } }, meta: { state: { domain: location.hostname, cookiesEnabled: true } }, events: xdm }) });
  }
}, { url: `${base}/ee/v1/interact?configId=${datastream}&requestId=0b0a2f2e-0000-4000-8000-000000000001`, events: list, from: Math.random() });
