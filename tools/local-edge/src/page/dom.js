// Elements without a framework. Texts only ever become text nodes.

const SVG = "http://www.w3.org/2000/svg";

const fill = (node, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

/** `el("p.note", { id: "a" }, "text")`: a tag with classes, attributes (`on…` are listeners) and children. */
export const el = (name, attributes = {}, ...children) => {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  return fill(node, attributes, children);
};

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

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

/** Copies text; `button` says that it did. */
export const copy = async (button, text) => {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser refused";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
};
