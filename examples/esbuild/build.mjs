// esbuild leaves `new URL("….wasm", import.meta.url)` as it stands: the file belongs beside the output.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({ entryPoints: ["../app.js"], outfile: "dist/app.js", bundle: true, minify: true, format: "esm", target: "es2022" });
const wasm = "storefront-collector/storefront_collector_bg.wasm";
copyFileSync(fileURLToPath(import.meta.resolve(wasm)), "dist/storefront_collector_bg.wasm");
