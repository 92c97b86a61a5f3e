//! The settings as a table for the documentation, made from the table that the code reads.

use alloc::string::String;

use super::fields::{FIELDS, fields};
use crate::text::join;

/// What each setting does, in the order of the table; native builds only, so that it costs no shopper a byte.
const ABOUT: [(&str, &str); 19] = [
    (
        "organizationId",
        "IMS organization: 24 letters or digits and `@AdobeOrg`. A wrong form is refused, with an own Web SDK only warned about.",
    ),
    (
        "datastreamId",
        "Datastream of the bundled sender: a UUID, optionally with `:environment`. Another form is used and warned about. Ignored, with one notice, when `webSdkName` is set.",
    ),
    (
        "datasetId",
        "Dataset behind the datastream: 24 hexadecimal digits. Not needed to send; used by `validate` and shown to QA.",
    ),
    (
        "webSdkName",
        "The `window` property that holds the store's own Web SDK. That instance, its datastream and its Edge are used; nothing is configured on it.",
    ),
    (
        "webSdkTimeout",
        "Milliseconds that an own Web SDK may be missing, or silent, before a warning names it. Events wait on.",
    ),
    (
        "storefrontEvents",
        "Whether events are collected. By default as soon as the organization and the datastream, or an own Web SDK, are there. `false`: nothing is sent, stored or set. Something else: events wait until it is corrected.",
    ),
    (
        "edgeDomain",
        "Host of the Edge, optionally with a port. Always https, except a loopback host, which takes the page's own scheme.",
    ),
    ("edgeBasePath", "First part of the path at the Edge."),
    (
        "identityMap",
        "Identities that the shop knows: a list of `{ id }` for each namespace. Used as given when one is primary, else beside ECID as primary.",
    ),
    ("dataLayerName", "The `window` property that holds the data layer."),
    (
        "defaultConsent",
        "What counts before the shopper has said anything; `pending` holds events in memory until then, and so does what is none of the three.",
    ),
    (
        "consentSources",
        "Which signals of the shopper's choice count. Entries that are unknown are reported and left out.",
    ),
    (
        "personalData",
        "`false` holds back e-mail addresses and account identifiers; the events still go. So does what is neither `true` nor `false`.",
    ),
    ("context", "What is told about page and browser with every event."),
    ("thirdPartyCookiesEnabled", "Whether the first request may go to Adobe's third-party domain."),
    (
        "batching",
        "Most events and bytes (up to 60 000) of a request, and the longest wait in milliseconds for more events. `false`: each event is a request.",
    ),
    (
        "instanceName",
        "The `window` property under which the bundled sender answers as a Web SDK, if that is free: it is announced in `window.__alloyNS`, and a base code that waits there has its queue run. `null`: under none.",
    ),
    ("onBeforeEventSend", "May change `{ xdm, data }` of an event, or return `false` to drop it. API only."),
    (
        "debugEnabled",
        "Logs every step. Also `?alloy_debug=true` and `?storefront-collector-debug` in the page's address.",
    ),
];

/// The settings as a Markdown table: field, what it takes, default, name in the data layer, what it does.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "| setting | takes | default | from the data layer | what it does |\n| --- | --- | --- | --- | --- |\n",
    );
    for (field, (_, about)) in fields(FIELDS).zip(ABOUT) {
        let code = |text: &str| if matches!(text, "" | "null") { String::new() } else { join(&["`", text, "`"]) };
        let from = if field.data_layer.is_empty() { String::new() } else { join(&["aepContext.", field.data_layer]) };
        let row = [
            "| `",
            field.name,
            "` | ",
            &field.expected(),
            " | ",
            &code(field.default),
            " | ",
            &code(&from),
            " | ",
            about,
            " |\n",
        ];
        out.push_str(&join(&row));
    }
    out
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_row_that_says_what_it_does() {
        assert!(fields(FIELDS).map(|field| field.name).eq(ABOUT.map(|(name, _)| name)));
        let table = markdown();
        assert_eq!(table.lines().count(), fields(FIELDS).count() + 2);
        assert!(table.contains("| `edgeDomain` | a host, optionally with a port, such as edge.adobedc.net | `\"edge.adobedc.net\"` | `aepContext.edgeDomain` | Host of the Edge"), "{table}");
        assert!(table.lines().all(|row| row.matches('|').count() == 6), "{table}");
    }
}
