// "Why is nothing sent?" in plain words, from what the collector says and what the page shows. Nothing here touches
// the page: what was seen goes in, answers come out.

const RECENT = 10_000;
const of = (settings, name) => settings?.[name]?.value;
const times = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const answer = (level, title, text, todo) => ({ level, title, text, todo });

const BECAUSE = {
  mg_dnt: "the shop's own cookie mg_dnt stands in this browser: the shopper pressed Refuse in the shop's banner",
  gpc: "this browser sends Global Privacy Control, and consentSources names gpc",
  tcf: "the consent banner (IAB TCF) says so, or has not answered yet",
  user_allowed_save_cookie: "the shop's cookie restriction is on, and the shopper has not accepted its banner",
  web_sdk: "the Web SDK's own consent cookie says so",
  setConsent: "setConsent was called with this choice",
  defaultConsent: "nobody has said anything yet, and this is what defaultConsent says then",
};
/** What consent rests on, in words. */
export const becauseOf = (status) => {
  const because = status?.consentReason?.because;
  return BECAUSE[because] ?? because ?? "unknown";
};

const hostOf = (settings) => of(settings, "edgeDomain") ?? "edge.adobedc.net";
const policyText = (settings) => `connect-src https://${hostOf(settings)}; script-src 'wasm-unsafe-eval'`;

const noCollector = ({ violations, dataLayer, prerendering }) => {
  if (prerendering) return [answer("warn", "This page is only prerendered", "The collector starts, and sends, as soon as the shopper sees the page.", null)];
  const blocked = violations.filter(({ directive, blocked: what }) => /script|default/.test(directive) || /wasm/.test(what));
  return [
    answer("bad", "The collector does not run on this page",
      "window.storefrontCollector is not there. Its tag is missing, its file was not found, another script stopped it, or the page's policy refused it.",
      "Look into the network panel for collector.js and the .wasm file, and into the console for a line that starts with [storefront-collector]."),
    ...(blocked.length ? [answer("bad", "The page's content security policy refuses scripts", `Refused by ${[...new Set(blocked.map(({ directive }) => directive))].join(", ")}.`, `Allow: ${policyText()}`)] : []),
    ...(dataLayer === "missing" ? [answer("warn", "There is no data layer either", "window.adobeDataLayer is not there, so no event could be published.", "Install Adobe's storefront events SDK, or push onto window.adobeDataLayer.")] : []),
  ];
};

const settingsMissing = ({ waitingFor, settings }) => {
  const text = {
    aepContext: answer("bad", "The page has not said who it sends for", "Neither aepContext on the data layer nor settings in the page are there. The collector waits, and starts by itself when they come, however late.", "Save the connector's configuration in the Admin and flush the page cache, or put a <script type=\"application/json\" id=\"storefront-collector\"> into the page."),
    eventForwardingContext: answer("bad", "Nothing says that events may go to Experience Platform", "eventForwardingContext has not been set. With settings from the data layer, events go only when eventForwardingContext.aep is true.", "Tick Experience Platform for storefront events in the connector, then flush the page cache."),
    organizationId: answer("bad", "The organization ID is missing", "It stands in no source, or has no usable form.", "Give organizationId: 24 letters or digits and @AdobeOrg."),
    datastreamId: answer("bad", "The datastream ID is missing", "The bundled sender needs it. With the store's own Web SDK it may stay blank.", "Give datastreamId, or name the store's Web SDK in webSdkName."),
    webSdkName: answer("bad", "The store's Web SDK has no usable name", "webSdkDeployed is true, and webSdkName names nothing.", "Name the property of window that holds the Web SDK, or leave the field out."),
    document: answer("warn", "The page is still being read", "Settings of its own may stand further below and say otherwise, so nothing leaves before. It goes on by itself when the document has been read.", "To send sooner, put the <script type=\"application/json\" id=\"storefront-collector\"> above the async tag."),
    storefrontEvents: answer("bad", "Nobody can tell whether events are wanted", "storefrontEvents is neither true nor false.", "Correct storefrontEvents, or leave it out."),
  };
  const out = waitingFor.filter((name) => text[name]).map((name) => text[name]);
  for (const name of waitingFor.filter((each) => each.startsWith("window."))) {
    out.push(answer("bad", `The store's own Web SDK is not there: ${name}`, "Events wait for it and go as soon as it can be called, even when it loads after this collector.", `Load the Web SDK under this name, or correct webSdkName${of(settings, "webSdkName") ? ` (now ${of(settings, "webSdkName")})` : ""}.`));
  }
  return out;
};

const consent = (status) => {
  if (status.consent === "out") {
    const count = status.counts?.suppressed ?? 0;
    const { because } = status.consentReason ?? {};
    const asked = because !== "defaultConsent";
    const undo = { mg_dnt: "delete the cookie mg_dnt", gpc: "switch Global Privacy Control off in the browser" }[because] ?? "accept in the shop's banner";
    return [answer("bad", asked ? "The shopper has refused" : "Nobody has agreed", `No request, no cookie, no storage: ${becauseOf(status)}.${count ? ` ${times(count, "event")} of this page ${count === 1 ? "was" : "were"} not sent for it.` : ""}`, asked ? `To test, ${undo} and publish again; what was published while refused is gone, as it must be.` : "defaultConsent is out: call setConsent once the shopper agrees, or change defaultConsent.")];
  }
  if (status.consent === "pending") {
    return [answer("bad", "Consent is not known yet", `Events wait in memory: ${becauseOf(status)}.`, "Answer the consent banner. If there is none, change defaultConsent or consentSources, or call setConsent.")];
  }
  return [];
};

/** What switches events off, by the name that the collector gives it: it alone knows which source counts. */
const OFF = {
  "eventForwardingContext.aep": answer("bad", "Forwarding to Experience Platform is switched off", "eventForwardingContext.aep is not true, so this page is told not to send. Another collector (Tags, for one) may be meant to.", "Switch storefront events on in the connector, flush the page cache, and load the page anew."),
  storefrontEvents: answer("bad", "Storefront events are off", "storefrontEvents is false, so nothing is sent, stored or set.", "Set storefrontEvents to true where it is false, or leave it out."),
  hipaa: answer("bad", "HIPAA keeps storefront events off", "hipaa is true, which allows back office events only, so nothing is sent, stored or set.", "Where that is not meant, set hipaa to false."),
};
const offSwitch = ({ off }) => (off ? [OFF[off] ?? answer("bad", "Events are switched off", `${off} says so.`, null)] : []);

/** What stands between events and the edge, as the page shows it and as the collector has remarked. */
const network = ({ settings, issues = [], queue, sender }, events, { failures, online, violations, overdue }) => {
  const host = hostOf(settings);
  if (violations.some(({ directive, blocked }) => directive.startsWith("connect") && blocked.includes(host))) {
    return [answer("bad", "The page's content security policy refuses the edge", `connect-src does not name ${host}.`, `Allow: ${policyText(settings)}`)];
  }
  if (!online) return [answer("warn", "This browser is offline", "Events are kept in the browser and leave when it is online again.", null)];
  const out = [];
  const retrying = events.filter(({ status, attempts }) => (status === "queued" && attempts > 0) || (status === "sent" && attempts > 1));
  // A remark stays when all is well again; it counts while something waits.
  const waits = queue?.events || events.some(({ status }) => status === "queued" || status === "sent");
  const said = (code) => (waits ? issues.find((issue) => issue.code === code)?.message : undefined);
  const [unreachable, busy] = [said("unreachable"), said("busy")];
  if (failures.length) {
    out.push(answer("bad", "Requests do not get out", `${times(failures.length, "request")} failed before an answer came, though this browser is online. Ad blockers and tracking protection do this, firewalls and a wrong edgeDomain too.${unreachable ? ` ${unreachable}` : ""}`, `Try a clean profile. If that helps, set edgeDomain to a first-party host (a CNAME such as data.your-shop.com) instead of ${host}.`));
  } else if (unreachable) {
    out.push(answer("warn", "The edge cannot be reached", unreachable, "Look at the last requests in the network panel: blocked, failed or without an answer."));
  }
  if (busy || retrying.length) {
    const again = retrying.length ? `${times(retrying.length, "event")} ${retrying.length === 1 ? "is" : "are"} tried again, with growing pauses. Nothing is lost meanwhile.` : "";
    out.push(answer("warn", "The edge is slow or busy", [busy, again].filter(Boolean).join(" "), "Look at the status code of the last request in the network panel."));
  }
  if (overdue && !out.length) {
    const who = sender === "web-sdk" ? "The store's own Web SDK" : "The edge";
    out.push(answer("warn", `${who} has not answered yet`, `${times(overdue, "event")} ${overdue === 1 ? "waits" : "wait"} for its answer, longer than usual. Nothing is lost meanwhile.`, "Look at the requests in the network panel that are still pending."));
  }
  return out;
};

const verdicts = ({ issues = [] }, events) => {
  const out = issues.filter(({ severity }) => severity === "error").map(({ field, message }) => answer("bad", `Problem with ${field}`, message, null));
  const said = new Set(issues.map(({ message }) => message));
  const rejected = events.filter(({ status, reason }) => status === "rejected" && !said.has(reason));
  for (const reason of new Set(rejected.map((event) => event.reason ?? "no reason was given"))) {
    const count = rejected.filter((event) => (event.reason ?? "no reason was given") === reason).length;
    out.push(answer("bad", `${times(count, "event")} refused for good`, reason, /EXEG-000[234]/.test(reason) ? "Compare the datastream ID with the one in Adobe's Data Collection, of the same organization and environment." : null));
  }
  return out;
};

const double = ({ others, adobeCollector, tags }) => {
  const out = [];
  if (adobeCollector) out.push(answer("warn", "Adobe's own collector is on this page too", "Both listen to the same data layer, so every event may count twice.", "Take one of them out of the page."));
  for (const { name, types } of others) out.push(answer("warn", `Another sender sends the same events: ${name}`, `It sent ${types.join(", ")} right beside this collector; reports will count these twice.`, tags ? "Tags (Launch) is on this page: remove the rules that forward data layer events there, or switch storefront events off in the connector." : "Find who calls this Web SDK instance, and let only one of the two send."));
  return out;
};

const shapes = (events) => {
  const out = [];
  const orders = events.filter(({ event, xdm }) => event === "place-order" && !xdm?.productListItems?.length);
  if (orders.length) out.push(answer("warn", "An order has no products", "The theme emptied the cart before the success page, and no earlier cart of this visit is known.", "Publish shoppingCartContext with the items before place-order."));
  const views = events.filter(({ event }) => event === "shopping-cart-view");
  const repeated = views.filter((view, index) => index > 0 && Date.parse(view.timestamp) - Date.parse(views[index - 1].timestamp) < RECENT
    && JSON.stringify(view.xdm?.productListItems) === JSON.stringify(views[index - 1].xdm?.productListItems));
  if (repeated.length) out.push(answer("warn", "The same cart is viewed again and again", `shopping-cart-view came ${times(repeated.length + 1, "time")} within seconds for an unchanged cart: a component probably publishes on every drawing.`, "Publish it once, when the cart is shown."));
  return out;
};

const quiet = ({ settings, counts }, { dataLayer }) => {
  const name = of(settings, "dataLayerName") ?? "adobeDataLayer";
  if (dataLayer === "unusable") return [answer("bad", `window.${name} is no data layer`, "It is no list that can be listened to.", "Correct dataLayerName, or what stands under this name.")];
  if (counts?.published) return [];
  const acdl = dataLayer === "array" ? " The Adobe Client Data Layer itself is not loaded; a plain list works too, but Adobe's storefront events SDK needs it." : "";
  return [answer("warn", "The page has published no event yet", `Nothing that this collector knows was pushed onto window.${name} on this page.${acdl}`, "Act as a shopper. If nothing appears, the theme lacks the storefront events SDK, or publishes to another data layer (dataLayerName).")];
};

/** Where a browser cannot look, and who can. */
export const ELSEWHERE = [
  ["Events are accepted, but the dataset stays empty or its batches fail", "Look at the dataset's failed batches. A Commerce field that is marked as primary identity in the schema makes every event without it fail: ECID from identityMap must be the primary one."],
  ["Rows come, but fields are missing", "The schema lacks a field group, or a custom field has another name there. Compare it with the fields this page has sent (button below); the datastream must point to the schema you edited."],
  ["Custom attributes do not appear", "Their names differ between shop and schema, no order was placed since they were added, or the hourly synchronisation has not run."],
  ["Settings were changed, the page is as before", "A page cache holds the old ones. Compare the settings' fingerprint here with that of a page that was surely made anew, then flush the cache."],
  ["Back office events, order history or profiles are missing", "They never pass a browser: look at the indexers, cron, API credentials and the data space in the Admin."],
  ["Analytics reports changed", "Custom events and overrides change what arrives: compare an event's XDM here with the report's mapping."],
];

/**
 * @param {{ status: object | null, events: object[], page: { online: boolean, prerendering: boolean, dataLayer: "client"|"array"|"missing"|"unusable",
 *   failures: object[], violations: { directive: string, blocked: string }[],
 *   overdue: number, others: { name: string, types: string[] }[], adobeCollector: boolean, tags: boolean } }} seen
 * @returns {{ level: "bad"|"warn"|"good"|"open", title: string, text: string, todo: string | null }[]} worst first, never empty; `good` only where nothing keeps events from getting out
 */
export const explain = ({ status, events, page }) => {
  if (!status) return noCollector(page);
  const state = { waitingFor: [], ...status };
  const road = network(state, events, page);
  const found = [
    ...(state.state === "stopped" ? [answer("bad", "The collector was stopped", "stop() was called on this page.", "Start it again, or load the page anew.")] : []),
    ...offSwitch(state), ...settingsMissing(state), ...consent(state), ...road, ...verdicts(state, events),
    ...quiet(state, page), ...double(page), ...shapes(events),
  ];
  const order = { bad: 0, warn: 1 };
  found.sort((a, b) => order[a.level] - order[b.level]);
  if (road.length || found.some(({ level }) => level === "bad")) return found;
  const { accepted = 0, queued = 0, held = 0 } = state.counts ?? {};
  const edge = state.sender === "web-sdk" ? "the store's own Web SDK" : "the edge";
  const under = queued + held ? `${times(queued + held, "event")} on the way.` : "";
  // Nothing is known of the way before the first answer has come.
  if (!accepted && queued) return [answer("open", "On its way", `${under} The first answer of ${edge} has not come yet.`, null), ...found];
  const text = accepted ? `${times(accepted, "event")} of this page ${accepted === 1 ? "was" : "were"} taken by ${edge}. ${under}`.trim() : "Settings are complete and consent is there.";
  return [answer("good", accepted ? "Events are sent" : "Ready to send", text, null), ...found];
};
