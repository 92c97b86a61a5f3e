// Requests to the edge: CORS-simple, so that none needs a preflight.
import { ANSWERED } from "./host.js";
import { monitor, payload } from "./monitors.js";

/**
 * Sends a request in this very task: what is awaited first does not survive a navigation. The core is told when the
 * answer's body is read, too: only then the browser gives its keepalive bytes back.
 * @param {import("./host.js").Host} host
 * @param {number} request  The outbox's number.
 * @param {string} requestId
 * @param {string} url
 * @param {string} body
 * @param {boolean} keepalive
 */
export const send = async (host, request, requestId, url, body, keepalive) => {
  const about = () => ({ url, requestId, payload: payload(body) });
  monitor("onBeforeNetworkRequest", about);
  const abort = new AbortController();
  host.flights.set(request, abort);
  let reply;
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      keepalive,
      credentials: "include",
      cache: "no-cache",
      referrerPolicy: "no-referrer-when-downgrade",
      headers: { "Content-Type": "text/plain; charset=UTF-8" },
      signal: abort.signal,
    });
    const { headers, status: statusCode } = response;
    const text = await response.text();
    const parsedBody = payload(text);
    monitor("onNetworkResponse", () => ({
      ...about(),
      getHeader: headers.get.bind(headers),
      statusCode,
      body: text,
      ...(parsedBody !== undefined && { parsedBody: payload(text) }),
      retriesAttempted: 0,
    }));
    reply = [statusCode, text, headers.get("retry-after"), headers.get("x-adobe-edge")];
  } catch (error) {
    monitor("onNetworkError", () => ({ ...about(), error }));
  }
  if (host.flights.get(request) !== abort) return;
  host.flights.delete(request);
  host.told(ANSWERED, request, reply);
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
