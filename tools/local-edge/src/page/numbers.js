// Events over time by family of types, and how many sessions went from view to order.
import { el, number, onFrame, svg } from "./dom.js";
import { FAMILIES, events, follow } from "./feed.js";

const NAMES = { page: "Page views", product: "Product views", cart: "Cart", checkout: "Checkout and orders", account: "Account", search: "Search", list: "Requisition lists", other: "Other" };
const STEPS = [["Product view", "commerce.productViews"], ["Cart", "commerce.productListAdds"], ["Checkout", "commerce.checkouts"], ["Order", "commerce.purchases"]];
const WIDTHS = [1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 604_800].map((seconds) => seconds * 1000);
const BARS = 60;
/** In the page's own pixels, so that a chart of any width has texts of one size. */
const SIZE = { height: 280, left: 44, bottom: 28, top: 10 };
/** A time below the chart and the gap to the next. */
const LABEL = 90;

/** The events in at most `BARS` equal spans of time, each counted by family. */
export const spans = (list) => {
  if (!list.length) return { width: WIDTHS[0], bars: [] };
  const times = list.map(({ time }) => time);
  const first = times.reduce((a, b) => Math.min(a, b));
  const end = times.reduce((a, b) => Math.max(a, b));
  const width = WIDTHS.find((each) => (end - first) / each < BARS) ?? Math.ceil((end - first) / BARS);
  const start = Math.floor(first / width) * width;
  const bars = Array.from({ length: Math.floor((end - start) / width) + 1 }, (_, index) => ({ at: start + index * width, total: 0, counts: {} }));
  for (const { time, family } of list) {
    const bar = bars[Math.floor((time - start) / width)];
    bar.total += 1;
    bar.counts[family] = (bar.counts[family] ?? 0) + 1;
  }
  return { width, bars };
};

/** Sessions that came to each step through all earlier ones, in this order. */
export const funnel = (list) => {
  const reached = new Map();
  for (const { session, type } of [...list].sort((a, b) => a.time - b.time)) {
    const step = reached.get(session) ?? 0;
    if (STEPS[step]?.[1] === type) reached.set(session, step + 1);
  }
  return STEPS.map(([name], index) => ({ name, count: [...reached.values()].filter((step) => step > index).length }));
};

const label = (at, width) => new Date(at).toLocaleString("en", width >= 86_400_000 ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", second: width < 60_000 ? "2-digit" : undefined, hour12: false });

const chart = (list, wide) => {
  const { width, bars } = spans(list);
  const most = Math.max(1, ...bars.map(({ total }) => total));
  const room = { width: Math.max(0, wide - SIZE.left), height: SIZE.height - SIZE.bottom - SIZE.top };
  const each = room.width / Math.max(bars.length, 12);
  const y = (count) => SIZE.top + room.height * (1 - count / most);
  const ticks = [...new Set([0, Math.round(most / 2), most])];
  const every = Math.ceil(LABEL / Math.max(1, each));
  const drawing = svg("svg", { viewBox: `0 0 ${wide} ${SIZE.height}`, role: "img", "aria-labelledby": "chart-title", class: "chart" },
    svg("title", { id: "chart-title" }, "Events over time by type"),
    ticks.map((tick) => svg("g", {},
      svg("line", { x1: SIZE.left, x2: wide, y1: y(tick), y2: y(tick), class: "grid" }),
      svg("text", { x: SIZE.left - 8, y: y(tick) + 4, class: "tick end" }, number(tick)))),
    bars.map((bar, index) => {
      const x = SIZE.left + index * each;
      let below = 0;
      return svg("g", {},
        svg("title", {}, `${label(bar.at, width)}: ${FAMILIES.filter((family) => bar.counts[family]).map((family) => `${NAMES[family]} ${bar.counts[family]}`).join(", ") || "nothing"}`),
        svg("rect", { x, y: SIZE.top, width: each, height: room.height, class: "hit" }),
        FAMILIES.filter((family) => bar.counts[family]).map((family) => {
          const height = room.height * bar.counts[family] / most;
          below += height;
          return svg("rect", { x: x + each * 0.1, y: SIZE.top + room.height - below, width: each * 0.8, height, class: `bar ${family}` });
        }),
        index % every === 0 && (index === 0 || x + each / 2 + LABEL / 3 < wide) ? svg("text", { x: x + each / 2, y: SIZE.height - 8, class: `tick${index === 0 ? "" : " middle"}` }, label(bar.at, width)) : null);
    }));
  const totals = FAMILIES.map((family) => [family, list.filter((event) => event.family === family).length]).filter(([, count]) => count);
  return [drawing, el("ul.legend", {}, totals.map(([family, count]) => el("li", {}, el(`span.swatch.${family}`, { "aria-hidden": "true" }), `${NAMES[family]} `, el("strong", {}, number(count)))))];
};

const funnelView = (list) => {
  const steps = funnel(list);
  const first = steps[0].count;
  const percent = (count, of) => (of ? `${Math.round((count / of) * 100)} %` : "–");
  return el("ol.funnel", {}, steps.map(({ name, count }, index) => {
    const meter = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", class: "meter", "aria-hidden": "true" },
      svg("rect", { width: 100, height: 10, class: "ground" }), svg("rect", { width: first ? (count / first) * 100 : 0, height: 10, class: "part" }));
    return el("li", {}, el("div", {}, el("span", {}, name), el("span", {}, el("strong", {}, number(count)), ` ${count === 1 ? "session" : "sessions"}`)), meter,
      el("p.note", {}, index ? `${percent(count, steps[index - 1].count)} of the step before, ${percent(count, first)} of all` : "sessions that looked at a product"));
  }));
};

const byType = (list) => {
  const counts = new Map();
  for (const { type, verdict } of list) {
    const known = counts.get(type) ?? [0, 0];
    counts.set(type, [known[0] + 1, known[1] + (verdict === "problems" ? 1 : 0)]);
  }
  return el("div.table", { tabindex: 0, role: "region", "aria-label": "Events by type" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Type", "Events", "With faults"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, [...counts].sort((a, b) => b[1][0] - a[1][0]).map(([type, [all, faulty]]) => el("tr", {}, el("td", {}, type), el("td.number", {}, number(all)), el("td.number", {}, number(faulty)))))));
};

export const numbers = (() => {
  const plot = el("div");
  const over = el("section.card", { "aria-label": "Events over time" }, el("h2", {}, "Events over time"), plot);
  const way = el("section.card", { "aria-label": "From view to order" });
  const types = el("section.card", { "aria-label": "Events by type" });
  const node = el("div.numbers", {}, el("h1", {}, "Numbers"), over, way, types);
  const draw = onFrame(() => {
    // Hundreds of redraws a second for nobody.
    if (!node.isConnected) return;
    const list = events.filter(({ status }) => status === "accepted");
    plot.replaceChildren(...(list.length ? chart(list, plot.clientWidth) : [el("p.nothing", {}, "No event yet.")]));
    way.replaceChildren(el("h2", {}, "From view to order"), funnelView(list));
    types.replaceChildren(el("h2", {}, "By type"), byType(list));
  });
  follow(draw);
  let drawn = 0;
  new ResizeObserver(([{ contentRect: { width } }]) => {
    // Its height follows from what is drawn.
    if (width !== drawn) draw();
    drawn = width;
  }).observe(plot);
  return { node, shown: draw };
})();
