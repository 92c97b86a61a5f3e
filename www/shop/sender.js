// The store's own Web SDK: when the shopper of this demo switches to it, the shop loads and configures Adobe's
// Web SDK itself, as a merchant would, and the collector is only told its name.
import { DATASTREAM, ORGANIZATION, OWN_SDK } from "./events.js";

const EDGE = "https://edge.adobedc.net/";

/** Adobe's Web SDK takes no domain with a port, and this demo has one: its calls of Adobe's Edge are answered here. */
const answerHere = () => {
  const fetch = window.fetch.bind(window);
  window.fetch = (url, options) => fetch(typeof url === "string" && url.startsWith(EDGE) ? `${location.origin}/${url.slice(EDGE.length)}` : url, options);
};

export const loadOwnSdk = () => {
  answerHere();
  (window.__alloyNS ??= []).push(OWN_SDK);
  const queue = [];
  window[OWN_SDK] = (...args) => new Promise((resolve, reject) => { queue.push([resolve, reject, args]); });
  window[OWN_SDK].q = queue;
  const script = document.createElement("script");
  script.src = "/npm/@adobe/alloy/dist/alloy.min.js";
  document.head.append(script);
  window[OWN_SDK]("configure", {
    orgId: ORGANIZATION, datastreamId: DATASTREAM, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false, context: ["web", "device", "environment", "placeContext"],
  }).catch((error) => console.warn("The shop's own Web SDK could not be configured.", error));
};
