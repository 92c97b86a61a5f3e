// The smoke that each engine must pass, with both builds. ENGINES names the engines, separated by commas.
import { defineConfig } from "@playwright/test";

const ENGINES = (process.env.ENGINES ?? "chromium,firefox,webkit").split(",");
const BUILDS = ["wasm", "javascript"];

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.mjs",
  globalSetup: "../e2e/support/setup.mjs",
  outputDir: "../../test-results/engines",
  // One browser of each engine and build, in parallel with those of the others.
  fullyParallel: false,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  projects: ENGINES.flatMap((engine) => BUILDS.map((build) => ({ name: `${engine} ${build}`, use: { engine, build } }))),
  reporter: [["list"]],
});
