// Reading the page's values. They may throw when they are read, contain themselves or be huge: they cross as the text
// that the browser's own JSON.stringify makes of them, inside a guard.

/** The longest text a value may make: 256 KB in UTF-16 units. An event may have 60 KB. */
const LONGEST = 262_144;

/**
 * The browser's own, with lists as lists though a library (Prototype.js) has taught them to make texts of themselves: a
 * replacer is shown that text, and the list still stands in its holder.
 * @param {unknown} value
 * @param {(key: string, value: unknown) => unknown} [replacer]
 * @returns {string}
 */
export const stringify = (value, replacer) =>
  JSON.stringify(value, Array.prototype.toJSON ? function (key, value) {
    const kept = Array.isArray(this[key]) ? this[key] : value;
    return replacer ? replacer(key, kept) : kept;
  } : replacer);

/**
 * The value as JSON text, or "!" and why it cannot be read, completing "productContext …". What JSON leaves out
 * (`undefined`, functions, symbols) is null.
 * @param {unknown} value
 * @param {(key: string, value: unknown) => unknown} [replacer]
 * @returns {string}
 */
export const read = (value, replacer) => {
  try {
    const text = stringify(value, replacer) ?? "null";
    return text.length > LONGEST ? "!is larger than 256 KB" : text;
  } catch {
    return "!cannot be read: it throws or contains itself";
  }
};

/**
 * `holder[key]` as JSON can carry it, with the fields of objects down to `depth`: what it cannot carry is "\0" and the
 * value's type.
 * @param {any} holder
 * @param {string} key
 * @param {number} depth
 * @returns {unknown}
 */
const carried = (holder, key, depth) => {
  let type = "object";
  try {
    const value = holder[key];
    type = typeof value;
    if (depth && isPlain(value) && !value.toJSON) return Object.fromEntries(Object.keys(value).map((key) => [key, carried(value, key, depth - 1)]));
    // JSON has null for what is no number, and nothing for a function.
    if (value == null || (JSON.stringify(value) ?? "null") !== "null") return value;
  } catch {}
  return `\0${type}`;
};

/**
 * As `read`, of settings: they are judged field by field, and nothing of them is lost without a word.
 * @param {unknown} settings
 */
export const readSettings = (settings) => read(carried([settings], "0", 2));

/**
 * Our own JSON text as a plain value.
 * @param {string} json
 */
export const parse = (json) => JSON.parse(json);

/**
 * JSON text as a value; what is no JSON is none.
 * @param {string} json
 */
export const payload = (json) => {
  try {
    return JSON.parse(json);
  } catch {}
};

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
