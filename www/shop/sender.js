// The store's own Web SDK: when the shopper of this demo switches to it, the shop loads and configures Adobe's
// Web SDK itself, as a merchant would, and the collector is only told its name.
import { DATASTREAM, ORGANIZATION, OWN_SDK } from "./events.js";

/** The demo's worker hands the Web SDK's calls of Adobe's Edge to the local edge; before it is at work, none may be made. */
const answeredHere = async () => {
  await navigator.serviceWorker.register("edge-worker.js");
  if (navigator.serviceWorker.controller) return;
  const taken = new Promise((resolve) => { navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }); });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage("claim");
  // A page loaded past its worker (shift + reload) is never taken over.
  if (active.state === "activated" && !navigator.serviceWorker.controller) await Promise.race([taken, new Promise((_, reject) => { setTimeout(() => reject(new Error("this page runs without its service worker; load it again")), 5_000); })]);
  else await taken;
};

export const loadOwnSdk = async () => {
  (window.__alloyNS ??= []).push(OWN_SDK);
  const queue = [];
  window[OWN_SDK] = (...args) => new Promise((resolve, reject) => { queue.push([resolve, reject, args]); });
  window[OWN_SDK].q = queue;
  window[OWN_SDK]("configure", {
    orgId: ORGANIZATION, datastreamId: DATASTREAM, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false, context: ["web", "device", "environment", "placeContext"],
  }).catch((error) => console.warn("The shop's own Web SDK could not be configured.", error));
  try {
    await answeredHere();
  } catch (error) {
    console.warn("The shop's own Web SDK is not loaded: its events would leave this machine.", error);
    return;
  }
  const script = document.createElement("script");
  script.src = "/npm/@adobe/alloy/dist/alloy.min.js";
  document.head.append(script);
};
