// Every type of the package at work, compiled with --strict; what must not compile is marked so.
import init, {
  start,
  validate,
  version,
  type Collector,
  type Consent,
  type ContextName,
  type EventRecord,
  type EventStatus,
  type Issue,
  type Settings,
  type SettingsError,
  type Status,
  type StorefrontEvent,
  type Validation,
} from "storefront-collector";
import initJavaScript from "storefront-collector/javascript";
import "storefront-collector/collector";
import { open } from "storefront-collector/inspector";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Fails to compile when a type is `any`, or another one. */
const same = <A, B>(_proof: Equal<A, B>): void => {};

await init();
await init({ module_or_path: new URL("storefront_collector_bg.wasm", import.meta.url) });
await initJavaScript();
same<ReturnType<typeof version>, string>(true);
same<typeof open, () => void>(true);

const settings: Settings = {
  organizationId: "0123456789ABCDEF01234567@AdobeOrg",
  datastreamId: "01234567-89ab-cdef-0123-456789abcdef",
  consentSources: ["mg_dnt", "gpc"],
  batching: { maxEvents: 10 },
  identityMap: { CRM: [{ id: "7", primary: true, authenticatedState: "authenticated" }] },
  onBeforeEventSend: ({ xdm }) => (xdm["eventType"] === "commerce.checkouts" ? false : undefined),
};
// @ts-expect-error: no such setting
const unknown: Settings = { organisationId: "" };
// @ts-expect-error: no such signal
const signal: Settings = { consentSources: ["cookie"] };

const verdict = validate(settings);
same<typeof verdict, Validation>(true);
const problems: string[] = verdict.issues.filter(({ severity }: Issue) => severity === "error").map(({ message }) => message);

const collector = await start(settings);
same<typeof collector, Collector>(true);
await start();
const id = collector.publish("page-view");
same<typeof id, string>(true);
collector.publish("commerce-custom", { eventType: "lookbook.opened" });
const known: StorefrontEvent = "recs-item-click";
collector.publish(known);
// @ts-expect-error: no event of the storefront
collector.publish("page-views");
const context: ContextName = "productContext";
collector.setContext(context, { sku: "MH01", pricing: { regularPrice: 20 } });
collector.setContext("shopperExtensionContext", {});
// @ts-expect-error: no context of the storefront
collector.setContext("product", {});

const choices: Consent[] = [
  "in",
  { consent: [{ standard: "Adobe", version: "2.0", value: { collect: { val: "n" } } }] },
  { consent: [{ standard: "IAB TCF", version: "2.0", value: "CO...", gdprApplies: true }] },
];
for (const choice of choices) await collector.setConsent(choice);
// @ts-expect-error: no choice
await collector.setConsent("maybe");

const { ECID } = await collector.getIdentity();
same<typeof ECID, string | null>(true);
const status = collector.status();
same<typeof status, Status>(true);
same<typeof status.settings.edgeDomain.value, string | null>(true);
const waits: boolean = status.state === "waiting" && status.waitingFor.includes("organizationId");
const stop = collector.subscribe(({ status: now, xdm }: EventRecord) => {
  same<typeof now, EventStatus>(true);
  same<typeof xdm, Record<string, unknown>>(true);
});
stop();
const sent: EventRecord[] = collector.events().filter(({ status: now }) => now === "sent" || now === "accepted");
await collector.flush();
await collector.stop();
same<typeof window.storefrontCollector, Collector | undefined>(true);

try {
  await start({ organizationId: "wrong" });
} catch (error) {
  const { code, issues } = error as SettingsError;
  console.log(code, issues.length, problems, waits, sent, unknown, signal);
}
