import { createList, deleteList, itemsOf, removeFromList } from "../lists.js";
import { state } from "../state.js";
import { el, field, form, mount, toast } from "../view.js";

const card = (list) => el("section.panel.list", { "aria-label": list.name },
  el("header", {}, el("div", {}, el("h2", {}, list.name), list.description ? el("p", {}, list.description) : null),
    el("button.link", { type: "button", "aria-label": `Delete ${list.name}`, onclick: () => { deleteList(list); toast(`“${list.name}” is gone`); show(); } }, "Delete list")),
  list.items.length
    ? el("ul.lines", {}, itemsOf(list).map((item) => el("li", {}, el("img", { src: item.product.image, alt: "", width: 64, height: 64 }),
      el("div", {}, el("a", { href: `product.html?sku=${item.sku}` }, item.product.name), el("small", {}, [...Object.values(item.options), `× ${item.quantity}`].join(" · "))),
      el("div.end", {}, el("button.link", { type: "button", "aria-label": `Remove ${item.product.name} from ${list.name}`, onclick: () => { removeFromList(list, item.id); show(); } }, "Remove")))))
    : el("p.empty", {}, "Nothing on it yet. Put things on it from their pages."));

export const show = () => mount(el("header.title", {}, el("h1", {}, "Requisition lists"), el("p", {}, "What your business orders again and again.")),
  el("div.columns", {}, el("div.stack", {}, state.lists.length ? state.lists.map(card) : el("p.empty", {}, "No lists yet.")),
    form({ id: "create-list", class: "panel" }, ({ name, description }) => { createList(name, description); toast(`“${name}” is ready`); show(); },
      el("h2", {}, "New list"), field("Name", "name", { required: true }), field("What for", "description"), el("button.button.primary", { type: "submit" }, "Create list"))));
