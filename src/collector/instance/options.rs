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
    Host,
    OneOf(&'static [&'static str]),
    /// An object of which these fields are looked at.
    Object(&'static [Row]),
    /// An object that has no other fields.
    Strict(&'static [Row]),
    /// An object whose every value is of one kind.
    Map(&'static Kind),
    List(&'static Kind, Items),
    /// Not looked at: functions, which JSON does not carry, and what only others use.
    Any,
}

/// Which lists will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Items {
    Any,
    Some,
    Distinct,
    SomeDistinct,
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
static COMMANDS: &[(&str, Kind)] = &[
    ("appendIdentityToUrl", Kind::Strict(&[("url", Kind::FilledText, Required), OVERRIDES])),
    (
        "applyResponse",
        Kind::Strict(&[
            ("renderDecisions", Kind::Flag, Unused),
            ("responseHeaders", Kind::Map(&Kind::Text), Optional),
            ("responseBody", Kind::Object(&[("handle", Kind::List(&HANDLE, Items::Any), Required)]), Required),
            (
                "personalization",
                Kind::Object(&[("sendDisplayEvent", Kind::Flag, Optional), ("decisionContext", OBJECT, Optional)]),
                Unused,
            ),
        ]),
    ),
    (
        "configure",
        Kind::Strict(&[
            ("datastreamId", Kind::Text, Required),
            ("orgId", Kind::Text, Required),
            ("edgeDomain", Kind::Host, Optional),
            ("edgeBasePath", Kind::FilledText, Optional),
            ("defaultConsent", Kind::OneOf(&["in", "out", "pending"]), Optional),
            ("context", Kind::List(&Kind::Text, Items::Any), Optional),
            ("thirdPartyCookiesEnabled", Kind::Flag, Optional),
            ("debugEnabled", Kind::Flag, Optional),
            OVERRIDES,
            ("edgeConfigId", Kind::Text, Optional),
            ("onBeforeEventSend", Kind::Any, Optional),
            ("idMigrationEnabled", Kind::Flag, Optional),
            ("clickCollectionEnabled", Kind::Flag, Unused),
            ("clickCollection", OBJECT, Unused),
            ("downloadLinkQualifier", Kind::Text, Unused),
            ("onBeforeLinkClickSend", Kind::Any, Unused),
            ("prehidingStyle", Kind::FilledText, Unused),
            ("targetMigrationEnabled", Kind::Flag, Optional),
            ("autoCollectPropositionInteractions", OBJECT, Unused),
            ("personalizationStorageEnabled", Kind::Flag, Unused),
            ("streamingMedia", OBJECT, Unused),
            ("advertising", OBJECT, Unused),
            ("pushNotifications", OBJECT, Unused),
            ("conversation", OBJECT, Unused),
        ]),
    ),
    ("createEventMergeId", Kind::Any),
    (
        "getIdentity",
        Kind::Strict(&[
            ("namespaces", Kind::List(&Kind::OneOf(&["ECID", "CORE"]), Items::SomeDistinct), Optional),
            OVERRIDES,
        ]),
    ),
    ("getLibraryInfo", Kind::Any),
    (
        "sendEvent",
        Kind::Strict(&[
            (
                "xdm",
                Kind::Object(&[("eventType", Kind::Text, Optional), ("identityMap", IDENTITY_MAP, Optional)]),
                Optional,
            ),
            ("data", OBJECT, Optional),
            ("type", Kind::Text, Optional),
            ("mergeId", Kind::Text, Optional),
            ("documentUnloading", Kind::Flag, Optional),
            OVERRIDES,
            ("datasetId", Kind::Text, Optional),
            ("renderDecisions", Kind::Flag, Unused),
            ("decisionScopes", DISTINCT, Optional),
            (
                "personalization",
                Kind::Object(&[
                    ("decisionScopes", DISTINCT, Optional),
                    ("surfaces", DISTINCT, Optional),
                    ("sendDisplayEvent", Kind::Flag, Optional),
                    ("includeRenderedPropositions", Kind::Flag, Optional),
                    ("defaultPersonalizationEnabled", Kind::Flag, Optional),
                    ("decisionContext", OBJECT, Optional),
                ]),
                Optional,
            ),
            ("advertising", OBJECT, Unused),
        ]),
    ),
    (
        "setConsent",
        Kind::Strict(&[
            ("consent", Kind::List(&Kind::Any, Items::Some), Required),
            ("identityMap", IDENTITY_MAP, Optional),
            OVERRIDES,
        ]),
    ),
    ("setDebug", Kind::Strict(&[("enabled", Kind::Flag, Required)])),
];

const OBJECT: Kind = Kind::Object(&[]);

const DISTINCT: Kind = Kind::List(&Kind::Text, Items::Distinct);

const HANDLE: Kind = Kind::Object(&[("type", Kind::Text, Required), ("payload", Kind::Any, Required)]);

const IDENTITY_MAP: Kind = Kind::Map(&Kind::List(
    &Kind::Strict(&[
        ("authenticatedState", Kind::OneOf(&["ambiguous", "authenticated", "loggedOut"]), Optional),
        ("id", Kind::Text, Optional),
        ("namespace", Kind::Strict(&[("code", Kind::Text, Optional)]), Optional),
        ("primary", Kind::Flag, Optional),
        ("xid", Kind::Text, Optional),
    ]),
    Items::Any,
));

const OVERRIDES: Row = ("edgeConfigOverrides", OBJECT, Optional);

/// The names of the commands.
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, _)| *name)
}

/// The options in `options` that do nothing here though they say that something be done.
pub(super) fn unused(command: &str, options: &Value) -> impl Iterator<Item = &'static str> {
    let kind = COMMANDS.iter().find(|(name, _)| *name == command).map(|(_, kind)| *kind);
    let rows: &[Row] = if let Some(Kind::Strict(rows)) = kind { rows } else { &[] };
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
    let Some((_, kind)) = COMMANDS.iter().find(|(name, _)| *name == command) else {
        return Err(unknown_command(command));
    };
    let mut problems = String::new();
    let nothing = Value::map();
    kind.check(&mut problems, "", if options.is_null() { &nothing } else { options });
    if command == "configure"
        && let (Some(old), Some(new)) = (options.get("edgeConfigId"), options.get("datastreamId"))
        && !old.is_null()
        && old != new
    {
        add(&mut problems, &["The field 'edgeConfigId' is deprecated. Use 'datastreamId' instead."]);
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
        let told = problems.len();
        let (good, wanted) = match self {
            Self::Any => (true, ""),
            Self::Text => (value.as_text().is_some(), "a string"),
            Self::FilledText => (value.as_text().is_some_and(|text| !text.is_empty()), "a non-empty string"),
            Self::Flag => (value.as_bool().is_some(), "true or false"),
            Self::Object(_) | Self::Strict(_) | Self::Map(_) => (value.as_map().is_some(), "an object"),
            Self::List(_, Items::Some | Items::SomeDistinct) => {
                (value.as_list().is_some_and(|list| !list.is_empty()), "a non-empty array")
            }
            Self::List(..) => (value.as_list().is_some(), "an array"),
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
        };
        if !good {
            return refuse(problems, path, wanted, value);
        }
        let fields = || value.as_map().into_iter().flat_map(|map| map.iter());
        match self {
            Self::Map(kind) => {
                for (name, value) in fields() {
                    kind.check_option(problems, &below(path, name), Some(value), Required);
                }
            }
            Self::Object(rows) | Self::Strict(rows) => {
                for (name, kind, need) in rows {
                    kind.check_option(problems, &below(path, name), value.get(name), *need);
                }
                // As the Web SDK does it: what is unknown is told when what is known is right.
                if matches!(self, Self::Strict(_)) && problems.len() == told {
                    for (name, _) in fields() {
                        if !rows.iter().any(|(known, ..)| *known == name) {
                            add(problems, &["'", &below(path, name), "': Unknown field."]);
                        }
                    }
                }
            }
            Self::List(kind, which) => {
                let items = value.as_list().unwrap_or_default();
                for (at, item) in items.iter().enumerate() {
                    kind.check_option(problems, &indexed(path, at), Some(item), Optional);
                }
                let repeats = |(at, item)| items.iter().take(at).any(|earlier| earlier == item);
                if matches!(which, Items::Distinct | Items::SomeDistinct) && items.iter().enumerate().any(repeats) {
                    refuse(problems, path, "array values to be unique", value);
                }
            }
            _ => {}
        }
    }

    fn check_option(self, problems: &mut String, path: &str, value: Option<&Value>, need: Need) {
        match value.filter(|value| !value.is_null()) {
            Some(value) => self.check(problems, path, value),
            None if need == Required => add(problems, &["'", path, "' is a required option"]),
            None => {}
        }
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { join(&[path, ".", name]) }
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
            ("createEventMergeId", r#"{"what":"ever"}"#),
            ("getLibraryInfo", r#"["what","ever"]"#),
            (
                "sendEvent",
                r#"{"xdm":{"identityMap":{"E":[null,{"id":"1","namespace":{"code":"E"},"xid":"x"}]}},"personalization":{"surfaces":["a","b"],"more":1}}"#,
            ),
            (
                "applyResponse",
                r#"{"responseHeaders":{"a":"b"},"responseBody":{"handle":[{"type":"t","payload":0}],"more":1},"personalization":{}}"#,
            ),
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
            ("setConsent", r#"{"consent":[1],"x":1}"#, "'x': Unknown field."),
            (
                "setConsent",
                r#"{"consent":[1],"identityMap":{"H":[{"id":"1","foo":2}]}}"#,
                "'identityMap.H[0].foo': Unknown field.",
            ),
            (
                "sendEvent",
                r#"{"xdm":{"identityMap":{"H":[{"namespace":{"code":"H","x":1}},{"xid":1}],"I":null}}}"#,
                "\n\t - 'xdm.identityMap.H[0].namespace.x': Unknown field.\n\t - 'xdm.identityMap.H[1].xid': Expected a string, but got a number.\n\t - 'xdm.identityMap.I' is a required option\n",
            ),
            ("sendEvent", r#"{"decisionScopes":["a","a"]}"#, "'decisionScopes': Expected array values to be unique"),
            (
                "sendEvent",
                r#"{"personalization":{"surfaces":["a","a"],"sendDisplayEvent":1,"decisionContext":[]}}"#,
                "\n\t - 'personalization.surfaces': Expected array values to be unique, but got a list.\n\t - 'personalization.sendDisplayEvent': Expected true or false, but got a number.\n\t - 'personalization.decisionContext': Expected an object, but got a list.\n",
            ),
            ("applyResponse", "{}", "'responseBody' is a required option"),
            ("applyResponse", r#"{"responseBody":{}}"#, "'responseBody.handle' is a required option"),
            (
                "applyResponse",
                r#"{"responseHeaders":{"a":1},"responseBody":{"handle":[{"payload":1}]}}"#,
                "\n\t - 'responseHeaders.a': Expected a string, but got a number.\n\t - 'responseBody.handle[0].type' is a required option\n",
            ),
            (
                "applyResponse",
                r#"{"responseBody":{"handle":[]},"decisionContext":{}}"#,
                "'decisionContext': Unknown field.",
            ),
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
