// The outbox's storage: a journal in `localStorage` that is moved into IndexedDB.
//
// Neither alone is enough. `localStorage` is written in the task that publishes, so a page that is left in the same task
// loses nothing, but it is small, the shop's own data live in it, and browsers write it to disk seconds later. IndexedDB
// has room and survives a killed browser, but a write begun as the page goes away may never commit, and each transaction
// costs the main thread as much as the rest of an event. So an entry goes into the journal, and when it is still there a
// moment later all that is there moves over in one transaction: what is delivered by then never does, and the shop's
// storage holds our entries for some hundred milliseconds only.
import { STORE_FAILED, STORE_LOST } from "./host.js";
import { mono } from "./page.js";
import { sleep } from "./values.js";

/** What every key in `localStorage` begins with. */
export const JOURNAL = "storefront-collector:";
/** What the keys begin with under which collector.js keeps events of a page that was left early; part of the journal, so
 * that a purge takes them along. What follows the journal's prefix is no tab. */
const EARLY_KEYS = `${JOURNAL}early:`;
/** The database and its only object store. */
const DATABASE = "storefront-collector";
const OUTBOX = "outbox";
/** How long an entry stays in the journal alone, in milliseconds. */
const MOVES_AFTER = 300;
/** How much the journal holds of this page's entries, in characters; browsers give a shop five million. */
const ROOM = 1_000_000;
/** How much of that it gives back when the shop's storage is full, in characters: the shop may want to write, too. */
const RESERVE = 100_000;
/** How long the journal waits for a database that does not answer, in milliseconds. */
const PATIENCE = 2_000;
/** The cart memory's key in `sessionStorage`: it lives as long as the visit. */
const CART = "storefront-collector.cart";

/**
 * What the storage says, where the browser lets us have it.
 * @template T
 * @param {() => T} look
 */
const allowed = (look) => {
  try {
    return look();
  } catch {}
};

/** The tab that wrote an entry; keys are `tab/number`. @param {string} key */
export const tabOf = (key) => key.split("/", 1)[0];

/** @param {string} prefix */
const localKeys = (prefix) =>
  allowed(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [];

export const earlyKeys = () => localKeys(EARLY_KEYS);

/** @param {string} key @returns {string | undefined} */
export const recall = (key) => allowed(() => localStorage.getItem(key)) ?? undefined;

/** Whether it is stored. @param {string} key @param {string} text */
export const rememberLocal = (key, text) => allowed(() => (localStorage.setItem(key, text), true)) ?? false;

/** @param {string} key */
export const forgetLocal = (key) => allowed(() => localStorage.removeItem(key));

/** @returns {string | undefined} */
export const cart = () => allowed(() => sessionStorage.getItem(CART)) ?? undefined;

/** @param {string} text */
export const rememberCart = (text) => allowed(() => sessionStorage.setItem(CART, text));

/** @returns {[string, string][]} */
const journal = () => localKeys(JOURNAL).map((key) => [key.slice(JOURNAL.length), recall(key) ?? ""]);

/**
 * Whether all that waits stands where another page finds it: the shop, or a tool of the shopper's, may have emptied the storage.
 * @param {import("./host.js").Host} host
 */
export const isSafe = ({ store }) =>
  !store || (!store.unsafe.size && [...store.waiting.keys()].every((key) => recall(JOURNAL + key) !== undefined));

/** Whether there is a database already; asking makes none. Where the browser does not say there may be one. */
const isThere = async () => {
  // Chromium denies it to a sandboxed frame by a promise that nobody can catch.
  if (globalThis.origin === "null") return true;
  try {
    return (await indexedDB.databases()).some(({ name }) => name === DATABASE);
  } catch {
    return true;
  }
};

/** What `promise` gives, or `otherwise` when that takes too long. */
const inTime = (promise, otherwise) => Promise.race([promise, sleep(PATIENCE).then(() => otherwise)]);

const openDatabase = () =>
  new Promise((resolve) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(OUTBOX);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve();
  }).catch(() => {});

/** @returns {Promise<[string, string][]>} */
const readAll = (database) =>
  new Promise((resolve) => {
    const outbox = database.transaction(OUTBOX).objectStore(OUTBOX);
    const everything = IDBKeyRange.lowerBound("");
    // Both answers come from one transaction, in this order.
    const keys = outbox.getAllKeys(everything);
    const texts = outbox.getAll(everything);
    texts.onsuccess = () => resolve(keys.result.map((key, at) => [key, texts.result[at]]));
    texts.onerror = () => resolve([]);
  }).catch(() => []);

/** What is known of the storage, once something may be stored. @param {import("./host.js").Host} host */
const opened = (host) =>
  (host.store ??= {
    database: undefined,
    /** Resolves when the database is open, or there is none. @type {Promise<void> | undefined} */
    opening: undefined,
    /** Entries that the database has still to get, by key, and since when. @type {Map<string, [string, number]>} */
    waiting: new Map(),
    /** Of these, and of those on their way into it, the ones that the journal did not take: a page that goes now takes
     * them along. @type {Set<string>} */
    unsafe: new Set(),
    /** How long those are that it took, by key, and all of them together. @type {Map<string, number>} */
    journaled: new Map(),
    size: 0,
    /** Somebody moves over at the end of this task. */
    hurries: false,
    /** The timer of their move. */
    timer: undefined,
    /** There is no database. */
    gone: false,
    /** How often everything was taken out. */
    purges: 0,
    /** The keys taken out since, for each who reads: what he has read by then is delivered. @type {Set<Set<string>>} */
    readers: new Set(),
  });

/** Takes an entry out of the journal. */
const takeOut = (store, key) => {
  forgetLocal(JOURNAL + key);
  store.size -= store.journaled.get(key) ?? 0;
  store.journaled.delete(key);
};

const outbox = ({ database }) => database.transaction(OUTBOX, "readwrite").objectStore(OUTBOX);

/** Opens the database, once, and makes it where there is none. @param {import("./host.js").Host} host */
const open = (host) => {
  const store = opened(host);
  return (store.opening ??= openDatabase().then((database) => {
    store.database = database;
    store.gone = !database;
    if (!database) {
      store.waiting.clear();
      for (const key of store.unsafe) host.told(STORE_FAILED, key);
      return;
    }
    // Another tab may want to change it or take it away; what comes later opens it anew.
    database.onversionchange = database.onclose = ({ newVersion }) => {
      database.close();
      store.database = store.opening = undefined;
      // Of what is stored while this page is away another one decides.
      if (newVersion == null && !host.away && !host.stopped) host.told(STORE_LOST);
    };
    if (host.stopped) close(host);
    else schedule(host);
  }));
};

/**
 * Moves what waits into the database. While the page is away another one takes what the journal holds, and it stays there.
 * @param {import("./host.js").Host} host
 */
const moveOver = (host) => {
  const { store } = host;
  clearTimeout(store.timer);
  store.timer = undefined;
  const moving = [...store.waiting].filter(([key]) => !host.away || store.unsafe.has(key));
  if (!moving.length) return;
  if (!store.database) {
    open(host);
    return;
  }
  moving.forEach(([key]) => store.waiting.delete(key));
  allowed(() => {
    const into = outbox(store);
    for (const [key, [text]] of moving) into.put(text, key);
    // A request is done before its transaction is; the journal must outlive both.
    into.transaction.oncomplete = () =>
      moving.forEach(([key]) => {
        takeOut(store, key);
        store.unsafe.delete(key);
      });
  });
};

/** Moves what waits once the oldest of it has waited long enough; it stands first. @param {import("./host.js").Host} host */
export const schedule = (host) => {
  const { store } = host;
  if (host.away) return moveOver(host);
  const [oldest] = store.waiting.values();
  if (store.timer || !oldest) return;
  const wait = oldest[1] + MOVES_AFTER - mono();
  if (wait <= 0) return moveOver(host);
  store.timer = setTimeout(() => {
    store.timer = undefined;
    // The one that it was set for may be delivered by now.
    schedule(host);
  }, wait);
};

/** The page is hidden: its process may end at any time. @param {import("./host.js").Host} host */
export const secure = (host) => {
  if (host.store) moveOver(host);
};

/**
 * Lets go of the database, unless an answer is still to come that takes entries out; what waits is in the journal.
 * @param {import("./host.js").Host} host
 */
export const close = ({ store, flights }) => {
  clearTimeout(store?.timer);
  if (!flights.size) store?.database?.close();
};

/**
 * Gives back every entry of both storages but those that this page has taken out meanwhile.
 * @param {import("./host.js").Host} host
 */
export const load = async (host) => {
  const store = opened(host);
  const { purges } = store;
  const gone = new Set();
  store.readers.add(gone);
  const entries = journal().filter(([key]) => !(JOURNAL + key).startsWith(EARLY_KEYS));
  // Most shoppers' pages never need one: opening it, and making it most of all, is work for the page and the disk. One that
  // does not answer, as a damaged profile's, must not keep the journal back.
  if (store.opening || (await inTime(isThere(), true))) await inTime(open(host));
  if (store.database) {
    const journaled = new Set(entries.map(([key]) => key));
    entries.push(...(await readAll(store.database)).filter(([key]) => !journaled.has(key)));
  }
  store.readers.delete(gone);
  return store.purges === purges ? entries.filter(([key]) => !gone.has(key)) : [];
};

/**
 * Writes an entry; tells the core when neither storage takes it.
 * @param {import("./host.js").Host} host
 * @param {string} key
 * @param {string} text
 */
export const put = (host, key, text) => {
  const store = opened(host);
  const size = store.size - (store.journaled.get(key) ?? 0) + text.length;
  const journaled = (size <= ROOM || store.gone) && rememberLocal(JOURNAL + key, text);
  if (journaled) {
    store.journaled.set(key, text.length);
    store.size = size;
  } else store.unsafe.add(key);
  if (store.gone) {
    if (!journaled) host.told(STORE_FAILED, key);
    return;
  }
  store.waiting.set(key, [text, mono()]);
  if (journaled) return schedule(host);
  if (size <= ROOM) giveBack(store);
  hurry(host);
};

/** Takes the newest entries out of a journal that is full; they move over with the one that it did not take. */
const giveBack = (store) => {
  const rest = store.size - RESERVE;
  for (const key of [...store.journaled.keys()].reverse()) {
    if (store.size <= rest) return;
    store.unsafe.add(key);
    takeOut(store, key);
  }
};

/** Moves what waits once the code that publishes is done: one transaction for all of it. @param {import("./host.js").Host} host */
const hurry = (host) => {
  const { store } = host;
  if (store.hurries) return;
  store.hurries = true;
  queueMicrotask(() => {
    store.hurries = false;
    moveOver(host);
  });
};

/**
 * Takes entries out of both storages.
 * @param {import("./host.js").Host} host
 * @param {string} lines  Their keys, one a line.
 */
export const forget = (host, lines) => {
  const store = opened(host);
  const keys = lines.split("\n");
  keys.forEach((key) => takeOut(store, key));
  keys.forEach((key) => store.unsafe.delete(key));
  store.readers.forEach((gone) => keys.forEach((key) => gone.add(key)));
  const moved = keys.filter((key) => !store.waiting.delete(key));
  if (moved.length) {
    allowed(() => {
      const from = outbox(store);
      moved.forEach((key) => from.delete(key));
    });
  }
  if (host.stopped) close(host);
};

/**
 * Takes out everything that any tab has stored, and the cart memory. A database that is not open goes itself: what is not
 * there is not made, not even for a moment.
 * @param {import("./host.js").Host} host
 */
export const purge = (host) => {
  localKeys(JOURNAL).forEach(forgetLocal);
  allowed(() => sessionStorage.removeItem(CART));
  const { store } = host;
  if (store) {
    [store.waiting, store.unsafe, store.journaled].forEach((entries) => entries.clear());
    store.size = 0;
    store.purges++;
  }
  const clear = () => allowed(() => outbox(store).clear());
  if (store?.database) clear();
  else if (store?.opening) store.opening.then(clear);
  else allowed(() => indexedDB.deleteDatabase(DATABASE));
};

/**
 * The page is back, with the locks of `tabs`. Gives back the keys of what is its own in storage, or on its way there, by the
 * time that all of it is read; what another page has taken out meanwhile, or may take, does not move into the database.
 * @param {import("./host.js").Host} host
 * @param {string[]} tabs
 */
export const regain = async ({ store }, tabs) => {
  const isMine = (key) => store.unsafe.has(key) || tabs.includes(tabOf(key));
  for (const key of store.waiting.keys()) {
    if (!isMine(key) || (!store.unsafe.has(key) && !recall(JOURNAL + key))) store.waiting.delete(key);
  }
  const before = journal();
  const stored = store.database ? await readAll(store.database) : [];
  // An entry may have come meanwhile, and one may have moved over.
  return [...[...before, ...stored, ...journal()].map(([key]) => key), ...store.unsafe].filter(isMine);
};
