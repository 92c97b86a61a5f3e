// What stands on a phone: no page scrolls sideways, nothing is cut off, and texts can be read.
import { expect, test } from "./support/fixtures.mjs";
import { OURS } from "./support/pages.mjs";
import { FAMILIES, send } from "./support/sending.mjs";
import { SHOP_PAGES, address } from "./support/shopping.mjs";

const WIDTHS = [320, 360, 390];

/** What reaches past the right edge of the page, and how far. */
const beyond = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  // What scrolls by itself, or cuts off on purpose, may hold more than is seen.
  const isCut = (element) => element && element !== document.body && (getComputedStyle(element).overflowX !== "visible" || isCut(element.parentElement));
  const out = [...document.querySelectorAll("body *")].filter((element) => !element.matches(".unseen, .skip") && !isCut(element.parentElement) && element.getBoundingClientRect().right > width + 1)
    .map((element) => `${element.tagName} ${element.id || element.className} ${Math.round(element.getBoundingClientRect().right)}`);
  return [...(document.documentElement.scrollWidth > width ? [`scrolls to ${document.documentElement.scrollWidth}`] : []), ...out];
});

const settle = (page) => page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));

test("no page of the shop scrolls sideways on a phone, empty or full, and all of its head is seen", async ({ page, edge }) => {
  test.setTimeout(120_000);
  const found = [];
  const look = async (name) => {
    await settle(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 740 });
      found.push(...(await beyond(page)).map((text) => `${name} at ${width}: ${text}`));
    }
  };
  await page.setViewportSize({ width: 320, height: 740 });
  const open = (name) => page.goto(`${address(edge, "http")}/${name}.html${{ category: "?id=wear", product: "?sku=FF-JKT", search: "?q=r" }[name] ?? ""}`);
  for (const name of SHOP_PAGES) {
    await open(name);
    await expect(page.locator("main h1").first()).toBeVisible();
    await look(`${name}, empty`);
  }
  await page.getByRole("button", { name: "Accept" }).click();
  await open("product");
  await page.getByLabel("Ochre", { exact: true }).check();
  await page.getByLabel("L", { exact: true }).check();
  await page.getByLabel("Quantity").fill("99");
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Add to list" }).click();
  await open("account");
  await page.locator("#create-account").getByLabel("Name").fill("Wilhelmina-Alexandra Holm");
  await page.locator("#create-account").getByLabel("E-mail").fill("wilhelmina-alexandra@a-long-name.shop.test");
  await page.getByRole("button", { name: "Create account" }).click();
  for (const name of SHOP_PAGES.filter((each) => each !== "success")) {
    await open(name);
    await expect(page.locator("main h1").first()).toBeVisible();
    await look(`${name}, full`);
  }
  await page.getByRole("button", { name: /^Cart,/ }).click();
  await look("small cart");
  await page.getByRole("button", { name: "Close the cart" }).click();
  await page.getByRole("button", { name: "Behind the counter" }).click();
  await look("behind the counter");
  await open("checkout");
  await page.getByLabel("Street and town").fill("Harbour road 4, Smögen");
  await page.getByRole("button", { name: "Place order" }).click();
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  await look("success, full");
  expect(found).toEqual([]);
});

test("the edge's page fits a phone: no sideways scrolling, small marks, texts that can be read", async ({ page, edge }) => {
  const base = address(edge, "http");
  await page.setViewportSize({ width: 320, height: 740 });
  await page.goto(`${base}/_edge/`);
  await send(page, base, OURS, Object.values(FAMILIES).map((eventType) => ({ eventType })));
  await expect(page.getByText(`${Object.keys(FAMILIES).length} of`)).toBeVisible();
  const found = [];
  for (const view of ["Live events", "Query", "Numbers"]) {
    await page.getByRole("link", { name: view }).click();
    if (view === "Live events") await page.locator(".row").first().click();
    if (view === "Query") {
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect(page.getByRole("region", { name: "Result" })).toBeVisible();
    }
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 740 });
      found.push(...(await beyond(page)).map((text) => `${view} at ${width}: ${text}`));
    }
  }
  expect(found).toEqual([]);
  const heights = await page.locator(".legend .swatch").evaluateAll((swatches) => swatches.map((swatch) => swatch.getBoundingClientRect().height));
  expect(heights).toHaveLength(Object.keys(FAMILIES).length);
  for (const height of heights) expect(height).toBeLessThan(16);
  await page.setViewportSize({ width: 320, height: 740 });
  const hidden = () => page.locator(".table[aria-label='Events by type']").evaluate((table) => table.scrollWidth - table.clientWidth);
  await expect.poll(hidden, "the counts beside the types are seen").toBe(0);
  for (const width of [320, 390, 800, 1400]) {
    await page.setViewportSize({ width, height: 740 });
    const drawn = () => page.locator(".chart").evaluate((chart) => {
      const size = (text) => parseFloat(getComputedStyle(text).fontSize) * chart.getScreenCTM().a;
      const boxes = [...chart.querySelectorAll("text.tick:not(.end)")].map((text) => text.getBoundingClientRect());
      return {
        texts: [...chart.querySelectorAll("text")].map(size),
        // Two labels of time that touch cannot be told apart; one beyond the chart is cut off.
        touching: boxes.filter((box, at) => at > 0 && box.left < boxes[at - 1].right + 4).length,
        beyond: boxes.filter((box) => box.right > chart.getBoundingClientRect().right + 1).length,
      };
    });
    await expect.poll(async () => { const { texts } = await drawn(); return [Math.min(...texts) >= 11, Math.max(...texts) <= 16]; }, { message: `at ${width}` }).toEqual([true, true]);
    expect(await drawn(), `at ${width}`).toMatchObject({ touching: 0, beyond: 0 });
  }
});
