// Requests to the edge: CORS-simple, so that none needs a preflight.
import { ANSWERED, READ_CONSENT, catchUp } from "./host.js";
import { monitor } from "./monitors.js";
import { mono } from "./page.js";
import { letGo } from "./tabs.js";
import { payload } from "./values.js";

/**
 * Sends a request, never after an `await`: that does not survive a navigation. What a publish of the page asks for leaves
 * in a task of its own, right after the page's: starting a request takes longer than all else that an event needs.
 * @param {import("./host.js").Host} host
 * @param {number} request  The outbox's number.
 * @param {string} requestId
 * @param {string} url
 * @param {string} body
 * @param {boolean} keepalive
 */
export const send = (host, request, ...what) => {
  // What a stopped collector has left is stored, and another one's by now.
  if (host.stopped) return;
  const abort = new AbortController();
  host.flights.set(request, abort);
  const go = () => {
    if (host.flights.get(request) === abort) transmit(host, request, abort, ...what);
  };
  if (!host.publishes || host.left || document.visibilityState === "hidden") go();
  else if (host.outgoing.push(go) === 1) setTimeout(depart, 0, host);
};

/** Sends what waits for the page's task to end, or for the page. @param {import("./host.js").Host} host */
export const depart = (host) => {
  catchUp(host);
  if (!host.outgoing.length) return;
  // What the shopper has said meanwhile takes requests back.
  host.told(READ_CONSENT);
  host.outgoing.splice(0).forEach((go) => go());
};

/** A request that fails within this time may never have left, in milliseconds. */
const AT_ONCE = 100;

const post = (url, body, keepalive, { signal }) =>
  fetch(url, {
    method: "POST",
    body,
    keepalive,
    credentials: "include",
    cache: "no-cache",
    referrerPolicy: "no-referrer-when-downgrade",
    headers: { "Content-Type": "text/plain; charset=UTF-8" },
    signal,
  });

/** The core is told when the answer's body is read, too: only then the browser gives its keepalive bytes back. */
const transmit = async (host, request, abort, requestId, url, body, keepalive) => {
  const about = () => ({ url, requestId, payload: payload(body) });
  monitor("onBeforeNetworkRequest", about);
  let reply;
  try {
    const begun = mono();
    const response = await post(url, body, keepalive, abort).catch((error) => {
      // The budget for requests that outlive their page is the whole page's, and others may have used it up.
      if (!keepalive || host.left || abort.signal.aborted || mono() - begun > AT_ONCE) throw error;
      return post(url, body, false, abort);
    });
    const { headers, status: statusCode } = response;
    const text = await response.text();
    monitor("onNetworkResponse", () => {
      const parsedBody = payload(text);
      return {
        ...about(),
        getHeader: headers.get.bind(headers),
        statusCode,
        body: text,
        ...(parsedBody !== undefined && { parsedBody }),
        retriesAttempted: 0,
      };
    });
    reply = [statusCode, text, headers.get("retry-after"), headers.get("x-adobe-edge")];
  } catch (error) {
    monitor("onNetworkError", () => ({ ...about(), error }));
  }
  if (host.flights.get(request) !== abort) return;
  host.flights.delete(request);
  host.told(ANSWERED, request, reply);
  if (host.stopped) letGo(host);
};

/**
 * Gives a request up.
 * @param {import("./host.js").Host} host
 * @param {number} request
 */
export const cancel = ({ flights }, request) => {
  flights.get(request)?.abort();
  flights.delete(request);
};
