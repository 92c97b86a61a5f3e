// The events: those that are there, then those that arrive. Whoever wants to know subscribes.

/** More than these are not kept in the page; the database has them all. */
const KEPT = 50_000;
/** Of what was there before, so many are fetched. */
const FIRST = 10_000;
/** A shopper who does nothing for half an hour has a new session, as in Adobe's reports. */
const SESSION = 30 * 60_000;

const NAMES = [
  [/pageViews$/, "page"], [/productViews$/, "product"], [/^commerce\.(productList|saveForLater)/, "cart"],
  [/^commerce\.(checkouts|purchases)/, "checkout"], [/^userAccount\./, "account"], [/^search/i, "search"],
  [/requisitionList/, "list"],
];
/** The families of event types, which have one colour each. */
export const FAMILIES = ["page", "product", "cart", "checkout", "account", "search", "list", "other"];
export const familyOf = (type) => NAMES.find(([pattern]) => pattern.test(type ?? ""))?.[1] ?? "other";

const sessions = new Map();

/** The number of the shopper's session that an event belongs to. */
const sessionOf = (shopper, time) => {
  const key = shopper ?? "";
  const known = sessions.get(key);
  if (known && time - known.last < SESSION) {
    known.last = Math.max(known.last, time);
  } else {
    sessions.set(key, { number: (known?.number ?? 0) + 1, last: time });
  }
  return sessions.get(key).number;
};

const readable = (event) => {
  const time = Date.parse(event.xdm?.timestamp ?? event.at) || Date.parse(event.at);
  const shopper = event.shopper ?? event.xdm?.identityMap?.ECID?.[0]?.id ?? null;
  const verdict = event.status !== "accepted" ? event.status : event.problems.length ? "problems" : event.duplicate ? "duplicate" : "valid";
  return { ...event, time, shopper, verdict, type: event.eventType ?? "custom", family: familyOf(event.eventType), session: `${shopper ?? ""} ${sessionOf(shopper, time)}` };
};

export const events = [];
let last = 0;
const listeners = new Set();

/** Calls `listener` whenever events were added or all were forgotten; gives back how to stop that. */
export const follow = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const add = (list) => {
  for (const event of list) {
    if (event.seq <= last) continue;
    last = event.seq;
    events.push(readable(event));
  }
  if (events.length > KEPT) events.splice(0, events.length - KEPT);
  for (const listener of listeners) listener();
};

export const catchUp = async () => {
  const answer = await fetch(`/_edge/events?since=${last}&last=${FIRST}`);
  if (answer.ok) add(await answer.json());
};

/** Forgets everything, here and at the server. */
export const reset = async () => {
  const answer = await fetch("/_edge/reset", { method: "POST" });
  if (!answer.ok) return;
  events.length = 0;
  sessions.clear();
  for (const listener of listeners) listener();
};

/** Follows the stream; `tell` hears "live" and "lost". */
export const start = (tell) => {
  const source = new EventSource("/_edge/stream");
  source.addEventListener("open", () => { tell("live"); void catchUp(); });
  source.addEventListener("error", () => tell("lost"));
  source.addEventListener("missed", () => void catchUp());
  let arrived = [];
  source.addEventListener("event", ({ data }) => {
    arrived.push(JSON.parse(data));
    // A burst is taken in one go: drawing comes once for each frame anyway.
    if (arrived.length === 1) setTimeout(() => { add(arrived.sort((a, b) => a.seq - b.seq)); arrived = []; }, 16);
  });
};
