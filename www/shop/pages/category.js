import { CATEGORIES, byCategory } from "../catalog.js";
import { el, mount } from "../view.js";
import { tiles } from "./tiles.js";

export const show = () => {
  const id = new URLSearchParams(location.search).get("id");
  const category = CATEGORIES.find((entry) => entry.id === id) ?? CATEGORIES[0];
  mount(el("header.title", {}, el("h1", {}, category.name), el("p", {}, category.claim)), tiles(byCategory(category.id)));
};
