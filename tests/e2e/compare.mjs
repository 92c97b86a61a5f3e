// Judges whether an event of ours means the same as the one that Adobe's collector sent for the same scenario.
// Where Adobe's collector is wrong, ours may differ; every such allowance is one named rule below and holds only
// for scenarios in which its reason is present.

const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);

/** Null, empty texts, empty lists and empty objects mean nothing to a report: they count as absent. */
const meaning = (v) => {
  if (v === undefined || v === null || v === "") return undefined;
  if (Array.isArray(v)) {
    const list = v.map(meaning).filter((x) => x !== undefined);
    return list.length ? list : undefined;
  }
  if (isObject(v)) {
    const entries = Object.entries(v).map(([key, x]) => [key, meaning(x)]).filter(([, x]) => x !== undefined);
    return entries.length ? Object.fromEntries(entries) : undefined;
  }
  return v;
};

const READINGS = ["timestamp", "device", "environment", "placeContext", "implementationDetails"];
const ANY_ECID = "any ECID";

/** A label that is missing is called "undefined" or "null" by Adobe's collector; XDM wants both labels or no option. */
const labelled = (option) => ["attribute", "value"].every((key) => ![undefined, null, "", "undefined", "null"].includes(option?.[key]));
const complete = (item) => (Array.isArray(item?.selectedOptions) ? { ...item, selectedOptions: item.selectedOptions.filter(labelled) } : item);

/** Takes out what differs between two visits: clocks, readings of the device, identity values, the page's address. */
const comparable = (xdm) => {
  const copy = structuredClone(xdm);
  for (const key of READINGS) delete copy[key];
  for (const entry of copy.identityMap?.ECID ?? []) { entry.id = ANY_ECID; delete entry.authenticatedState; }
  if (typeof copy.personID === "string") copy.personID = ANY_ECID;
  if (Array.isArray(copy.productListItems)) copy.productListItems = copy.productListItems.map(complete).filter((item) => !isObject(item) || item.SKU);
  const details = copy.web?.webPageDetails;
  if (typeof details?.URL === "string") details.URL = details.URL.replace(/\/[^/?#]*\.html/, "/page.html");
  return meaning(copy) ?? {};
};

/** What XDM asks of a field, by the field's name; fields not named here are texts or free. */
const NUMBERS = new Set(["priceTotal", "discountAmount", "taxAmount", "paymentAmount", "shippingAmount", "value"]);
const TEXTS = new Set(["SKU", "name", "cartID", "purchaseID", "transactionID", "ID", "description", "address", "accountID", "siteSection", "shippingMethod", "promotionID", "query", "paymentType", "environmentID", "storeCode", "storeViewCode", "websiteCode", "productImageUrl"]);
const INT32 = 2 ** 31;
const EMAIL = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]+$/u;

/** What XDM makes of a value: the value itself, its converted form, or nothing when XDM refuses it. */
const accepted = (path, value) => {
  const field = path.at(-1);
  if (field === "quantity") {
    const n = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return Number.isInteger(n) && Math.abs(n) < INT32 ? n : undefined;
  }
  if (field === "address") return EMAIL.test(value) && value.length <= 254 ? value : undefined;
  if (field === "currencyCode") return /^[A-Z]{3}$/.test(value) ? value : undefined;
  if (NUMBERS.has(field) && typeof value === "string" && path[0] !== "siteSearch" && !path.includes("selectedOptions")) {
    const n = value.trim() === "" ? NaN : Number(value);
    return Number.isFinite(n) ? n : undefined;
  }
  if (TEXTS.has(field) && typeof value === "number") return String(value);
  return value;
};

const at = (value, path) => path.reduce((v, key) => v?.[key], value);
const starts = (path, ...prefix) => prefix.every((key, index) => path[index] === key);

/** What the merchant laid over this path; items are found by SKU, as overrides are. */
const override = (scenario, path, ours) => {
  const custom = (scenario.event === "custom" ? scenario.args[0] : scenario.args.find(isObject)) ?? scenario.contexts.customContext;
  if (!isObject(custom)) return undefined;
  if (path[0] !== "productListItems" || path.length < 3) return at(custom, path);
  const sku = ours.productListItems?.[path[1]]?.SKU;
  const item = (custom.productListItems ?? []).find((entry) => entry?.SKU === sku) ?? (scenario.event === "productPageView" ? custom.productListItems?.[0] : undefined);
  return at(item, path.slice(2));
};

const has = (context) => isObject(context);
const CART_CHANGES = ["addToCart", "removeFromCart", "openCart"];

/**
 * The allowances. Each answers whether ours may say `b` at `path` where Adobe's said `a`.
 * The numbers are those of the list of defects in the documentation.
 */
const ALLOWANCES = [
  { defect: 5, why: "refinements stand under a name XDM does not have, the query comes from the first unit",
    holds: ({ scenario, path }) => scenario.event === "searchRequestSent" && (starts(path, "siteSearch", "refinements") || starts(path, "siteSearch", "filter")
      || (starts(path, "siteSearch", "query") && scenario.contexts.searchInputContext?.units?.[0]?.searchUnitId !== scenario.args[0])) },
  { defect: 6, why: "a page view lacks the scope",
    holds: ({ scenario, path, a }) => scenario.event === "pageView" && starts(path, "commerce", "commerceScope") && a === undefined },
  { defect: 8, why: "an order that is not there is called \"undefined\" and costs nothing",
    holds: ({ scenario, path, a, b }) => scenario.event === "placeOrder" && !has(scenario.contexts.orderContext)
      && (a === "undefined" || (starts(path, "commerce", "order") && b === undefined)) },
  { defect: 10, why: "falsy overrides lose; payments and unknown order fields are thrown away",
    holds: ({ scenario, path, b, ours }) => {
      const given = override(scenario, path, ours);
      if (given === undefined) return false;
      const order = starts(path, "commerce", "order");
      return (!given || order) && JSON.stringify(meaning(given)) === JSON.stringify(b);
    } },
  { defect: 11, why: "no items although the cart changed",
    holds: ({ scenario, path, a }) => CART_CHANGES.includes(scenario.event) && !has(scenario.contexts.changedProductsContext) && path[0] === "productListItems" && a === undefined },
  { defect: 12, why: "no items although a cart was known",
    holds: ({ scenario, path, a }) => scenario.event === "placeOrder" && !scenario.contexts.shoppingCartContext?.items?.length && path[0] === "productListItems" && a === undefined },
  { defect: 13, why: "a custom event has no `_id`",
    holds: ({ path, a, b }) => path.length === 1 && path[0] === "_id" && a === undefined && typeof b === "string" },
  { defect: 14, why: "what XDM refuses is left out, what it can take is converted",
    holds: ({ path, a, b }) => (a !== undefined && !isObject(a) && !Array.isArray(a) && same(accepted(path, a), b, path)) },
  { defect: 14, why: "the e-mail identity of an address that is not sent",
    holds: ({ path, b, ours }) => starts(path, "identityMap", "email") && b === undefined && !ours.personalEmail?.address },
];

const same = (a, b) => {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a) * 1e-6);
  return a === b;
};

/**
 * @param {{ event: string, contexts: object, args: unknown[] }} scenario
 * @param {object} adobe the XDM that Adobe's collector sent
 * @param {object} ours the XDM that we sent
 * @returns {string[]} one line per difference that no rule allows
 */
export const differences = (scenario, adobe, ours) => {
  const [left, right] = [comparable(adobe), comparable(ours)];
  const found = [];
  const walk = (a, b, path) => {
    if (same(a, b)) return;
    if (path.length && ALLOWANCES.some(({ holds }) => holds({ scenario, path, a, b, ours: right }))) return;
    // What stands on one side only is followed down, so that an allowance for a leaf of it is found.
    if ((Array.isArray(a) && (Array.isArray(b) || b === undefined)) || (a === undefined && Array.isArray(b))) {
      for (let index = 0; index < Math.max(a?.length ?? 0, b?.length ?? 0); index += 1) walk(a?.[index], b?.[index], [...path, index]);
      return;
    }
    if ((isObject(a) || a === undefined) && (isObject(b) || b === undefined)) {
      for (const key of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])) walk(a?.[key], b?.[key], [...path, key]);
      return;
    }
    found.push(`/${path.join("/")}: Adobe ${JSON.stringify(a)}, ours ${JSON.stringify(b)}`);
  };
  walk(left, right, []);
  return found;
};

/** Why Adobe's collector throws on this scenario and sends nothing (defect 7); null when it should have sent. */
export const lostByAdobe = ({ event, contexts, args }) => {
  if (event === "custom") return has(args[0]) ? null : "a custom event without a context";
  if (event !== "pageView" && !has(contexts.storefrontInstanceContext)) return "no storefront instance context";
  if (event === "productPageView" && !has(contexts.productContext)) return "no product context";
  if (event === "searchRequestSent" && contexts.searchInputContext?.units?.some((unit) => !unit.filter || !unit.sort)) return "a search without filter or sort";
  if (contexts.changedProductsContext?.items?.some((item) => !item?.product)) return "an item without product";
  return null;
};
