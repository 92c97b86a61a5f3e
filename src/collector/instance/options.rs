//! The options of each command: what they may be, and the Web SDK's words for what they are not (Edge
//! protocol, 7.2 and 8.4). Of a refused value its kind is told, not itself: it may be personal data.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::{decimal, join};
use crate::value::Value;

/// What an option has to be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    FilledText,
    Flag,
    Object,
    List,
    FilledList,
    Texts,
    Host,
    OneOf(&'static [&'static str]),
    Namespaces,
    IdentityMap,
    Handles,
    /// Not looked at: functions, which JSON does not carry, and what only others use.
    Any,
}

/// Whether an option has to be given, or does nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    Unused,
}
use Need::{Optional, Required, Unused};

/// Name, kind, and whether it must be there.
type Row = (&'static str, Kind, Need);

/// The commands and their options, in alphabetical order as the Web SDK lists them.
static COMMANDS: &[(&str, &[Row])] = &[
    ("appendIdentityToUrl", &[("url", Kind::FilledText, Required), OVERRIDES]),
    (
        "applyResponse",
        &[
            ("renderDecisions", Kind::Flag, Unused),
            ("decisionContext", Kind::Object, Optional),
            ("responseHeaders", Kind::Object, Optional),
            ("responseBody", Kind::Handles, Required),
            ("personalization", Kind::Object, Unused),
        ],
    ),
    (
        "configure",
        &[
            ("datastreamId", Kind::Text, Required),
            ("orgId", Kind::Text, Required),
            ("edgeDomain", Kind::Host, Optional),
            ("edgeBasePath", Kind::FilledText, Optional),
            ("defaultConsent", Kind::OneOf(&["in", "out", "pending"]), Optional),
            ("context", Kind::Texts, Optional),
            ("thirdPartyCookiesEnabled", Kind::Flag, Optional),
            ("debugEnabled", Kind::Flag, Optional),
            OVERRIDES,
            ("edgeConfigId", Kind::Text, Optional),
            ("onBeforeEventSend", Kind::Any, Optional),
            ("idMigrationEnabled", Kind::Flag, Optional),
            ("clickCollectionEnabled", Kind::Flag, Unused),
            ("clickCollection", Kind::Object, Unused),
            ("downloadLinkQualifier", Kind::Text, Unused),
            ("onBeforeLinkClickSend", Kind::Any, Unused),
            ("prehidingStyle", Kind::FilledText, Unused),
            ("targetMigrationEnabled", Kind::Flag, Optional),
            ("autoCollectPropositionInteractions", Kind::Object, Unused),
            ("personalizationStorageEnabled", Kind::Flag, Unused),
            ("streamingMedia", Kind::Object, Unused),
            ("advertising", Kind::Object, Unused),
            ("pushNotifications", Kind::Object, Unused),
            ("conversation", Kind::Object, Unused),
        ],
    ),
    ("createEventMergeId", &[]),
    ("getIdentity", &[("namespaces", Kind::Namespaces, Optional), OVERRIDES]),
    ("getLibraryInfo", &[]),
    (
        "sendEvent",
        &[
            ("xdm", Kind::Object, Optional),
            ("data", Kind::Object, Optional),
            ("type", Kind::Text, Optional),
            ("mergeId", Kind::Text, Optional),
            ("documentUnloading", Kind::Flag, Optional),
            OVERRIDES,
            ("datasetId", Kind::Text, Optional),
            ("renderDecisions", Kind::Flag, Unused),
            ("decisionScopes", Kind::Texts, Optional),
            ("personalization", Kind::Object, Optional),
            ("advertising", Kind::Object, Unused),
        ],
    ),
    ("setConsent", &[("consent", Kind::FilledList, Required), ("identityMap", Kind::IdentityMap, Optional), OVERRIDES]),
    ("setDebug", &[("enabled", Kind::Flag, Required)]),
];

const OVERRIDES: Row = ("edgeConfigOverrides", Kind::Object, Optional);

/// The names of the commands.
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, _)| *name)
}

/// The options in `options` that do nothing here though they say that something be done.
pub(super) fn unused(command: &str, options: &Value) -> impl Iterator<Item = &'static str> {
    let rows = COMMANDS.iter().find(|(name, _)| *name == command).map_or(&[][..], |(_, rows)| rows);
    rows.iter().filter(|(name, _, need)| *need == Unused && options.get(name).is_some_and(asks)).map(|(name, ..)| *name)
}

fn asks(value: &Value) -> bool {
    value.as_bool() != Some(false) && !value.is_empty()
}

/// Judges the options of `command`.
///
/// # Errors
/// The whole message, without the instance's name in front, when there is no such command or when
/// options are wrong.
pub(super) fn check(command: &str, options: &Value) -> Result<(), String> {
    let Some((_, rows)) = COMMANDS.iter().find(|(name, _)| *name == command) else {
        return Err(unknown_command(command));
    };
    let mut problems = String::new();
    if !matches!(options, Value::Null | Value::Map(_)) {
        refuse(&mut problems, "", "an object", options);
    }
    for (name, kind, need) in *rows {
        match options.get(name).filter(|value| !value.is_null()) {
            Some(value) => kind.check(&mut problems, name, value),
            None if *need == Required => add(&mut problems, &["'", name, "' is a required option"]),
            None => {}
        }
    }
    if command == "configure"
        && let (Some(old), Some(new)) = (options.get("edgeConfigId"), options.get("datastreamId"))
        && !old.is_null()
        && old != new
    {
        add(&mut problems, &["The field 'edgeConfigId' is deprecated. Use 'datastreamId' instead."]);
    }
    if command == "sendEvent"
        && let Some(xdm) = options.get("xdm")
    {
        for (name, kind) in [("eventType", Kind::Text), ("identityMap", Kind::IdentityMap)] {
            if let Some(value) = xdm.get(name).filter(|value| !value.is_null()) {
                kind.check(&mut problems, &join(&["xdm.", name]), value);
            }
        }
    }
    // As the Web SDK does it: what is unknown is told when what is known is right.
    if problems.is_empty() {
        for (name, _) in options.as_map().into_iter().flat_map(|options| options.iter()) {
            if !rows.iter().any(|(known, ..)| *known == name) {
                add(&mut problems, &["'", name, "': Unknown field."]);
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(if command == "configure" {
        join(&[
            "Resolve these configuration problems:",
            &problems,
            "\nFor configuration documentation see: https://adobe.ly/3sHh553",
        ])
    } else {
        let page = if command == "sendEvent" { "3GQ3Q7t" } else { "3sHgQHb" };
        join(&[
            "Invalid ",
            command,
            " command options:",
            &problems,
            "\nFor command documentation see: https://adobe.ly/",
            page,
        ])
    })
}

fn unknown_command(command: &str) -> String {
    let instead = match command {
        "applyPropositions" | "evaluateRulesets" | "subscribeRulesetItems" => {
            " To render decisions use the propositions in the result of sendEvent, or load Adobe's Web SDK and name it in the setting webSdkName."
        }
        "createMediaSession"
        | "sendMediaEvent"
        | "getMediaAnalyticsTracker"
        | "sendPushSubscription"
        | "sendConversationEvent" => " Load Adobe's Web SDK for it and name it in the setting webSdkName.",
        _ => "",
    };
    let mut list = String::new();
    for (name, _) in COMMANDS {
        list = if list.is_empty() { (*name).to_owned() } else { join(&[&list, ", ", name]) };
    }
    join(&["The ", command, " command does not exist. List of available commands: ", &list, ".", instead])
}

impl Kind {
    fn check(self, problems: &mut String, path: &str, value: &Value) {
        let (good, wanted) = match self {
            Self::Any => (true, ""),
            Self::Text => (value.as_text().is_some(), "a string"),
            Self::FilledText => (value.as_text().is_some_and(|text| !text.is_empty()), "a non-empty string"),
            Self::Flag => (value.as_bool().is_some(), "true or false"),
            Self::Object | Self::IdentityMap => (value.as_map().is_some(), "an object"),
            Self::List | Self::Texts => (value.as_list().is_some(), "an array"),
            Self::FilledList | Self::Namespaces => {
                (value.as_list().is_some_and(|list| !list.is_empty()), "a non-empty array")
            }
            Self::Host => {
                let host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
                (value.as_text().is_some_and(|text| !text.is_empty() && text.bytes().all(host)), "a valid domain")
            }
            Self::OneOf(words) => {
                if !value.as_text().is_some_and(|text| words.contains(&text)) {
                    let list = Value::from(words.iter().map(|word| Value::from(*word)).collect::<Vec<_>>());
                    refuse(problems, path, &join(&["one of these values: ", &list.to_json()]), value);
                }
                return;
            }
            Self::Handles => (value.get("handle").and_then(Value::as_list).is_some(), "an object with an array handle"),
        };
        if !good {
            return refuse(problems, path, wanted, value);
        }
        if matches!(self, Self::Texts) {
            for (at, item) in value.as_list().unwrap_or_default().iter().enumerate() {
                Self::Text.check(problems, &indexed(path, at), item);
            }
        }
        if matches!(self, Self::Namespaces) {
            let items = value.as_list().unwrap_or_default();
            for (at, item) in items.iter().enumerate() {
                Self::OneOf(&["ECID", "CORE"]).check(problems, &indexed(path, at), item);
            }
            if items.iter().enumerate().any(|(at, item)| items.iter().take(at).any(|earlier| earlier == item)) {
                refuse(problems, path, "array values to be unique", value);
            }
        }
        if matches!(self, Self::IdentityMap) {
            check_identities(problems, path, value);
        }
    }
}

fn check_identities(problems: &mut String, path: &str, map: &Value) {
    for (namespace, list) in map.as_map().into_iter().flat_map(|map| map.iter()) {
        let path = join(&[path, ".", namespace]);
        Kind::List.check(problems, &path, list);
        for (at, identity) in list.as_list().unwrap_or_default().iter().enumerate() {
            let path = indexed(&path, at);
            Kind::Object.check(problems, &path, identity);
            for (name, kind) in [
                ("id", Kind::Text),
                ("authenticatedState", Kind::OneOf(&["ambiguous", "authenticated", "loggedOut"])),
                ("primary", Kind::Flag),
            ] {
                if let Some(value) = identity.get(name).filter(|value| !value.is_null()) {
                    kind.check(problems, &join(&[&path, ".", name]), value);
                }
            }
        }
    }
}

fn indexed(path: &str, at: usize) -> String {
    join(&[path, "[", &decimal(i64::try_from(at).unwrap_or(i64::MAX)), "]"])
}

fn refuse(problems: &mut String, path: &str, wanted: &str, value: &Value) {
    add(problems, &["'", path, "': Expected ", wanted, ", but got ", value.kind(), "."]);
}

fn add(problems: &mut String, parts: &[&str]) {
    problems.push_str("\n\t - ");
    problems.push_str(&join(parts));
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn problem(command: &str, options: &str) -> String {
        check(command, &Value::parse(options).unwrap()).err().unwrap_or_default()
    }

    #[test]
    fn what_is_right_passes() {
        for (command, options) in [
            ("sendEvent", "{}"),
            ("sendEvent", "null"),
            (
                "sendEvent",
                r#"{"xdm":{"identityMap":{"E":[{"id":"1","authenticatedState":"ambiguous","primary":true}]}},"type":"x","data":null}"#,
            ),
            (
                "configure",
                r#"{"orgId":"O","datastreamId":"d","edgeDomain":"edge.test:8443","context":["web"],"clickCollectionEnabled":false}"#,
            ),
            ("setConsent", r#"{"consent":[1]}"#),
            ("getIdentity", r#"{"namespaces":["ECID","CORE"]}"#),
            ("configure", r#"{"orgId":"O","datastreamId":"d","edgeConfigId":"d"}"#),
            ("applyResponse", r#"{"responseBody":{"handle":[]}}"#),
            ("createEventMergeId", "{}"),
        ] {
            assert_eq!(problem(command, options), "", "{command} {options}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_the_web_sdk() {
        for (command, options, wanted) in [
            ("sendEvent", r#"{"xdm":"x"}"#, "'xdm': Expected an object, but got a text."),
            ("sendEvent", "5", "Expected an object, but got a number."),
            (
                "sendEvent",
                r#"{"xdm":{"identityMap":{"H":[{"id":1}]}}}"#,
                "'xdm.identityMap.H[0].id': Expected a string",
            ),
            ("sendEvent", r#"{"xdm":{"identityMap":{"H":{}}}}"#, "'xdm.identityMap.H': Expected an array"),
            ("sendEvent", r#"{"decisionScopes":["a",1]}"#, "'decisionScopes[1]': Expected a string"),
            ("sendEvent", r#"{"bogus":1}"#, "'bogus': Unknown field."),
            ("configure", "{}", "\n\t - 'datastreamId' is a required option\n\t - 'orgId' is a required option\n"),
            (
                "configure",
                r#"{"orgId":"O","datastreamId":"d","edgeDomain":"a b","x":1}"#,
                "'edgeDomain': Expected a valid domain",
            ),
            (
                "configure",
                r#"{"orgId":"O","datastreamId":"d","defaultConsent":"maybe"}"#,
                "'defaultConsent': Expected one of these values: [\"in\",\"out\",\"pending\"], but got a text.",
            ),
            (
                "configure",
                r#"{"orgId":"O","datastreamId":"d","edgeConfigId":"e"}"#,
                "The field 'edgeConfigId' is deprecated. Use 'datastreamId' instead.",
            ),
            (
                "setConsent",
                r#"{"consent":[1],"identityMap":{"H":[{"authenticatedState":"x"}]}}"#,
                "'identityMap.H[0].authenticatedState': Expected one of these values: [\"ambiguous\",\"authenticated\",\"loggedOut\"]",
            ),
            ("getIdentity", r#"{"namespaces":[]}"#, "'namespaces': Expected a non-empty array"),
            ("getIdentity", r#"{"namespaces":["ECID","ECID"]}"#, "'namespaces': Expected array values to be unique"),
            (
                "getIdentity",
                r#"{"namespaces":["ECID","FPID"]}"#,
                "'namespaces[1]': Expected one of these values: [\"ECID\",\"CORE\"], but got a text.",
            ),
            ("setConsent", r#"{"consent":[]}"#, "'consent': Expected a non-empty array"),
            (
                "setDebug",
                "{}",
                "Invalid setDebug command options:\n\t - 'enabled' is a required option\nFor command documentation see: https://adobe.ly/3sHgQHb",
            ),
            (
                "bogus",
                "{}",
                "The bogus command does not exist. List of available commands: appendIdentityToUrl, applyResponse, configure, ",
            ),
            ("sendMediaEvent", "{}", "webSdkName"),
        ] {
            let found = problem(command, options);
            assert!(found.contains(wanted), "{command} {options}: {found}");
        }
    }
}
