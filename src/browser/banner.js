// The consent banner, as the IAB's Transparency and Consent Framework offers it: `window.__tcfapi`.
import { TCF, TCF_MISSING } from "./host.js";
import { get, read, sleep } from "./values.js";

/** How often a banner that is late is looked for, in milliseconds. */
const EVERY = 1_000;

/**
 * Listens to the banner for as long as the page lives; waits for it if it is late.
 * @param {import("./host.js").Host} host
 * @param {number} patience  When a banner that has not answered is told of, in milliseconds.
 */
export const follow = async (host, patience) => {
  if (host.following) return;
  host.following = true;
  let told = false;
  for (let waited = 0; !host.stopped; waited += EVERY) {
    const api = get(globalThis, "__tcfapi");
    if (!host.banner && typeof api === "function") {
      host.banner = true;
      listen(host, api);
    }
    if (waited >= patience && !told && !host.answered) {
      told = true;
      host.told(TCF_MISSING);
    }
    if (host.banner && (host.answered || told)) return;
    if (document.visibilityState === "hidden") {
      // No timer runs while nobody looks: it is followed again once the page is shown.
      host.following = false;
      return;
    }
    await sleep(EVERY);
  }
};

const listen = (host, api) => {
  let id;
  host.listening.signal.addEventListener("abort", () => {
    try {
      api("removeEventListener", 2, () => {}, id);
    } catch {}
  });
  const listener = (data, success) => {
    id = get(data, "listenerId") ?? id;
    if (!success || host.stopped) return;
    host.answered = true;
    host.told(TCF, read(data));
  };
  try {
    // The version is the framework's own: 2 for all of 2.x.
    api("addEventListener", 2, listener);
  } catch {}
};
