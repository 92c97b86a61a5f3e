// The store's own Web SDK: `window[name]`, the documented stub or the instance itself. It is called, never configured,
// and called in the very task in which the core asks: what is sent must leave with the page.
import { SDK_ANSWERED, SDK_CONSENTED, SDK_FOUND, SDK_IDENTIFIED, SDK_UNCONFIGURED } from "./host.js";
import { makeRoom, open } from "./instance.js";
import { get, isPlain, message, sleep } from "./values.js";

/** Between two looks, in milliseconds: the first wait, doubled up to the longest. */
const FIRST = 50;
const LONGEST = 1000;

/**
 * Looks for the Web SDK that the store names `name` until it is there; without a name, stops looking.
 * @param {import("./host.js").Host} host
 * @param {string | undefined} name
 */
export const find = async (host, name) => {
  const search = ++host.search;
  host.sdk = undefined;
  if (name === undefined) return host.begun && open(host);
  makeRoom(host, name);
  let told = false;
  for (let wait = FIRST; host.search === search; wait = Math.min(wait * 2, LONGEST)) {
    const here = get(globalThis, name);
    if (typeof here === "function") {
      host.sdk = here;
      host.told(SDK_FOUND, true, []);
      return;
    }
    if (here != null && !told) {
      told = true;
      // The names that pages and Web SDKs have announced, for a message that helps.
      const announced = get(globalThis, "__alloyNS");
      host.told(SDK_FOUND, false, Array.isArray(announced) ? announced.filter((one) => typeof one === "string") : []);
    }
    await sleep(wait);
  }
};

/**
 * Asks who the shopper is, as soon as that can be asked.
 * @param {import("./host.js").Host} host
 */
export const ask = async (host) => {
  const { search, sdk } = host;
  for (let wait = FIRST; sdk; wait = Math.min(wait * 2, LONGEST)) {
    let ecid = null;
    let isConfigured = true;
    try {
      const answer = await sdk("getIdentity", {});
      // Kept back for want of consent, there is none.
      ecid = get(get(answer, "identity"), "ECID") || null;
    } catch (error) {
      isConfigured = !message(error).includes("must be configured first");
    }
    if (!isConfigured) {
      host.told(SDK_UNCONFIGURED);
      await sleep(wait);
    }
    if (host.search !== search) return;
    if (isConfigured) {
      host.told(SDK_IDENTIFIED, ecid);
      return;
    }
  }
};

/**
 * Whether an answer is the empty object by which a Web SDK says that consent was declined. A build without
 * personalization answers an event that it sent in the same way, so this is a hint, and `declines` the proof.
 * @param {unknown} answer
 */
const isEmpty = (answer) => isPlain(answer) && !Reflect.ownKeys(answer).length;

/** Whether the Web SDK has no consent: then it answers this command, too, with an empty object. @param {Function} sdk */
const declines = async (sdk) => {
  try {
    return isEmpty(await sdk("getIdentity", {}));
  } catch {
    return false;
  }
};

/**
 * Sends an event.
 * @param {import("./host.js").Host} host
 * @param {number} request  The outbox's number.
 * @param {string} json  The options of `sendEvent`.
 * @param {boolean} documentUnloading
 */
export const send = async (host, request, json, documentUnloading) => {
  const { sdk } = host;
  if (!sdk) return;
  let declined = false;
  let rejection;
  try {
    const answer = await sdk("sendEvent", { ...JSON.parse(json), ...(documentUnloading && { documentUnloading }) });
    declined = isEmpty(answer) && (await declines(sdk));
  } catch (error) {
    rejection = message(error);
  }
  host.told(SDK_ANSWERED, request, declined, rejection);
};

/**
 * Passes the shopper's choice on.
 * @param {import("./host.js").Host} host
 * @param {string} json  The options of `setConsent`.
 */
export const consent = async (host, json) => {
  const { sdk } = host;
  if (!sdk) return;
  let good = true;
  try {
    await sdk("setConsent", JSON.parse(json));
  } catch {
    good = false;
  }
  host.told(SDK_CONSENTED, good);
};
