// What the page shows besides the collector: requests that fail, a policy that refuses, others who send the same.

const OURS = "storefront-collector";
const WINDOW = 3_000;
/** An event that has waited so long for its answer waits for something. */
const PATIENCE = 5_000;

/** Starts watching; gives back what was seen so far and how to stop. */
export const watchPage = (changed) => {
  const failures = [];
  const violations = [];
  const sent = [];
  const ours = () => window.storefrontCollector;

  const records = () => {
    try {
      return ours()?.events?.() ?? [];
    } catch {
      return []; // It has just been stopped.
    }
  };

  const types = (payload) => (payload?.events ?? []).map(({ xdm }) => xdm?.eventType).filter(Boolean);
  const ids = () => new Set(records().map(({ id }) => id));
  const monitor = {
    onNetworkError: ({ url, error }) => { failures.push({ url, error: String(error?.message ?? error) }); changed(); },
    onNetworkResponse: () => { if (failures.length) { failures.length = 0; changed(); } },
    onBeforeNetworkRequest: ({ instanceName, payload }) => {
      const known = ids();
      const foreign = (payload?.events ?? []).filter(({ xdm }) => xdm?._id && !known.has(xdm._id));
      const untold = (payload?.events ?? []).filter(({ xdm }) => xdm && !xdm._id);
      const names = types({ events: [...foreign, ...untold] });
      // Ours sends what an earlier page left, too, which is not known here.
      if (instanceName !== (ours()?.instanceName ?? OURS) && names.length) { sent.push({ name: instanceName, types: names, at: Date.now() }); changed(); }
    },
  };
  (window.__alloyMonitors ??= []).push(monitor);

  const violated = ({ effectiveDirective, violatedDirective, blockedURI }) => {
    violations.push({ directive: effectiveDirective || violatedDirective || "", blocked: blockedURI || "" });
    changed();
  };
  document.addEventListener("securitypolicyviolation", violated);
  let reports = null;
  if (typeof ReportingObserver === "function") {
    reports = new ReportingObserver((list) => list.forEach(({ body }) => violated({ effectiveDirective: body.effectiveDirective, blockedURI: body.blockedURL })), { types: ["csp-violation"], buffered: true });
    reports.observe();
  }
  addEventListener("online", changed);
  addEventListener("offline", changed);

  /** Instances that sent a type which we sent at the same time. */
  const others = () => {
    const own = records().map(({ eventType, timestamp }) => [eventType, Date.parse(timestamp)]);
    const found = new Map();
    for (const { name, types: list, at } of sent) {
      for (const type of list) {
        if (own.some(([known, time]) => known === type && Math.abs(at - time) < WINDOW)) found.set(name, (found.get(name) ?? new Set()).add(type));
      }
    }
    return [...found].map(([name, set]) => ({ name, types: [...set] }));
  };

  /** How many events have waited too long, whatever they wait for. */
  const overdue = () => records().filter(({ status, timestamp }) => (status === "queued" || status === "sent") && Date.now() - Date.parse(timestamp) > PATIENCE).length;

  const layer = (name) => {
    const value = window[name];
    if (value === undefined || value === null) return "missing";
    if (typeof value.push !== "function") return "unusable";
    return typeof value.getState === "function" ? "client" : "array";
  };

  return {
    seen: (settings) => ({
      online: navigator.onLine, prerendering: Boolean(document.prerendering), dataLayer: layer(settings?.dataLayerName?.value ?? "adobeDataLayer"),
      failures: [...failures], violations: [...violations], overdue: overdue(), others: others(),
      adobeCollector: Boolean(document.querySelector('script[src*="storefront-event-collector"]')), tags: Boolean(window._satellite),
    }),
    stop: () => {
      window.__alloyMonitors = window.__alloyMonitors?.filter((each) => each !== monitor);
      document.removeEventListener("securitypolicyviolation", violated);
      reports?.disconnect();
      removeEventListener("online", changed);
      removeEventListener("offline", changed);
    },
  };
};
