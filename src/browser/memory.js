// What is remembered of the shopper's consent: in `localStorage`, and in a cookie where that is full or denied. A refusal
// must outlive the page whatever the storage says.
import { seenCookies, write } from "./page.js";
import { forgetLocal, recall as recallLocal, rememberLocal } from "./store.js";

/** Longest that browsers keep a cookie, in seconds. */
const LASTS = 34_560_000;

/** @param {string} key */
const recallCookie = (key) => {
  const pair = seenCookies().split("; ").find((pair) => pair.startsWith(`${key}=`));
  try {
    return decodeURIComponent(pair.slice(key.length + 1));
  } catch {}
};

/** @param {string} key @param {string} text @param {number} seconds */
const writeCookie = (key, text, seconds) =>
  write(`${key}=${encodeURIComponent(text)}; path=/; max-age=${seconds}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`);

/** @param {string} key @returns {string | undefined} */
export const recall = (key) => recallLocal(key) ?? recallCookie(key);

/** @param {string} key @param {string} text */
export const remember = (key, text) => {
  if (rememberLocal(key, text)) {
    if (recallCookie(key) !== undefined) writeCookie(key, "", 0);
    return;
  }
  writeCookie(key, text, LASTS);
  // What stands there is older.
  forgetLocal(key);
};
