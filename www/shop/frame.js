// What stands around every page: header with navigation, search and the small cart; footer.
import { CATEGORIES } from "./catalog.js";
import { count, lines, subtotal } from "./cart.js";
import { askAgain } from "./consent.js";
import { priceOf } from "./catalog.js";
import * as events from "./events.js";
import { setLine } from "./lines.js";
import { state } from "./state.js";
import { el, price } from "./view.js";

const cartButton = () => el("button.icon.cart-button", {
  id: "cart-button", type: "button", "aria-haspopup": "dialog", onclick: openMiniCart,
}, el("span.unseen", {}, `Cart, ${count()} ${count() === 1 ? "item" : "items"}`), el("span", { "aria-hidden": true }, "Cart"), el("span.badge", { "aria-hidden": true }, String(count())));

export const header = () => {
  const current = new URLSearchParams(location.search).get("id");
  const link = ({ id, name }) => el("a", { href: `category.html?id=${id}`, "aria-current": document.body.dataset.page === "category" && current === id ? "page" : null }, name);
  return [
    el("div.bar", {},
      el("a.brand", { href: "index.html" }, el("img", { src: "img/mark.svg", alt: "", width: 32, height: 32 }), el("span", {}, "Fjord & Finch")),
      el("nav", { "aria-label": "Categories" }, CATEGORIES.map(link)),
      el("form.searchbox", { action: "search.html", role: "search" },
        el("input", { type: "search", name: "q", id: "searchbox", placeholder: "Search the shop", "aria-label": "Search the shop", value: document.body.dataset.page === "search" ? new URLSearchParams(location.search).get("q") ?? "" : "" }),
        el("button.icon", { type: "submit" }, "Search")),
      el("div.tools", {},
        el("a.icon", { href: "lists.html" }, "Lists"),
        el("a.icon", { id: "account-link", href: "account.html" }, state.account ? state.account.name.split(" ")[0] : "Sign in"),
        cartButton())),
  ];
};

export const footer = () => [
  el("div.bar", {},
    el("p", {}, "A demo shop. Nothing here can be bought; everything you do is an event."),
    el("button.link", { type: "button", onclick: askAgain }, "Cookie settings")),
];

const miniCart = () => el("dialog.drawer", { id: "mini-cart", "aria-labelledby": "mini-cart-title", onclick: (event) => { if (event.target.id === "mini-cart") event.target.close(); } },
  el("div.drawer-body", {},
    el("header", {}, el("h2", { id: "mini-cart-title" }, "Your cart"), el("button.icon", { type: "button", "aria-label": "Close the cart", onclick: () => document.getElementById("mini-cart").close() }, "✕")),
    lines().length
      ? [el("ul.lines", {}, lines().map((line) => el("li", {},
          el("img", { src: line.product.image, alt: "", width: 64, height: 64 }),
          el("div", {}, el("a", { href: `product.html?sku=${line.sku}` }, line.product.name), el("small", {}, [...Object.values(line.options), `× ${line.quantity}`].join(" · "))),
          el("div.end", {}, el("strong", {}, price(priceOf(line.product) * line.quantity)),
            el("button.link", { type: "button", "aria-label": `Remove ${line.product.name}`, onclick: () => { setLine(line.id, 0); refreshCart(); } }, "Remove"))))),
        el("p.total", {}, el("span", {}, "Subtotal"), el("strong", {}, price(subtotal()))),
        el("a.button", { href: "cart.html" }, "View cart"),
        el("button.button.primary", { type: "button", onclick: startCheckout }, "Check out")]
      : el("p.empty", {}, "Nothing in it yet.")));

/** Shows the small cart, which counts as a view of the cart. */
export const openMiniCart = () => {
  document.getElementById("mini-cart")?.remove();
  const dialog = miniCart();
  document.body.append(dialog);
  dialog.showModal();
  events.cartViewed();
};

/** Draws the number of items again, and the small cart when it is open. */
export const refreshCart = () => {
  document.getElementById("cart-button").replaceWith(cartButton());
  const open = document.getElementById("mini-cart");
  if (open?.open) open.replaceChildren(...miniCart().childNodes);
};

export const refreshAccount = () => {
  document.getElementById("account-link").textContent = state.account ? state.account.name.split(" ")[0] : "Sign in";
};

export const startCheckout = () => {
  events.checkoutStarted();
  location.href = "checkout.html";
};
