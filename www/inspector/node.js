// Elements without a framework; texts only ever become text nodes.
export const el = (name, attributes = {}, ...children) => {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

/** A button that copies what `make` gives. */
export const copier = (label, make, attributes = {}) => el("button", { type: "button", ...attributes, onclick: async ({ currentTarget: button }) => {
  try {
    await navigator.clipboard.writeText(make());
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser refused";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
} }, label);
