// Readings of the page and the browser: address, screen, clocks, cookies, randomness.
import { get } from "./values.js";

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/** @param {unknown} value */
const pixels = (value) => (typeof value === "number" ? Math.round(value) : null);

const orientation = () => {
  try {
    const held = text(screen.orientation?.type);
    return ["portrait", "landscape"].find((side) => held.startsWith(side))
      ?? ["portrait", "landscape"].find((side) => matchMedia(`(orientation: ${side})`).matches);
  } catch {} // A script of the page has put something else in their place.
};

/** Which of the document's properties were hidden by forms and images when they were read last. @type {Record<string, boolean>} */
const isHidden = {};

/**
 * A text of the document: not the form or the image of the page that has taken its name (`<form name="cookie">`).
 * @param {"cookie" | "referrer"} key
 */
const ofDocument = (key) => {
  try {
    const value = document[key];
    isHidden[key] = typeof value === "object";
    return text(isHidden[key] ? Reflect.get(Document.prototype, key, document) : value);
  } catch {
    return "";
  }
};

/** Both name the same zone; the first `DateTimeFormat` of a page takes a quarter of what else loading takes. */
const timeZone = () => {
  try {
    return globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {}
};
/** Cannot change while the page lives. @type {string | undefined} */
let zone;

/**
 * The page as it is now, in the order of `page_of` in facts.rs.
 * @param {import("./host.js").Host} host
 */
export const readings = (host) => {
  const { clientWidth, clientHeight } = host.viewport ? {} : get(document, "documentElement") ?? {};
  host.viewport ??= [pixels(clientWidth) ?? 0, pixels(clientHeight) ?? 0];
  return [
    location.href,
    ofDocument("referrer"),
    pixels(get(globalThis.screen, "width")),
    pixels(get(globalThis.screen, "height")),
    orientation(),
    ...host.viewport,
    new Date().getTimezoneOffset(),
    (zone ??= timeZone() ?? ""),
    host.hints,
  ];
};

/** The wall clock: milliseconds since 1970. */
export const now = () => Date.now();

/** A clock that nobody sets, in milliseconds. */
export const mono = () => globalThis.performance?.now?.() ?? Date.now();

/** The day in UTC: `2026-11-22`. */
export const today = () => new Date().toISOString().slice(0, 10);

/** @param {"href" | "hostname" | "protocol"} part */
export const address = (part) => `${get(globalThis.location, part) ?? ""}`;

export const userAgent = () => `${globalThis.navigator?.userAgent ?? ""}`;

export const gpc = () => Boolean(get(globalThis.navigator, "globalPrivacyControl"));

/** Where a Web SDK keeps the name of the browser for Assurance sessions, so that it stays who it was. */
const CLIENT_KEY = "com.adobe.alloy.validation.clientId";
/** @type {string | null | undefined} */
let client;

/**
 * The name of this browser in Assurance sessions; `fresh` where it has none.
 * @param {string} fresh
 */
export const clientId = (fresh) => {
  try {
    client ||= localStorage.getItem(CLIENT_KEY);
    if (!client) localStorage.setItem(CLIENT_KEY, fresh);
  } catch {}
  return (client ||= fresh);
};

/**
 * Fills `bytes` from the browser's cryptography; anyhow where it has none.
 * @param {Uint8Array} bytes
 */
export const random = (bytes) => {
  try {
    crypto.getRandomValues(bytes);
  } catch {
    bytes.forEach((_, at) => {
      bytes[at] = Math.random() * 256;
    });
  }
};

/** The page's cookies, as the browser lists them; empty where they are blocked. */
export const cookies = () => (seen = ofDocument("cookie"));

/** @type {string | undefined} */
let seen;

/** As they were when they were read last: reading them again in the same moment costs, and says the same. */
export const seenCookies = () => seen ?? cookies();

/** The cookies that we wrote and the browser has not told of yet: `name=value`. @type {Set<string>} */
const written = new Set();

/**
 * Writes one cookie. A browser that refuses it says nothing, and so do we.
 * @param {string} cookie
 */
export const write = (cookie) => {
  written.add(cookie.split(";", 1)[0]);
  try {
    Reflect.set(isHidden.cookie ? Document.prototype : document, "cookie", cookie, document);
  } catch {}
};

/** Whether a `change` of the cookie store tells of anything that we did not write ourselves. */
export const isNews = ({ changed, deleted }) =>
  [...changed, ...deleted].filter(({ name, value = "" }) => !written.delete(`${name}=${value}`)).length > 0;

/** @param {string} pair */
const isSet = (pair) => cookies().split("; ").includes(pair);

/**
 * Writes one cookie for the first of `domains` that takes it; without any, for the page's host. The cookie itself is what
 * is tried, so that nothing else is set for a shopper who does not agree.
 * @param {string} cookie
 * @param {string} domains  One a line.
 */
export const writeFor = (cookie, domains) => {
  const [pair] = cookie.split(";");
  for (const domain of domains.split("\n").filter(Boolean)) {
    write(`${cookie}; Domain=${domain}`);
    if (isSet(pair)) return;
  }
  write(cookie);
};

/** Our own name, so that a Web SDK probing at the same instant is not misled. */
const PROBE = "storefront_collector_probe";

/**
 * The first of `domains` under which a cookie can be set.
 * @param {string} domains  One a line, widest first.
 * @returns {string | undefined}
 */
export const widestDomain = (domains) =>
  domains.split("\n").find((domain) => {
    write(`${PROBE}=1;domain=${domain};path=/;SameSite=Lax`);
    const taken = isSet(`${PROBE}=1`);
    if (taken) write(`${PROBE}=;domain=${domain};path=/;max-age=0`);
    return taken;
  });

/**
 * Requests an address for its own sake.
 * @param {string} url
 * @param {boolean} hideReferrer
 */
export const pixel = (url, hideReferrer) => {
  const image = new Image();
  if (hideReferrer) image.referrerPolicy = "no-referrer";
  image.src = url;
};
