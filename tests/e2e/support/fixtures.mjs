// What every spec stands on: per worker one edge, one proxy before it, one page server and one browser that takes
// shop.test and edge.adobedc.net for these; per test a clean edge and a page whose troubles are written down.
import { expect, test as base } from "@playwright/test";
import { startEdge } from "./edge.mjs";
import { BUILT, NPM, PKG, WWW } from "./paths.mjs";
import { startProxy } from "./proxy.mjs";
import { SITE_HOSTS, startSite } from "./site.mjs";

export { expect };

const EDGE_HOST = "edge.adobedc.net";

/**
 * Writes down what a shopper's console would show.
 * @returns {{ errors: string[], console: { type: string, text: string }[], said: () => string[], ours: () => string[] }}
 */
export const watch = (page) => {
  const seen = { errors: [], console: [] };
  page.on("pageerror", (error) => seen.errors.push(String(error?.stack ?? error)));
  page.on("console", (message) => seen.console.push({ type: message.type(), text: message.text() }));
  /** Every line of ours. */
  seen.said = () => seen.console.filter(({ text }) => text.includes("[storefront-collector]")).map(({ text }) => text);
  /** Those that name a problem; which build runs is none. */
  seen.ours = () => seen.said().filter((text) => !text.includes("the plain JavaScript build runs"));
  return seen;
};

export const test = base.extend({
  /** `javascript`: a browser without WebAssembly, in which the drop-in takes the plain JavaScript build. */
  build: ["wasm", { option: true, scope: "worker" }],

  edgeServer: [async ({}, use) => {
    const edge = await startEdge(["--serve", WWW, "--mount", `/pkg=${PKG}`, "--mount", `/npm=${NPM}`]);
    await use(edge);
    await edge.stop();
  }, { scope: "worker" }],

  proxyServer: [async ({ edgeServer }, use) => {
    const proxy = await startProxy(edgeServer.ports.https);
    await use(proxy);
    await proxy.stop();
  }, { scope: "worker" }],

  site: [async ({}, use) => {
    const site = await startSite({
      "/pkg": PKG, "/npm": NPM, "/storefront-collector": PKG, "/built": BUILT,
      // Where Commerce deploys what stands below a module's view/frontend/web.
      "/static/version1732000000/frontend/Magento/luma/en_US/Example_StorefrontCollector/storefront-collector": PKG,
    });
    await use(site);
    await site.stop();
  }, { scope: "worker" }],

  browser: [async ({ playwright, site, proxyServer, build }, use) => {
    const rules = [
      ...SITE_HOSTS.map((host) => `MAP ${host}:443 127.0.0.1:${site.port}`),
      `MAP ${EDGE_HOST}:443 127.0.0.1:${proxyServer.port}`,
      "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost",
    ].join(" , ");
    const browser = await playwright.chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--no-first-run", "--ignore-certificate-errors", `--host-resolver-rules=${rules}`,
      ],
    });
    if (build === "javascript") {
      // Also for contexts that a test opens by itself.
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const context = await newContext(options);
        await context.addInitScript(() => { delete globalThis.WebAssembly; });
        return context;
      };
    }
    await use(browser);
    await browser.close();
  }, { scope: "worker" }],

  edge: async ({ edgeServer }, use) => {
    await edgeServer.reset();
    await use(edgeServer);
    await edgeServer.heal();
  },

  /** `test.use({ tolerated: /…/ })`: problems with these fields (or in these requests) are what the tests are about. */
  tolerated: [/^$/, { option: true }],

  // Whatever the test was about, and whether it looked or not: what left obeys the Edge protocol and XDM.
  checked: [async ({ edge, tolerated }, use) => {
    await use();
    expect((await edge.wrong()).filter((problem) => !tolerated.test(`${problem.in} ${problem.path}`)), "what left obeys the Edge protocol and XDM").toEqual([]);
  }, { auto: true }],

  // Not `proxy`: that is an option of Playwright.
  network: async ({ proxyServer }, use) => {
    proxyServer.reset();
    await use(proxyServer);
    proxyServer.reset();
  },
});
