// What stays behind: nothing of ten thousand delivered events, and nothing of a collector that was stopped.
import { expect, test } from "./support/fixtures.mjs";
import { OURS, collector, contexts, page as html, push, sdk } from "./support/pages.mjs";

/** What the page holds after collection: bytes of JavaScript and of WebAssembly memory, and listeners on events. */
const held = async (page, devtools) => {
  // The page's own list keeps whatever it is given.
  await page.evaluate(() => { window.adobeDataLayer.length = 0; });
  for (let n = 0; n < 3; n += 1) await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize: heap } = await devtools.send("Runtime.getHeapUsage");
  const { jsEventListeners: listeners } = await devtools.send("Memory.getDOMCounters");
  const wasm = await page.evaluate(async () => {
    const { default: init } = await import("/pkg/storefront_collector.js");
    return (await init()).memory.buffer.byteLength;
  });
  return { heap, listeners, wasm };
};

/** The names of what is stored of events. */
const stored = (page) => page.evaluate(async () => {
  const database = await new Promise((resolve) => { indexedDB.open("storefront-collector").onsuccess = ({ target }) => resolve(target.result); });
  const keys = await new Promise((resolve) => { database.transaction("outbox").objectStore("outbox").getAllKeys().onsuccess = ({ target }) => resolve(target.result); });
  database.close();
  return [...keys, ...Object.keys(localStorage).filter((key) => key.startsWith("storefront-collector:"))];
});

/** Publishes page views through the collector and waits until they are delivered. */
const publish = (page, count) => page.evaluate(async (count) => {
  const running = window.storefrontCollector;
  for (let n = 0; n < count; n += 1) running.publish("page-view", { web: { webPageDetails: { name: `view ${n}` } } });
  await running.flush();
}, count);

test("ten thousand delivered events leave nothing behind", async ({ page, site, edge, context }) => {
  test.setTimeout(120_000);
  const devtools = await context.newCDPSession(page);
  await page.goto(site.page(html(sdk(), push(...contexts({ datastreamId: OURS })), collector())));
  await page.waitForFunction(() => window.storefrontCollector?.status().state);
  // As many records as are kept, and all that is made once: the database is when an event has to wait.
  await edge.fault({ status: 503 });
  const waiting = publish(page, 250);
  await page.waitForTimeout(1_000);
  await edge.heal();
  await waiting;
  for (let n = 0; n < 3; n += 1) await publish(page, 250);
  const before = await held(page, devtools);
  for (let n = 0; n < 40; n += 1) {
    await publish(page, 250);
    await edge.reset();
  }
  const { accepted, queued } = (await page.evaluate(() => window.storefrontCollector.status())).counts;
  expect({ accepted, queued }).toEqual({ accepted: 11_000, queued: 0 });
  const after = await held(page, devtools);
  expect(after.listeners).toBe(before.listeners);
  expect(after.wasm, "WebAssembly's memory").toBe(before.wasm);
  expect((after.heap - before.heap) / 10_000, "bytes of JavaScript an event leaves").toBeLessThan(50);
  expect(await stored(page)).toEqual([]);
});

test("a thousand starts and stops leave nothing behind", async ({ page, site, context }) => {
  test.setTimeout(120_000);
  const devtools = await context.newCDPSession(page);
  await page.goto(site.page(html(push(...contexts({ datastreamId: OURS })))));
  const again = (times) => page.evaluate(async (times) => {
    const { default: init, start } = await import("/pkg/storefront_collector.js");
    await init();
    for (let n = 0; n < times; n += 1) await (await start()).stop();
  }, times);
  // A collector that nobody has any more goes with the next collection, and memory that has been taken stays taken.
  const rounds = async (count) => {
    for (let n = 0; n < count; n += 1) {
      await again(100);
      await held(page, devtools);
      await page.waitForTimeout(100);
    }
    // What `stop` waits for at most is a timer, which ends by itself.
    await page.waitForTimeout(3_100);
    return held(page, devtools);
  };
  const before = await rounds(5);
  const after = await rounds(5);
  expect(after.listeners).toBe(before.listeners);
  // How many collectors wait for a collection at once is the engine's to say, and memory comes in pages of 64 KB: a
  // collector that is kept takes 2,600 bytes.
  expect((after.wasm - before.wasm) / 500, "bytes of WebAssembly's memory a start leaves").toBeLessThan(500);
  expect(await page.evaluate(async () => (await navigator.locks.query()).held), "locks").toEqual([]);
  expect((after.heap - before.heap) / 500, "bytes of JavaScript a start leaves").toBeLessThan(200);
});
