import { CATEGORIES, PRODUCTS, byCategory } from "../catalog.js";
import { el, mount } from "../view.js";
import { tiles } from "./tiles.js";

export const show = () => mount(
  el("section.hero", {},
    el("div", {}, el("p.over", {}, "Autumn by the water"), el("h1", {}, "Good things, made slowly"),
      el("p", {}, "Twelve things for the coast and the couch."), el("a.button.primary", { href: "category.html?id=outdoors" }, "Shop outdoors")),
    el("div.hero-art", { "aria-hidden": true }, ["jacket", "lantern", "mug"].map((name) => el("img", { src: `img/${name}.svg`, alt: "", width: 240, height: 240 })))),
  el("section", {}, el("h2", {}, "Departments"), el("ul.departments", {}, CATEGORIES.map((category) => el("li", {},
    el("a.department", { href: `category.html?id=${category.id}` }, el("img", { src: byCategory(category.id)[2].image, alt: "", width: 96, height: 96 }),
      el("span", {}, el("strong", {}, category.name), el("small", {}, category.claim))))))),
  el("section", {}, el("h2", {}, "On sale"), tiles(PRODUCTS.filter((item) => item.special !== null))));
