// The package as somebody who installs it meets it: types, bundlers, a server without a browser.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./support/fixtures.mjs";
import { PKG, ROOT } from "./support/paths.mjs";

const manifest = JSON.parse(readFileSync(join(PKG, "package.json"), "utf8"));

/** Runs a program of node_modules; what it printed is the error's text when it fails. */
const run = (program, args, cwd = ROOT) => {
  try {
    return execFileSync(process.execPath, [program, ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`${program}: ${error.stdout}${error.stderr}`, { cause: error });
  }
};

/** A folder with the package installed in it. */
const installed = (name) => {
  const folder = join(ROOT, "test-results", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(PKG, join(folder, "node_modules/storefront-collector"));
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
  cpSync(join(ROOT, "examples/ssr.mjs"), join(folder, "ssr.mjs"));
  expect(JSON.parse(run("ssr.mjs", [], folder))).toEqual({ window: "undefined", version: manifest.version, willCollect: true, without: false });
});
