// What the shopper does, as a theme with Adobe's SDK tells it. Everything here runs in the page.

const visit = () => {
  const price = (value) => ({ value, currency: "USD" });
  const item = (n) => ({
    id: `item-${n}`, quantity: 1 + (n % 3), formattedPrice: "$149.95", prices: { price: price(149.95) },
    configurableOptions: [{ id: 93, optionLabel: "Color", valueId: 56, valueLabel: "Blue" }, { id: 144, optionLabel: "Size", valueId: 167, valueLabel: "M" }],
    product: { productId: 100 + n, name: `Linen shirt ${n}`, sku: `TS-${n}`, topLevelSku: "TS", mainImageUrl: `https://shop.test/media/${n}.jpg`, pricing: { regularPrice: 149.95, currencyCode: "USD" } },
  });
  const cart = (n) => ({
    id: "cart-4711", items: [item(n), item(n + 1), item(n + 2)], prices: { subtotalExcludingTax: price(449.85), subtotalIncludingTax: price(485.84) },
    totalQuantity: 6, possibleOnepageCheckout: true, giftMessageSelected: false, giftWrappingSelected: false, source: "page",
  });
  const unit = (n) => ({ searchUnitId: "results", searchRequestId: `search-${n}`, queryTypes: ["products"], phrase: `shirt ${n}`, pageSize: 24, currentPage: 1, filter: [{ attribute: "color", eq: "blue" }], sort: [{ attribute: "price", direction: "ASC" }] });
  const found = (n) => ({
    searchUnitId: "results", searchRequestId: `search-${n}`, categories: [], facets: [], suggestions: [], page: 1, perPage: 24, totalPages: 1,
    products: Array.from({ length: 8 }, (_, at) => ({ name: `Linen shirt ${at}`, sku: `TS-${at}`, url: `https://shop.test/ts-${at}.html`, imageUrl: `https://shop.test/media/${at}.jpg`, price: 149.95, rank: at })),
  });
  const acts = [
    (n, { context, publish }) => { context.setPage({ pageType: "CMS", pageName: `page ${n}`, eventType: "visibilityHidden", maxXOffset: 0, maxYOffset: 0, minXOffset: 0, minYOffset: 0 }); return () => publish.pageView(); },
    (n, { context, publish }) => { context.setProduct(item(n).product); return () => publish.productPageView(); },
    (n, { context, publish }) => { context.setShoppingCart(cart(n)); context.setChangedProducts({ items: [item(n)] }); return () => publish.addToCart(); },
    (n, { context, publish }) => { context.setSearchInput({ units: [unit(n)] }); return () => publish.searchRequestSent("results"); },
    (n, { context, publish }) => { context.setSearchResults({ units: [found(n)] }); return () => publish.searchResponseReceived("results"); },
    (_, { publish }) => () => publish.shoppingCartView(),
  ];
  /** Sets the contexts of the nth event and publishes it; gives back how long `publish` took, in milliseconds. */
  const act = (n) => {
    const publish = acts[n % acts.length](n, window.magentoStorefrontEvents);
    const start = performance.now();
    publish();
    return performance.now() - start;
  };
  window.bench = {
    /** Events from..from+count, all in this task. */
    burst: (from, count) => { for (let n = from; n < from + count; n += 1) act(n); },
    /** The same, one every `gap` milliseconds; gives back how long each `publish` took. */
    steady: (from, count, gap) => new Promise((resolve) => {
      const took = [];
      const next = () => {
        took.push(act(from + took.length));
        if (took.length === count) resolve(took);
        else setTimeout(next, gap);
      };
      setTimeout(next, gap);
    }),
  };
  window.magentoStorefrontEvents.context.setStorefrontInstance({
    environmentId: "env-1", environment: "production", instanceId: "inst-1", storeUrl: "https://shop.test/", storeId: 1, storeCode: "main", storeViewId: 1, storeViewCode: "default",
    storeViewName: "Default", storeName: "Main", websiteId: 1, websiteCode: "base", websiteName: "Main", baseCurrencyCode: "USD", storeViewCurrencyCode: "USD", catalogExtensionVersion: "1",
  });
};

/** The code that gives a page `window.bench`. */
export const prepare = `(${visit})();`;
