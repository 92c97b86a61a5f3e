// `window[instanceName]`: the bundled sender as a Web SDK instance, and the queue of the documented base code (Edge
// protocol, 8.1 and 8.2). Only a free name is taken; a Web SDK that loads later finds the queue that it expects, and does
// no harm.
import { COMMAND, CONFIG, INSTANCE, hookOf, promised } from "./host.js";
import { debug, monitor } from "./monitors.js";
import { readings } from "./page.js";
import { get, read } from "./values.js";

/** The instance names that pages and Web SDKs have announced. @returns {string[] | undefined} */
const announced = () => {
  const names = get(globalThis, "__alloyNS");
  return Array.isArray(names) ? names : undefined;
};

/** The queue of the base code that stands under `name`, if no library has taken it: one puts its own `push` there. */
const waitingQueue = (name, here) => {
  const queue = get(here, "q");
  const isFree = typeof here === "function" && Array.isArray(queue) && !Object.hasOwn(queue, "push");
  return isFree && announced()?.includes(name) ? queue : undefined;
};

/** Whether the page still loads a script that may be a Web SDK. */
const somebodyMayCome = () =>
  document.readyState !== "complete" && document.querySelector('script[src*="alloy"],script[src*="adobedtm"]') !== null;

const tellOfConfiguration = (host) =>
  monitor("onInstanceConfigured", () => {
    const config = host.told(CONFIG);
    return config && { config };
  });

const execute = async (host, command, options = {}) => {
  if (host.stopped) throw new Error("[storefront-collector] The collector has been stopped; start it again.");
  if (typeof command !== "string") throw new Error("[storefront-collector] The name of a command is a string.");
  const about = { commandName: command, options };
  const configures = command === "configure";
  // Of what is refused out of hand monitors hear no beginning.
  if (configures ? !host.configured : host.told(CONFIG) !== null) monitor("onBeforeCommand", () => about);
  const hook = configures ? hookOf(options) : 0;
  const answer = promised(host, COMMAND, command, read(options), readings(host), hook);
  if (configures) tellOfConfiguration(host);
  const enabled = get(options, "enabled");
  if (command === "setDebug" && typeof enabled === "boolean") debug(enabled);
  try {
    const result = await answer;
    host.configured ||= configures;
    monitor("onCommandResolved", () => ({ ...about, result }));
    return result;
  } catch (error) {
    monitor("onCommandRejected", () => ({ ...about, error }));
    throw error;
  }
};

/**
 * Answers under the name that the settings say, if it is free; tells monitors.
 * @param {import("./host.js").Host} host
 */
export const open = (host) => {
  const name = host.told(INSTANCE);
  if (!name) return;
  const here = get(globalThis, name);
  const waiting = waitingQueue(name, here);
  if (here != null && !waiting) return;
  if (waiting && somebodyMayCome()) {
    // Whose queue it is shows when the page's scripts have run.
    addEventListener("load", () => open(host), { signal: host.listening.signal });
    return;
  }
  const callable = (command, options) => execute(host, command, options);
  /** @param {[Function, Function, [string, object]]} item */
  const run = ([resolve, reject, [command, options]]) => callable(command, options).then(resolve, reject);
  const queue = waiting ?? [];
  // A Web SDK that comes later must not run them again.
  const items = queue.splice(0);
  queue.push = (item) => {
    run(item);
  };
  if (!waiting) {
    callable.q = queue;
    globalThis[name] = callable;
    const names = announced() ?? (globalThis.__alloyNS = []);
    if (!names.includes(name)) names.push(name);
  }
  host.instance = { name, queue, callable };
  host.collector.instanceName = name;
  monitor("onInstanceCreated", () => ({ instance: callable }));
  tellOfConfiguration(host);
  for (const item of items) run(item);
};

/**
 * Gives the name back, as it was.
 * @param {import("./host.js").Host} host
 */
export const close = (host) => {
  if (!host.instance) return;
  const { name, queue, callable } = host.instance;
  host.instance = undefined;
  delete queue.push;
  if (get(globalThis, name) !== callable) return;
  delete globalThis[name];
  const names = announced();
  const at = names?.indexOf(name) ?? -1;
  if (at >= 0) names.splice(at, 1);
};

/**
 * The store names its own Web SDK: its name is none of ours.
 * @param {import("./host.js").Host} host
 * @param {string} name
 */
export const makeRoom = (host, name) => {
  if (host.instance?.name === name) close(host);
};
