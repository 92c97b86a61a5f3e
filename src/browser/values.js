// Reading the page's values. They may throw when they are read, contain themselves or be huge: they cross as the text
// that the browser's own JSON.stringify makes of them, inside a guard.

/** The longest text a value may make: 256 KB in UTF-16 units. An event may have 60 KB. */
const LONGEST = 262_144;

/**
 * The value as JSON text, or "!" and why it cannot be read, completing "productContext …". What JSON leaves out
 * (`undefined`, functions, symbols) is null.
 * @param {unknown} value
 * @returns {string}
 */
export const read = (value) => {
  try {
    const text = JSON.stringify(value) ?? "null";
    return text.length > LONGEST ? "!is larger than 256 KB" : text;
  } catch {
    return "!cannot be read: it throws or contains itself";
  }
};

/**
 * Our own JSON text as a plain value.
 * @param {string} json
 */
export const parse = (json) => JSON.parse(json);

/**
 * The property `key` of whatever `object` is; `undefined` where there is none or reading throws.
 * @param {any} object
 * @param {string} key
 */
export const get = (object, key) => {
  try {
    return object[key];
  } catch {}
};

/**
 * Whether a value may carry entries: no list, no function.
 * @param {unknown} value
 */
export const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The text of what was thrown.
 * @param {unknown} error
 * @returns {string}
 */
export const message = (error) => {
  const text = get(error, "message") ?? error;
  return typeof text === "string" ? text : "";
};

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
