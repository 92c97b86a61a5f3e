// Every snippet of the readmes and guides is run as it stands: a fenced block marked `run` is a page or a module, from
// which an event must arrive. `contexts`: the data layer has the settings; `tag`: the collector's tag is on the page;
// `both`: Adobe's collector runs too; `bus`, `alpine`: the frontend's runtime has a stand-in (support/frontends.mjs), and the
// events have to say what its data say. Blocks marked `file=…` must be the file's text.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, watch } from "./support/fixtures.mjs";
import { BUS, before, wanted } from "./support/frontends.mjs";
import { OURS, collector, contexts, page as html, push, settings } from "./support/pages.mjs";
import { ROOT } from "./support/paths.mjs";

const markdown = (folder) => readdirSync(join(ROOT, folder), { recursive: true })
  .filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
const FILES = ["README.md", "CHANGELOG.md", "www/package/README.md", ...markdown("docs")];
const text = (file) => readFileSync(join(ROOT, file), "utf8");

const SNIPPETS = FILES.flatMap((file) => [...text(file).matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language, marks, body], index) => (
  { name: `${file} ${index + 1}`, file, language, marks: marks.trim().split(/\s+/).filter(Boolean), body })));

/** A page without WebAssembly imports the other build, as docs/csp.md says. */
const imports = (build) => `<script type="importmap">${JSON.stringify({ imports: {
  "storefront-collector": `/storefront-collector/storefront_collector${build === "javascript" ? "_js" : ""}.js`,
  "storefront-collector/javascript": "/storefront-collector/storefront_collector_js.js",
  "@dropins/tools/event-bus.js": BUS,
} })}</script>`;
const DATASTREAM = "01234567-89ab-cdef-0123-456789abcdef";
const [{ aepContext }] = contexts({ datastreamId: OURS });

test("what can be run is marked, and so run", () => {
  const runnable = SNIPPETS.filter(({ language }) => ["html", "js"].includes(language));
  expect(runnable.length).toBeGreaterThan(10);
  expect(runnable.filter(({ marks }) => !marks.includes("run")).map(({ name }) => name)).toEqual([]);
});

test("what is shown of a file is its text, and links lead somewhere", () => {
  const shown = SNIPPETS.flatMap(({ file, marks, body }) => marks.filter((mark) => mark.startsWith("file=")).map((mark) => [join(dirname(file), mark.slice(5)), body]));
  expect(shown.length).toBeGreaterThan(0);
  for (const [path, body] of shown) expect(text(path), path).toBe(body);

  const dead = FILES.flatMap((file) => [...text(file).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    .map(([, link]) => join(dirname(file), link)).filter((path) => !existsSync(join(ROOT, path))).map((path) => `${file}: ${path}`));
  expect(dead).toEqual([]);
});

for (const { name, language, marks, body } of SNIPPETS.filter(({ marks }) => marks.includes("run"))) {
  test(name, async ({ page, site, edge, build }) => {
    const seen = watch(page);
    const given = marks.includes("contexts") ? push(...contexts({ datastreamId: OURS })) : "";
    const tag = marks.includes("tag") ? settings({ organizationId: aepContext.imsOrgId, datastreamId: OURS }) + collector() : "";
    const ready = "while (!window.storefrontCollector) await new Promise((resolve) => setTimeout(resolve, 20));";
    const snippet = language === "html" ? body : `<script type="module">${marks.includes("tag") ? ready : ""}\n${body}</script>`;
    const runtime = marks.map((mark) => before[mark] ?? "").join("");
    await page.goto(site.page(html(imports(build), given, runtime, tag, snippet)));
    await page.waitForFunction(() => window.storefrontCollector);
    await page.evaluate(() => {
      window.adobeDataLayer.push({ pageContext: { pageType: "CMS", pageName: "last of all" } }, { event: "page-view", eventInfo: { pageContext: { pageType: "CMS", pageName: "last of all" } } });
    });
    const ours = [OURS, DATASTREAM];
    const last = ({ configId, xdm }) => ours.includes(configId) && xdm.web?.webPageDetails?.name === "last of all";
    const events = await edge.settled((all) => all.some(last));

    expect(events.filter(last)).toHaveLength(1);
    const published = body.match(/(?<!\/\/.*)(\bpublish\(|\{ event:)/g)?.length ?? 0;
    expect(events.filter(({ configId }) => ours.includes(configId)).length).toBeGreaterThanOrEqual(published + 1);
    expect(events.filter(({ configId }) => ours.includes(configId)).flatMap(({ problems }) => problems)).toEqual([]);
    for (const [type, xdm] of marks.flatMap((mark) => Object.entries(wanted[mark] ?? {}))) {
      const found = events.filter((event) => event.xdm.eventType === type);
      expect(found, type).toHaveLength(1);
      expect(found[0].xdm).toMatchObject(xdm);
    }
    expect(seen.errors).toEqual([]);
    expect(seen.ours()).toEqual([]);
  });
}
