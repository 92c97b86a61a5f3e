// What the shop is drawn with.
import { el } from "../elements.js";

export { el };

const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
export const price = (value) => money.format(value);

/** A form whose fields arrive as one object. `fields` are `field(…)` or any other nodes. */
export const form = (attributes, submit, ...children) => el("form", {
  ...attributes,
  onsubmit: (event) => {
    event.preventDefault();
    submit(Object.fromEntries(new FormData(event.target)), event);
  },
}, ...children);

export const field = (label, name, attributes = {}) => el("label.field", {}, el("span", {}, label), el("input", { name, ...attributes }));

export const select = (label, name, options, chosen, attributes = {}) => el("label.field", {}, el("span", {}, label),
  el("select", { name, ...attributes }, options.map(([value, text]) => el("option", { value, selected: value === chosen }, text))));

/** Says something to everybody, also to those who listen instead of looking. */
export const toast = (text) => {
  let region = document.querySelector(".toasts");
  if (!region) document.body.append(region = el("div.toasts", { role: "status", "aria-live": "polite" }));
  const note = el("p.toast", {}, text);
  region.append(note);
  setTimeout(() => note.remove(), 3500);
};

export const mount = (...nodes) => document.getElementById("main").replaceChildren(...nodes.flat(Infinity).filter(Boolean));

/** Draws a part of the page again in its place, keeping focus on the element with the same `id`. */
export const redraw = (old, fresh) => {
  const focused = document.activeElement?.id;
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
  return fresh;
};
