// The drop-in: the only tag a theme needs. Starts the collector, and never throws into the page.
const wasm = fetch(new URL("storefront_collector_bg.wasm", import.meta.url));
// Where the module itself cannot be loaded nobody waits for this one.
wasm.catch(() => {});

try {
  const { default: init, start } = await import("./storefront_collector.js");
  await init({ module_or_path: wasm });
  await start();
} catch (error) {
  const line = String(error?.message ?? error).replace(/^\[storefront-collector\] /, "");
  console.error(`[storefront-collector] ${line}`);
}
