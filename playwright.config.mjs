import { defineConfig } from "@playwright/test";

// COLLECTOR_BUILD=javascript runs everything in a browser without WebAssembly, where the drop-in takes its plain
// JavaScript build; without it that build has a smoke of its own.
const build = process.env.COLLECTOR_BUILD;
const SMOKE = /order\.spec|consent\.spec/;

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
  projects: build
    ? [{ name: build, use: { build } }]
    : [{ name: "wasm" }, { name: "javascript", testMatch: SMOKE, use: { build: "javascript" } }],
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
});
