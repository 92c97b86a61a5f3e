// `window[instanceName]`: the bundled sender as a Web SDK instance, and the queue of the documented base code (Edge
// protocol, 8.1 and 8.2). Only a free name is taken; a Web SDK that loads later finds the queue that it expects, and does
// no harm.
import { debug } from "./console.js";
import { CLAIM, COMMAND, CONFIG, INSTANCE, NAME_TAKEN, NOTICE, hookOf, promised } from "./host.js";
import { isHeard, monitor, record } from "./monitors.js";
import { readings } from "./page.js";
import { get, read } from "./values.js";

/** What the core answers to `CLAIM`; the numbers are those of name.rs. */
const TAKE = 1, WAIT = 2, TAKEN = 3;

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

/** Whether a script of the page may be a Web SDK. */
const hasSdkScript = () => Boolean(document.querySelector('script[src*="alloy"],script[src*="adobedtm"]'));

/** Once, when the settings are there and somebody hears it: on most pages nobody does. */
const tellOfConfiguration = (host) => {
  const { instance } = host;
  if (!instance || instance.isTold || !isHeard() || !host.told(CONFIG)) return;
  instance.isTold = true;
  monitor("onInstanceConfigured", () => ({ config: host.told(CONFIG) }));
};

const execute = async (host, command, options = {}) => {
  if (host.stopped) throw new Error("[storefront-collector] The collector has been stopped; start it again.");
  if (typeof command !== "string") throw new Error("[storefront-collector] The name of a command is a string.");
  const about = { commandName: command, options };
  const configures = command === "configure";
  // Of what is refused out of hand monitors hear no beginning.
  if (configures ? !host.configured : host.told(CONFIG) !== null) monitor("onBeforeCommand", () => about);
  const hook = configures ? hookOf(host, options) : 0;
  const answer = promised(host, COMMAND, command, read(options), readings(host), hook);
  if (configures) tellOfConfiguration(host);
  try {
    const result = await answer;
    if (command === "setDebug") debug(options.enabled);
    host.configured ||= configures;
    monitor("onCommandResolved", () => ({ ...about, result }));
    return result;
  } catch (error) {
    monitor("onCommandRejected", () => ({ ...about, error }));
    throw error;
  }
};

/** What the base code puts under `name`; whoever answers, its queue is where. */
const stubFor = (name) => {
  const stub = (...args) => new Promise((resolve, reject) => { stub.q.push([resolve, reject, args]); });
  stub.q = [];
  Reflect.set(globalThis, name, stub);
  const names = announced() ?? (globalThis.__alloyNS = []);
  if (!names.includes(name)) names.push(name);
  return stub;
};

/**
 * Answers under the name that the settings say, if it is free; tells monitors.
 * @param {import("./host.js").Host} host
 */
export const open = (host) => {
  const name = host.told(INSTANCE);
  try {
    if (host.instance?.push) tellOfConfiguration(host);
    else if (name) take(host, name);
  } catch {} // What stands there is no queue that can be emptied: nobody is answered.
  host.begun = true;
  host.unsaid.splice(0).forEach((json) => record(host, json));
};

const take = (host, name) => {
  if (get(globalThis, name) == null) host.instance = { name, stub: stubFor(name) };
  const here = get(globalThis, name);
  const queue = waitingQueue(name, here);
  const isOurs = here === host.instance?.stub;
  const claim = host.told(CLAIM, Boolean(queue), isOurs, document.readyState !== "complete", hasSdkScript());
  if (claim === TAKEN) host.told(NOTICE, NAME_TAKEN, name);
  if (claim === WAIT) addEventListener("load", () => open(host), { signal: host.listening.signal });
  if (claim !== TAKE) return;
  /** @param {[Function, Function, [string, object]]} item */
  const run = ([resolve, reject = () => {}, [command, options] = []] = []) => execute(host, command, options).then(resolve, reject);
  // A Web SDK that comes later must not run them again.
  const items = queue.splice(0);
  const push = (item) => {
    run(item);
  };
  queue.push = push;
  host.instance = { ...host.instance, name, queue, push };
  host.collector.instanceName = name;
  monitor("onInstanceCreated", () => ({ instance: here }));
  tellOfConfiguration(host);
  for (const item of items) run(item);
};

/**
 * Gives the queue back as it was, unless a Web SDK has taken it over from us.
 * @param {import("./host.js").Host} host
 */
const leave = (host) => {
  const { queue, push } = host.instance ?? {};
  host.instance = undefined;
  if (push && queue.push === push) delete queue.push;
};

/**
 * Gives the name back as well, if it was free.
 * @param {import("./host.js").Host} host
 */
export const close = (host) => {
  const { name, stub } = host.instance ?? {};
  leave(host);
  if (!stub || get(globalThis, name) !== stub) return;
  delete globalThis[name];
  const names = announced();
  const at = names?.indexOf(name) ?? -1;
  if (at >= 0) names.splice(at, 1);
};

/**
 * The store names its own Web SDK, and we answer as none: what stands under its name is for that one, which finds there
 * what it expects.
 * @param {import("./host.js").Host} host
 * @param {string} name
 */
export const makeRoom = (host, name) => {
  if (host.instance?.name === name) leave(host);
  else close(host);
};
