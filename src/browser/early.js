// Events of pages that were left before a collector ran there.
//
// `collector.js` is small and there early; when the page goes before the rest has loaded, it writes the data layer's items
// to `localStorage`, and the next page of the shop publishes them here, with the time and the address of their own page. It
// writes nothing where the shopper has declined or is asked first.
import { readItem } from "./data_layer.js";
import { EARLY } from "./host.js";
import { payload } from "./monitors.js";
import { readings } from "./page.js";
import { EARLY_KEYS, forgetLocal, localKeys, recall } from "./store.js";

/**
 * Publishes what earlier pages left, oldest page first, each once.
 * @param {import("./host.js").Host} host
 */
export const takeOver = (host) => {
  // The time stands first in what follows the prefix.
  for (const key of localKeys(EARLY_KEYS).sort()) {
    const left = payload(recall(key) ?? "");
    forgetLocal(key);
    if (!Array.isArray(left?.items)) continue;
    const [, , ...same] = readings(host);
    const items = left.items.map((item) => readItem(host, item)).filter(Boolean);
    host.told(EARLY, items, [`${left.url ?? ""}`, `${left.referrer ?? ""}`, ...same], Number(left.time) || 0);
  }
};
