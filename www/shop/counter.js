// Behind the counter: what the collector did with each act, what arrived at the local edge, and levers to break things.
import { goOffline, goOnline } from "./offline.js";
import { save, state } from "./state.js";
import { el, redraw, toast } from "./view.js";

const control = async (method, path, body) => {
  const answer = await fetch(`/_edge/${path}`, { method, ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.headers.get("content-type")?.includes("json") ? answer.json() : null;
};

const FAULTS = [
  { id: "down", name: "Edge down", fault: { status: 503 } },
  { id: "hang", name: "Edge hangs", fault: { hang: true } },
  { id: "reset", name: "Connections reset", fault: { reset: true } },
  { id: "slow", name: "Answers after 3 s", fault: { delayMs: 3000 } },
  { id: "offline", name: "Go offline", fault: { reset: true }, act: goOffline },
];

const breakIt = async ({ name, fault, act }) => {
  try {
    await control("POST", "faults", [{ fault }]);
    act?.();
    toast(`${name}: shop on, then mend it and watch`);
  } catch {
    toast("This server has no local edge to break");
  }
};
const mend = async () => {
  try {
    await control("DELETE", "faults");
    goOnline();
    toast("Mended");
  } catch {
    toast("This server has no local edge");
  }
};

const switchSender = (event) => {
  state.sender = event.target.value;
  save();
  location.reload();
};

const senders = () => el("fieldset", {}, el("legend", {}, "Sender"),
  [["bundled", "Bundled sender"], ["own", "The shop's own Web SDK"]].map(([value, text]) => el("label.choice", {},
    el("input", { type: "radio", name: "sender", value, checked: state.sender === value, onchange: switchSender }), text)));

const STATUS = { accepted: "arrived", sent: "on its way", queued: "waiting", held: "held back", suppressed: "not sent", rejected: "refused" };

const record = ({ id, event, status, reason, xdm }) => el(`li.record.${status}`, {},
  el("details", {},
    el("summary", {}, el("code", {}, event), el("span.status", {}, STATUS[status] ?? status)),
    reason ? el("p.hint", {}, String(reason)) : null,
    el("pre", { tabindex: 0 }, JSON.stringify(xdm ?? { id }, null, 2))));

const feed = (records) => el("ol.feed", { id: "feed", "aria-label": "Events of this page" },
  records.length ? [...records].reverse().map(record) : el("li.empty", {}, "No event on this page yet."));

const watch = (list) => {
  const collector = window.storefrontCollector;
  if (!collector?.events) return false;
  let node = list;
  const draw = () => {
    const opened = new Set([...node.querySelectorAll("details")].map((details, index) => (details.open ? node.children.length - index : 0)));
    const fresh = feed(collector.events());
    [...fresh.querySelectorAll("details")].forEach((details, index) => { details.open = opened.has(fresh.children.length - index); });
    node = redraw(node, fresh);
  };
  draw();
  collector.subscribe(draw);
  return true;
};

/** Looks for the collector until it is there: it may load after the shop. */
const watchWhenReady = (list) => {
  if (watch(list)) return;
  const timer = setInterval(() => { if (watch(list)) clearInterval(timer); }, 250);
};

const arrived = el("p.hint", { id: "arrived", "aria-live": "polite" });
const ask = async () => {
  try {
    const events = await control("GET", "events");
    const last = events.slice(-5).map(({ xdm }) => xdm.eventType ?? "custom").reverse();
    arrived.textContent = `${events.length} events have arrived at the local edge${last.length ? `, last: ${last.join(", ")}` : ""}.`;
  } catch {
    arrived.textContent = "This server has no local edge to ask.";
  }
};

export const behindTheCounter = () => {
  const list = feed([]);
  const panel = el("section.counter", { id: "counter", "aria-label": "Behind the counter", hidden: true },
    el("h2", {}, "Behind the counter"),
    senders(),
    el("fieldset", {}, el("legend", {}, "Break things"),
      el("div.actions", {}, FAULTS.map((fault) => el("button.button.small", { type: "button", id: `fault-${fault.id}`, onclick: () => breakIt(fault) }, fault.name)),
        el("button.button.small.primary", { type: "button", id: "fault-mend", onclick: mend }, "Mend"))),
    el("div.actions", {}, el("button.button.small", { type: "button", id: "ask-edge", onclick: ask }, "Ask the edge"), arrived),
    el("h3", {}, "Events of this page"), list);
  watchWhenReady(list);
  const toggle = el("button.button.counter-toggle", {
    type: "button", "aria-expanded": "false", "aria-controls": "counter",
    onclick: (event) => {
      panel.hidden = !panel.hidden;
      event.currentTarget.setAttribute("aria-expanded", String(!panel.hidden));
    },
  }, "Behind the counter");
  return el("aside.counter-dock", {}, panel, toggle);
};
