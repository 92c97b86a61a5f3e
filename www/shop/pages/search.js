import { CATEGORIES, PRICE_RANGES, SORTS, search } from "../catalog.js";
import * as events from "../events.js";
import { el, mount, price, select } from "../view.js";
import { tiles } from "./tiles.js";

const query = () => {
  const asked = new URLSearchParams(location.search);
  const [from, to] = (asked.get("price") ?? "").split("-").map(Number);
  return {
    phrase: (asked.get("q") ?? "").trim(),
    categories: asked.getAll("category"),
    range: PRICE_RANGES.find((range) => range.from === from && range.to === to) ?? null,
    sort: SORTS.find(({ id }) => id === asked.get("sort"))?.id ?? SORTS[0].id,
  };
};

const change = (event) => {
  const asked = new URLSearchParams([...new FormData(event.currentTarget)].filter(([, value]) => value));
  history.pushState(null, "", `?${asked}`);
  run();
};

const filters = ({ phrase, categories, range, sort }) => el("form.filters", { "aria-label": "Filters", onchange: change, onsubmit: (event) => event.preventDefault() },
  el("input", { type: "hidden", name: "q", value: phrase }),
  el("fieldset", {}, el("legend", {}, "Department"), CATEGORIES.map(({ id, name }) => el("label.choice", {}, el("input", { id: `category-${id}`, type: "checkbox", name: "category", value: id, checked: categories.includes(id) }), name))),
  el("fieldset", {}, el("legend", {}, "Price"), el("label.choice", {}, el("input", { id: "price-any", type: "radio", name: "price", value: "", checked: !range }), "Any"),
    PRICE_RANGES.map(({ from, to }) => el("label.choice", {}, el("input", { id: `price-${from}`, type: "radio", name: "price", value: `${from}-${to}`, checked: range?.from === from }), `${price(from)} to ${price(to)}`))),
  select("Sort", "sort", SORTS.map(({ id, name }) => [id, name]), sort, { id: "sort" }));

const run = () => {
  const asked = query();
  const requestId = crypto.randomUUID?.() ?? String(performance.now());
  events.searched(asked, requestId);
  const results = search(asked);
  const focused = document.activeElement?.id;
  mount(el("header.title", {}, el("h1", {}, asked.phrase ? `“${asked.phrase}”` : "Everything"), el("p", { role: "status" }, `${results.products.length} ${results.products.length === 1 ? "thing" : "things"} found`)),
    el("div.columns.search", {}, filters(asked), results.products.length ? tiles(results.products) : el("p.empty", {}, "Nothing matches. Try fewer words or filters.")));
  if (focused) document.getElementById(focused)?.focus();
  events.found(results, requestId);
};

export const show = () => {
  addEventListener("popstate", run);
  run();
};
