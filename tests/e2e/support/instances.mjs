// One page for either library: the documented base code, the page's own calls, and the library's tag. Nothing on the
// page but that tag tells Adobe's Web SDK from ours.
import { setTimeout as sleep } from "node:timers/promises";
import { ADOBES, ORG, OURS, code, page as html, settings, stub } from "./pages.mjs";

/** The two, and how their tag is written; `late` holds it back for so many milliseconds. */
const LIBRARIES = {
  alloy: { stream: ADOBES, tag: (late) => `<script async src="/npm/@adobe/alloy/dist/alloy.min.js?wait=${late}"></script>` },
  ours: { stream: OURS, tag: (late) => `<script type="module" src="/pkg/collector.js?wait=${late}"></script>` },
};

/** A promise of the page that is not kept for so long hangs, in milliseconds. */
const LIMIT = 3_000;

/** Pages that are used again, by browser: a new one costs more than a case. */
const pages = new WeakMap();

const pageOf = async (browser, library) => {
  const known = pages.get(browser) ?? pages.set(browser, new Map()).get(browser);
  if (!known.has(library)) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    known.set(library, { context, page, devtools: await context.newCDPSession(page) });
  }
  return known.get(library);
};

/** Leaves nothing of the case before: no page, no route, no cookie, no storage. */
const clean = async ({ context, page, devtools }) => {
  await page.goto("about:blank");
  await Promise.all([
    context.clearCookies(), page.unrouteAll(), page.removeAllListeners("console"),
    devtools.send("Storage.clearDataForOrigin", { origin: "https://shop.test", storageTypes: "all" }),
  ]);
};

/**
 * What a case has in its hands. Every case has a datastream of its own, so that what another one left behind does
 * not count for it.
 * @param {"alloy" | "ours"} library
 */
export const bench = async (library, number, { browser, site, edge }) => {
  const { stream, tag } = LIBRARIES[library];
  const datastream = stream.slice(0, -4) + number.toString(16).padStart(4, "0");
  const driven = await pageOf(browser, library);
  const { context, page } = driven;
  await clean(driven);
  const config = { datastreamId: datastream, orgId: ORG, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false };
  let instance = "alloy";
  const prefix = `kndctr_${ORG.replace("@", "_")}_`;

  const t = {
    library, config, datastream, prefix,
    page,

    /**
     * Opens a page with the base code, `before` (code of the page) and the library.
     * @param {{ before?: string | Function, name?: string, search?: string, late?: number }} [options]
     */
    open: async ({ before = "", name = "alloy", search = "", late = 0 } = {}) => {
      instance = name;
      const address = site.page(html(name === "alloy" ? "" : settings({ instanceName: name }), stub(name), code(before), tag(late)));
      await page.goto(address + search);
      await page.waitForFunction((name) => Object.hasOwn(window[name]?.q ?? {}, "push"), name);
      return t;
    },
    /** Opens a page and configures the library. */
    start: async (more = {}, options = {}) => {
      await t.open(options);
      await t.call("configure", { ...config, ...more });
      return t;
    },
    /** Calls a command; gives its result, or throws its error, or throws when it hangs. */
    call: async (command, options) => {
      const answer = await page.evaluate(([command, options, limit, name]) => Promise.race([
        window[name](command, options).then((value) => ({ value }), (error) => ({ error: String(error?.message ?? error) })),
        new Promise((resolve) => { setTimeout(() => resolve({ error: "hangs" }), limit); }),
      ]), [command, options, LIMIT, instance]);
      if ("error" in answer) throw new Error(answer.error);
      return answer.value;
    },
    /** The error of a command. */
    error: async (command, options) => {
      try {
        await t.call(command, options);
      } catch (error) {
        if (error.message === "hangs") throw error;
        return error.message;
      }
      throw new Error(`${command} resolved`);
    },
    /** The events that have arrived, once there are `count`, or none has come for a while. */
    events: (count, quiet = 1_500) => edge.settled((events) => events.length >= count, { datastreamId: datastream, quiet, step: 25 }),
    /** The types of the events that have arrived. */
    types: async (count, quiet) => (await t.events(count, quiet)).map(({ xdm }) => xdm.eventType),
    /** The requests of this library: their kind, address and body. */
    requests: async (action) => (await edge.requests())
      .map((request) => ({ ...request, body: typeof request.body === "string" ? JSON.parse(request.body || "{}") : request.body }))
      .filter(({ configId, body }) => configId === datastream || body?.meta?.sdkConfig?.datastream?.original === datastream)
      .filter((request) => !action || request.action === action || request.path.endsWith(action)),
    cookies: async () => new Map((await context.cookies()).map(({ name, value }) => [name, value])),
    setCookie: (name, value) => context.addCookies([{ name, value, domain: ".shop.test", path: "/" }]),
    dropCookie: (name) => context.clearCookies({ name }),
    fault: (fault, rule = {}) => edge.fault(fault, { configId: datastream, ...rule }),
    sleep,
    /** From now on `host` answers, as the edge; gives the requests it gets. */
    serve: async (host) => {
      const asked = [];
      await page.route(`https://${host}/**`, (route) => {
        asked.push(route.request().url());
        return route.continue({ url: route.request().url().replace(host, "edge.adobedc.net") });
      });
      return asked;
    },
    /** The lines that the console gets of the instance, but for those of its parts. */
    lines: () => {
      const lines = [];
      page.on("console", (message) => {
        const said = /^\[\w+\] (?!\[)(.*)/.exec(message.text())?.[1];
        if (said) lines.push(`${message.type()}: ${said.replace(/[\da-f-]{36}/, "R")}`);
      });
      return lines;
    },
  };
  return t;
};

export const consent = (general) => ({ consent: [{ standard: "Adobe", version: "1.0", value: { general } }] });
