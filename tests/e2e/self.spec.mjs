// The judge and the generator are judged first: a comparison that allows everything proves nothing.
import { expect, test } from "@playwright/test";
import { differences, lostByAdobe } from "./compare.mjs";
import { CONTEXTS, KINDS, scenarioOf, scenarios } from "./scenarios.mjs";

const scenario = (event, contexts = {}, ...args) => ({ id: "s", event, contexts, args });
const xdm = (extra = {}) => ({
  _id: "s", eventType: "commerce.productListAdds", timestamp: "2024-01-01T00:00:00.000Z",
  identityMap: { ECID: [{ id: "1".repeat(38), primary: true }] }, personID: "1".repeat(38), ...extra,
});
const item = (extra) => xdm({ productListItems: [{ SKU: "a", name: "A", ...extra }] });
const changed = { changedProductsContext: { items: [] }, storefrontInstanceContext: {} };

test.describe("the comparison", () => {
  const agree = (name, ...parts) => test(`allows ${name}`, () => expect(differences(...parts)).toEqual([]));
  const differ = (name, ...parts) => test(`refuses ${name}`, () => expect(differences(...parts)).not.toEqual([]));
  const add = scenario("addToCart", changed);

  agree("other clocks, devices and identities", add, xdm({ device: { screenHeight: 1 } }), xdm({ timestamp: "2025-01-01T00:00:00.000Z", personID: "2".repeat(38), identityMap: { ECID: [{ id: "2".repeat(38), primary: true }] } }));
  differ("an identity that is not primary", add, xdm(), xdm({ identityMap: { ECID: [{ id: "1", primary: false }] } }));
  differ("a missing ECID", add, xdm(), xdm({ identityMap: {} }));
  differ("a missing personID", add, xdm(), xdm({ personID: undefined }));
  differ("another event type", add, xdm(), xdm({ eventType: "commerce.productListRemovals" }));
  differ("another `_id`", add, xdm(), xdm({ _id: "t" }));
  agree("empties left out", add, item({ productImageUrl: null, selectedOptions: [] }), item());
  differ("a missing name", add, item(), xdm({ productListItems: [{ SKU: "a" }] }));
  differ("a field that Adobe does not send", add, item(), item({ unitOfMeasureCode: "kg" }));
  differ("a cent", add, item({ priceTotal: 10 }), item({ priceTotal: 10.01 }));
  agree("a last binary digit", add, item({ priceTotal: 0.1 + 0.2 }), item({ priceTotal: 0.3 }));
  agree("a whole quantity in text turned into a number", add, item({ quantity: "3" }), item({ quantity: 3 }));
  differ("a quantity in text turned into another number", add, item({ quantity: "3" }), item({ quantity: 4 }));
  agree("a fraction of a piece left out", add, item({ quantity: 1.5 }), item());
  differ("a fraction of a piece rounded", add, item({ quantity: 1.5 }), item({ quantity: 2 }));
  differ("a whole quantity left out", add, item({ quantity: 2 }), item());
  agree("a currency that XDM refuses left out", add, item({ currencyCode: "euro" }), item());
  differ("a good currency left out", add, item({ currencyCode: "EUR" }), item());
  differ("lost items", add, item(), xdm());
  differ("invented items, when the changed products are known", add, xdm(), item());
  agree("items out of the change of the cart", scenario("addToCart"), xdm(), item());
  differ("items on a page view", scenario("pageView"), xdm(), item());
  agree("the scope of a page view", scenario("pageView"), xdm(), xdm({ commerce: { commerceScope: { environmentID: "e" } } }));
  differ("the scope of any other event gone", add, xdm({ commerce: { commerceScope: { environmentID: "e" } } }), xdm());
  agree("no order where there is none", scenario("placeOrder"), xdm({ commerce: { order: { purchaseID: "undefined", payments: [{ transactionID: "undefined", paymentAmount: 0 }] } } }), xdm());
  agree("an address that is none left out", scenario("signIn"), xdm({ personalEmail: { address: "a@b@c" } }), xdm());
  differ("a good address left out", scenario("signIn"), xdm({ personalEmail: { address: "å+1@b.test" } }), xdm());
  agree("no price for an order that is not there", scenario("placeOrder"), xdm({ commerce: { order: { priceTotal: 0, orderType: "checkout" } } }), xdm());
  differ("an order lost", scenario("placeOrder", { orderContext: {} }), xdm({ commerce: { order: { purchaseID: "9" } } }), xdm());
  agree("filters in place of refinements", scenario("searchRequestSent", {}, "u"), xdm({ siteSearch: { refinements: [{ isRange: false, value: [] }] } }), xdm({ siteSearch: { filter: [{ attribute: "a", value: ["b"], isRange: false }] } }));
  const units = (first) => ({ searchInputContext: { units: [{ searchUnitId: first }] } });
  agree("the query of the unit named", scenario("searchRequestSent", units("other"), "u"), xdm({ siteSearch: { query: "x" } }), xdm({ siteSearch: { query: "y" } }));
  differ("another query of the only unit", scenario("searchRequestSent", units("u"), "u"), xdm({ siteSearch: { query: "x" } }), xdm({ siteSearch: { query: "y" } }));
  const zero = { productListItems: [{ SKU: "a", priceTotal: 0 }] };
  agree("a price override of zero", scenario("addToCart", changed, zero), item({ priceTotal: 8 }), item({ priceTotal: 0 }));
  differ("a price of zero that nobody gave", add, item({ priceTotal: 8 }), item({ priceTotal: 0 }));
  agree("an order field of the merchant kept", scenario("placeOrder", { orderContext: {} }, { commerce: { order: { purchaseOrderNumber: "7" } } }), xdm(), xdm({ commerce: { order: { purchaseOrderNumber: "7" } } }));
  differ("an order field that nobody gave", scenario("placeOrder", { orderContext: {} }), xdm(), xdm({ commerce: { order: { purchaseOrderNumber: "7" } } }));
  agree("an `_id` for a custom event", scenario("custom", {}, {}), { ...xdm(), _id: undefined }, xdm());
  agree("an invalid option left out", add, item({ selectedOptions: [{ attribute: "Size", value: "null" }] }), item());
  differ("a good option left out", add, item({ selectedOptions: [{ attribute: "Size", value: "XL" }] }), item());
});

test.describe("the generator", () => {
  const list = scenarios(3, 380, { odd: 0.1 });

  test("gives the same list for the same seed and another for another", () => {
    expect(scenarios(3, 380, { odd: 0.1 })).toEqual(list);
    expect(scenarios(4, 380, { odd: 0.1 })).not.toEqual(list);
  });

  test("gives every kind of event, and every context set as well as missing", () => {
    for (const { method } of KINDS) expect(list.filter(({ event }) => event === method)).toHaveLength(20);
    for (const name of CONTEXTS) {
      const set = list.filter(({ contexts }) => contexts[name] !== undefined).length;
      expect(set, name).toBeGreaterThan(10);
      expect(set, name).toBeLessThan(380);
    }
  });

  test("gives odd input only when asked", () => {
    const strange = /"quantity":("|1\.5|null)|"currencyCode":("usd"|""|null)|1000000000000000\.5/;
    expect(JSON.stringify(scenarios(3, 380))).not.toMatch(strange);
    expect(JSON.stringify(list)).toMatch(strange);
  });

  test("names each scenario once, and the name survives in what is sent", () => {
    expect(new Set(list.map(({ id }) => id)).size).toBe(380);
    for (const { id, event, args } of list) if (event === "custom") expect(scenarioOf(args[0])).toBe(id);
  });

  test("predicts few losses of Adobe's collector, and none for plain input", () => {
    expect(scenarios(3, 380).filter(lostByAdobe)).toEqual([]);
    expect(list.filter(lostByAdobe).length).toBeLessThan(95);
  });
});
