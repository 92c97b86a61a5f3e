//! The table of fields, and how one value of a field is read.

use alloc::string::String;
use alloc::vec::Vec;

use super::forms;
use crate::inspect::Issue;
use crate::text::{cut, decimal, join, replace, split, trim};
use crate::value::{Map, Value, parse_f64};

/// One field: a line of a table.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// What it takes: `t` a text, `n` a text or `null` in its own right, `f` a flag, `o` an object,
    /// `#a..b` a whole number from a to b, `(a|b)` one of these words, `[a|b]` a list of some of them,
    /// `h` a host, `p` a path, `d` a date, `b` batching, `x` a function, which comes beside the value.
    kind: &'static str,
    /// Its name in the data layer's `aepContext`; empty when it cannot come from there.
    pub(super) data_layer: &'static str,
    /// The default as JSON.
    pub(super) default: &'static str,
}

/// The settings of the collector, in the order of the contract: name, what it takes, name in the data
/// layer, default.
pub(super) const FIELDS: &str = "\
organizationId t imsOrgId null
datastreamId t datastreamId null
datasetId t  null
webSdkName t webSdkName null
webSdkTimeout #0..2147483647  10000
storefrontEvents f  null
edgeDomain h edgeDomain \"edge.adobedc.net\"
edgeBasePath p  \"ee\"
identityMap o identityMap null
dataLayerName t  \"adobeDataLayer\"
defaultConsent (in|out|pending)  \"in\"
consentSources [mg_dnt|gpc|tcf|user_allowed_save_cookie|web_sdk]  [\"mg_dnt\"]
personalData f  true
context [web|device|environment|placeContext|highEntropyUserAgentHints]  [\"web\",\"device\",\"environment\",\"placeContext\"]
thirdPartyCookiesEnabled f  false
batching b  {\"maxEvents\":50,\"maxBytes\":60000,\"maxWait\":250}
instanceName n  \"alloy\"
onBeforeEventSend x  null
debugEnabled f  false
";

/// Settings that somebody touches to protect the shopper: what they mean as long as they cannot be read. Nobody says
/// `storefrontEvents` to have the default, so events wait for it.
const PROTECTING: [(&str, &str); 4] =
    [("storefrontEvents", "null"), ("defaultConsent", "\"pending\""), ("personalData", "false"), ("hipaa", "true")];

const BATCHING: &str = "\
maxEvents #1..1000  50
maxBytes #1..60000  60000
maxWait #0..60000  250
";

/// The fields of an identity that have a form, beside its ID.
pub(super) const IDENTITY: &str = "\
primary f  null
authenticatedState (ambiguous|authenticated|loggedOut)  null
";

/// The fields that only the connector's configuration page has.
pub(super) const CONNECTOR: &str = "\
webSdkDeployed f  null
hipaa f  false
backOfficeEvents f  false
sandboxName t  null
customerProfiles f  false
profileDatasetId t  null
streamProfilesThroughSameDatastream f  true
profileDatastreamId t  null
orderHistory o  null
syncServiceReady f  true
credentials o  null
websites o  null
";

/// The fields of `orderHistory`.
pub(super) const HISTORY: &str = "\
copyDatasetId f  true
datasetId t  null
from d  null
to d  null
";

/// The fields of `table`, in order.
pub(super) fn fields(table: &'static str) -> Fields {
    Fields(table)
}

/// See [`fields`].
pub(super) struct Fields(&'static str);

impl Iterator for Fields {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        let (line, rest) = cut(self.0, b"\n")?;
        self.0 = rest;
        let (name, rest) = cut(line, b" ")?;
        let (kind, rest) = cut(rest, b" ")?;
        let (data_layer, default) = cut(rest, b" ")?;
        Some(Field { name, kind, data_layer, default })
    }
}

impl Field {
    fn letter(self) -> u8 {
        self.kind.bytes().next().unwrap_or_default()
    }

    /// Whether JSON can carry it.
    pub(super) fn is_function(self) -> bool {
        self.letter() == b'x'
    }

    /// What follows the first letter of its kind: the ends of a range, the words of a list.
    fn inner(self) -> &'static str {
        self.kind.get(1..).unwrap_or_default().trim_end_matches([')', ']'])
    }

    fn ends(self) -> (&'static str, &'static str) {
        let (from, to) = cut(self.inner(), b".").unwrap_or_default();
        (from, to.get(1..).unwrap_or_default())
    }

    /// What the field takes, in words that fit behind "give".
    pub(super) fn expected(self) -> String {
        let words = match self.letter() {
            b't' => "a text",
            b'n' => "a text or null",
            b'f' => "true or false",
            b'o' => "an object",
            b'h' => "a host, optionally with a port, such as edge.adobedc.net",
            b'p' => "a path of letters, digits, - . _ ~ and /, such as ee",
            b'd' => "a date such as 2024-02-29",
            b'b' => "false, or an object of maxEvents, maxBytes and maxWait",
            b'#' => {
                let (from, to) = self.ends();
                return join(&["a whole number from ", from, " to ", to]);
            }
            b'(' => "one of ",
            b'[' => "a list of any of ",
            _ => "a function, to start() only",
        };
        match self.letter() {
            b'(' | b'[' => join(&[words, &replace(self.inner(), "|", ", ")]),
            _ => words.into(),
        }
    }

    /// The field's default.
    pub(super) fn default(self) -> Value {
        Value::parse(self.default).unwrap_or_default()
    }

    /// The one of its words that `value` is.
    fn word(self, value: &Value) -> Option<&'static str> {
        let text = trim(value.as_text()?);
        split(self.inner(), b"|").find(|word| *word == text)
    }

    /// What `raw` says for this field; `None` when it says nothing: `null` or a blank text, and,
    /// reported, what is of the wrong kind or form, unless the field protects the shopper. `at` is the field in the issues, `shown` the name
    /// under which its source knows it.
    pub(super) fn read(self, at: &str, shown: &str, raw: &Value, issues: &mut Vec<Issue>) -> Option<Value> {
        let letter = self.letter();
        let (row, found) = match raw {
            Value::Null => return (letter == b'n').then_some(Value::Null),
            Value::Text(text) if letter == b'x' && text.starts_with("\0f") => return None,
            Value::Bool(on) if letter == b'f' || (letter == b'b' && !on) => return Some(raw.clone()),
            Value::Map(_) if letter == b'o' => return Some(raw.clone()),
            Value::Map(map) if letter == b'b' => {
                let prefix = join(&[at, "."]);
                report_unknown(&prefix, &[BATCHING], map, issues);
                return Some(Value::Map(section(&prefix, BATCHING, map, issues)));
            }
            Value::Number(number) if letter == b'#' => match number.as_i64() {
                Some(whole) => {
                    let (from, to) = self.ends();
                    let end = |text| parse_f64(text).unwrap_or_default() as i64;
                    let used = whole.min(end(to)).max(end(from));
                    if used != whole {
                        let args = [at, shown, &decimal(used), &self.expected()];
                        Issue::tell(issues, "?out-of-range:$ is out of range; $ is used. Give $.", &args);
                    }
                    return Some(Value::from(used));
                }
                None => (WRONG_KIND, "a number that is not whole or too big"),
            },
            Value::List(items) if letter == b'[' => {
                let mut known = Vec::new();
                for item in items {
                    if let Some(word) = self.word(item) {
                        known.push(Value::from(word));
                    }
                }
                let some = items.is_empty() || !known.is_empty();
                if known.len() != items.len() {
                    self.refuse(
                        UNKNOWN_VALUE,
                        [at, shown, "a list with an entry that is unknown and left out"],
                        issues,
                    );
                }
                // A list of nothing but typing errors must not switch off the default's opt-out signal.
                return some.then_some(Value::List(known));
            }
            Value::Text(text) if b"tnhpd(".contains(&letter) && !text.starts_with('\0') => {
                let plain = trim(text);
                if plain.is_empty() {
                    return None;
                }
                let formed = match letter {
                    b'h' => forms::host(plain),
                    b'p' => forms::path(plain).map(String::from),
                    b'd' if forms::date(plain).is_none() => None,
                    b'(' => match self.word(raw) {
                        Some(word) => return Some(Value::from(word)),
                        None => {
                            self.refuse(UNKNOWN_VALUE, [at, shown, "a text that is none of its values"], issues);
                            return self.unreadable();
                        }
                    },
                    _ => Some(plain.into()),
                };
                match formed {
                    None => ("!bad-form:$ is $; give $.", "a text of another form"),
                    Some(formed) => {
                        if plain.len() != text.len() {
                            Issue::tell(issues, "?blanks:$ has blanks around it, which are left out.", &[at, shown]);
                        }
                        if letter == b'h' && formed.len() != plain.len() {
                            let row = "?repaired:$ holds more than host and port; the rest is left out.";
                            Issue::tell(issues, row, &[at, shown]);
                        }
                        return Some(Value::Text(formed));
                    }
                }
            }
            _ => (WRONG_KIND, raw.kind()),
        };
        self.refuse(row, [at, shown, found], issues);
        self.unreadable()
    }

    /// What counts where something was said that nobody understands.
    fn unreadable(self) -> Option<Value> {
        PROTECTING.iter().find(|(name, _)| *name == self.name).map(|(_, value)| Value::parse(value).unwrap_or_default())
    }

    fn refuse(self, row: &'static str, [at, shown, found]: [&str; 3], issues: &mut Vec<Issue>) {
        Issue::tell(issues, row, &[at, shown, found, &self.expected()]);
    }
}

const WRONG_KIND: &str = "!wrong-kind:$ is $; give $.";
const UNKNOWN_VALUE: &str = "!unknown-value:$ is $; give $.";

/// All fields of `table` as `map` gives them, else their defaults.
pub(super) fn section(prefix: &str, table: &'static str, map: &Map, issues: &mut Vec<Issue>) -> Map {
    let mut out = Map::new();
    for field in fields(table) {
        let at = join(&[prefix, field.name]);
        let given = map.get(field.name).and_then(|raw| field.read(&at, &at, raw, issues));
        out.set(field.name, given.unwrap_or_else(|| field.default()));
    }
    out
}

/// Reports the keys of `map` that no table knows, with the name that was likely meant.
pub(super) fn report_unknown(prefix: &str, tables: &[&'static str], map: &Map, issues: &mut Vec<Issue>) {
    for (key, _) in map.iter() {
        let mut meant = None;
        let mut known = false;
        for field in tables.iter().flat_map(|table| fields(table)) {
            known |= field.name == key;
            let alike =
                field.name.eq_ignore_ascii_case(key) || (!key.is_empty() && field.data_layer.eq_ignore_ascii_case(key));
            if alike && meant.is_none() {
                meant = Some(field.name);
            }
        }
        if known {
            continue;
        }
        let at = join(&[prefix, key]);
        match meant {
            Some(name) => Issue::tell(issues, "?unknown-field:% is no setting; did you mean $$?", &[&at, prefix, name]),
            None => Issue::tell(issues, "?unknown-field:% is no setting; leave it out.", &[&at]),
        }
    }
}
