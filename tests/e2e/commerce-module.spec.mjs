// The example module of docs/examples: PHP and XML are read as Commerce reads them, and the tag that its template
// prints is what the browser takes.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, watch } from "./support/fixtures.mjs";
import { OURS, contexts, page as html, push } from "./support/pages.mjs";
import { ROOT } from "./support/paths.mjs";

const MODULE = join(ROOT, "docs/examples/commerce-module");
const FILES = readdirSync(MODULE, { recursive: true });
const text = (file) => readFileSync(join(MODULE, file), "utf8");
const php = (...args) => execFileSync(process.env.PHP ?? "php", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** The elements that Commerce's schemas know, as far as the module uses them: what an element may carry, and hold. */
const SCHEMA = "xsi:noNamespaceSchemaLocation";
const KNOWN = {
  "etc/module.xml": { config: [[SCHEMA], ["module"]], module: [["name"], []] },
  "etc/csp_whitelist.xml": {
    csp_whitelist: [[SCHEMA], ["policies"]], policies: [[], ["policy"]], policy: [["id"], ["values"]],
    values: [[], ["value"]], value: [["id", "type"], []],
  },
  "etc/config.xml": {
    config: [[SCHEMA], ["default"]], default: [[], ["dev"]], dev: [[], ["js"]], js: [[], ["minify_exclude"]],
    minify_exclude: [[], ["storefront_collector"]], storefront_collector: [[], []],
  },
  "view/frontend/layout/default.xml": {
    page: [[SCHEMA], ["body"]], body: [[], ["referenceBlock"]], referenceBlock: [["name"], ["block"]], block: [["name", "template"], []],
  },
};

/** Runs in the page: every element of a document with its attributes, children and text; or why it is no XML. */
const elements = (xml) => {
  const document = new DOMParser().parseFromString(xml, "text/xml");
  const wrong = document.querySelector("parsererror");
  if (wrong) return wrong.textContent;
  return [...document.querySelectorAll("*")].map((element) => ({
    name: element.nodeName, children: [...element.children].map(({ nodeName }) => nodeName),
    attributes: Object.fromEntries([...element.attributes].filter(({ name }) => name !== "xmlns:xsi").map(({ name, value }) => [name, value])),
    text: element.children.length ? "" : element.textContent,
  }));
};

test("PHP takes every file", () => {
  const files = FILES.filter((name) => /\.(php|phtml)$/.test(name));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect(php("-l", join(MODULE, file)), file).toContain("No syntax errors");
});

test("the XML has the elements that Commerce knows, and its names agree", async ({ page, site }) => {
  await page.goto(site.page(html()));
  expect(FILES.filter((name) => name.endsWith(".xml")).sort()).toEqual(Object.keys(KNOWN).sort());
  const found = {};
  for (const [file, known] of Object.entries(KNOWN)) {
    found[file] = await page.evaluate(elements, text(file));
    expect(found[file], file).toBeInstanceOf(Array);
    for (const { name, attributes, children } of found[file]) {
      expect(known, `${file}: ${name}`).toHaveProperty(name);
      expect(Object.keys(attributes).sort(), `${file}: ${name}`).toEqual([...known[name][0]].sort());
      expect(known[name][1], `${file}: ${name}`).toEqual(expect.arrayContaining(children));
    }
  }
  const one = (file, name) => found[file].find((element) => element.name === name);
  const module = one("etc/module.xml", "module").attributes.name;
  const [owner, template] = one("view/frontend/layout/default.xml", "block").attributes.template.split("::");
  expect(owner).toBe(module);
  expect(existsSync(join(MODULE, "view/frontend/templates", template))).toBe(true);
  expect(one("view/frontend/layout/default.xml", "referenceBlock").attributes.name).toBe("head.additional");
  expect(one("etc/csp_whitelist.xml", "policy").attributes.id).toBe("connect-src");
  expect(one("etc/csp_whitelist.xml", "value")).toMatchObject({ attributes: { type: "host" }, text: "edge.adobedc.net" });
});

test("the template prints the tag that the browser takes, and the page's event arrives", async ({ page, site, edge }) => {
  const seen = watch(page);
  const { modules, html: tag } = JSON.parse(php(join(ROOT, "tests/php/module.php"), MODULE, "Example_StorefrontCollector::tag.phtml"));
  expect(modules).toEqual(["Example_StorefrontCollector"]);
  // Where minification would rename files, the address must be one that config.xml leaves alone.
  const [, address] = /^<script type="module" src="([^"]+)"><\/script>\n$/.exec(tag);
  expect(address).toContain(text("etc/config.xml").match(/<storefront_collector>([^<]+)</)[1]);
  await page.goto(site.page(html(push(...contexts({ datastreamId: OURS }), { pageContext: { pageType: "CMS", pageName: "Commerce" } }, { event: "page-view" }), tag)));
  const events = await edge.settled((all) => all.length > 0);
  expect(events.map(({ xdm, problems }) => [xdm.web.webPageDetails.name, problems])).toEqual([["Commerce", []]]);
  expect(seen.errors).toEqual([]);
  expect(seen.ours()).toEqual([]);
});
