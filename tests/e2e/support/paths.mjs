import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const PKG = join(ROOT, "pkg");
export const NPM = join(ROOT, "node_modules");
/** What the bundlers of the tests make. */
export const BUILT = join(ROOT, "target/examples");
export const WWW = join(ROOT, "www");

/** Whether `cargo xtask build` has been run: without it only Adobe's side can be driven. */
export const built = existsSync(join(PKG, "collector.js"));
