// Shoppers' acts out of a seed: for each, the contexts that stand on the data layer and what is published.
// The same seed gives the same list, so a failing scenario is named by its id alone.

/** The 19 kinds of event: the method of the SDK, the name on the data layer, the type in XDM (custom: none of its own). */
export const KINDS = [
  { method: "pageView", event: "page-view", eventType: "web.webpagedetails.pageViews" },
  { method: "productPageView", event: "product-page-view", eventType: "commerce.productViews" },
  { method: "openCart", event: "open-cart", eventType: "commerce.productListOpens" },
  { method: "addToCart", event: "add-to-cart", eventType: "commerce.productListAdds" },
  { method: "removeFromCart", event: "remove-from-cart", eventType: "commerce.productListRemovals" },
  { method: "shoppingCartView", event: "shopping-cart-view", eventType: "commerce.productListViews" },
  { method: "initiateCheckout", event: "initiate-checkout", eventType: "commerce.checkouts" },
  { method: "placeOrder", event: "place-order", eventType: "commerce.purchases" },
  { method: "signIn", event: "sign-in", eventType: "userAccount.login" },
  { method: "signOut", event: "sign-out", eventType: "userAccount.logout" },
  { method: "createAccount", event: "create-account", eventType: "userAccount.createProfile" },
  { method: "editAccount", event: "edit-account", eventType: "userAccount.updateProfile" },
  { method: "searchRequestSent", event: "search-request-sent", eventType: "searchRequest", search: true },
  { method: "searchResponseReceived", event: "search-response-received", eventType: "searchResponse", search: true },
  { method: "createRequisitionList", event: "create-requisition-list", eventType: "commerce.requisitionListOpens" },
  { method: "addToRequisitionList", event: "add-to-requisition-list", eventType: "commerce.requisitionListAdds" },
  { method: "removeFromRequisitionList", event: "remove-from-requisition-list", eventType: "commerce.requisitionListRemovals" },
  { method: "deleteRequisitionList", event: "delete-requisition-list", eventType: "commerce.requisitionListDeletes" },
  { method: "custom", event: "commerce-custom", eventType: null },
];

/** Every context that a scenario may set; the others are taken off the data layer before it. */
export const CONTEXTS = [
  "storefrontInstanceContext", "accountContext", "shopperContext", "channelContext", "pageContext", "productContext",
  "shoppingCartContext", "changedProductsContext", "orderContext", "orderPageContext", "requisitionListContext",
  "requisitionListItemsContext", "searchInputContext", "searchResultsContext", "customContext",
];

/** mulberry32: small, and good enough to choose with. */
export const random = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

const NAMES = ["Linen shirt", "Rain jacket", "Blåbärssaft", "東京タワー", "Socks 🧦 3-pack", "<i>Mug</i> & \"Saucer\"", "שולחן", "O'Neill cap", " padded "];
const AMOUNTS = [0, 0.01, 0.1 + 0.2, 1, 2.345, 4.995, 9.99, 12.5, 1e6, 149.955];
const CURRENCIES = ["USD", "EUR", "JPY", "SEK"];
const IMAGES = ["https://shop.test/media/1.jpg", "https://shop.test/media/ä 2.jpg?w=80", "/media/3.jpg"];

/** The chooser of one scenario. `odd` is the chance that a value is one which a well-behaved theme would not set. */
const chooser = (next, odd) => {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const chance = (p) => next() < p;
  const whole = (low, high) => low + Math.floor(next() * (high - low + 1));
  const strange = (value, others) => (chance(odd) ? pick(others) : value);
  const text = (value) => strange(value, ["", null, `${value}\u0000\u2028`, value.repeat(40), " "]);
  const amount = () => {
    const plain = chance(0.4) ? Math.round(next() * 20000) / 100 : pick(AMOUNTS);
    return strange(plain, [String(plain), null, -plain, 1e15 + 0.5, 33.333333333, "", "12,50"]);
  };
  const currency = () => strange(pick(CURRENCIES), ["usd", "", null, "EURO"]);
  const quantity = () => strange(whole(1, 9), ["3", 1.5, 0, "2.5", null, 1e12, -1]);
  const some = (maker, low, high) => Array.from({ length: whole(low, high) }, maker);
  /** Leaves each optional field out about every third time. */
  const with_ = (fixed, optional) => ({
    ...fixed,
    ...Object.fromEntries(Object.entries(optional).filter(() => chance(0.65)).map(([key, make]) => [key, make()])),
  });
  return { pick, chance, whole, strange, text, amount, currency, quantity, some, with_ };
};

const makers = (c) => {
  const sku = () => c.strange(`${c.pick(["TS", "24-MB", "kök", "帽"])}-${c.whole(1, 999)}`, [`sku ${c.whole(1, 9)}/x`, String(c.whole(100, 999))]);
  const pricing = () => c.with_({ regularPrice: c.amount() }, {
    specialPrice: c.amount, minimalPrice: c.amount, maximalPrice: c.amount, currencyCode: c.currency,
  });
  const product = () => c.with_({ productId: c.whole(1, 99999), name: c.text(c.pick(NAMES)), sku: sku() }, {
    topLevelSku: sku,
    pricing,
    mainImageUrl: () => c.strange(c.pick(IMAGES), [null, ""]),
    canonicalUrl: () => "https://shop.test/p.html",
    categories: () => ["men", "men/tops"],
    productType: () => c.pick(["simple", "configurable"]),
  });
  const options = () => c.some(() => ({ id: c.whole(1, 99), optionLabel: c.pick(["Colour", "Size"]), valueId: c.whole(1, 99), valueLabel: c.text(c.pick(["Red", "XL", "Grün"])) }), 0, 2);
  const cartItem = () => c.with_({
    id: String(c.whole(1, 999)),
    formattedPrice: "",
    canApplyMsrp: false,
    quantity: c.quantity(),
    prices: { price: c.with_({ value: c.amount() }, { currency: c.currency, regularPrice: c.amount }) },
    product: product(),
  }, { configurableOptions: options, discountAmount: c.amount });
  const listItem = () => c.with_({ ...product(), quantity: c.quantity() }, {
    selectedOptions: () => c.some(() => ({ attribute: "Colour", value: c.text("Red") }), 0, 2),
    pricing,
  });
  const filter = () => c.pick([
    { attribute: "colour", eq: "red" },
    { attribute: "size", in: ["S", "M", "XL"] },
    { attribute: "price", range: { from: c.whole(0, 20), to: c.whole(21, 90) } },
    { attribute: "price", range: { from: 5 } },
    { attribute: "categoryPath", eq: "män/skor" },
  ]);
  const units = (unit) => {
    const ids = c.chance(0.25) ? ["recs-bar", "search-bar"] : ["search-bar"];
    return { units: (c.chance(0.5) ? ids : [...ids].reverse()).map(unit) };
  };

  return {
    storefrontInstanceContext: () => c.with_({ environmentId: `5f0e${c.whole(1000, 9999)}-0000-4000-8000-000000000000`, environment: "Testing", storeUrl: "https://shop.test" }, {
      instanceId: () => "i-1", websiteId: () => 1, websiteCode: () => "base", websiteName: () => "Main", storeId: () => 1,
      storeCode: () => c.text("main_store"), storeName: () => "Main", storeViewId: () => 1, storeViewCode: () => c.text("default"), storeViewName: () => "Default",
      baseCurrencyCode: () => "USD", storeViewCurrencyCode: () => c.pick(CURRENCIES), catalogExtensionVersion: () => "103.3.1",
    }),
    accountContext: () => c.with_({ accountId: c.strange(String(c.whole(1, 99999)), [""]), emailAddress: c.text(c.pick(["eva@shop.test", "ö.ü+tag@shop.test"])) }, {
      firstName: () => "Eva", lastName: () => c.pick(NAMES), accountType: () => c.pick(["B2B", "B2C"]),
    }),
    shopperContext: () => ({ shopperId: c.pick(["guest", "logged-in"]) }),
    channelContext: () => ({ _id: "https://ns.adobe.com/xdm/channels/web", _type: "https://ns.adobe.com/xdm/channel-types/web" }),
    pageContext: () => c.with_({ pageType: c.text(c.pick(["CMS", "Category", "PDP", "Cart", "Checkout", "PageBuilder"])), maxXOffset: 0, maxYOffset: c.whole(0, 4000), minXOffset: 0, minYOffset: 0 }, {
      pageName: () => c.text(c.pick(NAMES)), eventType: () => "visibilityHidden", ping_interval: () => 5, pings: () => 1,
    }),
    productContext: product,
    shoppingCartContext: () => c.with_({ id: c.strange(`masked-${c.whole(1, 99)}`, ["", null]), totalQuantity: c.whole(0, 20) }, {
      items: () => c.some(cartItem, 0, 4),
      prices: () => ({ subtotalExcludingTax: { value: c.amount(), currency: "USD" }, subtotalIncludingTax: { value: c.amount() } }),
      discountAmount: c.amount, possibleOnepageCheckout: () => true, giftMessageSelected: () => false,
    }),
    changedProductsContext: () => ({ items: c.some(cartItem, 0, 3) }),
    orderContext: () => c.with_({
      orderId: c.strange(`00000${c.whole(100, 999)}`, [c.whole(1, 999), "WEB-0001"]), grandTotal: c.amount(), email: "eva@shop.test",
      paymentMethodCode: "checkmo", paymentMethodName: "Check", appliedCouponCode: c.strange("", ["SPRING", null]),
      otherTax: 0, salesTax: 0, subtotalExcludingTax: c.amount(), subtotalIncludingTax: c.amount(),
    }, {
      orderType: () => c.pick(["checkout", "instant_purchase"]), taxAmount: c.amount, discountAmount: c.amount,
      payments: () => c.some(() => c.with_({ paymentMethodCode: c.pick(["checkmo", "braintree", "gift_card"]), paymentMethodName: "Pay", total: c.amount() }, { orderId: () => `pay-${c.whole(1, 9)}` }), 0, 2),
      shipping: () => ({ shippingMethod: c.text("flatrate_flatrate"), shippingAmount: c.amount() }),
    }),
    orderPageContext: () => ({ items: c.some(listItem, 0, 3) }),
    requisitionListContext: () => c.with_({ id: c.strange(`rl-${c.whole(1, 99)}`, [c.whole(1, 99)]), name: c.text(c.pick(NAMES)) }, { description: () => c.text("weekly") }),
    requisitionListItemsContext: () => ({ items: c.some(listItem, 0, 3) }),
    searchInputContext: () => units((searchUnitId) => ({
      searchUnitId, searchRequestId: `q-${c.whole(1, 9999)}`, queryTypes: ["products"], phrase: c.text(c.pick(["shirt", "mössa", "帽子"])), pageSize: 12, currentPage: 1,
      filter: c.strange(c.some(filter, 0, 3), [null]),
      sort: c.some(() => ({ attribute: c.pick(["price", "name", "relevance"]), direction: c.pick(["ASC", "DESC"]) }), 0, 2),
    })),
    searchResultsContext: () => units((searchUnitId) => ({
      searchUnitId, searchRequestId: `q-${c.whole(1, 9999)}`, categories: [], page: 1, perPage: 12, facets: [],
      products: c.some(() => ({ name: c.text(c.pick(NAMES)), sku: sku(), url: "https://shop.test/p.html", imageUrl: c.strange(c.pick(IMAGES), [null, ""]), price: c.amount(), rank: c.whole(0, 9) }), 0, 4),
      suggestions: c.some(() => ({ suggestion: c.text(c.pick(NAMES)), rank: c.whole(0, 9) }), 0, 3),
    })),
  };
};

/** What merchants add to an event, shaped as XDM. */
const overrides = (c, firstSku) => c.pick([
  {},
  { _acme: { loyal: true, points: c.whole(0, 9), tags: ["a", "b"] } },
  { personalEmail: { address: "override@shop.test" }, person: { accountID: "over-1" } },
  { commerce: { cart: { cartID: "over-cart" }, promotionID: "OVER", order: { purchaseID: "over-order", purchaseOrderNumber: "po-7" } } },
  { web: { webPageDetails: { name: "Over name", siteSection: "Over section" } } },
  { channel: { _id: "https://ns.adobe.com/xdm/channels/mobile-app", _type: "https://ns.adobe.com/xdm/channel-types/mobile" } },
  { commerce: { shipping: { shippingMethod: "drone" }, requisitionList: { ID: "over-list", name: "Over" } } },
  { productListItems: [{ SKU: firstSku ?? "none", name: "Over item", priceTotal: 7.25, _acme: { gift: true } }, { SKU: "not-there", priceTotal: 1 }] },
  { productListItems: [{ SKU: firstSku ?? "none", priceTotal: 0, productCategories: [{ categoryID: "12", categoryName: "Tops", categoryPath: "men/tops" }] }] },
]);

const CUSTOM_EVENTS = [
  { eventType: "custom.wishlistAdd", commerce: { saveForLaters: { value: 1 } } },
  { eventType: "custom.empty" },
  { eventType: "custom.deep", _acme: { a: { b: { c: [1, "två", { d: false }] } } } },
  { _acme: { untyped: 1 } },
];

/** The scenario that an arrived event belongs to. */
export const scenarioOf = (xdm) => xdm._acme?.scenario ?? xdm._id;

const usedBy = (method) => ({
  productPageView: ["productContext"], pageView: ["pageContext"],
  openCart: ["shoppingCartContext", "changedProductsContext"], addToCart: ["shoppingCartContext", "changedProductsContext"],
  removeFromCart: ["shoppingCartContext", "changedProductsContext"], shoppingCartView: ["shoppingCartContext"],
  initiateCheckout: ["shoppingCartContext"], placeOrder: ["shoppingCartContext", "orderContext", "accountContext"],
  searchRequestSent: ["searchInputContext"], searchResponseReceived: ["searchResultsContext"],
  createRequisitionList: ["requisitionListContext"], deleteRequisitionList: ["requisitionListContext"],
  addToRequisitionList: ["requisitionListContext", "requisitionListItemsContext"],
  removeFromRequisitionList: ["requisitionListContext", "requisitionListItemsContext"],
}[method] ?? ["accountContext"]);

const skuOf = (contexts) => contexts.changedProductsContext?.items?.[0]?.product?.sku
  ?? contexts.shoppingCartContext?.items?.[0]?.product?.sku ?? contexts.productContext?.sku;

/**
 * @param {number} seed
 * @param {number} count
 * @param {{ odd?: number, prefix?: string }} [options] `odd`: chance (0 to 1) of a strange value at each place
 * @returns {{ id: string, event: string, contexts: Record<string, unknown>, args: unknown[] }[]} `event` is the SDK's method
 */
export const scenarios = (seed, count, { odd = 0, prefix = "e2e" } = {}) => {
  const next = random(seed);
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length];
    const c = chooser(next, odd);
    const make = makers(c);
    const contexts = {};
    for (const name of CONTEXTS) {
      const needed = name === "storefrontInstanceContext" || usedBy(kind.method).includes(name);
      const missing = c.chance(needed ? odd / 2 : 0.6);
      if (make[name] && !missing) contexts[name] = make[name]();
    }
    if (kind.method !== "custom" && c.chance(0.12)) contexts.customContext = overrides(c, skuOf(contexts));
    const args = kind.search ? ["search-bar"] : [];
    if (kind.method === "custom") args.push(structuredClone(c.pick(CUSTOM_EVENTS)));
    else if (c.chance(0.3)) args.push(overrides(c, skuOf(contexts)));
    const id = `${prefix}-${seed}-${index}`;
    // Adobe's collector gives a custom event no `_id`; so that it can be recognized, it carries its name itself.
    if (kind.method === "custom") args[0]._acme = { ...args[0]._acme, scenario: id };
    return { id, event: kind.method, contexts, args };
  });
};
