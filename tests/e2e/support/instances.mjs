// One page for either library: the documented base code, the page's own calls, and the library's tag. Nothing on the
// page but that tag tells Adobe's Web SDK from ours.
import { setTimeout as sleep } from "node:timers/promises";
import { ADOBES, ORG, OURS, code, page as html, stub } from "./pages.mjs";

/** The two, and how their tag is written. */
export const LIBRARIES = {
  alloy: { datastream: ADOBES, tag: '<script async src="/npm/@adobe/alloy/dist/alloy.js?wait=150"></script>' },
  ours: { datastream: OURS, tag: '<script type="module" src="/pkg/collector.js?wait=150"></script>' },
};

/** A promise of the page that is not kept for so long hangs, in milliseconds. */
const LIMIT = 3_500;

/**
 * What a case has in its hands.
 * @param {"alloy" | "ours"} library
 */
export const bench = (library, { context, site, edge }) => {
  const { datastream, tag } = LIBRARIES[library];
  const config = { datastreamId: datastream, orgId: ORG, thirdPartyCookiesEnabled: false, clickCollectionEnabled: false };
  let page;
  const prefix = `kndctr_${ORG.replace("@", "_")}_`;

  const t = {
    library, config, datastream, prefix,
    get page() { return page; },

    /**
     * Opens a page with the base code, `before` (code of the page) and the library.
     * @param {{ before?: string | Function, base?: boolean, search?: string }} [options]
     */
    open: async ({ before = "", base = true, search = "" } = {}) => {
      page ??= await context.newPage();
      const address = site.page(html(base ? stub("alloy") : "", code(before), tag));
      await page.goto(address + search);
      await page.waitForFunction((ours) => (ours ? window.storefrontCollector?.instanceName : Object.hasOwn(window.alloy?.q ?? {}, "push")), library === "ours");
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
      const answer = await page.evaluate(([command, options, limit]) => Promise.race([
        window.alloy(command, options).then((value) => ({ value }), (error) => ({ error: String(error?.message ?? error) })),
        new Promise((resolve) => { setTimeout(() => resolve({ error: "hangs" }), limit); }),
      ]), [command, options, LIMIT]);
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
    events: (count, quiet = 1_500) => edge.settled((events) => events.length >= count, { datastreamId: datastream, quiet }),
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
  };
  return t;
};

export const consent = (general) => ({ consent: [{ standard: "Adobe", version: "1.0", value: { general } }] });
