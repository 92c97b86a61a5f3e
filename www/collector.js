// The drop-in: the only tag a theme needs. Starts the collector, and never throws into the page.
const TAG = Symbol.for("storefront-collector.tag");
const isFirst = !window[TAG];
window[TAG] ||= 1;

let wasm;
if (isFirst) try {
  // Refused by a policy without 'wasm-unsafe-eval', and missing in hardened browsers.
  new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  // At once, beside the module that needs it; what the shopper looks at goes before it.
  wasm = fetch(new URL("storefront_collector_bg.wasm", import.meta.url), { priority: "low" });
  // Where the module itself cannot be loaded nobody waits for this one.
  wasm.catch(() => {});
} catch {}

const compiled = async () => {
  const module = await import("./storefront_collector.js");
  await module.default({ module_or_path: wasm });
  return module;
};

// The same core without WebAssembly: bigger, and at home everywhere.
const plain = async (why) => {
  console.info(`[storefront-collector] ${why}; the plain JavaScript build runs instead (docs/csp.md)`);
  const module = await import("./storefront_collector_js.js");
  await module.default();
  return module;
};

// A page that is left before the collector can send hands its data layer to the next page (src/browser/early.js).
const EARLY = "storefront-collector:early:";
const KEY = `${EARLY}${Date.now()}${Math.random()}`;
// Of all such pages together: the shop's storage is not ours to fill.
const ROOM = 250_000;
// Items whose events the next page has; back from the back-forward cache they must not be published again.
const handedOver = new Set();
let kept = [];

const recall = () => {
  try {
    if (kept.length && !localStorage.getItem(KEY)) kept.forEach((item) => handedOver.add(item));
    kept = [];
    localStorage.removeItem(KEY);
  } catch {} // Storage is denied: nothing was kept.
};

// Whether the running collector has to wait for settings with all that was published.
const isWaiting = (status, records) =>
  status.state === "waiting" && !status.sender && status.consent === "in" && records.every(({ status }) => status === "held");

// Where consent has to be asked for, or only the collector can tell what it is, nothing is kept; nor where a form has taken
// the cookies' name.
const mayKeep = ({ defaultConsent, consentSources, storefrontEvents, hipaa, webSdkName, instanceName = "alloy" }) => {
  const { consent } = JSON.parse(localStorage.getItem("storefront-collector.consent") ?? "{}");
  const agrees = consent ? consent.length === 1 && consent[0].value?.general === "in" : (defaultConsent ?? "in") === "in";
  return agrees && !document.prerendering && (storefrontEvents ?? true) === true && !hipaa && `${consentSources ?? "mg_dnt"}` === "mg_dnt"
    && (webSdkName || !window[instanceName]?.q?.some(([, , [command]]) => command === "configure" || command === "setConsent"))
    && !/^\[object|(^|; *)(mg_dnt(=|;|$)|storefront-collector.consent=|kndctr_[^=;]*_consent=general(=|%3D)out)/.test(document.cookie);
};

// Of each item the record of the event that the running collector holds, if it has published one: the newest first, for a
// collector that was stopped may have published the oldest.
const recordsOf = (list, records) => {
  const left = records.filter(({ event }) => event !== "sendEvent");
  return [...list].reverse().map((item) => (left.at(-1)?.event === item?.event ? left.pop() : undefined)).reverse();
};

const keep = () => {
  try {
    const settings = JSON.parse(document.getElementById("storefront-collector")?.textContent || "{}");
    const layer = window[settings.dataLayerName ?? "adobeDataLayer"] ?? [];
    const running = window.storefrontCollector;
    // One that was stopped has had its events.
    if (!running && window[Symbol.for("storefront-collector.taken")]?.has(layer)) return;
    const records = running?.events() ?? [];
    if (!mayKeep(settings) || running && !isWaiting(running.status(), records)) return;
    const list = [...layer];
    const recorded = recordsOf(list, records);
    const items = [];
    const texts = [];
    const published = [];
    let room = ROOM;
    let events = 0;
    let forwarding;
    for (const [at, item] of list.entries()) {
      try {
        const record = recorded[at];
        const text = JSON.stringify(handedOver.has(item) || running && !record ? { ...item, event: undefined } : item);
        if (text[0] !== "{") continue;
        if ((room -= text.length) < 0) break;
        events += text.includes('"event":');
        forwarding = item.eventForwardingContext ?? forwarding;
        items.push(item);
        texts.push(text);
        published.push(record ? [record.id, Date.parse(record.timestamp)] : null);
      } catch {} // A cycle, a BigInt, a function: nothing that can be handed on.
    }
    // Switched off in the Admin, and nobody else says where events go.
    const isOff = forwarding && forwarding.aep !== true
      && !["organizationId", "datastreamId", "webSdkName", "storefrontEvents"].some((name) => settings[name] != null);
    if (!events || isOff) return;
    const about = JSON.stringify({ time: Date.now(), url: location.href, referrer: document.referrer, settings, published });
    // The oldest page makes room.
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(EARLY)).sort().reverse()) {
      if ((room -= localStorage.getItem(key).length) < 0) localStorage.removeItem(key);
    }
    localStorage.setItem(KEY, `${about.slice(0, -1)},"items":[${texts}]}`);
    kept = items;
  } catch {} // No settings that can be read, or no storage.
};
if (isFirst) {
  addEventListener("pagehide", keep);
  addEventListener("pageshow", recall);
}

// A second tag must not set up the module again under the collector that runs in it.
if (isFirst) try {
  const { start } = wasm
    ? await compiled().catch((error) => plain(`storefront_collector_bg.wasm cannot be used: ${error?.message ?? error}`))
    : await plain("WebAssembly is refused or missing on this page: allow 'wasm-unsafe-eval' in script-src");
  await start(undefined, handedOver);
} catch (error) {
  // Of settings that can never work the collector itself has told. What cannot be loaded may be there for the next page.
  if (error?.issues) removeEventListener("pagehide", keep);
  else console.error(`[storefront-collector] ${error?.message ?? error}: serve all files of one build beside collector.js`);
}
// Tags of one address run once, whatever their number.
if (!isFirst || [...document.querySelectorAll("script")].filter(({ src }) => src === import.meta.url).length > 1) {
  if (window[TAG]++ === 1) console.warn("[storefront-collector] start: this page has a second collector.js tag; it is left out. Remove it");
}

// Asked for by QA; also where the collector itself could not start.
if (new URLSearchParams(location.search).has("storefront-collector-debug")) import("./inspector.js").catch(() => {});
