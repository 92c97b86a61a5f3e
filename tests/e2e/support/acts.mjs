// Five acts of a shopper, each with the contexts of its own moment, and what must arrive for them.

const item = (sku, quantity) => ({ id: sku, quantity, prices: { price: { value: 10, currency: "USD" } }, product: { sku, name: `Product ${sku}` } });
const product = (sku) => ({ productId: 1, sku, name: `Product ${sku}`, pricing: { regularPrice: 10, currencyCode: "USD" } });
const page = (pageName) => ({ pageType: "CMS", pageName });

export const ACTS = [
  { set: { storefrontInstanceContext: { environmentId: "env-1", storeCode: "main", storeViewCode: "default", websiteCode: "base", storeViewCurrencyCode: "USD" }, pageContext: page("one") }, event: "page-view", method: "pageView" },
  { set: { productContext: product("A") }, event: "product-page-view", method: "productPageView" },
  { set: { shoppingCartContext: { id: "cart-1", items: [item("A", 2)] }, changedProductsContext: { items: [item("A", 2)] } }, event: "add-to-cart", method: "addToCart" },
  { set: { productContext: product("B") }, event: "product-page-view", method: "productPageView" },
  { set: { pageContext: page("two") }, event: "page-view", method: "pageView" },
];

/** The same five, as `summary` puts them. */
export const EXPECTED = [
  "web.webpagedetails.pageViews one", "commerce.productViews A", "commerce.productListAdds A×2", "commerce.productViews B", "web.webpagedetails.pageViews two",
];

/** One arrived event in one line: its type and what tells it from the others. */
export const summary = ({ xdm }) => [xdm.eventType, xdm.web?.webPageDetails?.name
  ?? xdm.productListItems?.map(({ SKU, quantity }) => (quantity ? `${SKU}×${quantity}` : SKU)).join()].filter(Boolean).join(" ");

/** Runs in the page: as a theme with Adobe's SDK does it. */
export const withSdk = (acts) => {
  const { context, publish } = window.magentoStorefrontEvents;
  for (const { set, method } of acts) {
    for (const [name, value] of Object.entries(set)) context.setContext(name, value);
    publish[method]();
  }
};

/** Runs in the page: plain pushes, no `eventInfo`; the event's contexts are those that stand on the data layer. */
export const withPushes = (acts) => {
  const layer = (window.adobeDataLayer = window.adobeDataLayer || []);
  for (const { set, event } of acts) {
    for (const [name, value] of Object.entries(set)) layer.push({ [name]: null }, { [name]: value });
    layer.push({ event });
  }
};

/** Runs in the page: everything is pushed by functions, which the data layer calls with itself. */
export const withFunctions = (acts) => {
  const layer = (window.adobeDataLayer = window.adobeDataLayer || []);
  for (const { set, event } of acts) {
    layer.push((own) => {
      for (const [name, value] of Object.entries(set)) own.push({ [name]: null }, { [name]: value });
    });
    layer.push((own) => { own.push({ event }); });
  }
};

/** The text of a script that runs one of the above, now or when `condition` (an expression) becomes true. */
export const acting = (how, acts = ACTS, condition = "true") => `<script>(function act() {
  if (!(${condition})) return setTimeout(act, 20);
  (${how})(${JSON.stringify(acts)});
})();</script>`;
