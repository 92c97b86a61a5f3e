// The browser's own happenings: the page hides, goes, comes back; the network comes and goes; cookies change.
import { ONLINE, READ_CONSENT, RESTORED, RETURNING, UNLOADING, VISIBLE } from "./host.js";
import { isSafe, regain, schedule, secure, tabOf } from "./store.js";
import { dropIdentity, hold, letGo } from "./tabs.js";
import { depart } from "./network.js";
import { isNews } from "./page.js";
import { get } from "./values.js";

/** Whether a page of this shop takes the place of this one and finds what is stored. */
const hasSuccessor = (host) => host.isReplaced && isSafe(host);

/**
 * Starts listening to the page.
 * @param {import("./host.js").Host} host
 */
export const follow = (host) => {
  const { signal } = host.listening;
  const on = (target, event, heard, capture) => target?.addEventListener?.(event, heard, { signal, capture });
  const readConsent = () => host.told(READ_CONSENT);
  // Not told of a tab that closes. The activation is there for pages of our own origin only, redirects looked at.
  on(window, "pageswap", ({ activation }) => {
    host.isReplaced = Boolean(activation);
  });
  on(document, "visibilitychange", () => {
    const visible = document.visibilityState !== "hidden";
    depart(host);
    // Some browsers tell of hiding before `pagehide`, which knows more.
    if (visible || !hasSuccessor(host)) host.told(VISIBLE, visible);
    if (!visible) secure(host);
  });
  on(window, "pagehide", () => {
    depart(host);
    host.told(UNLOADING, hasSuccessor(host));
    // A database that is still to be opened would keep the page from being put away; what waits is in the journal.
    if (host.store?.database) secure(host);
    host.left = host.away = true;
    for (const name of [host.tab, ...host.tabLocks.keys()]) host.names.add(name);
    // A page that holds locks is not kept for going back, and the next page may have our events now.
    letGo(host);
    dropIdentity(host);
  });
  // Before the page's own listeners: what they publish must not be stored under a name that may be another tab's.
  on(window, "pageshow", (event) => {
    if (event.persisted) comeBack(host);
  }, true);
  on(window, "online", () => host.told(ONLINE, true));
  on(window, "offline", () => host.told(ONLINE, false));
  on(window, "resize", () => {
    host.viewport = undefined;
  });
  on(get(window, "cookieStore"), "change", (event) => isNews(event) && readConsent());
  // A choice made in another tab.
  on(window, "storage", readConsent);
  if (navigator.onLine === false) host.told(ONLINE, false);
};

/** The page is back from the back-forward cache. */
const comeBack = async (host) => {
  host.isReplaced = false;
  host.left = false;
  const tab = (host.tab += "+");
  host.told(RETURNING, tab);
  const mine = [];
  for (const name of new Set([tab, ...host.names])) if (await hold(host, name)) mine.push(name);
  const stored = host.store ? await regain(host, mine) : [];
  // Left again meanwhile, it has no locks; back once more, it has another name.
  if (host.tab !== tab || host.left) return;
  host.away = false;
  host.told(RESTORED, stored);
  if (host.store) schedule(host);
  // Nothing is left under the other names.
  host.names = new Set([tab, ...stored.map(tabOf)]);
  letGo(host, host.names);
};

/**
 * Asks for the client hints; they come when they come.
 * @param {import("./host.js").Host} host
 */
export const askForHints = async (host) => {
  if (host.hints !== undefined) return;
  host.hints = null;
  try {
    const names = ["architecture", "bitness", "model", "platformVersion", "wow64"];
    host.hints = JSON.parse(JSON.stringify(await navigator.userAgentData.getHighEntropyValues(names)));
  } catch {}
};
