// Who watches: listeners of `subscribe`, and `window.__alloyMonitors`, the hooks by which Adobe's debugging tools follow a
// Web SDK.
import { instanceName, isDebugging, monitors, tellMonitors, write } from "./console.js";
import { BAD_LISTENER, NOTICE } from "./host.js";

/** The records of events that the page sends itself: monitors hear of them as its own command. */
const SEND_EVENT = "sendEvent";

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

/** Whether anybody hears what an instance does. */
export const isHeard = () => monitors().length > 0 || isDebugging();

/**
 * Tells monitors, and says it where every step is said.
 * @param {string} hook
 * @param {() => object | undefined} fields  Nothing when there is nothing to tell.
 */
export const monitor = (hook, fields) => {
  tellMonitors(hook, fields);
  const told = LINES[hook] && isHeard() && fields();
  if (!told) return;
  const [level, ...said] = LINES[hook](told);
  tellMonitors("onBeforeLog", () => ({ level, arguments: said }));
  if (isDebugging()) write(level, `[${instanceName()}]`, ...said);
};

/**
 * Whether anybody wants to know how an event moves on.
 * @param {import("./host.js").Host} host
 * @returns {boolean}
 */
export const isWatched = ({ listeners }) => Boolean(listeners.size || isHeard());

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

/** What a record's status means to monitors: an event is a `sendEvent` to them, which resolves, too, when it is declined. */
const HOOKS = {
  queued: "onBeforeCommand",
  accepted: "onCommandResolved",
  suppressed: "onCommandResolved",
  rejected: "onCommandRejected",
};

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
  const { id, event, status, reason = "" } = told;
  for (const [listener] of [...listeners]) {
    const failed = () => host.told(NOTICE, BAD_LISTENER);
    try {
      const given = listener(told);
      if (typeof given?.then === "function") given.then(undefined, failed);
    } catch {
      failed();
    }
  }
  const hook = HOOKS[status];
  if (!hook || event === SEND_EVENT) return;
  const begins = status === "queued";
  const wasBegun = host.commands.has(id);
  // Queued again it is the same command, and one that never began has no end; a refusal is worth telling all the same.
  if (begins ? wasBegun : status === "suppressed" && !wasBegun) return;
  host.commands[begins ? "add" : "delete"](id);
  monitor(hook, () => ({
    commandName: "sendEvent",
    options: { xdm: JSON.parse(json).xdm },
    ...(hook === "onCommandResolved" && { result: {} }),
    ...(hook === "onCommandRejected" && { error: new Error(reason) }),
  }));
};
