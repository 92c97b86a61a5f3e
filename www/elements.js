// Elements without a framework, for the shop, the inspector and the local edge's page. Texts only ever become text nodes.

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

/**
 * `el("p.note", { id: "a" }, "text")`: a tag with classes, attributes (`on…` are listeners) and children.
 * @returns {HTMLElement}
 */
export const el = (name, attributes = {}, ...children) => {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  return fill(node, attributes, children);
};

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Copies what `make` gives; `button` says that it did. */
export const copy = async (button, make) => {
  // A second click comes while the button still says that the first was done.
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(make());
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser refused";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
};
