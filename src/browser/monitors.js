// Who watches: the console, listeners of `subscribe`, and `window.__alloyMonitors`, the hooks by which Adobe's debugging
// tools follow a Web SDK. Unlike the Web SDK's own calls all are guarded: a watcher that throws hurts nobody.
import { get } from "./values.js";

/** The name under which the running collector stands in `window`. */
export const GLOBAL = "storefrontCollector";
/** The name of the instance where it has none. */
const OURS = "storefront-collector";
/** The records of events that the page sends itself: monitors hear of them as its own command. */
const SEND_EVENT = "sendEvent";

const monitors = () => {
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

const isDebugging = () => asked ?? set;

const instanceName = () => get(get(globalThis, GLOBAL), "instanceName") ?? OURS;

/** What is said of each hook, in the Web SDK's words: level, text, and what is shown with it. */
const LINES = {
  onInstanceCreated: () => ["info", "Instance initialized."],
  onInstanceConfigured: ({ config }) => ["info", "Instance configured. Computed configuration:", config],
  onBeforeCommand: ({ commandName, options }) => ["info", `Executing ${commandName} command. Options:`, options],
  onCommandResolved: ({ commandName, result }) => ["info", `${commandName} command resolved. Result:`, result],
  onCommandRejected: ({ commandName, error }) => ["error", `${commandName} command was rejected. Error:`, error],
  onBeforeNetworkRequest: ({ requestId, payload }) => ["info", `Request ${requestId}: Sending request.`, payload],
  onNetworkResponse: ({ requestId, statusCode, body, parsedBody = body }) => [
    "info",
    `Request ${requestId}: Received response with status code ${statusCode} and ${body ? "" : "no "}response body${body ? ":" : "."}`,
    parsedBody,
  ],
  onNetworkError: ({ requestId, error }) => ["error", `Request ${requestId}: Network request failed.`, error],
};

/**
 * Calls `hook` of every monitor, each with fields of its own that it may change, and says it where every step is said.
 * @param {string} hook
 * @param {() => object | undefined} fields  Nothing when there is nothing to tell.
 */
export const monitor = (hook, fields) => {
  tellMonitors(hook, fields);
  const told = LINES[hook] && (isDebugging() || monitors().length) && fields();
  if (!told) return;
  const [level, ...said] = LINES[hook](told);
  tellMonitors("onBeforeLog", () => ({ level, arguments: said }));
  if (isDebugging()) write(level, `[${instanceName()}]`, ...said);
};

const tellMonitors = (hook, fields) => {
  for (const watcher of monitors()) {
    try {
      const told = watcher[hook] && fields();
      if (told) watcher[hook]({ instanceName: instanceName(), ...told });
    } catch {}
  }
};

const write = (level, ...said) => {
  try {
    console[level](...said);
  } catch {}
};

/**
 * JSON text as a value; what is no JSON is none.
 * @param {string} json
 */
export const payload = (json) => {
  try {
    return JSON.parse(json);
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

/**
 * Whether anybody wants to know how an event moves on.
 * @param {import("./host.js").Host} host
 * @returns {boolean}
 */
export const isWatched = ({ listeners }) => listeners.size + monitors().length > 0 || Boolean(isDebugging());

/**
 * Calls `listener` with each record, until the function given back is called.
 * @param {import("./host.js").Host} host
 * @param {Function} listener
 */
export const subscribe = ({ listeners }, listener) => {
  const entry = [listener];
  listeners.add(entry);
  return () => {
    listeners.delete(entry);
  };
};

/** What a record's status means to monitors: an event is a `sendEvent` to them. */
const HOOKS = { queued: "onBeforeCommand", accepted: "onCommandResolved", rejected: "onCommandRejected" };

/**
 * Tells listeners and monitors how an event moves on.
 * @param {import("./host.js").Host} host
 * @param {string} json  The record.
 */
export const record = (host, json) => {
  const { listeners } = host;
  if (!host.begun) {
    // Nobody can follow what an instance does of which he has not heard.
    host.unsaid.push(json);
    return;
  }
  const told = JSON.parse(json);
  // Read before the listeners have it: it is theirs to change.
  const { event, status, reason = "" } = told;
  for (const [listener] of [...listeners]) {
    try {
      listener(told);
    } catch {
      log("warn", "a listener given to subscribe() threw; mend it on the page");
    }
  }
  if (!HOOKS[status] || event === SEND_EVENT) return;
  monitor(HOOKS[status], () => ({
    commandName: "sendEvent",
    options: { xdm: JSON.parse(json).xdm },
    ...(status === "accepted" && { result: {} }),
    ...(status === "rejected" && { error: new Error(reason) }),
  }));
};
