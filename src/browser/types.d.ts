/**
 * The 19 kinds of event that become XDM and leave, by their names on the data layer.
 */
export type MappedEvent =
    | "page-view"
    | "product-page-view"
    | "open-cart"
    | "add-to-cart"
    | "remove-from-cart"
    | "shopping-cart-view"
    | "initiate-checkout"
    | "place-order"
    | "sign-in"
    | "sign-out"
    | "create-account"
    | "edit-account"
    | "search-request-sent"
    | "search-response-received"
    | "create-requisition-list"
    | "add-to-requisition-list"
    | "remove-from-requisition-list"
    | "delete-requisition-list"
    | "commerce-custom";

/**
 * Events that Adobe defines for the storefront and that have no XDM: counted in `status().counts.known`, not sent.
 */
export type UnmappedEvent =
    | "search-product-click"
    | "search-results-view"
    | "category-results-view"
    | "search-suggestion-click"
    | "search-category-click"
    | "recs-api-request-sent"
    | "recs-api-response-received"
    | "recs-unit-impression-render"
    | "recs-unit-view"
    | "recs-item-click"
    | "recs-item-add-to-cart-click"
    | "page-activity-summary"
    | "referrer-url"
    | "custom-url"
    | "update-cart";

/**
 * The name of a storefront event, as it stands on the data layer.
 */
export type StorefrontEvent = MappedEvent | UnmappedEvent;

/**
 * The contexts of the data layer that events are made of.
 */
export type MappedContext =
    | "accountContext"
    | "aepContext"
    | "changedProductsContext"
    | "channelContext"
    | "customContext"
    | "debugContext"
    | "eventForwardingContext"
    | "orderContext"
    | "orderPageContext"
    | "pageContext"
    | "productContext"
    | "requisitionListContext"
    | "requisitionListItemsContext"
    | "searchInputContext"
    | "searchResultsContext"
    | "shoppingCartContext"
    | "storefrontInstanceContext";

/**
 * Contexts that Adobe's SDK sets, too, and no event is made of: other listeners read them.
 */
export type UnmappedContext =
    | "categoryContext"
    | "customUrlContext"
    | "recommendationsContext"
    | "referrerUrlContext"
    | "shopperContext"
    | `${string}ExtensionContext`;

/**
 * The name of a context of the data layer.
 */
export type ContextName = MappedContext | UnmappedContext;

/**
 * Whether events may leave: yes, no, or not known yet (they wait in memory).
 */
export type ConsentState = "in" | "out" | "pending";

/**
 * A signal of the shopper's choice: the cookie of Adobe Commerce, Global Privacy Control, the IAB's consent
 * framework, the cookie of Commerce's cookie restriction mode, or the store's own Web SDK.
 */
export type ConsentSource = "mg_dnt" | "gpc" | "tcf" | "user_allowed_save_cookie" | "web_sdk";

/**
 * Consent in the Web SDK's words, by Adobe's first standard.
 */
export interface AdobeConsent1 {
    /** Who defines the standard. */
    standard: "Adobe";
    /** The version of the standard. */
    version: "1.0";
    /** The choice. */
    value: { general: "in" | "out" | "pending" | "not_provided" };
}

/**
 * Consent in the Web SDK's words, by Adobe's second standard.
 */
export interface AdobeConsent2 {
    /** Who defines the standard. */
    standard: "Adobe";
    /** The version of the standard. */
    version: "2.0";
    /** The choice for collection: yes, no, pending, unknown, or another lawful ground. Adobe defines further fields. */
    value: { collect: { val: "y" | "n" | "p" | "u" | "li" | "ct" | "cp" | "vi" | "pi" }; [field: string]: unknown };
}

/**
 * Consent by the IAB's Transparency and Consent Framework.
 */
export interface IabConsent {
    /** Who defines the standard. */
    standard: "IAB TCF";
    /** The version of the standard. */
    version: "2.0";
    /** The TC string, as `__tcfapi` gives it. */
    value: string;
    /** Whether the GDPR applies; `true` by default. */
    gdprApplies?: boolean;
    /** Whether the string covers personal data. */
    gdprContainsPersonalData?: boolean;
}

/**
 * The shopper's choice: a word, or what the Web SDK's `setConsent` takes.
 */
export type Consent = "in" | "out" | { consent: (AdobeConsent1 | AdobeConsent2 | IabConsent)[] };

/**
 * What is told about page and browser with every event.
 */
export type PageContext = "web" | "device" | "environment" | "placeContext" | "highEntropyUserAgentHints";

/**
 * One identity of the shopper within a namespace.
 */
export interface Identity {
    /** The identity itself. */
    id: string;
    /** Whether profiles are stitched by it. One at most. */
    primary?: boolean;
    /** Whether the shopper has proved to be the one. */
    authenticatedState?: "ambiguous" | "authenticated" | "loggedOut";
}

/**
 * How events are put together in requests; whichever limit is met first ends a batch.
 */
export interface Batching {
    /** Most events of a request, 1 to 1000; 50 by default. */
    maxEvents?: number;
    /** Most bytes of a request's body in UTF-8, up to 60 000, which is the default. */
    maxBytes?: number;
    /** The longest that the first event waits for others, in milliseconds; 250 by default. */
    maxWait?: number;
}

/**
 * What `onBeforeEventSend` is given and may change. While it runs the collector is at work: `status()` gives `undefined`,
 * `events()` an empty list.
 */
export interface EventContent {
    /** The event as XDM. */
    xdm: Record<string, unknown>;
    /** What goes beside the XDM. */
    data?: Record<string, unknown>;
}

/**
 * Settings, named after the fields of the connector's configuration page. What is not given comes from the page's
 * `<script type="application/json" id="storefront-collector">`, then from the data layer's `aepContext`, then from
 * the default.
 */
export interface Settings {
    /** IMS organization: 24 letters or digits and `@AdobeOrg`. `aepContext.imsOrgId`. */
    organizationId?: string | null;
    /** Datastream of the bundled sender: a UUID, optionally with `:environment`. Ignored when `webSdkName` is set. */
    datastreamId?: string | null;
    /** Dataset behind the datastream: 24 hexadecimal digits. Not needed to send. */
    datasetId?: string | null;
    /** The `window` property that holds the store's own Web SDK, which then sends. Nothing is configured on it. */
    webSdkName?: string | null;
    /** Milliseconds that an own Web SDK may be missing, or silent, before a warning names it; 10000 by default. Events wait on. */
    webSdkTimeout?: number | null;
    /** `false`: nothing is sent, stored or set. By default on, as soon as organization and way out are known. */
    storefrontEvents?: boolean | null;
    /** Host of the Edge, optionally with a port; `"edge.adobedc.net"` by default. */
    edgeDomain?: string | null;
    /** First part of the path at the Edge; `"ee"` by default. */
    edgeBasePath?: string | null;
    /** Identities that the shop knows, by namespace. Used as given when one is primary, else beside ECID as primary. */
    identityMap?: Record<string, Identity[]> | null;
    /** The `window` property that holds the data layer; `"adobeDataLayer"` by default. */
    dataLayerName?: string | null;
    /** What counts before the shopper has said anything; `"in"` by default. */
    defaultConsent?: ConsentState | null;
    /** Which signals of the shopper's choice count; `["mg_dnt"]` by default. */
    consentSources?: ConsentSource[] | null;
    /** `false` holds back e-mail addresses and account identifiers; the events still go. */
    personalData?: boolean | null;
    /** What is told about page and browser; all but `"highEntropyUserAgentHints"` by default. */
    context?: PageContext[] | null;
    /** Whether the first request may go to Adobe's third-party domain; `false` by default. */
    thirdPartyCookiesEnabled?: boolean | null;
    /** How events are put together in requests; `false`: each event is a request. */
    batching?: false | Batching | null;
    /** The `window` property under which the bundled sender answers as a Web SDK; `"alloy"` by default, `null`: none. */
    instanceName?: string | null;
    /** May change what is sent, or return `false` to drop the event. To `start` only. */
    onBeforeEventSend?: (content: EventContent) => false | void;
    /** Logs every step; `false` by default. */
    debugEnabled?: boolean | null;
}

/**
 * A problem with a setting, a context or an event, in words that name the way out. Never holds the value itself.
 */
export interface Issue {
    /** The setting, context or XDM path it is about: `"datastreamId"`, `"productContext"`. */
    field: string;
    /** A stable name of the rule that was broken, for programs: `"missing"`, `"wrong-kind"`. */
    code: string;
    /** `"error"`: it cannot work so. `"warning"`: it works, though perhaps not as meant. */
    severity: "error" | "warning";
    /** What is wrong and what to do. */
    message: string;
}

/**
 * What `validate` says.
 */
export interface Validation {
    /** Every problem, once. */
    issues: Issue[];
    /** Whether the connector's Settings page could be saved. */
    canSave: boolean;
    /** Whether Start Sync of the order history is open. */
    canStartSync: boolean;
    /** Whether storefront events will be sent with these settings alone. */
    willCollect: boolean;
}

/**
 * What `start` rejects with when the settings can never work, and `setConsent` when it cannot read the choice.
 */
export interface SettingsError extends Error {
    /** The `code` of the worst issue. */
    code: string;
    /** Every problem. */
    issues: Issue[];
}

/**
 * A setting in force.
 */
export interface EffectiveSetting<Value> {
    /** Its value; `null` when there is none. */
    value: Value | null;
    /** Who gave it: `start`, the page's script, the data layer, or nobody. */
    /** `"tab"`: asked for in the address or by `setDebug`, for as long as the tab lives; of `debugEnabled` only. */
    source: "api" | "page" | "dataLayer" | "default" | "tab";
}

/**
 * The settings in force, each with its source.
 */
export type EffectiveSettings = {
    [Name in Exclude<keyof Settings, "onBeforeEventSend">]-?: EffectiveSetting<NonNullable<Settings[Name]>>;
};

/**
 * Where the collector stands.
 */
export interface Status {
    /** Whether it collects: it waits for something, runs (also where consent is out or events are off), or was stopped. */
    state: "waiting" | "running" | "stopped";
    /**
     * What must come before events leave, by name: settings (`"organizationId"`), contexts (`"aepContext"`), the store's
     * own Web SDK (`"window.alloy"`), `"consent"`, and `"document"` while settings of the page's own may still come. Empty:
     * nothing.
     */
    waitingFor: string[];
    /** Whether events may leave. */
    consent: ConsentState;
    /** What decided so, and since when, in milliseconds since 1970. */
    consentReason: { because: string; since: number };
    /** What switches storefront events off, if anything does. */
    off: "storefrontEvents" | "hipaa" | "eventForwardingContext.aep" | null;
    /** Who sends: the store's own Web SDK, the bundled sender, or nobody yet. */
    sender: "web-sdk" | "edge" | null;
    /** The settings in force. */
    settings: EffectiveSettings;
    /** How many events there were on this page. */
    counts: {
        /** Published, of the kinds that become XDM. */
        published: number;
        /** Waiting for settings or consent now. */
        held: number;
        /** In the outbox now. */
        queued: number;
        /** Taken by the edge or the Web SDK. */
        accepted: number;
        /** Not sent because consent, a setting or a hook said no. */
        suppressed: number;
        /** Refused for good. */
        rejected: number;
        /** Published, known, and without XDM. */
        known: number;
    };
    /** What waits in the outbox. */
    queue: {
        /** How many events. */
        events: number;
        /** How big they are, in bytes of UTF-8. */
        bytes: number;
    };
    /**
     * Every problem met so far, once. What there is no collector for stands in the console only: a second start or tag, a
     * call on one that was stopped, files that cannot be loaded.
     */
    issues: Issue[];
}

/**
 * What became of an event: waiting for settings or consent; in the outbox; on its way; taken; held back by consent, a
 * setting or a hook; refused for good.
 */
export type EventStatus = "held" | "queued" | "sent" | "accepted" | "suppressed" | "rejected";

/**
 * One event's way.
 */
export interface EventRecord {
    /** The event's `_id`, the same on every retry. */
    id: string;
    /** Its name on the data layer; `"sendEvent"` for one that the page sent through the instance. */
    event: MappedEvent | "sendEvent";
    /** Its XDM type; `null` for a custom event that brings none. */
    eventType: string | null;
    /** Where it stands. */
    status: EventStatus;
    /** Why it was suppressed or rejected, what it is held for, or why it waits once more. */
    reason?: string;
    /** When it was published, ISO 8601 in UTC. */
    timestamp: string;
    /** What was wrong with it, if anything was: fields that were left out, and why it was refused. */
    issues?: Issue[];
    /** How often it was handed to the network or the Web SDK. */
    attempts: number;
    /** The request it left in, for a look into the network panel. */
    requestId?: string;
    /** What leaves, as far as it is known. */
    xdm: Record<string, unknown>;
}

/**
 * The running collector.
 */
export interface Collector {
    /**
     * Publishes a storefront event (`"page-view"` … as on the data layer), with an optional custom XDM context. Gives
     * back the event's `_id`.
     */
    publish(event: StorefrontEvent, context?: Record<string, unknown>): string;
    /** Sets a context of the data layer (`"productContext"` …), replacing it whole; `null` takes it away. */
    setContext(name: ContextName, value: unknown): void;
    /** The shopper's choice: `"in"`, `"out"`, or the Web SDK's `{ consent: [...] }`. */
    setConsent(consent: Consent): Promise<void>;
    /**
     * The shopper's ECID; `null` when there is none, for want of consent or because nothing was sent yet and the edge
     * cannot be reached.
     */
    getIdentity(): Promise<{ ECID: string | null }>;
    /** Settles when everything accepted so far is delivered or finally refused. */
    flush(): Promise<void>;
    /** Where the collector stands. */
    status(): Status;
    /** The last 200 records, oldest first. */
    events(): EventRecord[];
    /** Calls `listener` with each record whenever its status changes, until the function that is given back is called. */
    subscribe(listener: (record: EventRecord) => void): () => void;
    /**
     * Flushes (for three seconds at most: what is left then is stored), stops listening and lets go of everything; what
     * waits for settings or consent is given up. A `start` that comes before that is over waits for it; what is published
     * here afterwards is left on the data layer for the collector that it gives.
     */
    stop(): Promise<void>;
}

declare global {
    interface Window {
        /** The running collector of the page, from the drop-in or from `start`. */
        storefrontCollector?: Collector;
    }
}
