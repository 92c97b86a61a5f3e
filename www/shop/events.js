// The shop's side of event collection, as a theme does it: contexts are put on Adobe's data layer through the
// storefront events SDK, then events are published. Nothing here knows who collects them.
import { count, lines, subtotal } from "./cart.js";
import { priceOf } from "./catalog.js";
import { state } from "./state.js";

const sdk = window.magentoStorefrontEvents;
const { context, publish } = sdk;

export const ORGANIZATION = "5BFE274A5F6980A50A495C08@AdobeOrg";
export const DATASTREAM = "7f0c2f6e-5c1e-4d0a-9a54-3f2f6f8a1b20";
export const OWN_SDK = "shopAlloy";
/** The website that `user_allowed_save_cookie` must name for the shopper's consent to count here. */
export const WEBSITE = 1;

const absolute = (path) => new URL(path, document.baseURI).href;
const productUrl = (item) => absolute(`product.html?sku=${item.sku}`);

const productOf = (item) => ({
  productId: item.id,
  name: item.name,
  sku: item.sku,
  topLevelSku: item.sku,
  productType: item.options.length ? "configurable" : "simple",
  pricing: { regularPrice: item.price, ...(item.special === null ? {} : { specialPrice: item.special }), currencyCode: "USD" },
  canonicalUrl: productUrl(item),
  mainImageUrl: absolute(item.image),
  categories: [item.category],
});

const cartItem = (line) => ({
  id: line.id,
  canApplyMsrp: false,
  formattedPrice: "",
  quantity: line.quantity,
  prices: { price: { value: priceOf(line.product), currency: "USD", regularPrice: line.product.price } },
  product: productOf(line.product),
  configurableOptions: Object.entries(line.options).map(([optionLabel, valueLabel], id) => ({ id, optionLabel, valueId: id, valueLabel })),
});

const cartContext = () => ({
  id: state.cart.id ?? "",
  items: lines().map(cartItem),
  totalQuantity: count(),
  prices: { subtotalExcludingTax: { value: subtotal(), currency: "USD" }, subtotalIncludingTax: { value: subtotal(), currency: "USD" } },
  possibleOnepageCheckout: true,
  giftMessageSelected: false,
  giftWrappingSelected: false,
});

const account = () => {
  const who = state.account;
  context.setShopper({ shopperId: who ? "logged-in" : "guest" });
  context.setAccount(who ? { firstName: who.name, lastName: "", emailAddress: who.email, accountId: who.id, accountType: "B2C" } : null);
};

/** What a theme prints into every page, and the page view. */
export const pageLoaded = (pageType, pageName) => {
  context.setStorefrontInstance({
    environmentId: "2c0f6a3e-8d1b-4d5f-9b0e-6f2f9d6f5a11", instanceId: "demo", environment: "Testing", storeUrl: location.origin,
    websiteId: WEBSITE, websiteCode: "base", websiteName: "Fjord & Finch", storeId: 1, storeCode: "main_website_store", storeName: "Main",
    storeViewId: 1, storeViewCode: "default", storeViewName: "English", baseCurrencyCode: "USD", storeViewCurrencyCode: "USD",
  });
  context.setChannel({ _id: "https://ns.adobe.com/xdm/channels/web", _type: "https://ns.adobe.com/xdm/channel-types/web" });
  account();
  context.setShoppingCart(cartContext());
  context.setEventForwarding({ commerce: false, aep: true });
  context.setAEP({
    imsOrgId: ORGANIZATION,
    ...(state.sender === "own" ? { webSdkName: OWN_SDK } : { datastreamId: DATASTREAM, edgeDomain: location.host }),
  });
  context.setPage({ pageType, pageName, maxXOffset: 0, maxYOffset: 0, minXOffset: 0, minYOffset: 0, ping_interval: 5, pings: 1 });
  publish.pageView();
};

export const productViewed = (item) => {
  context.setProduct(productOf(item));
  publish.productPageView();
};

const cartChanged = (line) => {
  context.setShoppingCart(cartContext());
  context.setChangedProducts({ items: [cartItem(line)] });
};
export const addedToCart = (line, opened) => {
  cartChanged(line);
  if (opened) publish.openCart();
  publish.addToCart();
};
export const removedFromCart = (line) => {
  cartChanged(line);
  publish.removeFromCart();
};
export const cartViewed = () => {
  context.setShoppingCart(cartContext());
  publish.shoppingCartView();
};
export const checkoutStarted = () => {
  context.setShoppingCart(cartContext());
  publish.initiateCheckout();
};
export const orderPlaced = (order) => {
  context.setShoppingCart(cartContext());
  context.setOrder({
    orderId: order.id, email: order.email, grandTotal: order.total, orderType: "checkout", appliedCouponCode: order.coupon,
    otherTax: 0, salesTax: order.tax, taxAmount: order.tax, discountAmount: 0, subtotalExcludingTax: order.subtotal, subtotalIncludingTax: order.subtotal + order.tax,
    paymentMethodCode: order.payment, paymentMethodName: order.payment,
    payments: [{ paymentMethodCode: order.payment, paymentMethodName: order.payment, total: order.total, orderId: order.id }],
    shipping: { shippingMethod: order.shipping, shippingAmount: order.shippingAmount },
  });
  publish.placeOrder();
};

export const signedIn = () => { account(); publish.signIn(); };
export const accountCreated = () => { account(); publish.createAccount(); };
export const accountEdited = () => { account(); publish.editAccount(); };
/** Published while the account still stands on the page; it is taken off after. */
export const signedOut = () => { publish.signOut(); account(); };

const UNIT = "search-results";
export const searched = (query, requestId) => {
  const [attribute, direction] = query.sort.split("_");
  context.setSearchInput({ units: [{
    searchUnitId: UNIT, searchRequestId: requestId, queryTypes: ["products", "suggestions"], phrase: query.phrase, pageSize: 12, currentPage: 1,
    filter: [
      ...(query.categories.length ? [{ attribute: "category", in: query.categories }] : []),
      ...(query.range ? [{ attribute: "price", range: query.range }] : []),
    ],
    sort: [{ attribute, direction }],
  }] });
  publish.searchRequestSent(UNIT);
};
export const found = (results, requestId) => {
  context.setSearchResults({ units: [{
    searchUnitId: UNIT, searchRequestId: requestId, categories: [], page: 1, perPage: 12, facets: [],
    products: results.products.map((item, rank) => ({ name: item.name, sku: item.sku, url: productUrl(item), imageUrl: absolute(item.image), price: priceOf(item), rank })),
    suggestions: results.suggestions.map((suggestion, rank) => ({ suggestion, rank })),
  }] });
  publish.searchResponseReceived(UNIT);
};

const list = (value, items) => {
  context.setRequisitionList({ id: value.id, name: value.name, description: value.description });
  context.setRequisitionListItems(items ? { items: items.map((item) => ({
    ...productOf(item.product), quantity: item.quantity,
    selectedOptions: Object.entries(item.options).map(([attribute, chosen]) => ({ attribute, value: chosen })),
  })) } : null);
};
export const listCreated = (value) => { list(value); publish.createRequisitionList(); };
export const listDeleted = (value) => { list(value); publish.deleteRequisitionList(); };
export const addedToList = (value, item) => { list(value, [item]); publish.addToRequisitionList(); };
export const removedFromList = (value, item) => { list(value, [item]); publish.removeFromRequisitionList(); };

/** An event of the merchant's own, shaped as XDM. */
export const savedForLater = (item) => publish.custom({
  eventType: "commerce.saveForLaters",
  commerce: { saveForLaters: { value: 1 } },
  productListItems: [{ SKU: item.sku, name: item.name, priceTotal: priceOf(item), quantity: 1, currencyCode: "USD" }],
});
