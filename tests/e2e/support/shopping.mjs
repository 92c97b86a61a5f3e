// A shopper who causes all 19 kinds of event by clicking and typing.
import { expect } from "./fixtures.mjs";

/** The datastream of the demo shop. */
export const DATASTREAM = "7f0c2f6e-5c1e-4d0a-9a54-3f2f6f8a1b20";

/** The demo shop's pages, by their files' names. */
export const SHOP_PAGES = ["index", "category", "product", "search", "cart", "checkout", "account", "lists", "success"];

/** The demo as `cargo xtask demo` serves it: shop, packages and edge on one address. */
export const address = (edge, scheme = "https") => `${scheme}://127.0.0.1:${edge.ports[scheme]}`;

/** @returns {Promise<string>} the number of the order placed */
export const shopThrough = async (page, base) => {
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
