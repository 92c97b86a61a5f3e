// Events of pages that were left before a collector could send them.
//
// `collector.js` is small and there early; when the page goes before the rest has loaded, or before the settings have
// come, it writes the data layer's items to `localStorage`, and the next page of the shop publishes them here, with the
// address of their own page and the time of its end, or their own where a collector ran. It writes nothing where the
// shopper has declined or is asked first.
import { readItem } from "./data_layer.js";
import { EARLY } from "./host.js";
import { readings } from "./page.js";
import { JOURNAL, earlyKeys, forgetLocal, recall } from "./store.js";
import { acquire } from "./tabs.js";
import { payload, sleep } from "./values.js";

/** What one tab takes out of `localStorage` another one's process still sees for a moment; in milliseconds. */
const SPREADS = 200;

/** @param {import("./host.js").Host} host @param {string} key */
const handOver = (host, key) => {
  const left = payload(recall(key) ?? "");
  if (!Array.isArray(left?.items)) return forgetLocal(key);
  const [, , ...same] = readings(host);
  const items = left.items.map((raw, at) => [readItem(host, raw), left.published?.[at]]).filter(([item]) => item);
  const page = [`${left.url ?? ""}`, `${left.referrer ?? ""}`, ...same];
  host.told(EARLY, items, page, Number(left.time) || 0, key.slice(JOURNAL.length), left.settings);
};

/**
 * Hands the core what earlier pages left, oldest page first; the core takes out what it publishes. One tab at a time.
 * @param {import("./host.js").Host} host
 */
export const takeOver = async (host) => {
  // Not before this page has told what it remembers of the cart.
  await sleep(0);
  if (!earlyKeys().length) return;
  const release = await acquire("storefront-collector:early", false);
  // The time stands first in what follows the prefix.
  for (const key of earlyKeys().sort()) if (!host.left && !host.stopped) handOver(host, key);
  await sleep(SPREADS);
  release?.();
};
