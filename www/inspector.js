// The inspector: an overlay for QA on any page with the collector. Comes only when it is asked for, by
// `?storefront-collector-debug` or a bookmarklet, and lives in a shadow root of its own.
import { fingerprint, fixture, paths } from "./inspector/fixture.js";
import { el } from "./elements.js";
import { copier } from "./inspector/copier.js";
import { STYLE } from "./inspector/style.js";
import { watchPage } from "./inspector/watch.js";
import { ELSEWHERE, becauseOf, explain } from "./inspector/why.js";

const TAG = "storefront-collector-inspector";
const SOURCES = { default: "default", dataLayer: "data layer", page: "page", api: "API" };
const STATES = { held: "held back", queued: "waiting", sent: "on its way", accepted: "accepted", suppressed: "not sent", rejected: "refused" };
const EVERY = 1_000;

const text = (value) => (value === null || value === undefined ? "not set" : typeof value === "object" ? JSON.stringify(value) : String(value));
const facts = (kind, rows) => el(`dl${kind}`, {}, rows.filter(([, value]) => value !== undefined && value !== null)
  .map(([name, value, tag]) => el("div", {}, el("dt", {}, name), el("dd", {}, text(value)), tag ? el("dd.tag", {}, tag) : null)));

const why = ({ status, events, page }) => [
  el("ul", {}, explain({ status, events, page }).map(({ level, title, text: words, todo }) => el(`li.answer.${level}`, {}, el("h3", {}, title), el("p", {}, words), todo ? el("p.todo", {}, todo) : null))),
  el("details", { "data-key": "elsewhere" }, el("summary", {}, "What no browser can see"), el("dl", {}, ELSEWHERE.map(([title, words]) => [el("dt", {}, title), el("dd", {}, words)]))),
  el("div.actions", {}, copier("Copy the fields sent", () => paths(events), { "data-key": "fields" }), copier("Copy everything as JSON", () => JSON.stringify({ page: location.href, status, events }, null, 2), { "data-key": "everything" })),
];

const issue = ({ field, severity, message }) => el(`li.answer.${severity === "error" ? "bad" : "warn"}`, {}, field ? el("h3", {}, field) : null, el("p", {}, message));
const marked = ({ issues }) => (issues?.length ? el(`span.mark.${issues.some(({ severity }) => severity === "error") ? "bad" : "warn"}`, {}, issues.length === 1 ? "1 problem" : `${issues.length} problems`) : null);
const record = (event) => el(`details.event.${event.status}`, { "data-key": `event-${event.id}` },
  el("summary", {}, el("span.name", {}, event.event), marked(event), el("span.state", {}, STATES[event.status] ?? event.status)),
  facts("", [["Event type", event.eventType], ["Reason", event.reason], ["Published", event.timestamp], ["_id", event.id], ["Request ID", event.requestId], ["Attempts", event.attempts]]),
  event.issues?.length ? el("ul", {}, event.issues.map(issue)) : null,
  el("div.actions", {}, copier("Copy JSON", () => JSON.stringify(event, null, 2), { "data-key": `json-${event.id}` }), copier("Copy as test fixture", () => fixture(event), { "data-key": `fixture-${event.id}` })),
  el("pre", { tabindex: 0, role: "region", "aria-label": `XDM of ${event.event}`, "data-key": `xdm-${event.id}` }, JSON.stringify(event.xdm ?? null, null, 2)));

const list = ({ status, events }) => [
  facts("", [["Waiting", status ? `${status.queue.events} in the queue, ${status.queue.bytes} bytes; ${status.counts.held} held back` : null], ["Counts", status ? `${status.counts.published} published, ${status.counts.accepted} accepted, ${status.counts.suppressed} not sent, ${status.counts.rejected} refused` : null]]),
  events.length ? el("div", {}, [...events].reverse().map(record)) : el("p.soft", {}, "No event on this page yet."),
];

const settings = ({ status }) => (status ? [
  facts("", [["State", status.state], ["Waiting for", status.waitingFor.join(", ") || "nothing"], ["Sender", { edge: "bundled sender", "web-sdk": "the store's own Web SDK" }[status.sender] ?? "not chosen yet"],
    ["Consent", `${status.consent}: ${becauseOf(status)}`], ["Fingerprint", fingerprint(status.settings)]]),
  el("h3", {}, "Settings"),
  facts(".wide", Object.entries(status.settings).map(([name, { value, source }]) => [name, value ?? "not set", SOURCES[source] ?? source])),
  status.issues.length ? [el("h3", {}, "Remarks"), el("ul", {}, status.issues.map(issue))] : null,
] : [el("p.soft", {}, "The collector does not run on this page.")]);

const TABS = [["why", "Why?", why], ["events", "Events", list], ["settings", "Settings", settings]];

/** Draws `fresh` in place of what is in `panel`, keeping what is open, where it is scrolled, and focus. */
const redraw = (root, panel, fresh) => {
  const opened = new Set([...panel.querySelectorAll("details[open]")].map(({ dataset }) => dataset.key));
  const scrolled = new Map([...panel.querySelectorAll("pre")].map((pre) => [pre.dataset.key, pre.scrollTop]));
  const active = root.activeElement;
  const key = active?.dataset?.key ?? active?.closest?.("[data-key]")?.dataset.key;
  const tag = active?.tagName;
  const top = panel.scrollTop;
  panel.replaceChildren(...fresh.flat(Infinity).filter(Boolean));
  for (const details of panel.querySelectorAll("details")) details.open = opened.has(details.dataset.key);
  for (const pre of panel.querySelectorAll("pre")) pre.scrollTop = scrolled.get(pre.dataset.key) ?? 0;
  panel.scrollTop = top;
  if (!key || panel === active) return;
  const again = panel.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (tag === "SUMMARY" ? again?.querySelector("summary") : again)?.focus({ preventScroll: true });
};

const build = (host) => {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  let chosen = "why";
  let last = "";
  let collector = null;
  let unsubscribe = null;
  const watching = watchPage(() => draw());

  const tabs = TABS.map(([id, name]) => el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "panel", onclick: () => choose(id) }, name));
  const panel = el("div.panel", { role: "tabpanel", id: "panel", tabindex: 0 });
  const body = el("div.body", {}, el("div.tabs", { role: "tablist", "aria-label": "Inspector", onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = TABS.findIndex(([id]) => id === chosen);
    const to = (at + step + TABS.length) % TABS.length;
    choose(TABS[to][0]);
    tabs[to].focus();
  } }, tabs));
  const fold = el("button", { type: "button", "aria-expanded": "true", onclick: () => {
    const open = box.classList.toggle("small");
    body.hidden = panel.hidden = open;
    fold.setAttribute("aria-expanded", String(!open));
    fold.textContent = open ? "Open" : "Fold";
  } }, "Fold");
  const close = () => { watching.stop(); unsubscribe?.(); clearInterval(timer); host.remove(); };
  const box = el("section.box", { "aria-label": "Storefront collector inspector" },
    el("header", {}, el("h2", {}, "Collector"), fold, el("button", { type: "button", onclick: close }, "Close")), body, panel);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !box.classList.contains("small")) { fold.click(); fold.focus(); event.stopPropagation(); }
  });

  const choose = (id) => { chosen = id; last = ""; draw(); panel.scrollTop = 0; };
  const read = () => {
    const now = window.storefrontCollector ?? null;
    if (now !== collector) {
      unsubscribe?.();
      collector = now;
      unsubscribe = collector?.subscribe?.(() => draw()) ?? null;
    }
    try {
      const status = collector?.status() ?? null;
      return { status, events: collector?.events() ?? [], page: watching.seen(status?.settings) };
    } catch {
      // A collector that has just been stopped answers nothing any more.
      return { status: null, events: [], page: watching.seen(null) };
    }
  };
  let asked = false;
  const drawNow = () => {
    asked = false;
    const now = read();
    const told = JSON.stringify(now);
    if (told === last) return;
    last = told;
    tabs.forEach((tab, index) => {
      const selected = TABS[index][0] === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${chosen}`);
    redraw(root, panel, TABS.find(([id]) => id === chosen)[2](now));
  };
  const draw = () => {
    if (asked) return;
    asked = true;
    setTimeout(drawNow, 50);
  };
  // Settings, consent and the queue change without telling anybody.
  const timer = setInterval(draw, EVERY);
  root.append(box);
  drawNow();
};

/** Opens the inspector, once. */
export const open = () => {
  if (document.querySelector(TAG)) return;
  const host = document.createElement(TAG);
  build(host);
  document.body.append(host);
};

if (document.body) open();
else addEventListener("DOMContentLoaded", open, { once: true });
