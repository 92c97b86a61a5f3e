import { lines, subtotal } from "../cart.js";
import { priceOf } from "../catalog.js";
import * as events from "../events.js";
import { refreshCart, startCheckout } from "../frame.js";
import { setLine } from "../lines.js";
import { el, mount, price } from "../view.js";

const line = ({ id, sku, product, options, quantity }) => el("li", {},
  el("img", { src: product.image, alt: "", width: 96, height: 96 }),
  el("div", {}, el("a", { href: `product.html?sku=${sku}` }, product.name), el("small", {}, Object.entries(options).map(([label, value]) => `${label}: ${value}`).join(" · ")),
    el("label.field.quantity", {}, el("span", {}, "Quantity"),
      el("input", { id: `quantity-${id}`, type: "number", min: 1, max: 99, value: quantity, onchange: (event) => { setLine(id, Math.max(1, Math.floor(Number(event.target.value)) || 1)); draw(); } }))),
  el("div.end", {}, el("strong", {}, price(priceOf(product) * quantity)),
    el("button.link", { type: "button", "aria-label": `Remove ${product.name}`, onclick: () => { setLine(id, 0); draw(); } }, "Remove")));

const draw = () => {
  const focused = document.activeElement?.id;
  mount(el("h1", {}, "Cart"), lines().length
    ? el("div.columns", {}, el("ul.lines.wide", {}, lines().map(line)),
      el("aside.summary", {}, el("h2", {}, "Summary"), el("p.total", {}, el("span", {}, "Subtotal"), el("strong", { id: "subtotal" }, price(subtotal()))), el("p.hint", {}, "Shipping is worked out at checkout."),
        el("button.button.primary", { type: "button", id: "checkout", onclick: startCheckout }, "Check out")))
    : el("p.empty", {}, "Your cart is empty. ", el("a", { href: "index.html" }, "Find something for it")));
  refreshCart();
  if (focused) document.getElementById(focused)?.focus();
};

export const show = () => {
  draw();
  events.cartViewed();
};
