// What the shell keeps of the page, and how the core hears of what happens there. These modules do I/O only; every rule
// is the core's.
import { log } from "./console.js";
import { message, read, stringify } from "./values.js";

/** What the core is asked; the numbers are those of told.rs. */
export const NEW_ID = 0, CONTEXTS = 1, INSTANCE = 2, CLAIM = 3, REFUSED = 4, STATUS = 5, EVENTS = 6, ECID = 7, CONFIG = 8, VISITOR = 9;

/** What the core is told. */
export const CONFIGURE = 10, CART = 11, BEGUN = 12, ITEM = 13, EARLY = 14, VISIBLE = 15, UNLOADING = 16, RETURNING = 17,
  RESTORED = 18, ONLINE = 19, WAKE = 20, READ_CONSENT = 21, TCF = 22, TCF_MISSING = 23, ANSWERED = 24, SDK_FOUND = 25,
  SDK_IDENTIFIED = 26, SDK_ANSWERED = 27, SDK_CONSENTED = 28, STORE_FAILED = 29, STORE_LOST = 30, ADOPTED = 31,
  IDENTITY_LOCKED = 32, SET_CONSENT = 33, IDENTIFY = 34, FLUSH = 35, STOP = 36, COMMAND = 37, REHEARSE = 38, NOTICE = 39;

/** What is wrong in the page; the numbers are those of notice.rs. */
export const NO_LIST = 0, NAME_TAKEN = 1, UNKNOWN_EVENT = 2, UNKNOWN_CONTEXT = 3, ASYNC_HOOK = 4, BAD_LISTENER = 5;

/**
 * @typedef {ReturnType<typeof open>} Host
 */

/**
 * @param {string} tab  This tab's name in storage; another one whenever it comes back from the back-forward cache.
 * @param {(host: Host, kind: number, facts: string) => any} tell  Tells the core; the facts are a list in JSON.
 */
export const open = (tab, tell) => {
  const host = {
    tab,
    /**
     * Tells or asks the core; gives back the answer. While the core is at work, what it is told waits, and there is none.
     * @param {number} kind
     * @param {unknown[]} facts
     */
    told: (kind, ...facts) => {
      if (kind !== ITEM && kind !== CONTEXTS) catchUp(host);
      try {
        return tell(host, kind, stringify(facts));
      } catch (error) {
        log("error", `the collector cannot go on (${message(error)}); what it has stored leaves from the next page`);
      }
    },
    /** Items without an event that the core has still to hear of: it hears of them with whatever it hears of next. */
    items: [],
    /** What the core has still to hear of events: each with the items before it, and the moment's readings. @type {unknown[][]} */
    events: [],
    /** The context's text that the core has, by name: what has not changed does not cross again. @type {Map<string, string>} */
    texts: new Map(),
    /** The contexts that the data layer has. @type {Set<string>} */
    full: new Set(),
    /** The page's own settings have been found. */
    hasSettings: false,
    /** What is told was published by the page's own code, which may still have things to do. */
    publishes: false,
    /** Requests that leave once it is done. @type {Function[]} */
    outgoing: [],
    /** Its signal takes the listeners off the page. */
    listening: new AbortController(),
    /** It flushes for the last time, and listens no more. */
    isEnding: false,
    stopped: false,
    /** Between `pagehide` and coming back. */
    left: false,
    /** Between `pagehide` and having the locks back: what waits for the database may be another page's by now. */
    away: false,
    /** The names of which something of this page's may be in storage: its own ones, and those of tabs whose events it
     * adopted. @type {Set<string>} */
    names: new Set(),
    /** Another page of the shop takes this one's place. Browsers without `pageswap` never say. */
    isReplaced: false,
    /** The timer of the core's next wish. */
    alarm: undefined,
    /** Requests under way, by the outbox's number. @type {Map<number, AbortController>} */
    flights: new Map(),
    /** Promises given out, by ticket, each with the JSON of what it gives when nothing comes. @type {Map<number, [Function, Function, string]>} */
    promises: new Map(),
    /** The ticket given out last; the core keeps 0 for itself. */
    ticket: 0,
    /** Who listens to records, each in a list of its own: a function may be given twice. @type {Set<[Function]>} */
    listeners: new Set(),
    /** The names of contexts that anything reads. @type {string[]} */
    contexts: [],
    /** Those that an event is made from, by the event's name. @type {Map<string, string[]>} */
    eventContexts: new Map(),
    /** Items whose events another page has published. @type {Set<unknown> | undefined} */
    handedOver: undefined,
    /** What is listened to, and under which name. */
    dataLayer: undefined,
    /** @type {string | undefined} */
    layerName: undefined,
    /** What the API pushes before anything is listened to, with the `_id` that it gave. @type {[object, string?][]} */
    unpushed: [],
    /** What further calls of `start` say, as long as this one waits. @type {unknown[] | undefined} */
    later: [],
    /** The end of the collector before, where that was being stopped. @type {Promise<void> | undefined} */
    former: undefined,
    /** What `start` gives. @type {object | undefined} */
    collector: undefined,
    /** The `_id` of the event that `publish` pushes. @type {string | undefined} */
    publishing: undefined,
    /** Where a published event has got another `_id` than was asked for: the one, by the other. @type {Map<string, string>} */
    given: new Map(),
    store: undefined,
    /** Releases the locks of this tab and of those whose events it adopted, by their names. @type {Map<string, Function>} */
    tabLocks: new Map(),
    identityLock: undefined,
    /** Counts the wishes for the identity lock, so that one which comes too late is given back. */
    identityWish: 0,
    /** The store's own Web SDK, once it is there, and its name. @type {Function | undefined} */
    sdk: undefined,
    sdkName: "",
    /** Counts the searches for a Web SDK; a newer one ends the older. */
    search: 0,
    /** What the data layer held when it was first listened to has been taken in, and monitors know the instance. */
    begun: false,
    /** The records of which nobody has been told until then. @type {string[]} */
    unsaid: [],
    /** The events of which monitors have heard the beginning, and not the end. @type {Set<string>} */
    commands: new Set(),
    /** Where we answer as a Web SDK, once it is known that we do, and what we put there if the name was free.
     * @type {{ name: string, stub?: Function, queue?: unknown[], push?: Function, isTold?: boolean } | undefined} */
    instance: undefined,
    /** Whether the page has called `configure`. */
    configured: false,
    /** Whether the banner is waited for, is listened to, has answered. */
    following: false,
    banner: false,
    answered: false,
    /** The root element's width and height. Reading them makes the browser lay the page out. @type {number[] | undefined} */
    viewport: undefined,
    /** The browser's client hints, once they have come. */
    hints: undefined,
  };
  return host;
};

/**
 * Tells the core what was published since it last heard anything: before it hears anything else, and at the latest when
 * the code that published has come to its end.
 * @param {Host} host
 */
export const catchUp = (host) => {
  const { publishes } = host;
  host.publishes = true;
  for (const event of host.events.splice(0)) host.told(ITEM, ...event);
  host.publishes = publishes;
  if (host.items.length) host.told(ITEM, host.items.splice(0), []);
};

/**
 * Wakes the core; replaces the alarm set before.
 * @param {Host} host
 * @param {number} milliseconds
 */
export const wake = (host, milliseconds) => {
  clearTimeout(host.alarm);
  if (host.stopped) return;
  host.alarm = setTimeout(() => host.told(WAKE), milliseconds);
};

/**
 * The event that was to have the `_id` `asked` has got `id`.
 * @param {Host} host
 * @param {string} asked
 * @param {string} id
 */
export const published = (host, asked, id) => {
  if (id !== asked) host.given.set(asked, id);
};

/**
 * Tells the core something that ends with a promise.
 * @param {Host} host
 * @param {number} kind
 * @param {unknown[]} facts
 */
export const promised = (host, kind, ...facts) =>
  new Promise((resolve, reject) => {
    const ticket = ++host.ticket;
    host.promises.set(ticket, [resolve, reject, kind === COMMAND ? "{}" : ""]);
    host.told(kind, ticket, ...facts);
    if (host.stopped) keepPromises(host);
  });

/**
 * Nothing more will come for whoever waits still.
 * @param {Host} host
 */
export const keepPromises = (host) => {
  for (const [ticket, [, , nothing]] of [...host.promises]) settle(host, ticket, true, nothing);
};

/**
 * The error of settings that can never work.
 * @param {string} text
 * @param {string} code
 * @param {object[]} issues
 */
export const refusal = (text, code, issues) => Object.assign(new Error(`[storefront-collector] ${text}`), { code, issues });

/**
 * Keeps the promise of `ticket`, or breaks it.
 * @param {Host} host
 * @param {number} ticket
 * @param {boolean} good
 * @param {string} json  The value, the error's message, or what `refusal` takes; nothing is `undefined`.
 */
export const settle = ({ promises }, ticket, good, json) => {
  const [resolve, reject] = promises.get(ticket) ?? [];
  promises.delete(ticket);
  const value = json ? JSON.parse(json) : undefined;
  if (good) resolve?.(value);
  else reject?.(Array.isArray(value) ? refusal(...value) : new Error(value));
};

/** The functions `onBeforeEventSend` that a core may call, by number, each with its host. @type {([Host, Function] | undefined)[]} */
const hooks = [];

/**
 * The number of the hook in settings or options; 0 when there is none.
 * @param {Host} host
 * @param {any} settings
 */
export const hookOf = (host, settings) => {
  try {
    return typeof settings.onBeforeEventSend === "function" ? hooks.push([host, settings.onBeforeEventSend]) : 0;
  } catch {
    return 0;
  }
};

/** Lets go of a collector's hooks. @param {Host} host */
export const dropHooks = (host) =>
  hooks.forEach((hook, at) => {
    if (hook?.[0] === host) hooks[at] = undefined;
  });

/**
 * Shows an event to a hook. Gives back what it left as JSON text or "!" and why that cannot be read, "?" and what it
 * threw, or nothing when the event is not to be sent.
 * @param {number} number
 * @param {string} json
 */
export const beforeSend = (number, json) => {
  const [host, hook] = hooks[number - 1] ?? [];
  const content = JSON.parse(json);
  try {
    const answer = hook ? hook(content) : false;
    if (answer === false) return "";
    if (typeof answer?.then === "function") {
      host.told(NOTICE, ASYNC_HOOK);
      answer.then(undefined, () => {});
    }
  } catch (error) {
    return `?${message(error)}`;
  }
  return read(content);
};
