import { PRODUCTS, bySku, categoryName } from "../catalog.js";
import * as events from "../events.js";
import { openMiniCart, refreshCart } from "../frame.js";
import { addLine } from "../lines.js";
import { addToList, createList } from "../lists.js";
import { state } from "../state.js";
import { el, field, form, mount, select, toast } from "../view.js";
import { prices } from "./tiles.js";

const option = ({ label, values }) => el("fieldset.options", {}, el("legend", {}, label), values.map((value, index) => el("label.chip", {},
  el("input", { type: "radio", name: label, value, checked: index === 0 }), el("span", {}, value))));

const chosen = (item, values) => Object.fromEntries(item.options.map(({ label }) => [label, values[label]]));
const buyForm = () => Object.fromEntries(new FormData(document.getElementById("buy")));

const listForm = (item) => form({ id: "to-list", class: "to-list" }, ({ list, name }) => {
  const target = list ? state.lists.find((entry) => entry.id === list) : createList(name || "My list", "");
  const values = buyForm();
  addToList(target, item, chosen(item, values), Number(values.quantity));
  toast(`Put on “${target.name}”`);
  if (!list) document.getElementById("to-list").replaceWith(listForm(item));
},
state.lists.length ? select("Requisition list", "list", [...state.lists.map((list) => [list.id, list.name]), ["", "A new list"]], state.lists[0].id) : field("New requisition list", "name", { value: "Weekly order" }),
el("button.button", { type: "submit" }, "Add to list"));

export const show = () => {
  const item = bySku(new URLSearchParams(location.search).get("sku")) ?? PRODUCTS[0];
  document.title = `${item.name} · Fjord & Finch`;
  mount(
    el("nav.crumbs", { "aria-label": "Breadcrumb" }, el("a", { href: "index.html" }, "Home"), " / ", el("a", { href: `category.html?id=${item.category}` }, categoryName(item.category))),
    el("article.product", {},
      el("div.picture", {}, el("img", { src: item.image, alt: item.name, width: 240, height: 240 })),
      el("div.details", {},
        el("h1", {}, item.name), prices(item), el("p", {}, item.text),
        form({ id: "buy" }, (values) => {
          addLine(item.sku, chosen(item, values), Number(values.quantity));
          refreshCart();
          toast(`${item.name} is in your cart`);
        },
        item.options.map(option),
        el("div.row", {}, field("Quantity", "quantity", { type: "number", min: 1, max: 99, value: 1, required: true, inputmode: "numeric" }),
          el("button.button.primary", { type: "submit", id: "add-to-cart" }, "Add to cart"))),
        el("div.row", {},
          el("button.button", { type: "button", onclick: openMiniCart }, "Look into the cart"),
          el("button.button", { type: "button", id: "save-for-later", onclick: () => { events.savedForLater(item); toast("Saved for later"); } }, "Save for later")),
        listForm(item))));
  events.productViewed(item);
};
