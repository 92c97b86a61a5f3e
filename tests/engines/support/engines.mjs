// The three engines, each by its own driver and all by WebDriver. Paths come from `cargo xtask test`, or are Debian's.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import webdriver from "selenium-webdriver";

const { Builder } = webdriver;
const { env } = process;

/** Firefox asks its maker for settings, lists and updates unless told not to; the gateway refuses what is left. */
const QUIET = {
  "app.update.disabledForTesting": true, "app.normandy.enabled": false, "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.malware.enabled": false, "browser.safebrowsing.phishing.enabled": false,
  "browser.region.network.url": "", "browser.search.update": false, "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.getAddons.cache.enabled": false, "extensions.systemAddon.update.enabled": false, "extensions.update.enabled": false,
  "media.gmp-manager.updateEnabled": false, "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false, "services.settings.server": "http://127.0.0.1:9/", "toolkit.telemetry.enabled": false,
};

const by = (gateway) => ({ proxyType: "manual", httpProxy: gateway, sslProxy: gateway });

const ENGINES = {
  chromium: {
    command: (port) => [env.CHROMEDRIVER ?? "/usr/bin/chromedriver", `--port=${port}`],
    capabilities: (gateway) => ({ browserName: "chrome", proxy: by(gateway), "goog:chromeOptions": {
      binary: env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    } }),
  },
  firefox: {
    // Without --websocket-port two drivers would want the same one.
    command: (port) => [env.GECKODRIVER ?? "geckodriver", "--port", String(port), "--websocket-port", "0", "--log", "fatal"],
    capabilities: (gateway) => ({ browserName: "firefox", proxy: by(gateway), "moz:firefoxOptions": {
      binary: env.FIREFOX ?? "/usr/bin/firefox-esr", args: ["-headless"], prefs: QUIET,
    } }),
  },
  webkit: {
    // WebKitGTK has no headless mode: without a display it hangs.
    command: (port) => ["xvfb-run", "--auto-servernum", env.WEBKITDRIVER ?? "/usr/bin/WebKitWebDriver", `--port=${port}`],
    // By WebDriver's `proxy` it would talk TLS with the gateway.
    capabilities: (gateway) => ({ browserName: "MiniBrowser", "webkitgtk:browserOptions": {
      args: ["--automation", `--proxy=http://${gateway}`],
    } }),
  },
};

const freePort = async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const answering = async (url, child) => {
  for (let turn = 0; turn < 300; turn += 1) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    if (await fetch(`${url}/status`).then(({ ok }) => ok, () => false)) return;
    await sleep(100);
  }
  throw new Error(`${child.spawnfile} does not answer`);
};

/**
 * Starts a driver and one browser, whose only way out is the gateway.
 * @param {"chromium" | "firefox" | "webkit"} name
 * @param {string} gateway host and port
 */
export const startEngine = async (name, gateway) => {
  const { command, capabilities } = ENGINES[name];
  const port = await freePort();
  const [program, ...args] = command(port);
  // A group of its own: xvfb-run and the drivers start others, which must not outlive them.
  // What they say is about themselves (Firefox tells of its own scripts); ENGINE_LOG=1 shows it.
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "ignore", env.ENGINE_LOG ? "inherit" : "ignore"] });
  const ended = new Promise((resolve, reject) => { child.once("exit", resolve); child.once("error", reject); });
  const kill = (signal) => { try { process.kill(-child.pid, signal); } catch { /* gone already */ } };
  try {
    const url = `http://127.0.0.1:${port}`;
    await Promise.race([answering(url, child), ended]);
    const driver = await new Builder().usingServer(url).disableEnvironmentOverrides().withCapabilities({
      ...capabilities(gateway),
      acceptInsecureCerts: true,
      timeouts: { script: 30_000, pageLoad: 30_000 },
    }).build();
    return {
      driver,
      stop: async () => {
        await driver.quit().catch(() => {});
        kill("SIGTERM");
        await Promise.race([ended, sleep(2_000)]);
        kill("SIGKILL");
      },
    };
  } catch (error) {
    kill("SIGKILL");
    throw error;
  }
};
