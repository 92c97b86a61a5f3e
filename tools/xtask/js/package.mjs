// Completes pkg/ after wasm-pack: the hand-written modules, the package's own README and licenses,
// and a package.json with exports. Runs in the project's root.
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync, transformSync } from "esbuild";
import { order } from "./order.mjs";
import { follow, shorten } from "./shorten.mjs";

const TEMPLATES = "www/package";
const MINIFIED = { minify: true, format: "esm", target: "es2022", legalComments: "none" };
const LICENSES = ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"];

for (const name of readdirSync(TEMPLATES)) {
  if (name !== "package.json") copyFileSync(join(TEMPLATES, name), join("pkg", name));
}
for (const name of LICENSES) copyFileSync(name, join("pkg", name));
minify("www/collector.js", "pkg/collector.js");
// The inspector is one file in the package, so that a bookmarklet fetches no more than that.
buildSync({ ...MINIFIED, entryPoints: ["www/inspector.js"], bundle: true, outfile: "pkg/inspector.js", logLevel: "warning" });
replaceInit("pkg/storefront_collector.js");
order("pkg/storefront_collector_bg.wasm");
shortNames("pkg/storefront_collector");
joinSnippets("pkg/storefront_collector.js");
// wasm-pack tells git to ignore the folder; npm would read it and pack nothing.
rmSync("pkg/.gitignore", { force: true });

const template = JSON.parse(readFileSync(join(TEMPLATES, "package.json"), "utf8"));
const fromCargo = JSON.parse(readFileSync("pkg/package.json", "utf8"));
const complete = {
  name: template.name,
  version: fromCargo.version,
  description: fromCargo.description,
  license: fromCargo.license,
  repository: fromCargo.repository,
  keywords: fromCargo.keywords,
  ...template,
  exports: template.exports,
  sideEffects: template.sideEffects,
};
complete.files = readdirSync("pkg").filter((name) => name !== "package.json").sort();
writeFileSync("pkg/package.json", `${JSON.stringify(complete, null, 2)}\n`);

function minify(from, to) {
  writeFileSync(to, transformSync(readFileSync(from, "utf8"), MINIFIED).code);
}

/** Renames what the module and its glue call each other by; the types name none of it any more. */
function shortNames(path) {
  const renamed = shorten(readFileSync(`${path}_bg.wasm`));
  writeFileSync(`${path}_bg.wasm`, renamed.module);
  writeFileSync(`${path}.js`, follow(readFileSync(`${path}.js`, "utf8"), renamed));
  rmSync(`${path}_bg.wasm.d.ts`);
  const types = readFileSync(`${path}.d.ts`, "utf8");
  const output = /(export interface InitOutput \{\n)([^}]*)\}/;
  if (!output.test(types)) throw new Error(`${path}.d.ts has no InitOutput any more`);
  writeFileSync(`${path}.d.ts`, types.replace(output, "$1    readonly memory: WebAssembly.Memory;\n}"));
}

/**
 * The glue and the modules of src/browser/ that it imports as one file: a page fetches no more than that. Chromium compiles
 * it beside the page as it comes, and not function by function on the main thread when each is called.
 */
function joinSnippets(path) {
  const banner = { js: "//# allFunctionsCalledOnLoad" };
  buildSync({ ...MINIFIED, banner, entryPoints: [path], bundle: true, outfile: path, allowOverwrite: true, logLevel: "error" });
  rmSync("pkg/snippets", { recursive: true });
}

/** Our own `init`; see init.js. */
function replaceInit(path) {
  const glue = readFileSync(path, "utf8");
  const parts = glue.match(/^([^]*?)let wasmModule, wasmInstance, wasm;\n[^]*?wasm\.(\w+)\(\);[^]*new URL\(('[^']+'), import\.meta\.url\)[^]*\nexport \{ initSync, __wbg_init as default \};\s*$/);
  if (!parts) throw new Error(`${path} does not end as wasm-bindgen's glue did`);
  const [, before, start, file] = parts;
  const own = readFileSync("tools/xtask/js/init.js", "utf8").replace("wasm.START", `wasm.${start}`).replace("(FILE,", `(${file},`);
  writeFileSync(path, `${before}let wasm;\n${own}`);
}
