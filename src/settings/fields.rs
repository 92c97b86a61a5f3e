//! The table of fields, and how one value of a field is read.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::forms;
use crate::inspect::Issue;
use crate::text::{decimal, join};
use crate::value::{Map, Value};

/// One field: a row of the table.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// Its name in the data layer's `aepContext`; empty when it cannot come from there.
    pub(super) data_layer: &'static str,
    pub(super) kind: Kind,
    /// The default as JSON.
    pub(super) default: &'static str,
}

/// What a field takes.
pub(super) enum Kind {
    Text,
    /// A text, or `null` in its own right.
    TextOrNull,
    Flag,
    /// A whole number within these ends.
    Whole(i64, i64),
    Object,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of some of these words.
    Words(&'static [&'static str]),
    Host,
    Path,
    Date,
    Batching,
    /// What JSON cannot carry: it comes through the API, beside the value.
    Function,
}

const fn field(name: &'static str, kind: Kind, default: &'static str) -> Field {
    Field { name, data_layer: "", kind, default }
}

const fn from_data_layer(name: &'static str, data_layer: &'static str, kind: Kind, default: &'static str) -> Field {
    Field { name, data_layer, kind, default }
}

/// The settings of the collector, in the order of the contract.
pub(super) static FIELDS: &[Field] = &[
    from_data_layer("organizationId", "imsOrgId", Kind::Text, "null"),
    from_data_layer("datastreamId", "datastreamId", Kind::Text, "null"),
    field("datasetId", Kind::Text, "null"),
    from_data_layer("webSdkName", "webSdkName", Kind::Text, "null"),
    field("webSdkTimeout", Kind::Whole(0, 2_147_483_647), "10000"),
    field("storefrontEvents", Kind::Flag, "null"),
    from_data_layer("edgeDomain", "edgeDomain", Kind::Host, "\"edge.adobedc.net\""),
    field("edgeBasePath", Kind::Path, "\"ee\""),
    from_data_layer("identityMap", "identityMap", Kind::Object, "null"),
    field("dataLayerName", Kind::Text, "\"adobeDataLayer\""),
    field("defaultConsent", Kind::Word(&["in", "out", "pending"]), "\"in\""),
    field(
        "consentSources",
        Kind::Words(&["mg_dnt", "gpc", "tcf", "user_allowed_save_cookie", "web_sdk"]),
        "[\"mg_dnt\"]",
    ),
    field("personalData", Kind::Flag, "true"),
    field(
        "context",
        Kind::Words(&["web", "device", "environment", "placeContext", "highEntropyUserAgentHints"]),
        "[\"web\",\"device\",\"environment\",\"placeContext\"]",
    ),
    field("thirdPartyCookiesEnabled", Kind::Flag, "false"),
    field("batching", Kind::Batching, "{\"maxEvents\":50,\"maxBytes\":60000,\"maxWait\":250}"),
    field("instanceName", Kind::TextOrNull, "\"alloy\""),
    field("onBeforeEventSend", Kind::Function, "null"),
    field("debugEnabled", Kind::Flag, "false"),
];

static BATCHING: &[Field] = &[
    field("maxEvents", Kind::Whole(1, 1000), "50"),
    field("maxBytes", Kind::Whole(1, 60_000), "60000"),
    field("maxWait", Kind::Whole(0, 60_000), "250"),
];

/// The fields that only the connector's configuration page has.
pub(super) static CONNECTOR: &[Field] = &[
    field("webSdkDeployed", Kind::Flag, "null"),
    field("hipaa", Kind::Flag, "false"),
    field("backOfficeEvents", Kind::Flag, "false"),
    field("sandboxName", Kind::Text, "null"),
    field("customerProfiles", Kind::Flag, "false"),
    field("profileDatasetId", Kind::Text, "null"),
    field("streamProfilesThroughSameDatastream", Kind::Flag, "true"),
    field("profileDatastreamId", Kind::Text, "null"),
    field("orderHistory", Kind::Object, "null"),
    field("syncServiceReady", Kind::Flag, "true"),
    field("credentials", Kind::Object, "null"),
    field("websites", Kind::Object, "null"),
];

/// The fields of `orderHistory`.
pub(super) static HISTORY: &[Field] = &[
    field("copyDatasetId", Kind::Flag, "true"),
    field("datasetId", Kind::Text, "null"),
    field("from", Kind::Date, "null"),
    field("to", Kind::Date, "null"),
];

impl Kind {
    /// What the field takes, in words that fit behind "give".
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::TextOrNull => "a text or null".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Whole(from, to) => join(&["a whole number from ", &decimal(*from), " to ", &decimal(*to)]),
            Self::Object => "an object".to_owned(),
            Self::Word(words) => listed("one of ", words),
            Self::Words(words) => listed("a list of any of ", words),
            Self::Host => "a host, optionally with a port, such as edge.adobedc.net".to_owned(),
            Self::Path => "a path of letters, digits, - . _ ~ and /, such as ee".to_owned(),
            Self::Date => "a date such as 2024-02-29".to_owned(),
            Self::Batching => "false, or an object of maxEvents, maxBytes and maxWait".to_owned(),
            Self::Function => "a function, to start() only".to_owned(),
        }
    }
}

/// `words` behind `intro`, with commas.
fn listed(intro: &str, words: &[&str]) -> String {
    let mut out = String::from(intro);
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        out.push_str(word);
    }
    out
}

impl Field {
    /// The field's default.
    pub(super) fn default(&self) -> Value {
        Value::parse(self.default).unwrap_or_default()
    }

    /// What `raw` says for this field; `None` when it says nothing: `null` or a blank text, and,
    /// reported, what is of the wrong kind or form. `at` is the field in the issues, `shown` the name
    /// under which its source knows it.
    pub(super) fn read(&self, at: &str, shown: &str, raw: &Value, issues: &mut Vec<Issue>) -> Option<Value> {
        let word = |item: &Value, words: &[&str]| item.as_text().is_some_and(|text| words.contains(&text.trim()));
        let mut refuse = |code, found: &str| {
            let message = join(&[shown, " is ", found, "; give ", &self.kind.expected(), "."]);
            add(issues, Issue::error(at.to_owned(), code, message));
        };
        match (&self.kind, raw) {
            (Kind::TextOrNull, Value::Null) => return Some(Value::Null),
            (_, Value::Null) => return None,
            (Kind::Function, _) => refuse("wrong-kind", raw.kind()),
            (Kind::Flag, Value::Bool(_)) | (Kind::Object, Value::Map(_)) | (Kind::Batching, Value::Bool(false)) => {
                return Some(raw.clone());
            }
            (Kind::Batching, Value::Map(map)) => {
                let prefix = join(&[at, "."]);
                report_unknown(&prefix, &[BATCHING], map, issues);
                return Some(Value::Map(section(&prefix, BATCHING, map, issues)));
            }
            (Kind::Whole(from, to), Value::Number(number)) => match number.as_i64() {
                Some(whole) => {
                    let used = whole.clamp(*from, *to);
                    if used != whole {
                        let message = join(&[
                            shown,
                            " is out of range; ",
                            &decimal(used),
                            " is used. Give ",
                            &self.kind.expected(),
                            ".",
                        ]);
                        add(issues, Issue::warning(at.to_owned(), "out-of-range", message));
                    }
                    return Some(Value::from(used));
                }
                None => refuse("wrong-kind", "a number that is not whole or too big"),
            },
            (Kind::Words(words), Value::List(items)) => {
                let known: Vec<Value> = items.iter().filter(|item| word(item, words)).cloned().map(trimmed).collect();
                if known.len() != items.len() {
                    refuse("unknown-value", "a list with an entry that is unknown and left out");
                }
                // A list of nothing but typing errors must not switch off the default's opt-out signal.
                return (items.is_empty() || !known.is_empty()).then_some(Value::List(known));
            }
            (Kind::Word(words), Value::Text(text)) => {
                if word(raw, words) {
                    return Some(trimmed(raw.clone()));
                }
                if !text.trim().is_empty() {
                    refuse("unknown-value", "a text that is none of its values");
                }
            }
            (Kind::Text | Kind::TextOrNull | Kind::Host | Kind::Path | Kind::Date, Value::Text(text)) => {
                let plain = text.trim();
                let formed = match self.kind {
                    _ if plain.is_empty() => return None,
                    Kind::Host => forms::host(plain),
                    Kind::Path => forms::path(plain).map(String::from),
                    Kind::Date => forms::date(plain).map(|_| plain.to_owned()),
                    _ => Some(plain.to_owned()),
                };
                let Some(formed) = formed else {
                    refuse("bad-form", "a text of another form");
                    return None;
                };
                if plain.len() != text.len() {
                    let message = join(&[shown, " has blanks around it, which are left out."]);
                    add(issues, Issue::warning(at.to_owned(), "blanks", message));
                }
                if matches!(self.kind, Kind::Host) && formed.len() != plain.len() {
                    let message = join(&[shown, " holds more than host and port; the rest is left out."]);
                    add(issues, Issue::warning(at.to_owned(), "repaired", message));
                }
                return Some(Value::Text(formed));
            }
            _ => refuse("wrong-kind", raw.kind()),
        }
        None
    }
}

fn trimmed(value: Value) -> Value {
    value.as_text().map(|text| Value::from(text.trim())).unwrap_or_default()
}

/// All fields of `table` as `map` gives them, else their defaults.
pub(super) fn section(prefix: &str, table: &[Field], map: &Map, issues: &mut Vec<Issue>) -> Map {
    let mut out = Map::new();
    for field in table {
        let at = join(&[prefix, field.name]);
        let given = map.get(field.name).and_then(|raw| field.read(&at, &at, raw, issues));
        out.set(field.name, given.unwrap_or_else(|| field.default()));
    }
    out
}

/// Reports the keys of `map` that no table knows, with the name that was likely meant.
pub(super) fn report_unknown(prefix: &str, tables: &[&[Field]], map: &Map, issues: &mut Vec<Issue>) {
    let fields = || tables.iter().flat_map(|table| table.iter());
    for (key, _) in map.iter().filter(|(key, _)| !fields().any(|field| field.name == *key)) {
        let meant = fields().find(|field| {
            field.name.eq_ignore_ascii_case(key) || (!key.is_empty() && field.data_layer.eq_ignore_ascii_case(key))
        });
        let at = join(&[prefix, key]);
        let message = match meant {
            Some(field) => join(&[&at, " is no setting; did you mean ", prefix, field.name, "?"]),
            None => join(&[&at, " is no setting; leave it out."]),
        };
        add(issues, Issue::warning(at, "unknown-field", message));
    }
}

/// Adds `issue` unless the same problem is there already.
pub(super) fn add(issues: &mut Vec<Issue>, issue: Issue) {
    if !issues.iter().any(|there| there.same_as(&issue)) {
        issues.push(issue);
    }
}
