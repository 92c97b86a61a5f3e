// The store's own Web SDK: `window[name]`, the documented stub or the instance itself. It is called, never configured,
// and called in the very task in which the core asks: what is sent must leave with the page.
import { SDK_ANSWERED, SDK_CONSENTED, SDK_FOUND, SDK_IDENTIFIED } from "./host.js";
import { makeRoom, open } from "./instance.js";
import { get, isPlain, message, sleep } from "./values.js";

/** Between two looks, in milliseconds: the first wait, doubled up to the longest. */
const FIRST = 50;
const LONGEST = 1000;

/** What the page has put under `name`; what every `window` has is no Web SDK. @param {string} name */
const under = (name) => (Object.hasOwn(globalThis, name) ? get(globalThis, name) : undefined);

/**
 * The Web SDK as it stands there now: Adobe Tags puts its instance in the place of whatever stub it finds, ours too.
 * @param {import("./host.js").Host} host
 */
const sdkOf = (host) => {
  const here = under(host.sdkName);
  return (host.sdk = typeof here === "function" ? here : host.sdk);
};

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
    const here = under(name);
    if (typeof here === "function") {
      host.sdk = here;
      host.sdkName = name;
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
 * Asks who the shopper is.
 * @param {import("./host.js").Host} host
 */
export const ask = async (host) => {
  const { search } = host;
  const isOver = () => host.search !== search;
  while (host.sdk) {
    const sdk = sdkOf(host);
    const asked = identityOf(sdk);
    let answer;
    // A stub that another one has replaced never answers.
    do answer = await Promise.race([asked, sleep(LONGEST)]);
    while (!answer && !isOver() && sdkOf(host) === sdk);
    if (isOver()) return;
    if (answer) return host.told(SDK_IDENTIFIED, ...answer);
  }
};

/** The ECID by which a Web SDK knows the shopper, or the words in which it rejects the question. @param {Function} sdk */
const identityOf = async (sdk) => {
  try {
    // Kept back for want of consent, there is none.
    return [get(get(await sdk("getIdentity", {}), "identity"), "ECID") || null];
  } catch (error) {
    return [null, message(error)];
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
  const sdk = sdkOf(host);
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
  const sdk = sdkOf(host);
  if (!sdk) return;
  let rejection;
  try {
    await sdk("setConsent", JSON.parse(json));
  } catch (error) {
    rejection = message(error);
  }
  host.told(SDK_CONSENTED, rejection);
};
