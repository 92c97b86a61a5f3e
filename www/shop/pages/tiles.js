import { priceOf } from "../catalog.js";
import { el, price } from "../view.js";

export const prices = (item) => el("p.price", {}, item.special === null
  ? price(item.price)
  : [el("strong", {}, price(priceOf(item))), " ", el("s", {}, price(item.price))]);

export const tiles = (items) => el("ul.tiles", {}, items.map((item) => el("li", {},
  el("a.tile", { href: `product.html?sku=${item.sku}` },
    el("span.picture", {}, el("img", { src: item.image, alt: "", width: 240, height: 240, loading: "lazy" }), item.special === null ? null : el("span.flag", {}, "Sale")),
    el("span.name", {}, item.name),
    prices(item)))));
