// The package as somebody who installs it meets it: types, bundlers, a server without a browser.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, watch } from "./support/fixtures.mjs";
import { BUILT, NPM, PKG, ROOT } from "./support/paths.mjs";

const manifest = JSON.parse(readFileSync(join(PKG, "package.json"), "utf8"));

/** Runs a program of node_modules; what it printed is the error's text when it fails. */
const run = (program, args, cwd = ROOT) => {
  try {
    return execFileSync(process.execPath, [program, ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`${program}: ${error.stdout}${error.stderr}`, { cause: error });
  }
};

/** A copy of the examples in which the package is installed beside the bundlers, and the given build is imported. */
const installed = (name, variant = "wasm") => {
  const folder = join(BUILT, `${name}-${variant}`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, "examples"), folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  cpSync(PKG, join(folder, "node_modules/storefront-collector"), { recursive: true });
  for (const bundler of ["esbuild"]) symlinkSync(join(NPM, bundler), join(folder, "node_modules", bundler));
  const app = join(folder, "app.js");
  if (variant === "javascript") writeFileSync(app, readFileSync(app, "utf8").replace('"storefront-collector"', '"storefront-collector/javascript"'));
  return folder;
};

test("the types hold under --strict, and mistakes do not compile", () => {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  expect(run(tsc, ["-p", "tests/types"])).toBe("");
  const types = readFileSync(join(PKG, "storefront_collector.d.ts"), "utf8");
  const own = types.slice(0, types.indexOf("export type InitInput"));
  expect(own).not.toMatch(/\bany\b(?! of)/);
});

test("the manifest names what is there", () => {
  const targets = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
  for (const target of targets) expect(manifest.files).toContain(target === "./package.json" ? manifest.files[0] : target.slice(2));
  for (const field of ["name", "version", "license", "repository", "types", "sideEffects"]) expect(manifest).toHaveProperty(field);
});

test("a server imports it without a window, and validates settings by bytes", () => {
  const folder = installed("ssr");
  expect(JSON.parse(run("ssr.mjs", [], folder))).toEqual({ window: "undefined", version: manifest.version, willCollect: true, without: false });
});

test("a bundler keeps what is imported for what it does", async () => {
  const folder = installed("effects");
  const { build } = await import(join(NPM, "esbuild/lib/main.js"));
  for (const [entry, effect] of [["collector", "storefront-collector.tag"], ["inspector", "attachShadow"]]) {
    const stdin = { contents: `import "storefront-collector/${entry}";`, resolveDir: folder };
    const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false, logLevel: "silent", external: ["*.wasm"] });
    expect(outputFiles[0].text, entry).toContain(effect);
  }
});

/** How each example is built; what it says is kept for the error. */
const BUILDS = {
  script: () => {},
  vite: (folder) => run(join(NPM, "vite/bin/vite.js"), ["build", "--logLevel", "warn"], folder),
  webpack: async (folder) => {
    const [{ default: webpack }, { default: config }] = await Promise.all([import("webpack"), import(join(folder, "webpack.config.js"))]);
    const stats = await new Promise((resolve, reject) => { webpack(config, (error, done) => (error ? reject(error) : resolve(done))); });
    if (stats.hasErrors()) throw new Error(stats.toString("errors-only"));
    cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
  },
  esbuild: (folder) => {
    run("build.mjs", [], folder);
    cpSync(join(folder, "index.html"), join(folder, "dist/index.html"));
  },
};

for (const [name, build] of Object.entries(BUILDS)) {
  test(`built with ${name}, the page's event arrives`, async ({ page, edge, build: variant }) => {
    const seen = watch(page);
    const folder = join(installed(name, variant), name);
    await build(folder);
    await page.goto(`https://shop.test/built/${name}-${variant}/${name}/${name === "script" ? "" : "dist/"}index.html`);
    const events = await edge.settled((all) => all.length > 0);
    expect(events.map(({ xdm, problems }) => [xdm.eventType, xdm.web.webPageDetails.name, problems])).toEqual([["web.webpagedetails.pageViews", name, []]]);
    expect(seen.errors).toEqual([]);
    expect(seen.ours()).toEqual([]);
  });
}
