// Events sent to the local edge past every collector, for tests of what its page makes of them.

/** An event type of each family of the page's chart. */
export const FAMILIES = {
  page: "web.webpagedetails.pageViews", product: "commerce.productViews", cart: "commerce.productListAdds", checkout: "commerce.purchases",
  account: "userAccount.login", search: "searchRequest", list: "commerce.requisitionListOpens", other: "commerce.saved",
};

/** A shopper's ECID: one digit, 38 times. */
export const shopper = (digit) => String(digit).repeat(38);

/**
 * Sends one event for each entry: a product view of shopper 1, now, but for what the entry says. Whose it is, each request
 * says by its identity map: of this browser's cookies the edge hears nothing.
 * @param {object[]} list XDM, and `digit` for the shopper
 */
export const send = (page, base, datastream, list) => page.evaluate(async ({ url, events, from }) => {
  for (let done = 0; done < events.length;) {
    const { digit = 1 } = events[done];
    let end = done;
    while (end < events.length && end < done + 100 && (events[end].digit ?? 1) === digit) end += 1;
    const identityMap = { ECID: [{ id: String(digit).repeat(38), primary: true }] };
    const sent = events.slice(done, end).map(({ digit: _, ...said }, index) => ({ xdm: {
      _id: `${from}-${done + index}`, timestamp: new Date().toISOString(), eventType: "commerce.productViews", identityMap, ...said,
    } }));
    const answer = await fetch(url, { method: "POST", credentials: "omit", body: JSON.stringify({ xdm: { identityMap }, query: { identity: { fetch: ["ECID"] } }, meta: { state: { domain: location.hostname, cookiesEnabled: true } }, events: sent }) });
    if (!answer.ok) throw new Error(await answer.text());
    done = end;
  }
}, { url: `${base}/ee/v1/interact?configId=${datastream}&requestId=0b0a2f2e-0000-4000-8000-000000000001`, events: list, from: Math.random() });
