// What is said: the console's lines, each problem once, and every step where QA asks for it. Debugging tools that follow a
// Web SDK by `window.__alloyMonitors` hear of it too; all are guarded: a watcher that throws hurts nobody.
import { get } from "./values.js";

/** The name under which the running collector stands in `window`. */
export const GLOBAL = "storefrontCollector";
/** The name of the instance where it has none. */
const OURS = "storefront-collector";

/** Who follows a Web SDK. @returns {object[]} */
export const monitors = () => {
  const list = get(globalThis, "__alloyMonitors");
  return Array.isArray(list) ? list : [];
};

/** Whether every step is said: as QA asked for, in the address or by `setDebug`, and otherwise as the settings say. */
let asked, set;

/** What the settings say of debugging. @param {boolean} enabled */
export const setDebugging = (enabled) => {
  set = enabled;
};

/** Somebody asks for every step, or for silence, for as long as the tab lives: by the Web SDK's own key. */
export const debug = (enabled, name = instanceName()) => {
  asked = enabled;
  try {
    sessionStorage.setItem(debugKey(name), enabled);
  } catch {}
};

const debugKey = (name) => `com.adobe.alloy.instance.${name}.debug`;

/** Looks whether somebody asks, or has asked, for every step. @param {string} [name]  The instance's. */
export const findDebug = (name = OURS) => {
  const query = new URLSearchParams(location.search);
  const wanted = query.get("alloy_debug") ?? (query.has("storefront-collector-debug") ? "true" : undefined);
  if (wanted !== undefined) return debug(wanted.toLowerCase() === "true", name);
  try {
    const kept = sessionStorage.getItem(debugKey(name));
    asked = kept === null ? undefined : kept === "true";
  } catch {}
};

/** What was asked for in this tab, if anything was. @returns {boolean | undefined} */
export const askedDebugging = () => asked;

/** Whether every step is said. @returns {boolean | undefined} */
export const isDebugging = () => asked ?? set;

/** The name by which monitors and the console know us. @returns {string} */
export const instanceName = () => get(get(globalThis, GLOBAL), "instanceName") ?? OURS;

/**
 * Calls `hook` of every monitor, each with fields of its own that it may change.
 * @param {string} hook
 * @param {() => object | undefined} fields  Nothing when there is nothing to tell.
 */
export const tellMonitors = (hook, fields) => {
  for (const watcher of monitors()) {
    try {
      const told = watcher[hook] && fields();
      if (told) watcher[hook]({ instanceName: instanceName(), ...told });
    } catch {}
  }
};

/**
 * A line for the console, whoever has replaced that.
 * @param {"info" | "warn" | "error"} level
 * @param {unknown[]} said
 */
export const write = (level, ...said) => {
  try {
    console[level](...said);
  } catch {}
};

/** The lines that the collector has written. @type {Set<string>} */
const lines = new Set();

/** A collector that is started anew tells of its page anew. */
export const forgetLines = () => lines.clear();

/**
 * One line for the console, once.
 * @param {"warn" | "error"} level
 * @param {string} text
 */
export const log = (level, text) => {
  if (lines.has(text)) return;
  lines.add(text);
  write(level, `[${OURS}] ${text}`);
  tellMonitors("onBeforeLog", () => ({ level, arguments: [text] }));
};
