import { defineConfig } from "@playwright/test";

// In the project `javascript` the browser is without WebAssembly, so that the drop-in takes its plain JavaScript build.
// ALL_BUILDS=1 runs every spec there too. Without it these are left out: what needs minutes, stands beside Adobe's
// collector, or is about our own pages; `self` needs no browser at all, and `back-forward` starts its own.
const SELF = /(self|back-forward)\.spec/;
const LEFT_OUT = process.env.ALL_BUILDS ? SELF : /(self|back-forward|consent-beside|docs|edge-page|inspector|instance|layout|memory|npm|own-sdk|parity|see|cost)\.spec/;

// The browser itself is launched in tests/e2e/support/fixtures.mjs: its host rules name ports known only then.
export default defineConfig({
  testDir: "tests/e2e",
  testMatch: "*.spec.mjs",
  globalSetup: "./tests/e2e/support/setup.mjs",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  projects: [{ name: "wasm" }, { name: "javascript", testIgnore: LEFT_OUT, use: { build: "javascript" } }],
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
});
