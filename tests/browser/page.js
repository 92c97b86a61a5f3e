// The theme, the network and the clock around the collector under test. A case gets the page clean, does what a theme
// or a shopper does, and says what it expects; `run` answers with what was otherwise.

/** The module under test: the runner has loaded it already, so this is the same instance. */
const collectorModule = () => import("/wasm-bindgen-test");

const ORG = "0123456789ABCDEF01234567@AdobeOrg";
const SETTINGS = { organizationId: ORG, datastreamId: "3fa85f64-5717-4562-b3fc-2c963f66afa6", edgeDomain: "127.0.0.1:9" };
const ECID = "41861666193140161934276845651148876988";
const DATABASE = "storefront-collector";
const nativeFetch = window.fetch;
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const until = async (condition, what) => {
  const end = performance.now() + 8_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`in 8 s it did not come to this: ${what}`);
    await sleep(10);
  }
};

// What was otherwise than expected.
let wrong = [];
const text = (value) => JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value);
const ordered = (value) => (value && typeof value === "object" && !Array.isArray(value)
  ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, ordered(part)]))
  : Array.isArray(value) ? value.map(ordered) : value);
const equal = (what, actual, expected) => {
  if (text(ordered(actual)) !== text(ordered(expected))) wrong.push(`${what}: ${text(actual)}, not ${text(expected)}`);
};
const holds = (what, condition) => { if (!condition) wrong.push(what); };

// The network: every request is written down, and answered as the case says.
const network = { requests: [], answer: undefined };
const handle = (...parts) => ({ status: 200, body: { requestId: "r", handle: parts } });
const identity = { type: "identity:result", payload: [{ id: ECID, namespace: { code: "ECID" } }] };
const edge = ({ action }) => (action === "identity/acquire" ? handle(identity) : action === "interact" ? handle() : { status: 204 });
const fetchOfTheCase = (address, options = {}) => {
  const url = new URL(address, location.href);
  if (url.port !== "9") return nativeFetch(address, options);
  const request = {
    action: url.pathname.split("/v1/")[1], url, options, text: options.body, body: JSON.parse(options.body), aborted: false,
  };
  network.requests.push(request);
  return new Promise((resolve, reject) => {
    options.signal?.addEventListener("abort", () => { request.aborted = true; reject(new DOMException("aborted", "AbortError")); });
    request.answer = (answer) => {
      if (answer === "lost") return reject(new TypeError("the network failed"));
      const body = answer.status === 204 ? null : JSON.stringify(answer.body ?? {});
      return resolve(new Response(body, { status: answer.status, headers: answer.headers ?? {} }));
    };
    const answer = network.answer(request);
    if (answer) setTimeout(() => request.answer(answer));
  });
};
const sent = () => network.requests.flatMap(({ body }) => body.events ?? []).map(({ xdm }) => xdm);

let collector;
const start = async (settings = {}) => {
  const { start: begin } = await collectorModule();
  collector = await begin({ ...SETTINGS, ...settings });
  return collector;
};
const layer = () => window.adobeDataLayer;
const record = (id) => collector.events().find((event) => event.id === id);
const status = (id, name) => until(() => record(id)?.status === name, `event ${id} is ${name}, not ${record(id)?.status}`);

const journal = () => Object.keys(localStorage).filter((key) => key.startsWith("storefront-collector:"));
const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const stored = async () => {
  if (!(await databases()).includes(DATABASE)) return [];
  const database = await new Promise((resolve, reject) => Object.assign(indexedDB.open(DATABASE), {
    onsuccess: ({ target }) => resolve(target.result), onerror: reject,
  }));
  try {
    if (!database.objectStoreNames.length) return [];
    const [name] = database.objectStoreNames;
    return await new Promise((resolve, reject) => Object.assign(database.transaction(name).objectStore(name).getAllKeys(), {
      onsuccess: ({ target }) => resolve(target.result), onerror: reject,
    }));
  } finally {
    database.close();
  }
};
const cookies = () => document.cookie.split("; ").filter(Boolean);

// What the collector said in the console.
const said = [];
for (const level of ["warn", "error"]) {
  const own = console[level];
  console[level] = (...parts) => { said.push(parts.map(String).join(" ")); own.apply(console, parts); };
}

const clean = async () => {
  wrong = [];
  said.length = 0;
  network.requests = [];
  network.answer = edge;
  window.fetch = fetchOfTheCase;
  delete window.adobeDataLayer;
  localStorage.clear();
  sessionStorage.clear();
  await new Promise((resolve, reject) => Object.assign(indexedDB.deleteDatabase(DATABASE), { onsuccess: resolve, onerror: reject }));
  for (const pair of cookies()) document.cookie = `${pair.split("=")[0]}=; path=/; max-age=0`;
};
const tidy = async () => {
  // A case may end with a network that never answers.
  network.answer = edge;
  for (const request of network.requests) request.answer(edge(request));
  await window.storefrontCollector?.stop();
  window.fetch = nativeFetch;
  collector = undefined;
};

const item = (sku) => ({ productContext: { productId: 1, sku, name: sku } });
const VIEW = { event: "product-page-view" };

const unreadable = {
  "a cycle": () => { const own = { sku: "A" }; own.own = own; return own; },
  "a getter that throws": () => ({ sku: "A", get name() { throw new Error("the theme's own"); } }),
  "toJSON that throws": () => ({ toJSON() { throw new Error("the theme's own"); } }),
  "a BigInt": () => ({ sku: "A", productId: 1n }),
  "a revoked proxy": () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
  "300 KB": () => ({ sku: "A", name: "x".repeat(300_000) }),
  "10,000 levels": () => { let deep = {}; for (let n = 0; n < 10_000; n += 1) deep = { deep }; return deep; },
};

const CASES = {
  async what_cannot_be_read_costs_its_context_and_nothing_else() {
    await start();
    for (const [what, make] of Object.entries(unreadable)) {
      try {
        layer().push({ productContext: null }, { productContext: make() }, VIEW);
      } catch (error) {
        wrong.push(`${what} threw ${error}`);
      }
      const xdm = await until(() => sent().at(-1), `${what}: the event is sent`);
      equal(what, xdm.productListItems, undefined);
      const named = collector.status().issues.filter(({ field, code }) => field === "productContext" && code === "unreadable");
      holds(`${what} is named`, named.length > 0);
      holds(`${what}: the value itself is not told`, !named.some(({ message }) => message.includes("xxx")));
      await collector.flush();
      network.requests = [];
    }
    layer().push({ productContext: null }, item("B"), VIEW);
    equal("what can be read again", (await until(() => sent()[0], "it is sent")).productListItems.map(({ SKU }) => SKU), ["B"]);
  },

  async values_cross_as_json_has_them() {
    await start();
    const given = {
      whole: 9_007_199_254_740_991, fraction: 0.1 + 0.2, tiny: 5e-324, huge: 1.7976931348623157e308, round: 1e21, minus: -0,
      not: NaN, text: "å 😀 \u2028 \u0000 \" \\", empty: "x", date: new Date(0), list: [1, undefined, () => {}, "two"],
      nothing: undefined, act() {}, [Symbol("s")]: 1, boxed: Object("text"),
    };
    collector.publish("commerce-custom", { eventType: "own", _acme: given });
    const { _acme } = await until(() => sent()[0], "the event is sent");
    const { not, list, ...expected } = JSON.parse(JSON.stringify(given));
    // What XDM has no place for, null and what JSON makes of NaN, is left out by the core.
    equal("values", { ..._acme, list: undefined }, { ...expected, list: undefined });
    equal("text in a list", _acme.list?.filter((part) => typeof part === "string"), ["two"]);
    collector.publish("commerce-custom", { eventType: "lone", _acme: { half: "a\ud800b" } });
    const half = await until(() => sent()[1], "half a character is sent");
    holds("half a character leaves as whole text", half._acme.half.startsWith("a") && half._acme.half.isWellFormed?.() !== false);
  },

  async the_pages_objects_are_left_as_they_are() {
    await start();
    const frozen = (value) => { if (value && typeof value === "object") { Object.values(value).forEach(frozen); Object.freeze(value); } return value; };
    const context = frozen({ eventType: "own", _acme: { list: [1, { two: 2 }] } });
    const before = JSON.stringify(context);
    layer().push(frozen(item("A")), frozen({ ...VIEW }));
    collector.publish("commerce-custom", context);
    await until(() => sent().length === 2, "both are sent");
    equal("the page's object", JSON.stringify(context), before);
  },

  async a_plain_array_is_listened_to_and_given_back() {
    window.adobeDataLayer = [item("A"), VIEW];
    const array = layer();
    await start();
    equal("push gives the new length", array.push(item("B"), VIEW, 7, "text", null, undefined, [VIEW], () => {}), 10);
    const push = array.push;
    Reflect.apply(push, array, [VIEW]);
    equal("events seen", collector.status().counts.published, 3);
    // A tool wraps push, as tag managers do; what it hands on is one event.
    array.push = function wrapped(...items) { return push.apply(this, items); };
    array.push(VIEW);
    equal("through a wrapper", collector.status().counts.published, 4);
    const wrapper = array.push;
    equal("length", array.length, 12);
    await until(() => sent().length === 4, "all are sent");
    equal("each with its context", sent().map(({ productListItems }) => productListItems[0].SKU), ["A", "B", "B", "B"]);
    await collector.stop();
    array.push(VIEW);
    equal("after stop the page's push pushes", array.length, 13);
    holds("the page's own push stands there again", array.push !== wrapper || Object.hasOwn(array, "push"));
    equal("and nobody listens", sent().length, 4);
  },

  async a_library_that_takes_the_array_over_pushes_nothing_twice() {
    window.adobeDataLayer = [item("A"), VIEW];
    await start();
    const array = layer();
    array.push(item("B"), VIEW);
    // As Adobe's library does: it empties the array, puts its own push there, and pushes all again.
    const own = [...array];
    array.length = 0;
    array.push = function push(...items) { return Array.prototype.push.apply(this, items); };
    array.getState = () => ({});
    own.forEach((each) => array.push(each));
    array.push(item("C"), VIEW);
    await until(() => sent().length >= 3, "three are sent");
    await collector.flush();
    equal("each once", sent().map(({ productListItems }) => productListItems[0].SKU), ["A", "B", "C"]);
  },

  async something_else_under_the_data_layers_name_is_left_alone() {
    for (const [what, other] of [["an object", { mine: true }], ["a frozen list", Object.freeze([])]]) {
      window.adobeDataLayer = other;
      said.length = 0;
      await start();
      equal(`${what}: one line says so`, said.filter((line) => line.includes("dataLayerName")).length, 1);
      holds(`${what} stands there as before`, window.adobeDataLayer === other);
      await window.storefrontCollector?.stop();
    }
  },

  async the_page_is_described_as_the_browser_describes_it() {
    await start();
    layer().push(VIEW);
    const { device, environment, placeContext, web, timestamp } = await until(() => sent()[0], "the event is sent");
    equal("screen", [device.screenWidth, device.screenHeight], [screen.width, screen.height]);
    equal("orientation", device.screenOrientation, matchMedia("(orientation: portrait)").matches && !screen.orientation?.type.startsWith("landscape") ? "portrait" : "landscape");
    const { clientWidth, clientHeight } = document.documentElement;
    equal("viewport", [environment.browserDetails.viewportWidth, environment.browserDetails.viewportHeight], [clientWidth, clientHeight]);
    equal("time zone", placeContext.ianaTimezone, Intl.DateTimeFormat().resolvedOptions().timeZone);
    equal("offset", placeContext.localTimezoneOffset, new Date().getTimezoneOffset());
    equal("address", web.webPageDetails.URL, location.href);
    holds(`time of the event: ${timestamp}`, Math.abs(Date.parse(timestamp) - Date.now()) < 10_000);
    equal("local time is the same instant", Date.parse(placeContext.localTime), Date.parse(timestamp));
  },

  async the_edges_cookies_are_set_and_no_probe_is_left() {
    const name = `kndctr_${ORG.replace("@", "_")}_cluster`;
    network.answer = (request) => (request.action === "identity/acquire"
      ? handle(identity, { type: "state:store", payload: [{ key: name, value: "or2", maxAge: 1800 }] }) : edge(request));
    await start();
    collector.publish("page-view");
    await until(() => sent().length, "the event is sent");
    holds(`the cookie is there: ${document.cookie}`, cookies().includes(`${name}=or2`));
    equal("nothing of a probe", cookies().filter((pair) => pair.includes("probe")), []);
    equal("the region counts from the next request on", network.requests.at(-1).url.pathname, "/ee/or2/v1/interact");
    equal("who it was", (await collector.getIdentity()).ECID, ECID);
  },

  async a_cookie_set_in_the_same_task_counts() {
    await start();
    document.cookie = "mg_dnt=1; path=/";
    const id = collector.publish("page-view");
    equal("its record", record(id).status, "suppressed");
    await sleep(50);
    equal("requests", network.requests.length, 0);
    equal("storage", [journal(), await stored()], [[], []]);
    document.cookie = "mg_dnt=; path=/; max-age=0";
    await status(collector.publish("page-view"), "accepted");
    equal("only the later one", sent().length, 1);
  },

  async an_event_is_in_storage_before_publish_returns() {
    network.answer = () => undefined;
    await start();
    const id = collector.publish("page-view");
    const [key] = journal();
    holds("in localStorage in the same task", key && localStorage.getItem(key).includes(id));
    await until(async () => (await stored()).length === 1 && journal().length === 0, "it has moved to IndexedDB");
    network.answer = edge;
    network.requests.forEach((request) => request.answer(edge(request)));
    await status(id, "accepted");
    await until(async () => (await stored()).length === 0 && journal().length === 0, "once answered it is forgotten");
  },

  async a_storage_that_refuses_stops_nothing() {
    const { setItem } = Storage.prototype;
    const { open } = IDBFactory.prototype;
    try {
      Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
      IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };
      await start();
      await status(collector.publish("page-view"), "accepted");
    } finally {
      Storage.prototype.setItem = setItem;
      IDBFactory.prototype.open = open;
    }
  },

  async an_opt_out_takes_everything_out_of_storage() {
    network.answer = ({ action }) => (action === "interact" ? { status: 503 } : edge({ action }));
    await start();
    const id = collector.publish("page-view");
    await until(async () => (await stored()).length === 1, "it is stored");
    await collector.setConsent("out");
    equal("its record", record(id).status, "suppressed");
    await until(async () => (await stored()).length === 0 && journal().length === 0, "nothing of it is left");
  },

  async requests_are_what_needs_no_permission() {
    await start();
    collector.publish("page-view");
    await collector.flush();
    const [acquire, interact] = network.requests;
    equal("order", [acquire?.action, interact?.action], ["identity/acquire", "interact"]);
    for (const { options, url } of network.requests) {
      equal("method", options.method, "POST");
      equal("credentials", options.credentials, "include");
      const headers = [...new Headers(options.headers)];
      // Another header, or another type, and the browser would ask the edge first.
      equal("headers", headers.filter(([key, value]) => key !== "content-type" || !value.startsWith("text/plain")), []);
      equal("datastream", url.searchParams.get("configId"), SETTINGS.datastreamId);
      holds("a name for each request", /^[0-9a-f-]{36}$/.test(url.searchParams.get("requestId")));
      holds("a loopback host takes the page's scheme", url.protocol === location.protocol);
    }
  },

  async an_opt_out_aborts_what_is_in_the_air() {
    network.answer = (request) => (request.action === "interact" ? undefined : edge(request));
    await start();
    collector.publish("page-view");
    const request = await until(() => network.requests.find(({ action }) => action === "interact"), "the event is in the air");
    await collector.setConsent("out");
    holds("its request is aborted", request.aborted);
  },

  async a_refused_request_is_sent_again_when_its_time_has_come() {
    let times = 0;
    network.answer = (request) => {
      if (request.action !== "interact") return edge(request);
      return (times += 1) === 1 ? { status: 429, headers: { "retry-after": "1" } } : edge(request);
    };
    await start();
    const began = performance.now();
    const id = collector.publish("page-view");
    await collector.flush();
    holds(`not before its time: ${performance.now() - began} ms`, performance.now() - began > 900);
    equal("its record", [record(id).status, record(id).attempts], ["accepted", 2]);
    equal("the same event both times", new Set(sent().map(({ _id }) => _id)).size, 1);
  },

  async after_stop_nothing_happens_and_start_begins_anew() {
    await start();
    await status(collector.publish("page-view"), "accepted");
    const old = collector;
    await collector.stop();
    const before = network.requests.length;
    layer().push(VIEW);
    dispatchEvent(new Event("online"));
    await sleep(400);
    equal("requests after stop", network.requests.length, before);
    await start();
    holds("a new collector", collector !== old);
    equal("which begins with what stands on the data layer", collector.status().state, "running");
    await status(collector.publish("page-view"), "accepted");
  },

  async a_page_that_is_left_sends_what_waits() {
    await start({ batching: { maxEvents: 100, maxBytes: 60_000, maxWait: 60_000 } });
    await status(collector.publish("page-view"), "accepted");
    collector.publish("shopping-cart-view");
    equal("it waits for company", sent().length, 1);
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    equal("sent in the same task", sent().length, 2);
    holds("in a way that outlives the page", network.requests.at(-1).options.keepalive === true);
    // In the cache a page's locks are given back for good; here that takes a moment in some engines.
    await sleep(300);
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await until(() => collector.events().every((event) => event.status === "accepted"), "back again, both are accepted");
    await status(collector.publish("page-view"), "accepted");
  },

  async start_gives_the_running_collector_back() {
    const { start: begin } = await collectorModule();
    const [one, two] = await Promise.all([begin(SETTINGS), begin({ ...SETTINGS, debugEnabled: false })]);
    collector = one;
    holds("one and the same", one === two && window.storefrontCollector === one);
    layer().push(VIEW);
    await collector.flush();
    equal("one event, once", sent().length, 1);
  },

  async settings_that_cannot_work_reject_with_an_error() {
    const { start: begin } = await collectorModule();
    const error = await begin({ organizationId: "no", datastreamId: SETTINGS.datastreamId }).then(() => undefined, (reason) => reason);
    holds("an Error", error instanceof Error);
    holds(`with a code and issues: ${error?.code}`, typeof error?.code === "string" && error?.issues?.[0]?.field === "organizationId");
    equal("requests", network.requests.length, 0);
  },

  async what_the_page_is_given_is_its_own() {
    await start();
    const id = collector.publish("page-view");
    await status(id, "accepted");
    const [first] = collector.events();
    first.status = "mine";
    first.xdm._id = "mine";
    const again = record(id);
    equal("a later answer", [again.status, again.xdm._id], ["accepted", id]);
    holds("plain objects", Object.getPrototypeOf(first) === Object.prototype && Object.getPrototypeOf(first.xdm) === Object.prototype);
    holds("identifiers are UUIDs, and those that left", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id) && sent()[0]._id === id);
  },

  async a_listener_that_throws_hurts_nobody() {
    await start();
    const heard = [];
    collector.subscribe(() => { throw new Error("the page's own"); });
    const leave = collector.subscribe(({ status: now }) => { heard.push(now); });
    await status(collector.publish("page-view"), "accepted");
    await until(() => heard.at(-1) === "accepted", "the other one hears to the end");
    leave();
    const before = heard.length;
    await status(collector.publish("page-view"), "accepted");
    equal("nothing more", heard.length, before);
  },
};

/** @returns {Promise<string>} */
export const run = async (name) => {
  await clean();
  try {
    await CASES[name]();
  } catch (error) {
    wrong.push(`${error} ${error?.stack ?? ""}`);
  }
  const found = wrong.join("\n");
  await tidy();
  return found;
};

/** @returns {Promise<string>} */
export const validated = async (settings) => {
  const { validate } = await collectorModule();
  return JSON.stringify(validate(JSON.parse(settings)));
};
