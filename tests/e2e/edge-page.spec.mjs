// What the edge's page makes of the events: bars over time, the way from view to order, and what its filters leave.
import { expect, test } from "./support/fixtures.mjs";
import { OURS } from "./support/pages.mjs";
import { FAMILIES, send, shopper } from "./support/sending.mjs";
import { address } from "./support/shopping.mjs";

const START = Date.parse("2026-03-02T10:00:00.000Z");
const MINUTE = 60_000;
const SESSION = 30 * MINUTE;
const { product: VIEW, cart: ADD, checkout: ORDER, page: PAGE } = FAMILIES;
const CHECKOUT = "commerce.checkouts";

/** An event so many minutes after the start. */
const at = (minutes, eventType, digit = 1, rest = {}) => ({ timestamp: new Date(START + minutes * MINUTE).toISOString(), eventType, digit, ...rest });

/** Opens a view of the page once `events` are there. */
const open = async (page, edge, events, view) => {
  const base = address(edge, "http");
  await page.goto(`${base}/_edge/#live`);
  await send(page, base, OURS, events);
  await expect(page.getByText(`${events.length} of ${events.length} events`)).toBeVisible();
  if (view) await page.getByRole("link", { name: view }).click();
};

test("bars stand where and as high as the events were, in the colours of their families", async ({ page, edge }) => {
  // 59 minutes at one bar a minute: the first, one in the middle that is the highest, and the last.
  const events = [
    at(0, PAGE), at(0.5, VIEW),
    at(20, VIEW), at(20.1, VIEW), at(20.2, ADD), at(20.99, ORDER),
    at(59, PAGE),
  ];
  await open(page, edge, events, "Numbers");
  const chart = page.getByRole("img", { name: "Events over time by type" });
  await expect(chart).toBeVisible();
  const drawn = await chart.evaluate((svg) => {
    const hits = [...svg.querySelectorAll(".hit")];
    return {
      spans: hits.length,
      full: Number(hits[0].getAttribute("height")),
      floor: Number(hits[0].getAttribute("y")) + Number(hits[0].getAttribute("height")),
      bars: hits.flatMap((hit, index) => [...hit.parentElement.querySelectorAll(".bar")].map((bar) => ({
        index, family: bar.classList[1], y: Number(bar.getAttribute("y")), height: Number(bar.getAttribute("height")),
        inside: bar.getBoundingClientRect().left >= hit.getBoundingClientRect().left && bar.getBoundingClientRect().right <= hit.getBoundingClientRect().right,
        tall: Math.round(bar.getBoundingClientRect().height), colour: getComputedStyle(bar).fill,
      }))),
      told: hits.map((hit) => hit.parentElement.querySelector("title").textContent).filter((text) => !text.endsWith("nothing")),
    };
  });
  expect(drawn.spans).toBe(60);
  expect(drawn.bars.map(({ index, family }) => `${index} ${family}`)).toEqual(["0 page", "0 product", "20 product", "20 cart", "20 checkout", "59 page"]);
  const one = drawn.full / 4;
  expect(drawn.bars.map(({ height }) => height / one)).toEqual([1, 1, 2, 1, 1, 1].map((count) => expect.closeTo(count, 3)));
  // They stand on the floor and on each other.
  expect(drawn.bars.map(({ y, height }) => (drawn.floor - y - height) / one)).toEqual([0, 1, 0, 2, 3, 0].map((count) => expect.closeTo(count, 3)));
  for (const { inside, tall, height } of drawn.bars) expect([inside, Math.abs(tall - height) <= 1]).toEqual([true, true]);
  expect(new Set(drawn.bars.map(({ colour }) => colour)).size, "a colour for each family").toBe(4);
  expect(drawn.told.map((text) => text.replace(/^[^:]*:\d\d: /, ""))).toEqual(["Page views 1, Product views 1", "Product views 2, Cart 1, Checkout and orders 1", "Page views 1"]);
  expect(await page.locator(".legend li").allTextContents()).toEqual(["Page views 2", "Product views 3", "Cart 1", "Checkout and orders 1"]);
});

test("the funnel counts sessions that took every step in order", async ({ page, edge }) => {
  const all = [VIEW, ADD, CHECKOUT, ORDER];
  const walk = (digit, types, from = 0) => types.map((type, index) => at(from + index, type, digit));
  await open(page, edge, [
    ...walk(1, all), ...walk(2, [VIEW, ADD, CHECKOUT]), ...walk(3, [VIEW, ADD]), ...walk(4, [VIEW]), ...walk(5, [VIEW]),
    // No step without those before, none twice, and not over two sessions of one shopper.
    ...walk(6, [ADD, CHECKOUT, ORDER]), ...walk(7, [VIEW, ORDER, VIEW, VIEW]), ...walk(8, [VIEW]), ...walk(8, [ADD, CHECKOUT], 2 * SESSION / MINUTE),
  ], "Numbers");
  const steps = page.locator(".funnel li");
  await expect(steps).toHaveCount(4);
  const read = await steps.evaluateAll((list) => list.map((step) => [step.querySelector("span").textContent, step.querySelector("strong").textContent, Number(step.querySelector(".part").getAttribute("width")), step.querySelector(".note").textContent]));
  expect(read).toEqual([
    ["Product view", "7", 100, "sessions that looked at a product"],
    ["Cart", "3", expect.closeTo(300 / 7, 3), "43 % of the step before, 43 % of all"],
    ["Checkout", "2", expect.closeTo(200 / 7, 3), "67 % of the step before, 29 % of all"],
    ["Order", "1", expect.closeTo(100 / 7, 3), "50 % of the step before, 14 % of all"],
  ]);
  const widths = await page.locator(".funnel .part").evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().width / part.previousSibling.getBoundingClientRect().width));
  expect(widths).toEqual([1, 3 / 7, 2 / 7, 1 / 7].map((part) => expect.closeTo(part, 1)));
});

test("filters by type, shopper, session and text leave what they say, alone and together", async ({ page, edge }) => {
  await open(page, edge, [
    at(0, VIEW, 1, { productListItems: [{ SKU: "ONE" }] }), at(1, ADD, 1, { productListItems: [{ SKU: "ONE" }] }),
    at(70, VIEW, 1, { productListItems: [{ SKU: "LATER" }] }),
    at(2, VIEW, 2, { productListItems: [{ SKU: "TWO" }] }), at(3, PAGE, 2),
  ]);
  const filter = (name) => page.getByRole("group", { name: "Filters" }).getByLabel(new RegExp(`^${name}`));
  const left = async (count, rows) => {
    await expect(page.getByText(`${count} of 5 events`)).toBeVisible();
    await expect.poll(async () => (await page.locator(".row .type").allTextContents()).sort()).toEqual(rows.sort());
  };
  const options = (name) => filter(name).locator("option").allTextContents();
  await expect.poll(() => options("Type")).toEqual(["All types", ADD, VIEW, PAGE]);
  expect(await options("Shopper")).toEqual(["All shoppers", "…111111", "…222222"]);
  expect(await options("Session"), "two of the first shopper, who was away for more than half an hour").toHaveLength(4);

  await filter("Type").selectOption(VIEW);
  await left(3, ["productViews", "productViews", "productViews"]);
  await filter("Shopper").selectOption(shopper(1));
  await left(2, ["productViews", "productViews"]);
  await expect.poll(() => options("Session")).toHaveLength(3);
  await filter("Session").selectOption({ index: 2 });
  await left(1, ["productViews"]);
  await expect(page.locator(".row .what")).toHaveText("LATER");
  await filter("Type").selectOption("");
  await left(1, ["productViews"]);
  await filter("Session").selectOption({ index: 1 });
  await left(2, ["productListAdds", "productViews"]);
  // Another shopper has other sessions.
  await filter("Shopper").selectOption(shopper(2));
  await left(2, ["pageViews", "productViews"]);
  await filter("Contains").fill("two");
  await left(1, ["productViews"]);
  await filter("Shopper").selectOption("");
  await filter("Contains").fill("one");
  await left(2, ["productListAdds", "productViews"]);
  await filter("Type").selectOption(PAGE);
  await expect(page.getByText("No event fits the filters.")).toBeVisible();
});
