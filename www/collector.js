// The drop-in: the only tag a theme needs. Starts the collector, and never throws into the page.
const TAG = Symbol.for("storefront-collector.tag");
const isFirst = !window[TAG];
window[TAG] = true;

let wasm;
if (isFirst) try {
  // Refused by a policy without 'wasm-unsafe-eval', and missing in hardened browsers.
  new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  wasm = fetch(new URL("storefront_collector_bg.wasm", import.meta.url));
  // Where the module itself cannot be loaded nobody waits for this one.
  wasm.catch(() => {});
} catch {}

const compiled = async () => {
  const module = await import("./storefront_collector.js");
  await module.default({ module_or_path: wasm });
  return module;
};

// The same core without WebAssembly: bigger, and at home everywhere.
const plain = async (why) => {
  console.info(`[storefront-collector] ${why}; the plain JavaScript build runs instead (docs/csp.md)`);
  const module = await import("./storefront_collector_js.js");
  await module.default();
  return module;
};

// A second tag must not set up the module again under the collector that runs in it.
if (!isFirst) console.warn("[storefront-collector] start: this page has a second collector.js tag; it is left out. Remove it");
else try {
  const { start } = wasm
    ? await compiled().catch((error) => plain(`storefront_collector_bg.wasm cannot be used: ${error?.message ?? error}`))
    : await plain("WebAssembly is refused or missing on this page: allow 'wasm-unsafe-eval' in script-src");
  await start();
} catch (error) {
  const line = String(error?.message ?? error).replace(/^\[storefront-collector\] /, "");
  console.error(`[storefront-collector] ${line}`);
}

// Asked for by QA; also where the collector itself could not start.
if (new URLSearchParams(location.search).has("storefront-collector-debug")) import("./inspector.js").catch(() => {});
