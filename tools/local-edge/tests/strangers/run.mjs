// Strangers' clients judge the local edge: Adobe's own Web SDK and storefront collector, unchanged, in
// Chromium, reaching edge.adobedc.net and adobedc.demdex.net over TLS. Run from the repository root:
//
//   node tools/local-edge/tests/strangers/run.mjs [--modules DIR] [--binary FILE]
//
// DIR is a node_modules with playwright, @adobe/alloy, @adobe/magento-storefront-events-sdk and
// @adobe/magento-storefront-event-collector. `cargo xtask test` runs it as its stage `strangers`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    modules: { type: "string", default: "node_modules" },
    binary: { type: "string", default: "target/debug/local-edge" },
  },
});
const modules = path.resolve(values.modules);
const { chromium } = createRequire(path.join(modules, "x.js"))("playwright");
const ORG = "5BFE274A5F6980A50A495C08@AdobeOrg";
const DATASTREAM = "ebebf826-a01f-4458-8cec-ef61de241c93";
const PAGE = "https://www.shop.example.com/";

const server = spawn(path.resolve(values.binary), [
  "--http", "127.0.0.1:0", "--https", "127.0.0.1:0",
  "--serve", import.meta.dirname,
  "--mount", `/alloy=${path.join(modules, "@adobe/alloy/dist")}`,
  "--mount", `/sdk=${path.join(modules, "@adobe/magento-storefront-events-sdk/dist")}`,
  "--mount", `/collector=${path.join(modules, "@adobe/magento-storefront-event-collector/dist")}`,
]);
const { http, https } = JSON.parse(await new Promise((resolve) => readline.createInterface(server.stdout).once("line", resolve)));
const ask = async (at, body) => {
  const answer = await fetch(`${http}/_edge/${at}`, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  return answer.json();
};

const port = new URL(https).port;
const mapped = ["www.shop.example.com", "edge.adobedc.net", "adobedc.demdex.net"].map((host) => `MAP ${host}:443 127.0.0.1:${port}`);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    `--host-resolver-rules=${[...mapped, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"].join(", ")}`, "--ignore-certificate-errors", "--no-sandbox",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  ],
});

/** Opens the page in a fresh or given profile and keeps what the console says. */
async function open(context, address = PAGE) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => ["warning", "error"].includes(message.type()) && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(address);
  return page;
}

const checks = {
  async "identity, two events and consent, over both hosts"() {
    const context = await browser.newContext();
    const page = await open(context);
    const result = await page.evaluate(async ([orgId, datastreamId]) => {
      await alloy("configure", { orgId, datastreamId, debugEnabled: false });
      const identity = await alloy("getIdentity", { namespaces: ["ECID", "CORE"] });
      await alloy("sendEvent", { type: "web.webpagedetails.pageViews", xdm: { _id: "one" } });
      await alloy("sendEvent", { xdm: { _id: "two", eventType: "commerce.productViews", commerce: { productViews: { value: 1 } } } });
      await alloy("setConsent", { consent: [{ standard: "Adobe", version: "1.0", value: { general: "in" } }] });
      return identity;
    }, [ORG, DATASTREAM]);
    assert.match(result.identity.ECID, /^\d{38}$/);
    assert.match(result.identity.CORE, /^\d{38}$/);
    assert.equal(result.edge.regionId, 9);
    const requests = await ask("requests");
    assert.deepEqual(requests.map((request) => [request.action, request.hint, request.status]), [
      ["identity/acquire", null, 200], ["interact", "or2", 200], ["interact", "or2", 200], ["privacy/set-consent", "or2", 200],
    ]);
    assert.deepEqual(requests.map((request) => new URL(request.url).host), ["adobedc.demdex.net", ...Array(3).fill("edge.adobedc.net")]);
    for (const request of requests) {
      assert.equal(request.shopper, result.identity.ECID);
      assert.deepEqual(request.problems, []);
    }
    const events = await ask("events");
    assert.deepEqual(events.map((event) => [event.id, event.status]), [["one", "accepted"], ["two", "accepted"]]);
    // The Web SDK leaves the identity map to Edge and sends an empty referrer: nothing else is wrong.
    for (const event of events) {
      assert.deepEqual(event.problems.map((problem) => problem.path).sort(), ["identityMap", "web.webReferrer.URL"]);
    }
    const cookies = Object.fromEntries((await context.cookies(PAGE)).map((cookie) => [cookie.name, cookie]));
    assert.equal(cookies[`kndctr_${ORG.replace("@", "_")}_consent`].value, "general=in");
    assert.equal(cookies[`kndctr_${ORG.replace("@", "_")}_cluster`].value, "or2");
    assert.equal(cookies[`kndctr_${ORG.replace("@", "_")}_identity`].sameSite, "None");
    assert.deepEqual(page.complaints, []);

    const again = await open(context);
    const same = await again.evaluate(async ([orgId, datastreamId]) => {
      await alloy("configure", { orgId, datastreamId });
      return (await alloy("getIdentity")).identity.ECID;
    }, [ORG, DATASTREAM]);
    assert.equal(same, result.identity.ECID);
    await context.close();
  },

  async "a refusal stops later events, and the server ignores what still comes"() {
    const context = await browser.newContext();
    const page = await open(context);
    await page.evaluate(async ([orgId, datastreamId]) => {
      await alloy("configure", { orgId, datastreamId, thirdPartyCookiesEnabled: false });
      await alloy("setConsent", { consent: [{ standard: "Adobe", version: "2.0", value: { collect: { val: "n" } } }] });
      await alloy("sendEvent", { type: "a" });
    }, [ORG, DATASTREAM]);
    assert.deepEqual((await ask("requests")).map((request) => request.action), ["privacy/set-consent"]);
    const cookies = await context.cookies(PAGE);
    assert.equal(cookies.find((cookie) => cookie.name.endsWith("_consent")).value, "general=out");
    await context.close();
  },

  async "a beacon, a retried 503 and a refused datastream"() {
    const context = await browser.newContext();
    const page = await open(context);
    await fetch(`${http}/_edge/faults`, { method: "POST", body: JSON.stringify([{ action: "interact", times: 1, fault: { status: 503, retryAfter: 0 } }]) });
    await ask("config", { refuse: ["unknown"] });
    const message = await page.evaluate(async ([orgId, datastreamId]) => {
      await alloy("configure", { orgId, datastreamId, thirdPartyCookiesEnabled: false });
      await alloy("sendEvent", { type: "a", xdm: { _id: "retried" } });
      await alloy("sendEvent", { type: "b", documentUnloading: true, xdm: { _id: "beacon" } });
      return alloy("sendEvent", { type: "c", edgeConfigOverrides: { datastreamId: "unknown" } }).then(() => "sent", (error) => error.message);
    }, [ORG, DATASTREAM]);
    assert.match(message, /status code 400[^]*EXEG-0003-400/);
    for (let turn = 0; turn < 40 && (await ask("events")).length < 4; turn++) await new Promise((resolve) => setTimeout(resolve, 50));
    const events = await ask("events");
    const became = (id) => events.filter((event) => event.id === id).map((event) => [event.action, event.status]);
    assert.deepEqual(became("retried"), [["interact", "refused"], ["interact", "accepted"]]);
    assert.deepEqual(became("beacon"), [["collect", "accepted"]]);
    await context.close();
  },

  async "Adobe's storefront collector and its own sender"() {
    const context = await browser.newContext();
    const page = await open(context, `${PAGE}collector.html`);
    await page.evaluate(() => {
      const events = window.magentoStorefrontEvents;
      events.context.setStorefrontInstance({
        environmentId: "e-1", websiteCode: "base", storeCode: "main", storeViewCode: "default",
        storeUrl: location.origin, storeViewCurrencyCode: "USD", baseCurrencyCode: "USD",
      });
      events.context.setPage({ pageType: "Home", pageName: "Home", eventType: "visibilityHidden", maxXOffset: 0, maxYOffset: 0, minXOffset: 0, minYOffset: 0 });
      events.publish.pageView();
      events.context.setProduct({ productId: 1, name: "Bag", sku: "24-MB01", pricing: { regularPrice: 34, currencyCode: "USD" } });
      events.publish.productPageView();
    });
    for (let turn = 0; turn < 100 && (await ask("events")).length < 2; turn++) await new Promise((resolve) => setTimeout(resolve, 100));
    const events = await ask("events");
    assert.deepEqual(events.map((event) => [event.eventType, event.status]).sort(), [
      ["commerce.productViews", "accepted"], ["web.webpagedetails.pageViews", "accepted"],
    ]);
    for (const event of events) assert.equal(event.xdm.identityMap.ECID[0].id, event.shopper);
    const { rows } = await ask("query", { sql: "SELECT productListItems[0].SKU, _id IS NULL FROM your_dataset WHERE eventType = 'commerce.productViews'" });
    assert.deepEqual(rows, [["24-MB01", 1]]);
    // What Adobe's collector sends wrongly is found: no event ID, an empty referrer.
    for (const event of events) assert.ok(event.problems.some((problem) => problem.path === "_id"));
    for (const request of await ask("requests")) assert.deepEqual([request.status, request.problems], [200, []]);
    await context.close();
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  await ask("reset", {});
  try {
    await check();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}
await browser.close();
server.kill();
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
