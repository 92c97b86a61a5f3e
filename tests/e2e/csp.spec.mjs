// Content security policies and browsers that refuse WebAssembly: all 19 kinds of event arrive under each, by the
// build that can run there, and the console says once when that is the plain JavaScript one.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTEXTS, KINDS, scenarioOf, scenarios } from "./scenarios.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { OURS, collector, contexts, page as html, sdk, settings } from "./support/pages.mjs";
import { PKG } from "./support/paths.mjs";
import { publishAll } from "./support/publish.mjs";

/** One of each kind, without what a merchant may add to it. */
const ALL = scenarios(21, KINDS.length).map(({ contexts: { customContext, ...rest }, event, args, id }) => (
  { id, event, contexts: rest, args: event === "custom" ? args : args.filter((arg) => typeof arg === "string") }));
const EDGE = "https://edge.adobedc.net";
const REST = "style-src 'self'; img-src 'self' data:; base-uri 'self'; object-src 'none'";
const enforced = (policy) => ({ "content-security-policy": `default-src 'none'; ${policy}; connect-src 'self' ${EDGE}; ${REST}` });

const hash = (content) => `sha384-${createHash("sha384").update(content).digest("base64")}`;
const hashed = (name) => hash(readFileSync(join(PKG, name)));
const guarded = () => `<script type="module" src="/pkg/collector.js" integrity="${hashed("collector.js")}" crossorigin></script>`;
const MODULES = ["storefront_collector.js", "storefront_collector_js.js", "inspector.js"];
/** Covers the modules that the tag loads; a policy without 'unsafe-inline' needs the hash of this text. */
const INTEGRITY = JSON.stringify({ integrity: Object.fromEntries(MODULES.map((name) => [`/pkg/${name}`, hashed(name)])) });
const mapped = (map) => `<script type="importmap">${map}</script>`;

const CASES = {
  "strict: no WebAssembly, no eval, nothing inline": { headers: enforced("script-src 'self'"), build: "javascript" },
  "strict with 'wasm-unsafe-eval'": { headers: enforced("script-src 'self' 'wasm-unsafe-eval'"), build: "wasm" },
  "Commerce's default: reported only, inline and eval allowed": {
    headers: { "content-security-policy-report-only": `default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; connect-src 'self'` },
    build: "wasm",
  },
  "Commerce's storefront, enforced with eval": { headers: enforced("script-src 'self' 'unsafe-inline' 'unsafe-eval'"), build: "wasm" },
  "Commerce's checkout, enforced without eval": { headers: enforced("script-src 'self' 'nonce-abc'"), build: "javascript" },
  "Trusted Types": {
    headers: enforced("script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'"), build: "wasm",
  },
  "Trusted Types without WebAssembly": {
    headers: enforced("script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"), build: "javascript",
  },
  "a browser without WebAssembly": { before: () => { delete globalThis.WebAssembly; }, build: "javascript" },
  "the wasm file is not there": { route: (route) => route.fulfill({ status: 404, body: "" }), build: "javascript" },
  "the wasm file cannot be reached": { route: (route) => route.abort(), build: "javascript" },
  "the wasm file is another file": { route: (route) => route.fulfill({ status: 200, contentType: "text/html", body: "<!doctype html>" }), build: "javascript" },
  "the wasm file is served as another type": {
    route: (route) => route.fulfill({ path: join(PKG, "storefront_collector_bg.wasm"), contentType: "application/octet-stream" }), build: "wasm",
  },
  "the tag carries integrity": {
    headers: enforced("script-src 'self' 'wasm-unsafe-eval'"), build: "wasm",
    tag: guarded,
  },
  "integrity on the tag and, by an import map, on what it loads": {
    headers: enforced(`script-src 'self' 'wasm-unsafe-eval' '${hash(INTEGRITY)}'`), build: "wasm", tag: () => mapped(INTEGRITY) + guarded(),
  },
};

for (const [name, { headers, before, route, build, tag = collector }] of Object.entries(CASES)) {
  test(name, async ({ page, site, edge, build: browserBuild }) => {
    const expected = browserBuild === "javascript" ? "javascript" : build;
    const seen = watch(page);
    const fetched = [];
    page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    if (before) await page.addInitScript(before);
    if (route) await page.route("**/*.wasm", route);
    const [{ aepContext }] = contexts({ datastreamId: OURS });
    const own = settings({ organizationId: aepContext.imsOrgId, datastreamId: OURS });
    await page.goto(site.page(html(sdk(), own, tag()), { headers }));
    await page.waitForFunction(() => window.storefrontCollector);
    expect(await page.evaluate(publishAll, { scenarios: ALL, names: CONTEXTS })).toEqual([]);
    const events = await edge.settled((all) => new Set(all.map(({ xdm }) => scenarioOf(xdm))).size >= ALL.length);

    expect(events.map(({ xdm }) => scenarioOf(xdm)).sort()).toEqual(ALL.map(({ id }) => id).sort());
    expect(fetched.includes("/pkg/storefront_collector_js.js")).toBe(expected === "javascript");
    const said = seen.said().filter((line) => line.includes("plain JavaScript build"));
    expect(said).toHaveLength(expected === "javascript" ? 1 : 0);
    expect(seen.ours()).toEqual([]);
    expect(seen.errors).toEqual([]);
  });
}

test("a module that is not what the import map says is refused, and so is the collector, in one line", async ({ page, site, edge }) => {
  const seen = watch(page);
  const other = JSON.stringify({ integrity: Object.fromEntries(MODULES.map((name) => [`/pkg/${name}`, hash("another file")])) });
  const [{ aepContext }] = contexts({ datastreamId: OURS });
  const own = settings({ organizationId: aepContext.imsOrgId, datastreamId: OURS });
  await page.goto(site.page(html(mapped(other), sdk(), own, guarded())));
  await expect.poll(() => seen.console.filter(({ type, text }) => type === "error" && text.includes("[storefront-collector]"))).toHaveLength(1);
  expect(await page.evaluate(() => typeof window.storefrontCollector)).toBe("undefined");
  expect(await edge.requests()).toEqual([]);
  expect(seen.errors).toEqual([]);
});

test("the edge is not in connect-src: the page works, and its event waits in the outbox", async ({ page, site, edge }) => {
  const seen = watch(page);
  const policy = `default-src 'none'; script-src 'self'; connect-src 'self'; ${REST}`;
  const [{ aepContext }] = contexts({ datastreamId: OURS });
  const own = settings({ organizationId: aepContext.imsOrgId, datastreamId: OURS });
  await page.goto(site.page(html(sdk(), own, collector()), { headers: { "content-security-policy": policy } }));
  await page.waitForFunction(() => window.storefrontCollector);
  await page.evaluate(publishAll, { scenarios: ALL.slice(0, 1), names: CONTEXTS });
  await expect.poll(() => page.evaluate(() => window.storefrontCollector.status().queue.events)).toBe(1);
  expect(await edge.events()).toEqual([]);
  expect(seen.errors).toEqual([]);
});

test("the browser has WebAssembly, or not, as its project says", async ({ page, browser, build, site }) => {
  const own = await browser.newContext({ ignoreHTTPSErrors: true });
  for (const each of [page, await own.newPage()]) {
    await each.goto(site.page(html()));
    expect(await each.evaluate(() => typeof WebAssembly)).toBe(build === "javascript" ? "undefined" : "object");
  }
  await own.close();
});
