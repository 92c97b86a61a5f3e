// What the page draws with. The elements are those of the shop and the inspector (www/elements.js).
export { copy, el, svg } from "./elements.js";

/** Calls `draw` at most once for each frame, however often it is asked. */
export const onFrame = (draw) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  };
};

export const number = (value) => new Intl.NumberFormat("en").format(value);

/** The time of day with milliseconds, as this computer shows it. */
export const clock = (iso) => {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso ?? "";
  const two = (part, width = 2) => String(part).padStart(width, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${two(date.getMilliseconds(), 3)}`;
};

/** A long ID by its end, which is what differs. */
export const short = (id) => (id && id.length > 10 ? `…${id.slice(-6)}` : id || "none");
