// The JS API: what frontend developers call (contract, section 4; types.d.ts says it to them).
import { GLOBAL, askedDebugging, findDebug, forgetLines, log } from "./console.js";
import { listen, publish, setContext, stop as stopListening } from "./data_layer.js";
import { follow } from "./events.js";
import { BEGUN, CART, CONFIGURE, CONTEXTS, ECID, EVENTS, FLUSH, IDENTIFY, INSTANCE, REFUSED, REHEARSE, SET_CONSENT, STATUS, STOP } from "./host.js";
import { dropHooks, hookOf, keepPromises, open, promised, refusal } from "./host.js";
import { close } from "./instance.js";
import { subscribe } from "./monitors.js";
import { readings } from "./page.js";
import { cart, close as closeStore } from "./store.js";
import { hold, letGo, unlockIdentity } from "./tabs.js";
import { get, message, read, readSettings, sleep } from "./values.js";

/** How long `stop` waits for its flush, in milliseconds: offline it may take for ever. */
const STOP_PATIENCE = 3_000;
/** How long after that an answer may still come, in milliseconds. */
const LAST_PATIENCE = 10_000;
/** The `id` of the page's own settings, in a `<script type="application/json">`. */
const SETTINGS_ID = "storefront-collector";

/**
 * A page has one collector: started again, the running one takes the settings and is given back.
 * @param {unknown} settings
 * @returns {Promise<object> | undefined}
 */
export const restart = (settings) => {
  const running = get(globalThis, GLOBAL);
  if (typeof get(running, "restart") !== "function") return;
  log("warn", "start: this page has a running collector already; remove the second tag or call");
  const refused = running.restart(settings);
  return refused ? Promise.reject(refused) : Promise.resolve(running);
};

/**
 * Starts a collector; resolves once the data layer is listened to.
 * @param {unknown} settings
 * @param {Set<unknown> | undefined} handedOver
 * @param {string} tab
 * @param {(host: object, kind: number, facts: string) => any} tell
 */
export const start = async (settings, handedOver, tab, tell) => {
  const host = open(tab, tell);
  const collector = collectorOf(host);
  const stopping = get(get(globalThis, GLOBAL), "stopping");
  // Taken at once: a second tag must not start beside the first while that waits.
  globalThis[GLOBAL] = collector;
  host.collector = collector;
  host.contexts = host.told(CONTEXTS);
  // Until the one before has flushed, its hooks and its instance are its own.
  if (stopping) await (host.former = stopping);
  // A page that is only prerendered sends and stores nothing, and asks nobody.
  if (document.prerendering) {
    await new Promise((shown) => document.addEventListener("prerenderingchange", shown, { once: true }));
  }
  if (host.stopped) return collector;
  const refused = configure(host, settings);
  if (refused) {
    release(host);
    throw refused;
  }
  const { later } = host;
  host.later = undefined;
  later.forEach((more) => configure(host, more));
  lookForSettingsAndList(host);
  findDebug(host.told(INSTANCE) ?? undefined);
  // Asked for before anything is stored: what lies there while nobody holds this tab's lock counts as left behind. Not
  // waited for: the page must not see a collector that does not listen yet.
  hold(host, tab);
  await undefined;
  if (host.stopped) return collector;
  follow(host);
  const remembered = cart();
  if (remembered !== undefined) host.told(CART, remembered);
  host.handedOver = handedOver;
  host.told(BEGUN);
  // Whatever is called first is compiled first; that must not be in a shopper's click.
  (globalThis.requestIdleCallback ?? setTimeout)(() => host.stopped || host.told(REHEARSE, readings(host)));
  return collector;
};

/** The text of the page's own settings, or "!" and why it cannot be read, completing "the script …". */
const pageSettings = () => {
  const text = document.getElementById(SETTINGS_ID)?.textContent?.trim();
  if (!text) return;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    // The rest of it may still come.
    return document.readyState === "loading" ? undefined : `!is no JSON (${message(error)})`;
  }
};

/** Both may stand below an `async` tag. @param {import("./host.js").Host} host */
const lookForSettingsAndList = (host) =>
  document.addEventListener("readystatechange", () => {
    if (!host.hasSettings) configure(host);
    // The page may have put another list in the place of the one that was made for it.
    if (host.layerName !== undefined) listen(host, host.layerName);
  }, { signal: host.listening.signal });

/**
 * Settings of the page's script and of the caller. Gives back the error of settings that can never work.
 * @param {import("./host.js").Host} host
 * @param {unknown} [settings]
 */
const configure = (host, settings) => {
  const own = pageSettings();
  host.hasSettings = own !== undefined;
  // Both at once: what the caller says about consent counts before anything is done.
  host.told(CONFIGURE, own, settings == null ? null : readSettings(settings), hookOf(host, settings), document.readyState === "loading");
  const refused = host.told(REFUSED);
  return refused ? refusal(...refused) : undefined;
};

/** Stops listening and lets go of everything of the page. @param {import("./host.js").Host} host */
const release = (host) => {
  host.stopped = true;
  close(host);
  stopListening(host);
  closeStore(host);
  host.listening.abort();
  letGo(host);
  unlockIdentity(host);
  clearTimeout(host.alarm);
  host.search++;
  // An answer that still comes counts. Then what was stored is for whoever looks next.
  if (host.flights.size) setTimeout(() => host.flights.forEach((flight) => flight.abort()), LAST_PATIENCE);
  keepPromises(host);
  host.listeners.clear();
  dropHooks(host);
  // The next one may be waiting there already.
  if (get(globalThis, GLOBAL) === host.collector) delete globalThis[GLOBAL];
};

/** Flushes, and lets go. @param {import("./host.js").Host} host */
const end = async (host) => {
  host.isEnding = true;
  const last = promised(host, FLUSH);
  stopListening(host);
  host.told(STOP);
  await Promise.race([last, sleep(STOP_PATIENCE)]);
  await host.former;
  release(host);
  forgetLines();
};

/** The running collector. @param {import("./host.js").Host} host */
const collectorOf = (host) => ({
  publish: (event, context) => publish(host, event, context),
  setContext: (name, value) => setContext(host, name, value),
  setConsent: (consent) => promised(host, SET_CONSENT, read(consent)),
  async getIdentity() {
    await promised(host, IDENTIFY);
    return { ECID: host.told(ECID) ?? null };
  },
  flush: () => promised(host, FLUSH),
  status() {
    const status = host.told(STATUS);
    const value = askedDebugging();
    if (status && value !== undefined) status.settings.debugEnabled = { value, source: "tab" };
    return status;
  },
  events: () => host.told(EVENTS) ?? [],
  subscribe: (listener) => subscribe(host, listener),
  /** Not for pages: how a second `start` hands its settings over, maybe from another copy of this module. */
  restart: (settings) => (host.later ? void host.later.push(settings) : configure(host, settings)),
  stop() {
    // Who starts one now gets another, which waits for this one's end.
    delete host.collector.restart;
    return (host.collector.stopping ??= end(host));
  },
});
