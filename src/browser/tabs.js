// Web Locks: who among the shop's tabs is alive, and who fetches the shopper's identity. Where the browser has none (plain
// http, old engines) or denies them, every other tab counts as gone: an event may then arrive twice, with the same `_id`,
// but is not lost.
import { ADOPTED, IDENTITY_LOCKED, VISITOR } from "./host.js";
import { load, tabOf } from "./store.js";
import { get, sleep } from "./values.js";

/**
 * Resolves to the function that releases the lock `name` once it is ours; to `false` when somebody holds it and we only
 * want it free; to nothing where there are no locks, or they are denied (blocked cookies, a sandboxed page).
 * @param {string} name
 * @param {boolean} ifAvailable
 * @returns {Promise<Function | false | undefined>}
 */
export const acquire = (name, ifAvailable) =>
  new Promise((resolve) => {
    const holding = (lock) => (lock ? new Promise((release) => resolve(release)) : resolve(false));
    get(globalThis.navigator, "locks").request(name, { ifAvailable }, holding).catch(() => resolve());
  }).catch(() => {});

/**
 * Takes the lock of `tab` if it is free. Says whether its events are this tab's, as all are without locks.
 * @param {import("./host.js").Host} host
 * @param {string} tab
 */
export const hold = async (host, tab) => {
  if (host.tabLocks.has(tab)) return true;
  const release = await acquire(`storefront-collector:tab:${tab}`, true);
  if (release) {
    host.tabLocks.set(tab, release);
    // Granted too late: what was left behind is for others.
    if (host.stopped || host.left) letGo(host);
  }
  return release !== false;
};

/**
 * Gives the tabs' locks back. A stopped collector keeps them as long as answers are to come: what these are about is nobody
 * else's yet.
 * @param {import("./host.js").Host} host
 * @param {Set<string>} [kept]  But not these.
 */
export const letGo = ({ tabLocks, stopped, flights }, kept) => {
  if (stopped && flights.size) return;
  tabLocks.forEach((release, tab) => {
    if (kept?.has(tab)) return;
    release();
    tabLocks.delete(tab);
  });
};

/**
 * Takes over the events of tabs that are gone.
 * @param {import("./host.js").Host} host
 */
export const adopt = async (host) => {
  const { tab } = host;
  // Left meanwhile it has no locks; back again it adopts anew.
  const isOver = () => host.left || host.tab !== tab;
  // The page before this one may still be giving its locks back.
  for (const wait of [0, 1500]) {
    await sleep(wait);
    const others = [...new Set((await load(host)).map(([key]) => tabOf(key)))].filter((other) => other !== tab);
    const dead = [];
    for (const other of others) if (await hold(host, other)) dead.push(other);
    if (isOver()) return;
    if (dead.length) {
      // Read again: until its lock was ours, another tab may have delivered an entry.
      const entries = (await load(host)).filter(([key]) => dead.includes(tabOf(key)));
      if (isOver()) return;
      host.told(ADOPTED, entries);
    } else if (!wait) {
      host.told(ADOPTED, []);
    }
    if (dead.length === others.length) return;
  }
};

/**
 * Tells the core when this tab may fetch the shopper's identity.
 * @param {import("./host.js").Host} host
 */
export const lockIdentity = async (host) => {
  const wish = ++host.identityWish;
  const release = await acquire("storefront-collector:identity", false);
  if (host.identityWish !== wish) return release?.();
  host.identityLock?.();
  host.identityLock = release;
  const ecid = await ofVisitor(host);
  if (host.identityWish === wish) host.told(IDENTITY_LOCKED, ecid);
};

/** How long Adobe's older library may take to say who the shopper is, in milliseconds. */
const VISITOR_PATIENCE = 2_000;

/** The ECID of `Visitor.js`, where that runs beside us and the shopper lets it. @param {import("./host.js").Host} host */
const ofVisitor = async (host) => {
  const visitor = get(globalThis, "Visitor");
  const organization = typeof get(visitor, "getInstance") === "function" && host.told(VISITOR);
  if (!organization) return;
  const told = new Promise((resolve) => {
    const ask = () => visitor.getInstance(organization, {}).getMarketingCloudVisitorID(resolve, true);
    const optIn = get(get(globalThis, "adobe"), "optIn");
    if (Object(optIn) === optIn) optIn.fetchPermissions(() => (optIn.isApproved([optIn.Categories.ECID]) ? ask() : resolve()), true);
    else ask();
  });
  return Promise.race([told, sleep(VISITOR_PATIENCE)]).catch(() => {});
};

/** Gives the identity lock back. @param {import("./host.js").Host} host */
export const dropIdentity = (host) => {
  host.identityLock?.();
  host.identityLock = undefined;
};

/** Gives the identity lock back, or stops waiting for it. @param {import("./host.js").Host} host */
export const unlockIdentity = (host) => {
  host.identityWish++;
  dropIdentity(host);
};
