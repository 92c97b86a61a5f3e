// Test pages as text. A page is a list of the parts below, in the order in which they stand in the document.

export const ORG = "5BFE274A5F6980A50A495C08@AdobeOrg";
export const OURS = "0a1b2c3d-4e5f-4061-8273-9485a6b7c8d9";
export const ADOBES = "1b2c3d4e-5f60-4172-8394-a5b6c7d8e9f0";
export const OWN_SDK = "2c3d4e5f-6071-4283-94a5-b6c7d8e9f001";

const attributes = ({ async = false, wait = 0 }) => ({ flag: async ? " async" : "", query: wait ? `?wait=${wait}` : "" });
const script = (src, options = {}) => {
  const { flag, query } = attributes(options);
  return `<script${flag} src="${src}${query}"></script>`;
};

/** Adobe's storefront events SDK, which brings Adobe's data layer with it. */
export const sdk = (options) => script("/npm/@adobe/magento-storefront-events-sdk/dist/index.js", options);
/** Adobe's data layer alone: version 3, and version 2. */
export const dataLayer = (options) => script("/npm/@adobe/adobe-client-data-layer/dist/adobe-client-data-layer.min.js", options);
export const dataLayer2 = (options) => script("/npm/adobe-client-data-layer-2/dist/adobe-client-data-layer.min.js", options);
/** Adobe's collector. */
export const adobe = (options) => script("/npm/@adobe/magento-storefront-event-collector/dist/index.js", options);
/** Adobe's Web SDK. */
export const alloy = (options) => script("/npm/@adobe/alloy/dist/alloy.min.js", options);
/** Our drop-in tag. */
export const collector = (options = {}) => {
  const { flag, query } = attributes(options);
  return `<script type="module"${flag} src="/pkg/collector.js${query}"></script>`;
};
/** The API module of each build; the page's own collector comes from the same. */
export const MODULES = { wasm: "/pkg/storefront_collector.js", javascript: "/pkg/storefront_collector_js.js" };
/** Our settings in the page. */
export const settings = (value) => `<script type="application/json" id="storefront-collector">${JSON.stringify(value)}</script>`;
/** Code of the page itself. */
export const code = (source) => `<script>${typeof source === "function" ? `(${source})();` : source}</script>`;
/** The stub of Adobe's documentation for the given instance names. */
export const stub = (...names) => code(`${JSON.stringify(names)}.forEach((name) => {
  if (window[name]) return;
  (window.__alloyNS = window.__alloyNS || []).push(name);
  window[name] = (...args) => new Promise((resolve, reject) => setTimeout(() => window[name].q.push([resolve, reject, args])));
  window[name].q = [];
});`);
/** Pushes onto the data layer, which need not be there yet. */
export const push = (...items) => code(`window.adobeDataLayer = window.adobeDataLayer || [];
${items.map((item) => `adobeDataLayer.push(${typeof item === "function" ? item : JSON.stringify(item)});`).join("\n")}`);

/** What a theme prints for the collector: organization and datastream, forwarding to Experience Platform only. */
export const contexts = (aep) => [
  { aepContext: { imsOrgId: ORG, ...aep } },
  { eventForwardingContext: { commerce: false, aep: true } },
];

export const page = (...parts) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,">
${parts.join("\n")}
</head><body><h1>Test</h1></body></html>`;
