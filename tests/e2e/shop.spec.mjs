// A shopper goes through the demo shop by clicking and typing, and each of the 19 kinds of event is found at the edge
// with what she did in it.
import { KINDS } from "./scenarios.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";

const DATASTREAM = "7f0c2f6e-5c1e-4d0a-9a54-3f2f6f8a1b20";

/** The demo as `cargo xtask demo` serves it: shop, packages and edge on one address. */
const address = (edge, scheme = "https") => `${scheme}://127.0.0.1:${edge.ports[scheme]}`;

const until = async (edge, check, what) => {
  const events = await edge.settled((list) => list.some(({ xdm }) => check(xdm)), { datastreamId: DATASTREAM, quiet: 8_000 });
  const found = events.filter(({ xdm }) => check(xdm));
  expect(found.length, `${what}; arrived: ${events.map(({ xdm }) => xdm.eventType).join(", ")}`).toBeGreaterThan(0);
  return found.at(-1).xdm;
};

const shopThrough = async (page, base) => {
  await page.goto(`${base}/index.html`);
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("navigation", { name: "Categories" }).getByRole("link", { name: "Wear" }).click();
  await page.getByRole("main").getByRole("link", { name: "Harbour rain jacket" }).click();

  // Product: options, cart, small cart, custom event, requisition list.
  await page.getByLabel("Ochre", { exact: true }).check();
  await page.getByLabel("L", { exact: true }).check();
  await page.getByLabel("Quantity").fill("2");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Save for later" }).click();
  await page.getByRole("button", { name: "Look into the cart" }).click();
  await page.getByRole("button", { name: "Close the cart" }).click();
  await page.getByRole("button", { name: "Add to list" }).click();

  // Requisition lists.
  await page.getByRole("link", { name: "Lists" }).click();
  await page.getByRole("button", { name: /^Remove Harbour rain jacket/ }).click();
  await page.getByRole("button", { name: "Delete Weekly order" }).click();

  // Account.
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.locator("#create-account").getByLabel("Name").fill("Astrid Holm");
  await page.locator("#create-account").getByLabel("E-mail").fill("astrid@shop.test");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.locator("#edit-account").getByLabel("Name").fill("Astrid H. Holm");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("#sign-in").getByLabel("E-mail").fill("astrid@shop.test");
  await page.getByRole("button", { name: "Sign in" }).click();

  // Search.
  await page.getByRole("searchbox", { name: "Search the shop" }).fill("r");
  await page.getByRole("searchbox", { name: "Search the shop" }).press("Enter");
  await page.getByLabel("Home", { exact: true }).check();
  await page.getByLabel("$25.00 to $75.00").check();
  await page.getByLabel("Sort").selectOption("price_ASC");

  // Cart and checkout.
  await page.getByRole("button", { name: /^Cart,/ }).click();
  await page.getByRole("link", { name: "View cart" }).click();
  await page.getByLabel("Quantity").fill("1");
  await page.getByLabel("Quantity").press("Tab");
  await expect(page.locator("#subtotal")).toHaveText("$119.50");
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByLabel("Street and town").fill("Harbour road 4, Smögen");
  await page.getByLabel("Coupon").fill("AUTUMN");
  await page.getByRole("button", { name: "Place order" }).click();
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  return page.locator("#order-number").textContent();
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

test("a shopper who refuses is not counted", async ({ page, edge, context }) => {
  await context.addCookies([{ name: "mg_dnt", value: "1", url: address(edge) }]);
  await page.goto(`${address(edge)}/product.html?sku=FF-MUG`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Look into the cart" }).click();
  await page.waitForTimeout(1_500);
  expect(await edge.requests()).toEqual([]);
  expect((await context.cookies()).map(({ name }) => name)).toEqual(["mg_dnt"]);
});

test("the shop's own Web SDK carries the events when the shopper of the demo says so", async ({ page, edge }) => {
  const seen = watch(page);
  await page.goto(`${address(edge)}/index.html`);
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("button", { name: "Behind the counter" }).click();
  await Promise.all([page.waitForEvent("load"), page.getByLabel("The shop's own Web SDK").check()]);
  await edge.settled((events) => events.length > 0);
  await edge.reset();
  await page.goto(`${address(edge)}/product.html?sku=FF-LMP`);
  const view = await until(edge, (xdm) => xdm.eventType === "commerce.productViews", "product view");
  expect(view).toMatchObject({ productListItems: [{ SKU: "FF-LMP", priceTotal: 74 }], implementationDetails: { name: expect.stringContaining("alloy") } });
  expect(seen.errors).toEqual([]);
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
