// What the measurements run in: one browser, one local edge, one shop; a fresh context (no cookies, nothing cached) for
// each visit. The renderer's main thread is read by its own clock, so that other programs on the machine count little.
import { chromium } from "@playwright/test";
import { setTimeout as sleep } from "node:timers/promises";
import { startEdge } from "../../e2e/support/edge.mjs";
import { SITE_HOSTS, startSite } from "../../e2e/support/site.mjs";
import { SIDES, mounts, shopPage } from "./sides.mjs";

const FLAGS = [
  "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
  "--ignore-certificate-errors", "--disable-gpu",
];

/** How many events there are, each counted once: one whose answer did not reach the page before it was left comes again. Some of Adobe's have no `_id`. */
const distinct = (events) => new Set(events.map((event) => event.xdm._id ?? event)).size;

/** What an arrival may take before something hangs that must not, in milliseconds. */
const PATIENCE = 60_000;

export const startWorld = async () => {
  const edge = await startEdge();
  const site = await startSite(mounts());
  const blank = site.page("<!doctype html><title>Blank</title><link rel=\"icon\" href=\"data:,\">");
  const rules = [
    ...SITE_HOSTS.map((host) => `MAP ${host}:443 127.0.0.1:${site.port}`), `MAP edge.adobedc.net:443 127.0.0.1:${edge.ports.https}`,
    "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost",
  ].join(" , ");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...FLAGS, `--host-resolver-rules=${rules}`] });

  /** Waits until so many events of a side have come in. A side that sends nothing has them at once. */
  const arrived = async (side, count) => {
    const { datastreamId } = SIDES[side];
    if (!datastreamId) return [];
    for (const start = Date.now(); ;) {
      const events = await edge.events({ datastreamId });
      if (distinct(events) >= count) return events;
      if (Date.now() - start > PATIENCE) throw new Error(`${side}: ${distinct(events)} of ${count} events arrived in ${PATIENCE} ms`);
      await sleep(50);
    }
  };

  /** A shopper of his own, on an empty page of the shop, with what is needed to look into the renderer. */
  const visitor = async ({ slow = 1 } = {}) => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    // The shop's pages after it live in the same process, so that counters go on.
    await page.goto(blank);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slow });
    const metrics = async () => Object.fromEntries((await devtools.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
    return {
      page, metrics,
      /** Main-thread time spent so far, in milliseconds. */
      busy: async () => (await metrics()).TaskDuration * 1_000,
      /** What the JavaScript heap keeps after collection, in bytes. */
      heap: async () => {
        for (let n = 0; n < 3; n += 1) await devtools.send("HeapProfiler.collectGarbage");
        return (await devtools.send("Runtime.getHeapUsage")).usedSize;
      },
      counters: async () => {
        for (let n = 0; n < 3; n += 1) await devtools.send("HeapProfiler.collectGarbage");
        return devtools.send("Memory.getDOMCounters");
      },
      leave: () => context.close(),
    };
  };

  return {
    edge, site, arrived, visitor, sleep,
    shop: (side, inline = "") => site.page(shopPage(side, inline)),
    stop: async () => { await browser.close(); await Promise.all([edge.stop(), site.stop()]); },
  };
};
