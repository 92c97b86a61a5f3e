// What QA sees: the local edge's page, the inspector, and that both are usable by everybody and strict about scripts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KINDS } from "./scenarios.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { NPM } from "./support/paths.mjs";
import { OURS, ORG, code, collector, contexts, page as html, settings } from "./support/pages.mjs";
import { DATASTREAM, SHOP_PAGES, address, shopThrough } from "./support/shopping.mjs";

const AXE = readFileSync(join(NPM, "axe-core/axe.min.js"), "utf8");

/** Writes down every violation of a page's policy, also of pages that are left. */
const guard = async (page) => {
  const violations = [];
  await page.exposeBinding("violated", (_, text) => violations.push(text));
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => window.violated(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`)));
  return violations;
};

/** The serious faults that axe finds, in one line each. */
const faults = async (page) => {
  await page.evaluate(AXE);
  // What is still fading in has less contrast than it will have.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")} (${failureSummary.split("\n")[1]?.trim()})`).join("; ")}`);
};

/** Asks the page by SQL; gives back the rows that it shows. */
const sql = async (page, text) => {
  await page.getByLabel("SQL", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.locator(".message")).toHaveText(/rows? in|refused|no such function|authorized/i);
  return page.locator(".result tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].slice(1).map(({ textContent }) => textContent)));
};

// Adobe's Web SDK itself adds an empty referrer to some events; the edge's page is shown a purchase of two kinds of fault.
test.use({ tolerated: / (web\.webReferrer\.URL|commerce\.purchases\.value)$/ });

for (const sender of ["bundled", "own"]) {
  test(`whoever has shopped with the ${sender} sender finds all 19 kinds by SQL on the edge's page`, async ({ page, edge, context }) => {
    const violations = await guard(page);
    const seen = watch(page);
    const base = address(edge, "http");
    await page.goto(`${base}/img/mark.svg`);
    await page.evaluate((chosen) => localStorage.setItem("fjord-and-finch", JSON.stringify({ sender: chosen })), sender);
    const order = await shopThrough(page, base);
    const types = KINDS.flatMap(({ eventType }) => eventType ?? []).concat("commerce.saveForLaters");
    await edge.settled((list) => types.every((type) => list.some(({ eventType }) => eventType === type)), { datastreamId: DATASTREAM, quiet: 8_000 });

    const query = await context.newPage();
    await query.goto(`${base}/_edge/#query`);
    await expect(query.getByLabel("SQL", { exact: true })).toHaveValue("SELECT * FROM your_dataset ORDER BY timestamp DESC");
    const found = new Set((await sql(query, "SELECT DISTINCT eventType FROM your_dataset")).map(([type]) => type));
    expect([...types].filter((type) => !found.has(type))).toEqual([]);
    expect(await sql(query, "SELECT DISTINCT commerce.order.purchaseID, commerce.order.priceTotal, commerce.promotionID FROM your_dataset WHERE eventType = 'commerce.purchases'"))
      .toEqual([[order, "134.06", "AUTUMN"]]);
    expect(await sql(query, "SELECT DISTINCT productListItems[0].SKU, productListItems[0].quantity, productListItems[0].priceTotal FROM your_dataset WHERE eventType = 'commerce.productListAdds'"))
      .toEqual([["FF-JKT", "2", "239"]]);
    expect(await sql(query, "SELECT DISTINCT personalEmail.address FROM your_dataset WHERE eventType = 'userAccount.login'")).toEqual([["astrid@shop.test"]]);
    // Adobe's Web SDK itself adds an empty referrer to some events.
    expect(await sql(query, "SELECT eventType, problems FROM events WHERE problems <> '[]' AND problems NOT LIKE '%web.webReferrer.URL%'")).toEqual([]);
    // However the events left, they left for this machine's own address.
    const hosts = new Set((await edge.requests()).map(({ host }) => host));
    expect([...hosts]).toEqual([new URL(base).host]);
    if (sender === "own") expect(await sql(query, "SELECT DISTINCT implementationDetails.name FROM your_dataset")).toEqual([[expect.stringContaining("alloy")]]);
    expect(violations).toEqual([]);
    expect(seen.errors).toEqual([]);
  });
}

test("the edge's page shows events as they arrive, by keyboard, and exports what was asked", async ({ page, edge }) => {
  const violations = await guard(page);
  const base = address(edge, "http");
  const answer = await page.goto(`${base}/_edge/`);
  expect(answer.headers()["content-security-policy"]).not.toContain("unsafe");
  await expect(page.getByText("No event yet.")).toBeVisible();
  const send = (count, change = {}) => page.evaluate(async ({ url, count: many, change: extra, from }) => {
    for (let done = 0; done < many; done += 100) {
      const events = Array.from({ length: Math.min(100, many - done) }, (_, index) => ({ xdm: { _id: `${from}-${done + index}`, timestamp: new Date().toISOString(), identityMap: { ECID: [{ id: "1".repeat(38), primary: true }] }, eventType: "commerce.productViews", commerce: { productViews: { value: 1 } }, productListItems: [{ SKU: `S${done + index}` }], ...extra } }));
      await fetch(url, { method: "POST", body: JSON.stringify({ query: { identity: { fetch: ["ECID"] } }, meta: { state: { domain: location.hostname, cookiesEnabled: true } }, events }) });
    }
  }, { url: `${base}/ee/v1/interact?configId=${OURS}&requestId=0b0a2f2e-0000-4000-8000-000000000001`, count, change, from: Math.random() });
  await send(3_000);
  await send(1, { eventType: "commerce.purchases", commerce: { purchases: { value: "many" } } });
  await expect(page.getByText("3,001 of 3,001 events, 1 with faults")).toBeVisible();
  expect(await page.locator(".row").count(), "only what is in sight stands in the page").toBeLessThan(80);

  const list = page.getByRole("listbox");
  await list.focus();
  await page.keyboard.press("End");
  await expect(page.locator(".row[aria-selected=true]")).toHaveAttribute("aria-posinset", "3001");
  await page.keyboard.press("Home");
  const detail = page.getByRole("region", { name: "Chosen event" });
  await expect(detail.getByText("commerce.purchases.value")).toBeVisible();
  await expect(detail.getByText("Answer", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(detail).toBeHidden();
  await page.getByLabel("Check").selectOption("With faults");
  await expect(page.getByText("1 of 3,001 events")).toBeVisible();

  await page.getByRole("link", { name: "Numbers" }).click();
  await expect(page.getByRole("img", { name: "Events over time by type" })).toBeVisible();
  await page.getByRole("link", { name: "Query" }).click();
  expect(await sql(page, "SELECT eventType, productListItems FROM your_dataset WHERE eventType = 'commerce.purchases'")).toHaveLength(1);
  for (const [name, text] of [["CSV", "eventType,productListItems\r\ncommerce.purchases,\"[{\"\"SKU\"\":\"\"S0\"\"}]\"\r\n"], ["NDJSON", "{\"eventType\":\"commerce.purchases\",\"productListItems\":[{\"SKU\":\"S0\"}]}\n"]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: `Export ${name}` }).click()]);
    expect(readFileSync(await download.path(), "utf8")).toBe(text);
  }
  for (const bad of ["DELETE FROM events", "ATTACH DATABASE '/tmp/x.db' AS x", "SELECT readfile('/etc/passwd')", "SELECT 1; DROP TABLE events", "PRAGMA query_only = 0"]) {
    expect(await sql(page, bad), bad).toEqual([]);
    await expect(page.locator(".message.error"), bad).toBeVisible();
  }
  expect(await sql(page, "SELECT COUNT(*) FROM events")).toEqual([["3001"]]);
  expect(violations).toEqual([]);
});

// One test for all pages: each page must be there anyway before axe looks at it.
test("axe finds no serious fault on shop, edge page and inspector, light and dark, and no policy is violated", async ({ page, edge }) => {
  test.setTimeout(90_000);
  const violations = await guard(page);
  const base = address(edge, "http");
  const found = [];
  await page.goto(`${base}/product.html?sku=FF-JKT`);
  expect(await page.locator("meta[http-equiv]").getAttribute("content")).not.toContain("unsafe-inline");
  found.push(...await faults(page));
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByLabel("Ochre", { exact: true }).check();
  await page.getByLabel("L", { exact: true }).check();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: /^Cart,/ }).click();
  found.push(...await faults(page));
  for (const name of SHOP_PAGES) {
    await page.emulateMedia({ colorScheme: SHOP_PAGES.indexOf(name) % 2 ? "dark" : "light" });
    await page.goto(`${base}/${name}.html${name === "category" ? "?id=wear" : ""}`);
    await expect(page.locator("main h1").first()).toBeVisible();
    found.push(...await faults(page));
  }
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${base}/product.html?sku=FF-LMP&storefront-collector-debug`);
    for (const tab of ["Events", "Settings", "Why?"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByRole("tabpanel").locator("details summary").first().click({ timeout: 500 }).catch(() => {});
      found.push(...await faults(page));
    }
    await page.goto(`${base}/_edge/#live`);
    await page.locator(".row").first().click();
    await expect(page.getByText("Answer", { exact: true })).toBeVisible();
    found.push(...await faults(page));
    await page.getByRole("link", { name: "Query" }).click();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(page.getByRole("region", { name: "Result" })).toBeVisible();
    found.push(...await faults(page));
    await page.getByRole("link", { name: "Numbers" }).click();
    await expect(page.getByRole("img", { name: "Events over time by type" })).toBeVisible();
    found.push(...await faults(page));
  }
  expect(found).toEqual([]);
  expect(violations).toEqual([]);
});

test("the inspector is not fetched until it is asked for, and shows settings, queue and events", async ({ page, edge, context }) => {
  const base = address(edge, "http");
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto(`${base}/product.html?sku=FF-LMP`);
  await page.getByRole("button", { name: "Accept" }).click();
  await edge.settled((list) => list.length >= 2);
  expect(fetched).not.toContain("/pkg/inspector.js");
  await page.goto(`${base}/product.html?sku=FF-LMP&storefront-collector-debug`);
  await expect(page.getByRole("heading", { name: "Events are sent" })).toBeVisible();
  expect(fetched.filter((path) => path === "/pkg/inspector.js")).toHaveLength(1);

  await page.getByRole("tab", { name: "Why?" }).focus();
  await page.keyboard.press("ArrowRight");
  const panel = page.getByRole("tabpanel");
  const event = panel.locator("details.event", { hasText: "product-page-view" });
  await expect(event.getByText("accepted", { exact: true })).toBeVisible();
  await event.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(event.getByText("FF-LMP").first()).toBeVisible();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await event.getByRole("button", { name: "Copy as test fixture" }).click();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied).toMatchObject({ event: "product-page-view", eventType: "commerce.productViews", xdm: { productListItems: [{ SKU: "FF-LMP" }] } });
  expect(copied.xdm._id).toBeUndefined();

  await page.getByRole("tab", { name: "Settings" }).click();
  await expect(panel.getByText("bundled sender")).toBeVisible();
  await expect(panel.locator("dl.wide div", { hasText: "datastreamId" }).locator(".tag")).toHaveText("data layer");
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
});

const RECORDING = code(`window.heard = [];
  window.__alloyMonitors = [Object.fromEntries(["onInstanceCreated", "onInstanceConfigured", "onBeforeCommand", "onCommandResolved"].map((hook) => [hook, ({ instanceName, config }) => {
    window.heard.push([hook, instanceName, ...(config ? [config.datastreamId] : [])].join(" "));
  }]))];`);
const VIEW = `window.adobeDataLayer.push({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS" } } });`;
const VIEW_FIRST = `window.adobeDataLayer = []; ${VIEW}`;
const LATE = JSON.stringify(contexts({ datastreamId: OURS }).slice(0, 2));

for (const [when, parts, act] of [
  ["before the page's first event", [settings({ organizationId: ORG, datastreamId: OURS }), code(VIEW_FIRST)], () => {}],
  ["after it", [code(VIEW_FIRST)], (late) => window.adobeDataLayer.push(...JSON.parse(late))],
]) {
  test(`monitors hear of the instance before they hear what it does, with settings ${when}`, async ({ page, site }) => {
    await page.goto(site.page(html(RECORDING, ...parts, collector())));
    await page.waitForFunction(() => window.storefrontCollector && window.heard.length);
    await page.evaluate(act, LATE);
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual([
      "onInstanceCreated alloy", `onInstanceConfigured alloy ${OURS}`, "onBeforeCommand alloy", "onCommandResolved alloy",
    ]);
  });
}

test("monitors hear each event begin once and end once, sent again or declined", async ({ page, site, edge, context }) => {
  const recording = code(`window.heard = [];
    window.__alloyMonitors = [Object.fromEntries(["onBeforeCommand", "onCommandResolved", "onCommandRejected"].map((hook) => [hook, ({ options }) => window.heard.push([hook, options.xdm.eventType])]))];`);
  const publish = (event) => page.evaluate((event) => window.storefrontCollector.publish(event), event);
  const heard = (type) => page.evaluate((type) => window.heard.filter(([, about]) => about === type).map(([hook]) => hook), type);
  await edge.fault({ status: 503 }, { action: "interact", times: 2 });
  await page.goto(site.page(html(recording, settings({ organizationId: ORG, datastreamId: OURS }), collector())));
  await page.waitForFunction(() => window.storefrontCollector);
  await publish("page-view");
  await page.evaluate(() => window.storefrontCollector.flush());
  expect((await page.evaluate(() => window.storefrontCollector.events()))[0].attempts).toBeGreaterThan(1);
  expect(await heard("web.webpagedetails.pageViews")).toEqual(["onBeforeCommand", "onCommandResolved"]);
  await context.setOffline(true);
  await publish("sign-in");
  await page.evaluate(() => { document.cookie = "mg_dnt=1; path=/"; });
  await publish("sign-out");
  expect(await heard("userAccount.login")).toEqual(["onBeforeCommand", "onCommandResolved"]);
  expect(await heard("userAccount.logout")).toEqual([]);
});

test("in an Assurance session every page of the shop names the same browser", async ({ page, site, edge }) => {
  const url = site.page(html(settings({ organizationId: ORG, datastreamId: OURS }), code(VIEW_FIRST), collector()));
  const tokens = async () => new Set((await edge.requests()).map(({ url }) => new URL(url).searchParams.get("adobeAepValidationToken")));
  await page.goto(url);
  await edge.settled((all) => all.length >= 1);
  expect(await tokens()).toEqual(new Set([null]));
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("validation")))).toEqual([]);
  await edge.reset();
  for (const visit of [1, 2]) {
    await page.goto(`${url}?adb_validation_sessionid=${visit}`);
    await edge.settled((all) => all.length >= visit);
  }
  const clients = [...await tokens()].map((token) => token.split("|"));
  expect(clients.map(([session]) => session)).toEqual(["1", "2"]);
  expect(clients[0][1]).toMatch(/^[\da-f-]{36}$/);
  expect(clients[1][1]).toBe(clients[0][1]);
});

test("monitors hear the same of our requests as of the Web SDK's, in the same order", async ({ page, site, edge, network }, testInfo) => {
  const heard = code(`window.heard = [];
    window.__alloyMonitors = [Object.fromEntries(["onBeforeNetworkRequest", "onNetworkResponse", "onNetworkError"].map((hook) => [hook, (told) => {
      window.heard.push({ instance: told.instanceName, hook, action: new URL(told.url).pathname.replace(/^.*v1./, ""), fields: Object.keys(told).sort(), kinds: Object.keys(told).sort().map((key) => key + ":" + typeof told[key]), header: told.getHeader?.("content-type") });
    }])), { onBeforeLog: ({ arguments: said, ...told }) => { (window.logs ??= []).push({ ...told, array: Array.isArray(said) }); }, onBeforeNetworkRequest() { if (window.throwing) throw new Error("a monitor of the page"); } }];`);
  const theirs = code(`theirs("configure", ${JSON.stringify({ debugEnabled: true, orgId: ORG, datastreamId: OURS, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false })});`);
  const happenings = async (url, act) => {
    network.reset();
    await page.context().clearCookies();
    await page.goto(url);
    await act();
    await expect.poll(() => page.evaluate(() => window.heard.filter(({ hook }) => hook !== "onBeforeNetworkRequest").length)).toBeGreaterThan(1);
    network.mode("refuse");
    network.cut();
    await act();
    await expect.poll(() => page.evaluate(() => window.heard.some(({ hook }) => hook === "onNetworkError"))).toBe(true);
    const list = await page.evaluate(() => window.heard);
    list.logs = await page.evaluate(() => window.logs.filter(({ componentName }) => !componentName).map(({ instanceName, level, ...rest }) => ({ ...rest, instanceName: typeof instanceName, level: ["info", "warn", "error"].includes(level) })));
    // A refused request is tried again: what comes after the first error are the same two hooks once more.
    return Object.assign(list.slice(0, list.findIndex(({ hook }) => hook === "onNetworkError") + 1), { logs: list.logs });
  };
  const stub = `(window.__alloyNS = window.__alloyNS || []).push("theirs"); window.theirs = (...a) => new Promise((y, n) => window.theirs.q.push([y, n, a])); window.theirs.q = [];`;
  const alloys = await happenings(site.page(html(heard, code(stub), "<script src=\"/npm/@adobe/alloy/dist/alloy.min.js\"></script>", theirs)),
    () => page.evaluate(() => window.theirs("getIdentity").then(() => window.theirs("sendEvent", { xdm: { eventType: "a" } })).then(() => true, () => false)));
  const ours = await happenings(site.page(html(heard, settings({ organizationId: ORG, datastreamId: OURS, misspelt: 1 }), code("window.adobeDataLayer = [];"), collector())),
    () => page.evaluate(() => { window.adobeDataLayer.push({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS" } } }); }));
  await testInfo.attach("monitors.json", { body: JSON.stringify({ alloys, ours }, null, 2), contentType: "application/json" });

  const order = (list) => list.map(({ hook, action }) => `${hook} ${action}`);
  expect(order(ours)).toEqual(order(alloys));
  ours.forEach(({ fields, kinds, header }, index) => {
    expect(fields, order(ours)[index]).toEqual(alloys[index].fields);
    expect(kinds).toEqual(alloys[index].kinds);
    expect(header).toEqual(alloys[index].header);
  });
  const line = { array: true, instanceName: "string", level: true };
  expect(ours.logs[0]).toEqual(line);
  expect(alloys.logs[0]).toEqual(line);
  // Where a monitor that throws stops the Web SDK's request, ours leaves.
  network.reset();
  await edge.reset();
  await page.evaluate(() => { window.throwing = true; window.adobeDataLayer.push({ event: "page-view", eventInfo: { pageContext: { pageType: "CMS" } } }); });
  await expect.poll(async () => (await edge.events()).length, { timeout: 30_000 }).toBeGreaterThan(0);
});
