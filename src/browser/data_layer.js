// Listening to the Adobe Client Data Layer, and to the plain array that it may still be.
//
// The array's `push` becomes an accessor property: whatever stands behind it, `Array.prototype.push` today and the
// library's own tomorrow, is called through us. So each item is seen once and in order before, after and without the
// library, and no listener has to be registered with it.
import { log } from "./console.js";
import { CONTEXTS, NEW_ID, NOTICE, NO_LIST, UNKNOWN_CONTEXT, UNKNOWN_EVENT, catchUp } from "./host.js";
import { readings } from "./page.js";
import { get, isPlain, read } from "./values.js";

/** To the data layer `undefined` takes away what was there, as `null` does. */
const taking = (_, value) => (value === undefined ? null : value);

/**
 * The contexts of these names as `[name, JSON text]`, `[name]` when it is as the core knows it, or `[name, "!" + why not]`.
 * The core has to hear of them in this order.
 * @param {import("./host.js").Host} host
 * @param {object} from
 * @param {string[]} names
 * @param {boolean} isMerged  They are merged into those that are there, and do not stand for themselves.
 */
const contextsOf = ({ texts, full }, from, names, isMerged) =>
  names.flatMap((name) => {
    let text;
    try {
      const value = from[name];
      if (value === undefined && !isMerged) return [];
      // The slow way, unless nothing is there: themes, as Adobe's SDK does, set null first.
      text = read(value, isMerged && full.has(name) ? taking : undefined);
    } catch {
      text = "!cannot be read: its getter throws";
    }
    if (isMerged) full[text === "null" ? "delete" : "add"](name);
    if (texts.get(name) === text) return [[name]];
    texts.set(name, text);
    return [[name, text]];
  });

/**
 * The names of the contexts that an event is made from; an event that nobody knows is made from none.
 * @param {import("./host.js").Host} host
 * @param {string} event
 */
const contextsOfEvent = ({ told, contexts, eventContexts }, event) => {
  let names = eventContexts.get(event);
  if (!names) {
    names = told(CONTEXTS, event);
    // A core at work gives no answer.
    if (!names) return contexts;
    eventContexts.set(event, names);
  }
  return names;
};

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : null);

/**
 * What concerns us of one item: event, contexts, contexts of `eventInfo`, `searchUnitId`. Functions are the library's to
 * run; whatever else is no plain object is nothing to the data layer either.
 * @param {import("./host.js").Host} host
 * @param {unknown} raw
 */
export const readItem = (host, raw) => {
  const { contexts } = host;
  if (!isPlain(raw)) return;
  const event = text(get(raw, "event"));
  let keys;
  try {
    keys = Reflect.ownKeys(raw);
  } catch {
    return;
  }
  const set = contextsOf(host, raw, keys.filter((key) => contexts.includes(key)), true);
  if (event === null) return set.length ? [event, set] : undefined;
  const info = get(raw, "eventInfo");
  return isPlain(info) ? [event, set, contextsOf(host, info, contextsOfEvent(host, event), false), text(get(info, "searchUnitId"))] : [event, set];
};

/** How often a collector of this page has published each item of a data layer; one that is started later must not do so
 * again. @type {WeakMap<object, WeakMap<object, number>>} */
const taken = (globalThis[Symbol.for("storefront-collector.taken")] ??= new WeakMap());

/**
 * Takes what stands in `window[name]` already (made if missing), in order, then listens, to it alone. Of items in
 * `host.handedOver` only the contexts count.
 * @param {import("./host.js").Host} host
 * @param {string} name
 */
export const listen = (host, name) => {
  if (host.isEnding || host.layerName === name && host.dataLayer?.array === get(globalThis, name)) return;
  // A page that puts another list in its place may have copied the items.
  const published = host.layerName === name ? host.dataLayer?.published : undefined;
  host.layerName = name;
  stop(host);
  try {
    host.dataLayer = follow(host, name, published);
  } catch {
    host.told(NOTICE, NO_LIST, name);
  }
  for (const [item, id] of host.unpushed.splice(0)) push(host, item, id);
};

const follow = (host, name, before = new WeakMap()) => {
  if (get(globalThis, name) == null) globalThis[name] = [];
  const array = globalThis[name];
  if (!Array.isArray(array)) throw 0;
  const history = [...array];
  const published = taken.get(array) ?? before;
  taken.set(array, published);
  /** What stands behind `push`. */
  let inner = array.push;
  /** Items that are being pushed right now: a tool that wraps `push` twice hands them in twice. */
  const pushing = [];
  /** Items taken while the array was plain. The library pushes them all again when it takes over. */
  const isLibrary = () => typeof get(array, "getState") === "function";
  let plain = isLibrary() ? undefined : [...history];
  let isOver = false;

  const take = (raw, isPublished) => {
    if (isOver) return;
    const item = readItem(host, raw);
    if (!item) return;
    if (isPublished) item[0] = null;
    if (!host.items.length && !host.events.length) queueMicrotask(() => catchUp(host));
    // A theme sets contexts right before the event that they are for: both cross into the core together.
    host.items.push(item);
    if (item[0] === null) return;
    published.set(raw, (published.get(raw) ?? 0) + 1);
    // As it all was in this moment; the work is done when the theme's own code is.
    host.events.push([host.items.splice(0), readings(host), host.publishing, Date.now()]);
    host.publishing = undefined;
  };

  /** Whether the library, taking the array over, hands in an item that we took from the plain array. */
  const isReplay = (item) => {
    if (!plain || typeof inner !== "function") return false;
    if (!isLibrary()) {
      if (Object(item) === item) plain.push(item);
      return false;
    }
    const replayed = plain.length > 0 && Object.is(plain[0], item);
    if (replayed) plain.shift();
    if (!plain.length) plain = undefined;
    return replayed;
  };

  const handler = {
    apply(target, self, items) {
      let ours = 0;
      for (const item of items) {
        if (pushing.includes(item)) continue;
        try {
          if (!isReplay(item)) take(item);
        } catch {} // Whatever became of ours, the push is the page's.
        pushing.push(item);
        ours++;
      }
      try {
        return Reflect.apply(target, self, items);
      } finally {
        pushing.length -= ours;
      }
    },
  };
  const through = (push) => (typeof push === "function" ? new Proxy(push, handler) : push);
  /** `inner`, called through us. */
  let outer = through(inner);
  Object.defineProperty(array, "push", {
    get: () => outer,
    set: (push) => {
      outer = through(push);
      inner = push;
    },
    configurable: true,
  });
  const met = new Map();
  for (const raw of history) {
    const times = (met.get(raw) ?? 0) + 1;
    met.set(raw, times);
    take(raw, host.handedOver?.has(raw) || times <= (published.get(raw) ?? 0));
  }
  return {
    array,
    published,
    /** Pushes an item, as the page would. A listener of the page that throws is the page's own. */
    push(item) {
      try {
        outer.call(array, item);
      } catch {}
    },
    /** The library's computed state, if the library runs. */
    state() {
      try {
        return array.getState();
      } catch {}
    },
    /** Gives the page its own `push` back; who has wrapped ours goes on calling it. */
    stop() {
      isOver = true;
      try {
        delete array.push;
        if (array.push !== inner) array.push = inner;
      } catch {}
    },
  };
};

/** Pushes onto the data layer; before that is listened to, what the API pushes waits. */
const push = (host, item, id) => {
  if (host.layerName === undefined) {
    host.unpushed.push([item, id]);
    return;
  }
  if (!host.dataLayer) return leave(host, item);
  host.publishing = id;
  host.dataLayer.push(item);
  host.publishing = undefined;
};

/** Leaves an item to the collector that runs now, or is started next. */
const leave = ({ layerName }, item) => {
  log("warn", "publish: this collector has been stopped, or its data layer is no list; go on with what start gives");
  try {
    globalThis[layerName].push(item);
  } catch {}
};

/**
 * Publishes an event, as the page would; gives back its `_id`.
 * @param {import("./host.js").Host} host
 * @param {string} event
 * @param {unknown} [customContext]
 */
export const publish = (host, event, customContext) => {
  if (typeof event !== "string" || !contextsOfEvent(host, event).length) host.told(NOTICE, UNKNOWN_EVENT, text(event) ?? typeof event);
  const id = host.told(NEW_ID);
  // Other listeners, Adobe's collector among them, read the contexts from `eventInfo`.
  push(host, { event, eventInfo: { ...host.dataLayer?.state(), ...(customContext != null && { customContext }) } }, id);
  catchUp(host);
  const given = host.given.get(id) ?? id;
  host.given.delete(id);
  return given;
};

/**
 * Sets a context, replacing it whole.
 * @param {import("./host.js").Host} host
 * @param {string} name
 * @param {unknown} value
 */
export const setContext = (host, name, value) => {
  if (typeof name !== "string") {
    host.told(NOTICE, UNKNOWN_CONTEXT, typeof name);
    return;
  }
  if (!host.contexts.includes(name)) host.told(NOTICE, UNKNOWN_CONTEXT, name);
  for (const one of [null, value]) push(host, { [name]: one });
};

/** Gives the page its own `push` back. @param {import("./host.js").Host} host */
export const stop = (host) => {
  host.dataLayer?.stop();
  host.dataLayer = undefined;
};
