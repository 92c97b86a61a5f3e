// What the smoke stands on: edge, network and page server of the end-to-end tests, and per worker one browser of one
// engine. Each test has a shop under a name of its own, so that nothing one test leaves behind reaches the next.
import { expect, test as base } from "../../e2e/support/fixtures.mjs";
import { code, page as html } from "../../e2e/support/pages.mjs";
import { startEngine } from "./engines.mjs";
import { startGateway } from "./gateway.mjs";

export { expect };

const SHOP = /^shop\d+\.test$/;
let shops = 0;

/** What goes wrong on a page, written down by the page itself: not every driver tells it. */
const SEEN = code(() => {
  const seen = (window.seen = { errors: [], said: [] });
  addEventListener("error", ({ message }) => seen.errors.push(String(message)));
  addEventListener("unhandledrejection", ({ reason }) => seen.errors.push(String(reason)));
  for (const level of ["log", "info", "warn", "error"]) {
    const own = console[level];
    console[level] = (...parts) => {
      const line = parts.map(String).join(" ");
      if (line.includes("[storefront-collector]")) seen.said.push(line);
      own.apply(console, parts);
    };
  }
});
const WITHOUT_WEBASSEMBLY = code(() => { delete globalThis.WebAssembly; });

/** One window, and the little of it that the smoke needs. */
const windowOf = (driver, timeout) => {
  const evaluate = async (act, argument = null) => {
    const source = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${act})(arguments[0])).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await driver.executeAsyncScript(source, argument);
    if (error) throw new Error(error);
    return value;
  };
  const until = (act, argument) => expect.poll(() => evaluate(act, argument), { timeout }).toBeTruthy();
  return {
    goto: (url) => driver.get(url),
    url: () => driver.getCurrentUrl(),
    evaluate,
    until,
    /** Waits until the collector runs. */
    ready: () => until(() => Boolean(window.storefrontCollector)),
    /** Opens another window, acts in it, closes it. */
    inNewWindow: async (act) => {
      const first = await driver.getWindowHandle();
      await driver.switchTo().newWindow("tab");
      await act();
      await driver.close();
      await driver.switchTo().window(first);
    },
    /** Closes this window in the very task in which `act` runs, as far as the driver can. */
    closeAfter: async (act, argument) => {
      const first = await driver.getWindowHandle();
      await driver.switchTo().newWindow("tab");
      const next = await driver.getWindowHandle();
      await driver.switchTo().window(first);
      await evaluate(act, argument);
      await driver.close();
      await driver.switchTo().window(next);
    },
  };
};

export const test = base.extend({
  /** `chromium`, `firefox` or `webkit`. */
  engine: ["chromium", { option: true, scope: "worker" }],

  gateway: [async ({ site, proxyServer }, use) => {
    const gateway = await startGateway([{ test: SHOP, port: site.port }, { test: /^edge\.adobedc\.net$/, port: proxyServer.port }]);
    await use(gateway);
    await gateway.stop();
  }, { scope: "worker" }],

  driver: [async ({ engine, gateway }, use) => {
    const { driver, stop } = await startEngine(engine, gateway.address);
    await use(driver);
    await stop();
  }, { scope: "worker", timeout: 90_000 }],

  /** The shop of one test: its pages, and what of them reached the edge. */
  shop: async ({ site, build, edge }, use) => {
    const host = `shop${(shops += 1)}.test`;
    const ours = (events) => events.filter(({ xdm }) => new URL(xdm.web.webPageDetails.URL).host === host);
    await use({
      /** The address of a page of these parts. */
      page: (...parts) => site.page(html(...(build === "javascript" ? [WITHOUT_WEBASSEMBLY] : []), SEEN, ...parts), { host }),
      settled: async (enough, options) => ours(await edge.settled((events) => enough(ours(events)), options)),
      requests: async () => (await edge.requests()).filter(({ headers }) => headers.origin === `https://${host}`),
    });
  },

  tab: async ({ driver, network }, use) => {
    void network;
    await use(windowOf(driver, 15_000));
  },
});
