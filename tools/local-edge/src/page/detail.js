// One event: what it says, what is wrong with it, the request that brought it and the answer.
import { clock, copy, el } from "./dom.js";

const VERDICTS = {
  valid: "Valid XDM, in its dataset.",
  problems: "In its dataset, with faults.",
  duplicate: "In its dataset already: this is the same _id again.",
  ignored: "Ignored: the shopper gave no consent.",
  refused: "Refused with its request.",
};

const json = (value) => JSON.stringify(value, null, 2);
const block = (title, value) => {
  const text = typeof value === "string" ? value : json(value);
  const button = el("button.small", { type: "button", onclick: () => copy(button, () => text) }, "Copy");
  return el("details.block", { open: title === "XDM" },
    el("summary", {}, title), el("div.bar", {}, button), el("pre", { tabindex: 0, role: "region", "aria-label": title }, text || "(empty)"));
};

const facts = (pairs) => el("dl.facts", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
  .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));

const requestOf = async (event, into) => {
  const answer = await fetch(`/_edge/requests/${event.request}`);
  if (!answer.ok) return into.replaceChildren(el("p.note", {}, "Its request is not kept any more."));
  const record = await answer.json();
  const { url, headers, body, status, bytes, requestId, action } = record;
  return into.replaceChildren(
    facts([["Request", action], ["Request ID", requestId], ["Bytes", bytes], ["Status", status ?? "the answer was lost"]]),
    block("Request", { url, headers, body }), block("Answer", record.answer));
};

/** @param {() => void} close what the close button does */
export const detailOf = (event, close) => {
  const request = el("div");
  void requestOf(event, request);
  return [
    el("div.detail-head", {}, el("h2", {}, event.type), el("button.small", { type: "button", id: "close-detail", onclick: close }, "Close")),
    el(`p.verdict.${event.verdict}`, {}, VERDICTS[event.verdict]),
    event.problems.length ? el("ul.problems", {}, event.problems.map(({ path, message }) => el("li", {}, el("code", {}, path), " ", message))) : null,
    facts([["Published", clock(event.xdm.timestamp)], ["Arrived", clock(event.at)], ["Shopper", event.shopper], ["Datastream", event.configId], ["_id", event.id]]),
    block("XDM", event.xdm),
    event.data ? block("Data", event.data) : null,
    request,
  ].filter(Boolean);
};
