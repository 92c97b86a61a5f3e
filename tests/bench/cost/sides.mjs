// What is compared: the same shop page with nothing but Adobe's SDK, with ours, with Adobe's collector, and with the
// smallest Web SDK that Adobe's own builder makes.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ADOBES, ORG, OURS, OWN_SDK, adobe, code, collector, contexts, page as html, push, sdk, stub } from "../../e2e/support/pages.mjs";
import { NPM, PKG, ROOT } from "../../e2e/support/paths.mjs";
import { prepare } from "./visit.mjs";

/** Where the bench keeps what it makes. */
export const BENCH = join(ROOT, "target", "bench");

/** Every component that can be left out, but consent. */
const LEFT_OUT = [
  "audiences", "eventMerge", "mediaAnalyticsBridge", "rulesEngine", "streamingMedia", "brandConcierge",
  "activityCollector", "advertising", "personalization", "pushNotifications",
];

/** Makes `target/bench/alloy-VERSION/alloy.min.js`: Context, Consent, DataCollector, Identity and LibraryInfo. */
export const smallestAlloy = () => {
  const { version } = JSON.parse(readFileSync(join(NPM, "@adobe/alloy/package.json"), "utf8"));
  const folder = join(BENCH, `alloy-${version}`);
  if (!existsSync(join(folder, "alloy.min.js"))) {
    mkdirSync(folder, { recursive: true });
    const builder = join(NPM, "@adobe/alloy/scripts/alloyBuilder.js");
    execFileSync(process.execPath, [builder, "build", "--exclude", LEFT_OUT.join(), "--outputDir", folder], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return folder;
};

/** Which folder stands under which path of the shop. */
export const mounts = () => ({ "/pkg": PKG, "/npm": NPM, "/alloy": smallestAlloy() });

/** A Web SDK alone is no collector: here it is called for each event with next to nothing to send, as its floor. */
const alloyTag = [
  stub("alloy"),
  '<script src="/alloy/alloy.min.js"></script>',
  code(`alloy("configure", { datastreamId: "${OWN_SDK}", orgId: "${ORG}", defaultConsent: "in" });
adobeDataLayer.push((layer) => layer.addEventListener("adobeDataLayer:event", ({ event, eventInfo }) => {
  alloy("sendEvent", { xdm: { eventType: event, web: { webPageDetails: { name: eventInfo?.pageContext?.pageName } } } });
}));`),
].join("\n");

/** @type {Record<string, { datastreamId?: string, tag: string, fetched: RegExp }>} `fetched`: the paths of its own files */
export const SIDES = {
  sdk: { tag: "", fetched: /^$/ },
  ours: { datastreamId: OURS, tag: collector(), fetched: /^\/pkg\// },
  adobe: { datastreamId: ADOBES, tag: adobe(), fetched: /magento-storefront-event-collector/ },
  alloy: { datastreamId: OWN_SDK, tag: alloyTag, fetched: /^\/alloy\// },
};

/** The page of a side; `inline` runs before the collector is asked for, as a theme's own code does. */
export const shopPage = (side, inline) => html(
  sdk(), push(...contexts({ datastreamId: SIDES[side].datastreamId ?? OURS })), code(`${prepare}\n${inline}`), SIDES[side].tag,
);

/** The file on this machine that the shop serves under a path. */
export const fileOf = (path) => {
  const [prefix, folder] = Object.entries(mounts()).find(([start]) => path.startsWith(`${start}/`));
  return join(folder, path.slice(prefix.length));
};
