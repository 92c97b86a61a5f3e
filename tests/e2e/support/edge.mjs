// Starts one `local-edge` and asks it what arrived. Only the control interface of tools/local-edge is known here.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ADOBES, OWN_SDK } from "./pages.mjs";

const port = (address) => Number(new URL(/:\/\//.test(address) ? address : `http://x:${String(address).split(":").pop()}`).port);

/**
 * @typedef {{ configId: string, id: string, eventType: string, xdm: object, problems: unknown[], duplicate: boolean }} Arrived
 */

/** What the edge remarks on, but for the kind of a custom event: that is the merchant's to give, or not. */
export const invalid = (events) => events.flatMap(({ eventType, problems }) => problems.filter(({ path }) => eventType || path !== "eventType"));

/** Senders that are not ours answer for themselves. */
const THEIRS = [ADOBES, OWN_SDK];

/** @param {string[]} [options] further command-line options, e.g. `["--serve", "www"]` */
export const startEdge = async (options = []) => {
  const child = spawn(process.env.LOCAL_EDGE, ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const addresses = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`local-edge ended with ${code} before it listened`)));
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => { if (line.startsWith("{")) resolve(JSON.parse(line)); });
  });
  const ports = { http: port(addresses.http), https: port(addresses.https) };
  const base = `http://127.0.0.1:${ports.http}/_edge`;

  const call = async (method, path, body) => {
    const answer = await fetch(base + path, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };

  // Each event crosses once: asking again and again for ten thousand would keep the machine busy with nothing else.
  let known = [], last = 0;
  const look = async () => {
    for (const event of await call("GET", `/events?since=${last}`)) {
      if (event.seq > last) known.push(event);
      last = Math.max(last, event.seq);
    }
  };

  /** @returns {Promise<Arrived[]>} those that reached their dataset, in the order of arrival */
  const events = async (filter = {}) => {
    await look();
    return known.filter(({ status, configId }) => status === "accepted" && configId === (filter.datastreamId ?? configId));
  };

  return {
    ports,
    events,
    requests: () => call("GET", "/requests"),
    /** What our sender got wrong since the last reset: requests against the Edge protocol, events, taken or refused, against XDM. */
    wrong: async () => {
      await look();
      const [requests, events] = [await call("GET", "/requests"), known].map((list) => list.filter(({ configId }) => !THEIRS.includes(configId)));
      return [
        ...requests.flatMap(({ action, problems = [] }) => problems.map((problem) => ({ in: action, ...problem }))),
        ...events.flatMap((event) => invalid([event]).map((problem) => ({ in: event.eventType, ...problem }))),
      ];
    },
    reset: async () => {
      await call("POST", "/reset");
      known = [];
    },
    /** @param {object} fault what goes wrong; `rule` says for which requests (`action`, `configId`, `after`, `times`) */
    fault: (fault, rule = {}) => call("POST", "/faults", [{ ...rule, fault }]),
    heal: () => call("DELETE", "/faults"),
    configure: (config) => call("POST", "/config", config),

    /**
     * Waits until `enough(events)` holds, or until nothing new has arrived for `quiet` milliseconds.
     * @returns {Promise<Arrived[]>}
     */
    settled: async (enough, { quiet = 6_000, limit = 45_000, step = 100, ...filter } = {}) => {
      const start = Date.now();
      let seen = -1, since = start;
      for (;;) {
        const now = await events(filter);
        if (enough(now)) return now;
        if (now.length !== seen) { seen = now.length; since = Date.now(); }
        if (Date.now() - since > quiet || Date.now() - start > limit) return now;
        await sleep(step);
      }
    },
    stop: () => new Promise((resolve) => { child.once("exit", resolve); child.kill(); }),
  };
};
