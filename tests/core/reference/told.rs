//! What `docs/reference/api.md` says beyond the types.

/// What can be imported, by what follows the package's name.
pub(super) const ENTRIES: [(&str, &str); 5] = [
    ("", "`init` (default), `start`, `validate`, `version`: the core in WebAssembly"),
    ("/javascript", "the same, the core in plain JavaScript, for pages whose [policy](../csp.md) refuses WebAssembly"),
    ("/collector", "the drop-in: importing it starts the collector of the page; it exports nothing"),
    ("/inspector", "the overlay for QA: importing it opens it, and `open()` opens it again ([verify](../verify.md))"),
    ("/storefront_collector_bg.wasm", "the module's file, for bundlers that have to be told of it"),
];

/// Signature, what it does, what makes it fail.
pub(super) const FUNCTIONS: [(&str, &str, &str); 4] = [
    (
        "init(input?): Promise",
        "The default export. Loads the module; to be awaited before anything else is called. Called again, it gives the same promise. `input`: `{ module_or_path }`, where the `.wasm` file is not beside the script. Of `/javascript` it is there, too, and needs nothing.",
        "rejects when the file cannot be fetched or compiled; it may be called again then.",
    ),
    (
        "start(settings?): Promise<Collector>",
        "Starts collecting, with [settings](settings.md) that win over the page's, and resolves once the data layer is listened to; on a page that is only prerendered, when it is shown. Of missing settings it waits for none: events wait, and `status().waitingFor` names what for. A page has one collector: where one runs, it takes the settings and is given back, with a line in the console.",
        "rejects with a `SettingsError` when the settings can never work: they are no object (`wrong-kind`), or the bundled sender has to send and the organization that the page itself gives has another form (`bad-form`). One that ran before goes on with what it had.",
    ),
    (
        "validate(settings): Validation",
        "Judges settings as the connector's configuration page does, all of that page's fields included. Pure: it needs no page, and runs on a server.",
        "never; whatever it is given, it names what is wrong.",
    ),
    ("version(): string", "The collector's version.", "never."),
];

/// Member, what makes it fail, what it does once the collector was stopped.
pub(super) const MEMBERS: [(&str, &str, &str); 9] = [
    (
        "publish",
        "never throws. A name of which nothing is made is the issue `unknown-event`; what became of the event is in its record.",
        "the event is left on the data layer, with a line in the console, for the collector that is started next. The `_id` given back is not the one that it gets there.",
    ),
    (
        "setContext",
        "never throws. A name that no event reads is the issue `unknown-context`; it is set all the same.",
        "the context is left on the data layer.",
    ),
    (
        "setConsent",
        "rejects with a `SettingsError` when the choice cannot be read, and nothing changes then: `wrong-kind`, `unknown-value`, `unreadable`. It resolves when the choice holds, which is at once, and not when the edge has heard of it.",
        "the choice is remembered for the next page.",
    ),
    (
        "getIdentity",
        "never rejects. While the shopper has not agreed, and where the edge refuses, the ECID is `null`.",
        "what was known by then; else `null`.",
    ),
    (
        "flush",
        "never rejects. It does not wait for what is held for settings or consent, and without a network it waits until there is one.",
        "it settles at once. `stop` has flushed for three seconds at most; what is left is sent from the next page, or by the next collector.",
    ),
    ("status", "never throws. What it gives is a copy.", "`state` is `\"stopped\"`."),
    (
        "events",
        "never throws. What it gives is a copy.",
        "the records as they stood, those that were held `suppressed`.",
    ),
    (
        "subscribe",
        "never throws. A listener that throws, or gives a promise that rejects, is the issue `threw`; the others are called all the same.",
        "nobody is called any more.",
    ),
    ("stop", "never rejects.", "the same promise."),
];

/// The words of a record's `reason`, its status, and what they mean.
pub(super) const REASONS: [(&str, &str, &str); 17] = [
    (
        "waits for …",
        "held",
        "a setting, a context, `window.` and the Web SDK's name, `consent`; `settings`, `the shopper's identity`: what was said of them is being looked at",
    ),
    ("consent: …", "suppressed", "the shopper has declined; what decided so, as `status().consentReason.because`"),
    ("the shopper has declined", "suppressed", "it waited in the outbox when the shopper declined"),
    ("storefront events are off: …", "suppressed", "the setting that switches them off, as `status().off`"),
    ("onBeforeEventSend said no", "suppressed", "the hook returned `false`, or left nothing of the event"),
    ("the Web SDK's consent is out", "suppressed", "the store's own Web SDK sends nothing"),
    (
        "the collector was stopped while it waited",
        "suppressed",
        "`stop` was called before settings or consent had come",
    ),
    ("more than 1000 events waited, and it was the oldest", "rejected", "issue `too-many-held`"),
    ("the queue is full and it was the oldest", "rejected", "issue `queue-full`"),
    ("it could not be sent for seven days", "rejected", "an earlier page published it"),
    ("the edge finds it too large", "rejected", "the edge refuses it by its size"),
    ("the network failed", "queued", "it is tried again"),
    ("no answer came in time", "queued", "it is tried again"),
    ("the edge asked to try again", "queued", "it is tried again; issue `busy`"),
    (
        "the request is divided",
        "queued",
        "the edge refused a request of several events: they go again in smaller ones, so that one spoils it for itself only",
    ),
    ("the page was away", "queued", "its request was given up while the page was put away; it goes again"),
    (
        "another page of the shop has taken it over",
        "accepted",
        "while this page was put away: that page delivers it, and has its record",
    ),
];

/// The page; what stands in braces is made.
pub(super) const PAGE: &str = "For those who read no TypeScript; those who do have the same in `storefront_collector.d.ts`. Names, arguments, results and
the codes of issues are held to [Semantic Versioning](../../CHANGELOG.md).

## Imports
\n{{entries}}

`window.storefrontCollector` is the running collector, from the drop-in or from `start`; once it was stopped, it is not there.

## Functions
\n{{functions}}

## Collector

What `start` gives, and `window.storefrontCollector`.
\n{{members}}

## Status
\n{{Status}}

## EventRecord

`events()` lists them, `subscribe` hears of each.
\n{{EventRecord}}

### Reasons

Words for people, which may change between versions; programs go by `status`, and by the `code` of issues. Where the edge or
the store's own Web SDK has refused an event, or the event itself is wrong, `reason` is the message of an [issue](issues.md).
\n{{reasons}}

## Issue
\n{{Issue}}

Every code: [issues](issues.md).

## Validation
\n{{Validation}}

## SettingsError
\n{{SettingsError}}

## Settings

[Settings](settings.md) is their table. What some of them are made of:

### EffectiveSetting
\n{{EffectiveSetting}}

### Batching
\n{{Batching}}

### Identity
\n{{Identity}}

### EventContent
\n{{EventContent}}

## Consent

`setConsent` takes `\"in\"`, `\"out\"`, or `{ consent: [ … ] }` with any of these.

### AdobeConsent1
\n{{AdobeConsent1}}

### AdobeConsent2
\n{{AdobeConsent2}}

### IabConsent
\n{{IabConsent}}

## Names
\n{{aliases}}

Events and the contexts that each reads: [events](events.md); what has to be in a context: [contexts](../guides/contexts.md).

## Beside the API

| what | |
| --- | --- |
| `window.alloy`, or as `instanceName` says | the bundled sender, by [the Web SDK's commands](../guides/alloy.md) |
| `window.__alloyNS`, `window.__alloyMonitors` | the Web SDK's, for [debugging tools](../verify.md) |
| `?storefront-collector-debug` in the address | opens the inspector on a page with the drop-in, and logs every step |
| `?alloy_debug=true`, `=false` in the address | logs every step, or none, for as long as the tab lives |
";
