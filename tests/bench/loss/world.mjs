// What one collector is measured in: an edge behind a network on which a connection takes 300 ms, a shop with that
// collector on its pages, and a fresh browser for every row.
import { setTimeout as sleep } from "node:timers/promises";
import { startEdge } from "../../e2e/support/edge.mjs";
import { ADOBES, OURS, adobe, code, collector, contexts, page as html, push, sdk } from "../../e2e/support/pages.mjs";
import { NPM, PKG } from "../../e2e/support/paths.mjs";
import { startProxy } from "../../e2e/support/proxy.mjs";
import { SITE_HOSTS, startSite } from "../../e2e/support/site.mjs";
import { startBrowser } from "./browser.mjs";

const CONNECT = 300;
/** What a row may take before something hangs that must not, in milliseconds. */
const ROW_AT_MOST = 60_000;

const limited = (work, milliseconds) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(reject, milliseconds, new Error(`a row took more than ${milliseconds} ms`)); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** Runs in the page: publishes numbered views and gives back how many. */
const VIEWS = `window.views = (from, count) => {
  const { context, publish } = magentoStorefrontEvents;
  for (let n = from; n < from + count; n += 1) {
    context.setPage({ pageType: "CMS", pageName: "view " + n });
    publish.pageView();
  }
};`;

const SIDES = {
  ours: { datastreamId: OURS, tag: collector, ready: () => Boolean(window.storefrontCollector) },
  adobe: { datastreamId: ADOBES, tag: adobe, ready: () => document.readyState === "complete" },
};

const nameOf = ({ xdm }) => xdm.web?.webPageDetails?.name;

/** What arrived, for the table. */
const tally = (events) => {
  const names = new Set(events.map(nameOf));
  return {
    distinct: names.size,
    duplicates: events.length - names.size,
    /** Events that came under more than one `_id`: nobody can take those apart. */
    ids: new Set(events.map(({ xdm }) => xdm._id)).size - names.size,
    ecids: new Set(events.map(({ xdm }) => xdm.identityMap?.ECID?.[0]?.id).filter(Boolean)).size,
  };
};

/** @param {"ours" | "adobe"} side */
export const startWorld = async (side) => {
  const { datastreamId, tag, ready } = SIDES[side];
  const edge = await startEdge();
  const network = await startProxy(edge.ports.https);
  const site = await startSite({ "/pkg": PKG, "/npm": NPM });
  const hosts = [...SITE_HOSTS.map((host) => `MAP ${host}:443 127.0.0.1:${site.port}`), `MAP edge.adobedc.net:443 127.0.0.1:${network.port}`];
  // Commerce lets no page be stored, so none is kept for going back; `kept` is one that is.
  const shop = (inline = "", { kept, ...options } = {}) => site.page(
    html(sdk(), push(...contexts({ datastreamId })), code(`${VIEWS}\n${inline}`), tag(options)),
    kept ? { headers: { "cache-control": "no-cache" } } : {},
  );
  const next = shop();
  let browser;

  const open = async (url = shop()) => {
    const page = await browser.context.newPage();
    await page.goto(url);
    await page.waitForFunction(ready);
    return page;
  };
  const settled = (count, quiet) => edge.settled((events) => new Set(events.map(nameOf)).size >= count, { quiet, limit: 90_000 });

  return {
    edge, network, site, shop, next, open, settled, sleep,
    get browser() { return browser; },
    /** A page whose shopper is known and whose connection to the edge is gone again. */
    visit: async () => {
      const page = await open(shop("views(0, 1);"));
      await settled(1, 5_000);
      await sleep(500);
      network.cut();
      await sleep(200);
      return page;
    },
    /** No connection works, the open ones break, and the browser says so (`navigator.onLine`). */
    offline: async () => {
      network.mode("refuse");
      network.cut();
      await browser.context.setOffline(true);
    },
    online: async () => {
      network.mode("pass");
      await browser.context.setOffline(false);
    },
    views: (page, from, count) => page.evaluate(([from, count]) => window.views(from, count), [from, count]),
    /** Runs one row. @returns {{ published: number, atOnce: object, later: object }} */
    measure: async ({ act, quiet = 3_000 }) => {
      await edge.reset();
      site.delayCore(0);
      network.reset();
      network.delay(CONNECT);
      browser = await startBrowser(hosts);
      try {
        const published = await limited(act(), ROW_AT_MOST);
        await settled(published, quiet);
        // The answers of the last requests are on their way.
        await sleep(CONNECT);
        const atOnce = tally(await edge.events());
        // Whoever leaves leaves a trouble behind that still lasts; it is over by the next visit.
        await Promise.all(browser.context.pages().slice(1).map((page) => page.close()));
        await sleep(2 * CONNECT);
        await edge.heal();
        network.mode("pass");
        await open();
        await settled(published, atOnce.distinct < published ? 6_000 : 2_500);
        // Whatever the next visit sends once more comes in one piece with the rest, or at once.
        await sleep(1_000);
        // Who was given no identity is named by none, and a killed browser forgets its last cookies: that is about the
        // shopper, whom the last column counts, and not about the way.
        const problems = (await edge.wrong()).filter(({ path }) => !path.startsWith("identityMap"));
        return { published, atOnce, later: tally(await edge.events()), problems };
      } finally {
        await browser.stop();
      }
    },
    stop: async () => { await Promise.all([edge.stop(), network.stop(), site.stop()]); },
  };
};
