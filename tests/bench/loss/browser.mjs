// One Chromium process on a profile of its own, started by us and not by Playwright: so the back-forward cache is on,
// and the process can be killed and started again on the same profile.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "@playwright/test";

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--ignore-certificate-errors", "--remote-debugging-port=0",
];

/** A bench that ends by an error must not leave browsers behind. */
const running = new Set();
process.once("exit", () => { for (const child of running) process.kill(-child.pid, "SIGKILL"); });

const start = async (profile, hosts) => {
  const rules = [...hosts, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"].join(" , ");
  const flags = [...FLAGS, `--user-data-dir=${profile}`, `--host-resolver-rules=${rules}`, "about:blank"];
  // A group of its own: killing it takes every process of the browser along.
  const child = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", flags, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`Chromium ended with ${code} before it listened`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const [, found] = /DevTools listening on (\S+)/.exec(line) ?? [];
      if (found) resolve(found);
    });
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const browser = await chromium.connectOverCDP(address);
  const ended = new Promise((resolve) => { child.once("exit", resolve); });
  return { browser, context: browser.contexts()[0], kill: () => {
    if (running.has(child)) process.kill(-child.pid, "SIGKILL");
    return ended;
  } };
};

/** @param {string[]} hosts resolver rules, `MAP name:443 127.0.0.1:port` */
export const startBrowser = async (hosts) => {
  const profile = await mkdtemp(join(tmpdir(), "storefront-loss-"));
  let current = await start(profile, hosts);
  return {
    get context() { return current.context; },
    /** Ends the process as a crash does, and starts it again on the same profile. */
    killAndRestart: async () => {
      await current.kill();
      await current.browser.close().catch(() => {});
      current = await start(profile, hosts);
    },
    stop: async () => {
      await current.browser.close().catch(() => {});
      await current.kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
