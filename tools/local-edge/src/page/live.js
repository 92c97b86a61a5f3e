// The live events: filters, the list, and the event that is looked at.
import { detailOf } from "./detail.js";
import { clock, el, number, onFrame, short } from "./dom.js";
import { events, follow, reset } from "./feed.js";
import { virtualList } from "./list.js";

const MARKS = { valid: "✓", problems: "!", duplicate: "2×", ignored: "–", refused: "✕" };
const SAID = { valid: "valid", problems: "has faults", duplicate: "duplicate", ignored: "ignored, no consent", refused: "refused" };
const CHECKS = { all: "Any check", valid: "Valid", problems: "With faults", duplicate: "Duplicate", ignored: "Ignored", refused: "Refused" };

const sku = ({ xdm }) => xdm.commerce?.order?.purchaseID ?? xdm.productListItems?.[0]?.SKU ?? xdm.siteSearch?.query ?? xdm.web?.webPageDetails?.name ?? xdm.commerce?.requisitionList?.name ?? "";

const row = (event) => [
  el("span.mark", { title: SAID[event.verdict] }, el("span", { "aria-hidden": "true" }, MARKS[event.verdict]), el("span.unseen", {}, SAID[event.verdict])),
  el("time", {}, clock(event.xdm.timestamp ?? event.at)),
  el("span.type", { title: event.type }, event.type.replace(/^(commerce|web\.webpagedetails)\./, "")),
  el("span.what", {}, String(sku(event))),
  el("span.who", {}, short(event.shopper)),
];

export const filter = { type: "", shopper: "", session: "", check: "all", text: "" };
const needle = () => filter.text.trim().toLowerCase();
const wanted = (text) => (event) =>
  (!filter.type || event.type === filter.type) && (!filter.shopper || (event.shopper ?? "") === filter.shopper)
  && (!filter.session || event.session === filter.session) && (filter.check === "all" || event.verdict === filter.check)
  && (!text || (event.haystack ??= JSON.stringify(event.xdm).toLowerCase()).includes(text));

const choice = (label, name, changed) => {
  const select = el("select", { id: `filter-${name}`, onchange: () => { filter[name] = select.value; changed(); } });
  return { select, node: el("label.field", {}, el("span", {}, label), select) };
};

/** Puts the options of a filter right, without disturbing a list that is open and already right. */
const offer = (select, any, options, chosen) => {
  const texts = [any, ...options.map(([, text]) => text)].join("\n");
  if (select.dataset.texts !== texts) {
    select.dataset.texts = texts;
    select.replaceChildren(el("option", { value: "" }, any), ...options.map(([value, text]) => el("option", { value }, text)));
  }
  select.value = chosen;
};

export const live = (() => {
  const panel = el("section.detail", { "aria-label": "Chosen event", hidden: true });
  const node = el("div.live");
  const close = () => { panel.hidden = true; node.classList.remove("open"); list.node.focus(); };
  const open = (event) => { panel.replaceChildren(...detailOf(event, close)); panel.scrollTop = 0; panel.hidden = false; node.classList.add("open"); };
  const list = virtualList({ label: "Events, newest first", height: 44, draw: row, open, key: ({ seq }) => seq });
  node.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });

  let held = null;
  let shown = [];
  const changed = onFrame(() => draw());
  const type = choice("Type", "type", changed);
  const shopper = choice("Shopper", "shopper", () => { filter.session = ""; changed(); });
  const session = choice("Session", "session", changed);
  const check = choice("Check", "check", changed);
  check.select.append(...Object.entries(CHECKS).map(([value, text]) => el("option", { value }, text)));
  const text = el("input", { type: "search", id: "filter-text", placeholder: "SKU, order, _id …", oninput: () => { filter.text = text.value; changed(); } });
  const hold = el("button", { type: "button", id: "hold", "aria-pressed": "false", onclick: () => {
    held = held ? null : events.slice();
    hold.setAttribute("aria-pressed", String(Boolean(held)));
    hold.textContent = held ? "Go on" : "Hold";
    changed();
  } }, "Hold");
  const forget = el("button", { type: "button", id: "forget", onclick: () => { held = null; hold.textContent = "Hold"; hold.setAttribute("aria-pressed", "false"); close(); void reset(); } }, "Forget all");
  const count = el("p.count", { role: "status" });
  const nothing = el("p.nothing", {}, "No event yet. ", el("a", { href: "/" }, "Open the shop"), " in another tab, accept its question, and look around.");

  const draw = () => {
    const from = held ?? events;
    const by = (key, label) => [...new Map(from.map((event) => [event[key] ?? "", label(event)]))].sort((a, b) => a[1].localeCompare(b[1]));
    offer(type.select, "All types", by("type", ({ type: name }) => name), filter.type);
    offer(shopper.select, "All shoppers", by("shopper", (event) => short(event.shopper)), filter.shopper);
    const visits = new Map();
    for (const event of from) if (!filter.shopper || event.shopper === filter.shopper) visits.set(event.session, visits.get(event.session) ?? `${short(event.shopper)} from ${clock(event.at).slice(0, 5)}`);
    offer(session.select, "All sessions", [...visits], filter.session);
    const fresh = from.filter(wanted(needle())).reverse();
    const top = shown[0]?.seq;
    const added = top === undefined ? 0 : fresh.findIndex(({ seq }) => seq <= top);
    shown = fresh;
    list.set(fresh, Math.max(0, added));
    const faulty = fresh.reduce((sum, { verdict }) => sum + (verdict === "problems"), 0);
    count.textContent = `${number(fresh.length)} of ${number(from.length)} events${faulty ? `, ${number(faulty)} with faults` : ""}`;
    nothing.hidden = fresh.length > 0;
    if (from.length) nothing.replaceChildren("No event fits the filters.");
  };

  node.append(
    el("h1.unseen", {}, "Live events"),
    el("div.filters", { role: "group", "aria-label": "Filters" }, type.node, shopper.node, session.node, check.node,
      el("label.field.grow", {}, el("span", {}, "Contains"), text), el("div.actions", {}, hold, forget)),
    count,
    el("div.columns", {}, el("div.list-side", {}, list.node, nothing), panel));
  follow(changed);
  changed();
  return { node, shown: changed };
})();
