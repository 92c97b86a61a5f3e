// A shopper goes through the demo shop by clicking and typing, and each of the 19 kinds of event is found at the edge
// with what she did in it.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PAGES } from "../../tools/xtask/js/shop.mjs";
import { KINDS } from "./scenarios.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { WWW } from "./support/paths.mjs";
import { DATASTREAM, address, shopThrough } from "./support/shopping.mjs";

test("the shop's pages are those of their template", () => {
  const found = readdirSync(WWW).filter((name) => name.endsWith(".html"));
  expect(found.sort()).toEqual(Object.keys(PAGES).sort());
  for (const name of found) expect(readFileSync(join(WWW, name), "utf8"), `${name}: change tools/xtask/js/shop.mjs and run cargo xtask docs`).toBe(PAGES[name]);
});

const until = async (edge, check, what) => {
  const events = await edge.settled((list) => list.some(({ xdm }) => check(xdm)), { datastreamId: DATASTREAM, quiet: 20_000 });
  const found = events.filter(({ xdm }) => check(xdm));
  expect(found.length, `${what}; arrived: ${events.map(({ xdm }) => xdm.eventType).join(", ")}`).toBeGreaterThan(0);
  return found.at(-1).xdm;
};

for (const scheme of ["http", "https"]) {
  test(`all 19 kinds of event, caused by shopping over ${scheme}, arrive with the right values`, async ({ page, edge }) => {
    const seen = watch(page);
    const order = await shopThrough(page, address(edge, scheme));
    const type = (eventType) => until(edge, (xdm) => xdm.eventType === eventType, eventType);

    expect(await until(edge, (xdm) => xdm.eventType === "web.webpagedetails.pageViews" && xdm.web.webPageDetails.siteSection === "Category", "category page view"))
      .toMatchObject({ web: { webPageDetails: { pageViews: { value: 1 }, name: "Category · Fjord & Finch" } } });
    expect(await type("commerce.productViews")).toMatchObject({ productListItems: [{ SKU: "FF-JKT", name: "Harbour rain jacket", priceTotal: 119.5, currencyCode: "USD" }] });
    const items = [{ SKU: "FF-JKT", quantity: 2, priceTotal: 239, discountAmount: 30, selectedOptions: [{ attribute: "Colour", value: "Ochre" }, { attribute: "Size", value: "L" }] }];
    const opened = await type("commerce.productListOpens");
    expect(opened).toMatchObject({ productListItems: items, commerce: { productListOpens: { value: 1 }, cart: { cartID: expect.stringMatching(/^cart-/) } } });
    expect(await type("commerce.productListAdds")).toMatchObject({ productListItems: items, commerce: { cart: opened.commerce.cart, commerceScope: { storeViewCode: "default" } } });
    expect(await type("commerce.saveForLaters")).toMatchObject({ commerce: { saveForLaters: { value: 1 } }, productListItems: [{ SKU: "FF-JKT" }] });
    expect(await type("commerce.productListViews")).toMatchObject({ commerce: { cart: opened.commerce.cart } });
    const list = { commerce: { requisitionList: { name: "Weekly order" } } };
    expect(await type("commerce.requisitionListOpens")).toMatchObject(list);
    for (const change of ["requisitionListAdds", "requisitionListRemovals"]) {
      expect(await type(`commerce.${change}`)).toMatchObject({ ...list, productListItems: [{ SKU: "FF-JKT", quantity: 2, priceTotal: 299 }] });
    }
    expect(await type("commerce.requisitionListDeletes")).toMatchObject(list);
    const astrid = { personalEmail: { address: "astrid@shop.test" }, identityMap: { email: [{ id: "astrid@shop.test", primary: false }], ECID: [{ primary: true }] } };
    const created = await type("userAccount.createProfile");
    expect(created).toMatchObject({ ...astrid, userAccount: { createProfile: 1 } });
    expect(await type("userAccount.updateProfile")).toMatchObject({ ...astrid, person: created.person });
    expect(await type("userAccount.logout")).toMatchObject({ userAccount: { logout: 1 } });
    expect(await type("userAccount.login")).toMatchObject({ ...astrid, person: created.person });
    const asked = await until(edge, (xdm) => xdm.siteSearch?.filter?.length === 2 && xdm.siteSearch.sort?.[0]?.attribute === "price", "search with filters");
    expect(asked.siteSearch).toEqual({
      query: "r", sort: [{ attribute: "price", order: "ASC" }],
      filter: [{ attribute: "category", value: ["home"], isRange: false }, { attribute: "price", value: ["25", "75"], isRange: true }],
    });
    expect(await until(edge, (xdm) => xdm.searchResponse?.id === asked.searchRequest.id, "its response")).toMatchObject({ searchResponse: { value: 1 }, siteSearch: { numberOfResults: expect.any(Number) } });
    expect(await type("commerce.productListRemovals")).toMatchObject({ productListItems: [{ SKU: "FF-JKT", quantity: 1, priceTotal: 119.5 }] });
    expect(await type("commerce.checkouts")).toMatchObject({ commerce: { cart: opened.commerce.cart }, productListItems: [{ SKU: "FF-JKT", quantity: 1 }] });
    expect(await type("commerce.purchases")).toMatchObject({
      commerce: {
        purchases: { value: 1 }, promotionID: "AUTUMN", shipping: { shippingMethod: "flatrate_flatrate", shippingAmount: 5 },
        order: { purchaseID: order, priceTotal: 134.06, taxAmount: 9.56, currencyCode: "USD", payments: [{ paymentType: "checkmo", paymentAmount: 134.06 }] },
      },
      productListItems: [{ SKU: "FF-JKT", quantity: 1, priceTotal: 119.5 }],
    });

    const events = await edge.events({ datastreamId: DATASTREAM });
    const types = new Set(events.map(({ xdm }) => xdm.eventType));
    for (const { eventType } of KINDS) if (eventType) expect(types).toContain(eventType);
    expect(events.flatMap(({ problems }) => problems)).toEqual([]);
    // A page that is left may send what was not answered yet, and the next page sends it again under the same id.
    const once = ["commerce.productListOpens", "commerce.productListAdds", "commerce.checkouts", "commerce.purchases", "commerce.saveForLaters", "userAccount.login", "userAccount.createProfile"];
    for (const kind of once) expect(new Set(events.filter(({ eventType }) => eventType === kind).map(({ id }) => id)).size, `${kind}, once`).toBe(1);
    expect(new Set(events.map(({ xdm }) => xdm.identityMap.ECID[0].id)).size, "one shopper").toBe(1);
    expect(seen.errors).toEqual([]);
    expect(seen.console.filter(({ text }) => /Content Security Policy/.test(text))).toEqual([]);
  });
}

/** What this browser keeps of the shopper beside what the shop itself needs. */
const keptOf = async (page) => ({
  cookies: (await page.context().cookies()).map(({ name }) => name),
  storage: await page.evaluate(async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await indexedDB.databases()).map(({ name }) => name)].filter((name) => name !== "fjord-and-finch")),
});
const untouched = async (page, edge, what) => {
  await page.waitForTimeout(1_500);
  expect((await edge.requests()).map(({ path }) => path), `${what}: requests`).toEqual([]);
  expect(await keptOf(page), what).toEqual({ cookies: [], storage: [] });
};

// Adobe's Web SDK adds an empty referrer to some events.
const TOLERATED = { bundled: /^$/, own: / web\.webReferrer\.URL$/ };

for (const sender of ["bundled", "own"]) {
  test.describe(`by the ${sender} sender`, () => {
    test.use({ tolerated: TOLERATED[sender] });
    test("before the banner is answered nothing is sent and nothing kept, and what was held goes once she accepts", async ({ page, edge }) => {
      await page.goto(`${address(edge)}/img/mark.svg`);
      await page.evaluate((chosen) => localStorage.setItem("fjord-and-finch", JSON.stringify({ sender: chosen })), sender);
      await page.goto(`${address(edge)}/product.html?sku=FF-MUG`);
      await page.getByRole("button", { name: "Add to cart" }).click();
      await untouched(page, edge, "no answer yet");
      await page.getByRole("button", { name: "Accept" }).click();
      const held = ["web.webpagedetails.pageViews", "commerce.productViews", "commerce.productListOpens", "commerce.productListAdds"];
      const events = await edge.settled((list) => held.every((type) => list.some(({ eventType }) => eventType === type)), { datastreamId: DATASTREAM });
      expect(events.map(({ eventType }) => eventType).sort()).toEqual(held.sort());
    });
  });
}

test("a shopper who refuses is not counted, nor is what she did before", async ({ page, edge }) => {
  await page.goto(`${address(edge)}/product.html?sku=FF-MUG`);
  await page.getByRole("button", { name: "Refuse" }).click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Look into the cart" }).click();
  await page.waitForTimeout(1_500);
  await page.goto(`${address(edge)}/cart.html`);
  await expect(page.getByRole("region", { name: "Cookies" })).toBeHidden();
  await page.waitForTimeout(1_500);
  expect((await edge.requests()).map(({ path }) => path)).toEqual([]);
  expect(await keptOf(page)).toEqual({ cookies: ["mg_dnt"], storage: [] });
  // She may think again: from then on she is counted.
  await page.getByRole("button", { name: "Cookie settings" }).click();
  await page.getByRole("button", { name: "Accept" }).click();
  await page.goto(`${address(edge)}/product.html?sku=FF-LMP`);
  await until(edge, (xdm) => xdm.productListItems?.[0]?.SKU === "FF-LMP", "the product viewed after");
  expect((await edge.events()).filter(({ xdm }) => JSON.stringify(xdm).includes("FF-MUG"))).toEqual([]);
});

test.describe("beside the bundled sender", () => {
  test.use({ tolerated: TOLERATED.own });

  test("the shop's own Web SDK carries the events when the shopper of the demo says so", async ({ page, edge }) => {
    const seen = watch(page);
    await page.goto(`${address(edge)}/index.html`);
    await page.getByRole("button", { name: "Accept" }).click();
    await page.getByRole("button", { name: "Behind the counter" }).click();
    await Promise.all([page.waitForEvent("load"), page.getByLabel("The shop's own Web SDK").check()]);
    // Not the one that the bundled sender may have sent before the switch.
    await edge.settled((events) => events.some(({ xdm }) => xdm.implementationDetails?.name.includes("alloy")));
    await edge.reset();
    await page.goto(`${address(edge)}/product.html?sku=FF-LMP`);
    const view = await until(edge, (xdm) => xdm.eventType === "commerce.productViews", "product view");
    expect(view).toMatchObject({ productListItems: [{ SKU: "FF-LMP", priceTotal: 74 }], implementationDetails: { name: expect.stringContaining("alloy") } });
    expect(seen.errors).toEqual([]);
  });
});

test("what is broken behind the counter is mended there, and nothing is lost", async ({ page, edge }) => {
  await page.goto(`${address(edge)}/index.html`);
  await page.getByRole("button", { name: "Accept" }).click();
  await until(edge, (xdm) => xdm.eventType === "web.webpagedetails.pageViews", "first page view");
  await page.getByRole("button", { name: "Behind the counter" }).click();
  await page.getByRole("button", { name: "Edge down" }).click();
  await expect(page.getByRole("status").getByText("Edge down")).toBeVisible();
  await page.goto(`${address(edge)}/product.html?sku=FF-TNT`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.waitForTimeout(500);
  await page.getByRole("button", { name: "Behind the counter" }).click();
  await page.getByRole("button", { name: "Mend" }).click();
  await page.goto(`${address(edge)}/cart.html`);
  const added = await until(edge, (xdm) => xdm.eventType === "commerce.productListAdds", "the addition made while the edge was down");
  expect(added.productListItems).toMatchObject([{ SKU: "FF-TNT", quantity: 1, priceTotal: 329 }]);
  const additions = (await edge.events()).filter(({ eventType }) => eventType === "commerce.productListAdds");
  expect(new Set(additions.map(({ id }) => id)).size).toBe(1);
});

test("who goes offline behind the counter sends nothing, on the next page neither, and all of it once online again", async ({ page, edge, context }) => {
  await page.goto(`${address(edge)}/index.html`);
  await page.getByRole("button", { name: "Accept" }).click();
  await until(edge, (xdm) => xdm.eventType === "web.webpagedetails.pageViews", "first page view");
  await page.getByRole("button", { name: "Behind the counter" }).click();
  await page.getByRole("button", { name: "Go offline" }).click();
  const before = (await edge.requests()).length;
  await page.goto(`${address(edge)}/product.html?sku=FF-TNT&storefront-collector-debug`);
  await expect(page.getByRole("heading", { name: "This browser is offline" })).toBeVisible();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("button", { name: "Add to cart" }).click();
  // Another tab of the same browser is as offline as this one.
  const other = await context.newPage();
  await other.goto(`${address(edge)}/category.html?id=wear`);
  await page.waitForTimeout(1_500);
  expect((await edge.requests()).slice(before).map(({ path }) => path), "the collector does not even try").toEqual([]);
  expect(await page.evaluate(() => storefrontCollector.events().map(({ status }) => status))).toEqual(Array(4).fill("queued"));
  await page.getByRole("button", { name: "Behind the counter" }).click();
  await page.getByRole("button", { name: "Mend" }).click();
  const held = ["commerce.productViews", "commerce.productListAdds"];
  await edge.settled((list) => held.every((type) => list.some(({ eventType }) => eventType === type)));
  await until(edge, (xdm) => xdm.productListItems?.[0]?.SKU === "FF-TNT" && xdm.eventType === "commerce.productListAdds", "the addition made while offline");
  await until(edge, (xdm) => xdm.web?.webPageDetails?.siteSection === "Category", "the other tab's page view");
  expect(await Promise.all([page, other].map((tab) => tab.evaluate(() => navigator.onLine)))).toEqual([true, true]);
});
