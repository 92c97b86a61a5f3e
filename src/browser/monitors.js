// Who watches: the console, listeners of `subscribe`, and `window.__alloyMonitors`, the hooks by which Adobe's debugging
// tools follow a Web SDK. Unlike the Web SDK's own calls all are guarded: a watcher that throws hurts nobody.
import { get } from "./values.js";

/** The name under which the running collector stands in `window`. */
export const GLOBAL = "storefrontCollector";
/** The records of events that the page sends itself: monitors hear of them as its own command. */
const SEND_EVENT = "sendEvent";

const monitors = () => {
  const list = get(globalThis, "__alloyMonitors");
  return Array.isArray(list) ? list : [];
};

/**
 * Calls `hook` of every monitor, each with fields of its own that it may change.
 * @param {string} hook
 * @param {() => object | undefined} fields  Nothing when there is nothing to tell.
 */
export const monitor = (hook, fields) => {
  const instanceName = get(get(globalThis, GLOBAL), "instanceName") ?? "storefront-collector";
  for (const watcher of monitors()) {
    try {
      const told = watcher[hook] && fields();
      if (told) watcher[hook]({ instanceName, ...told });
    } catch {}
  }
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

/**
 * One line for the console.
 * @param {"warn" | "error"} level
 * @param {string} text
 */
export const log = (level, text) => {
  const line = `[storefront-collector] ${text}`;
  try {
    console[level](line);
  } catch {}
  monitor("onBeforeLog", () => ({ level, arguments: [line] }));
};

/**
 * Whether anybody wants to know how an event moves on.
 * @param {import("./host.js").Host} host
 * @returns {boolean}
 */
export const isWatched = ({ listeners }) => listeners.size + monitors().length > 0;

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
export const record = ({ listeners }, json) => {
  const told = JSON.parse(json);
  for (const [listener] of [...listeners]) {
    try {
      listener(told);
    } catch {
      log("warn", "a listener given to subscribe() threw; mend it on the page");
    }
  }
  const { event, status, reason = "" } = JSON.parse(json);
  if (!HOOKS[status] || event === SEND_EVENT) return;
  monitor(HOOKS[status], () => ({
    commandName: "sendEvent",
    options: { xdm: JSON.parse(json).xdm },
    ...(status === "accepted" && { result: {} }),
    ...(status === "rejected" && { error: new Error(reason) }),
  }));
};
