// What an event asks of the browser, counted: calls that reach another process or the disk take longer than all the rest.
import { expect, test } from "./support/fixtures.mjs";
import { OURS, code, collector, contexts, page as html, push, sdk } from "./support/pages.mjs";

/** Runs in the page before anything else. */
const count = () => {
  window.calls = { cookies: 0, writes: 0, transactions: 0 };
  window.databases = 0;
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...name) { window.databases += 1; return open.apply(this, name); };
  const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", { set, configurable: true, get() { window.calls.cookies += 1; return get.call(this); } });
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (...pair) { window.calls.writes += 1; return setItem.apply(this, pair); };
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...names) { window.calls.transactions += 1; return transaction.apply(this, names); };
};

test("an event reads the cookies once and is written once, and a delivered one never costs a transaction", async ({ page, site, edge }) => {
  await page.addInitScript(count);
  await page.goto(site.page(html(sdk(), push(...contexts({ datastreamId: OURS })), collector())));
  await page.waitForFunction(() => window.storefrontCollector?.status().state);
  await page.evaluate(async () => {
    window.magentoStorefrontEvents.publish.pageView();
    await window.storefrontCollector.flush();
  });
  // What start-up has to move and to look for is done.
  await page.waitForTimeout(2_000);
  const seen = await page.evaluate(async () => {
    const { context, publish } = window.magentoStorefrontEvents;
    Object.assign(window.calls, { cookies: 0, writes: 0, transactions: 0 });
    for (let n = 0; n < 10; n += 1) {
      context.setProduct({ productId: n, name: `Product ${n}`, sku: `P-${n}` });
      context.setAccount({ firstName: "A", lastName: "B", emailAddress: "a@shop.test", accountType: "B", accountId: "7" });
      publish.productPageView();
    }
    // The work is done when the theme's own code is.
    const within = { ...window.calls };
    await null;
    return [within, { ...window.calls }];
  });
  expect(seen[0], "within the theme's own code").toEqual({ cookies: 0, writes: 0, transactions: 0 });
  expect(seen[1]).toEqual({ cookies: 10, writes: 10, transactions: 0 });
  await page.evaluate(() => window.storefrontCollector.flush());
  expect(await page.evaluate(() => window.calls.transactions)).toBeLessThanOrEqual(2);
  expect((await edge.events()).length).toBe(11);
});

test("a new shopper's first page reads the cookies for each thing that happens", async ({ page, site, edge }) => {
  await page.addInitScript(count);
  await page.goto(site.page(html(sdk(), push(...contexts({ datastreamId: OURS })), collector(), code("window.magentoStorefrontEvents.publish.pageView();"))));
  await edge.settled((events) => events.length === 1);
  // The answer is there, and what the browser tells of the cookies that came with it has been told.
  await page.waitForTimeout(700);
  // The event; the identity's lock; the widest domain, tried once; the answers of acquire and interact.
  expect(await page.evaluate(() => window.calls.cookies)).toBeLessThanOrEqual(5);
});

test("a page whose events need not wait opens no database", async ({ page, site }) => {
  await page.addInitScript(count);
  await page.goto(site.page(html(push(...contexts({ datastreamId: OURS })), collector())));
  await page.waitForFunction(() => window.storefrontCollector?.status().state === "running");
  await page.waitForTimeout(1_000);
  expect(await page.evaluate(() => window.databases)).toBe(0);
});
