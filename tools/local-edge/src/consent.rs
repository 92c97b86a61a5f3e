//! What a `set-consent` request, or a consent string inside an event, decides.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::refusal::Refusal;

/// Whether data of this shopper may be collected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum General {
    In,
    Out,
}

impl General {
    /// The consent cookie's value.
    pub(crate) fn cookie(self) -> &'static str {
        match self {
            Self::In => "general=in",
            Self::Out => "general=out",
        }
    }

    /// Reads a consent cookie, `a=b;c=d`.
    pub(crate) fn from_cookie(value: &str) -> Option<Self> {
        value.split(';').find_map(|pair| match pair.trim() {
            "general=in" => Some(Self::In),
            "general=out" => Some(Self::Out),
            _ => None,
        })
    }
}

const TITLE: &str = "Invalid consent";

fn invalid(field: &str, wanted: &str) -> Refusal {
    Refusal::new("0102", 400, TITLE, format!("{field}: {wanted}"))
}

/// Decides over the `consent` array of a request. `None` when it neither allows nor refuses (the
/// shopper has not answered yet). A refusal by one standard wins over a permission by another.
pub(crate) fn decide(consent: Option<&Value>) -> Result<Option<General>, Refusal> {
    let Some(given) = consent else {
        return Err(missing("consent"));
    };
    let Some(list) = given.as_array().filter(|list| !list.is_empty()) else {
        return Err(invalid("consent", "must be a list with at least one entry"));
    };
    let mut decision = None;
    for (at, entry) in list.iter().enumerate() {
        let found = one(entry, &format!("consent[{at}]"))?;
        decision = match (decision, found) {
            (Some(General::Out), _) | (_, Some(General::Out)) => Some(General::Out),
            (before, None) => before,
            (_, found) => found,
        };
    }
    Ok(decision)
}

fn missing(field: &str) -> Refusal {
    Refusal::new("0103", 400, TITLE, format!("{field} is missing"))
}

fn one(entry: &Value, at: &str) -> Result<Option<General>, Refusal> {
    let word = |field: &str| entry.get(field).and_then(Value::as_str).ok_or_else(|| missing(&format!("{at}.{field}")));
    let standard = word("standard")?;
    let version = word("version")?;
    let value = entry.get("value").filter(|value| !value.is_null()).ok_or_else(|| missing(&format!("{at}.value")))?;
    match (standard, version) {
        ("Adobe", "1.0") => match value.get("general").and_then(Value::as_str) {
            Some("in") => Ok(Some(General::In)),
            Some("out") => Ok(Some(General::Out)),
            Some("pending" | "not_provided") => Ok(None),
            Some(_) => Err(invalid(&format!("{at}.value.general"), "must be in, out, pending or not_provided")),
            None => Err(invalid(&format!("{at}.value"), "must have the purpose general")),
        },
        ("Adobe", "2.0") => {
            if !value.is_object() {
                return Err(invalid(&format!("{at}.value"), "must be an object"));
            }
            let field = format!("{at}.value.collect.val");
            match value.pointer("/collect/val").map(Value::as_str) {
                None => Ok(None),
                Some(Some("y" | "li" | "ct" | "cp" | "vi" | "pi")) => Ok(Some(General::In)),
                Some(Some("n")) => Ok(Some(General::Out)),
                Some(Some("p" | "u")) => Ok(None),
                Some(_) => Err(invalid(&field, "must be one of y, n, p, u, li, ct, cp, vi, pi")),
            }
        }
        ("IAB TCF", "2.0") => {
            let Some(text) = value.as_str() else {
                return Err(invalid(&format!("{at}.value"), "must be a TC string"));
            };
            if text.is_empty() {
                return Err(Refusal::new("0104", 422, TITLE, format!("{at}.value: the TC string is empty")));
            }
            if entry.get("gdprApplies") == Some(&Value::Bool(false)) {
                return Ok(Some(General::In));
            }
            tcf(text).map(Some).ok_or_else(|| invalid(&format!("{at}.value"), "is not a TC string of version 2"))
        }
        _ => Err(invalid(at, "standard and version must be Adobe 1.0, Adobe 2.0 or IAB TCF 2.0")),
    }
}

/// What the consent strings inside an event decide, if there are any.
pub(crate) fn in_event(xdm: &Value) -> Option<General> {
    let strings = xdm.get("consentStrings")?.as_array()?;
    strings.iter().find_map(|entry| {
        if entry.get("gdprApplies") == Some(&Value::Bool(false)) {
            return Some(General::In);
        }
        tcf(entry.get("consentStringValue")?.as_str()?)
    })
}

/// Adobe's number in the global vendor list.
const VENDOR: usize = 565;

/// Reads the core part of a TC string: Adobe collects only when purposes 1 (store on a device) and
/// 10 (improve products) and Adobe itself as a vendor are allowed.
fn tcf(text: &str) -> Option<General> {
    let core = text.split('.').next()?;
    let bits = Bits(URL_SAFE_NO_PAD.decode(core).ok().or_else(|| {
        // The encoding fills up to six bits, which strict decoders take for an error.
        URL_SAFE_NO_PAD.decode(core.get(..core.len() - core.len() % 4)?).ok()
    })?);
    if bits.number(0, 6)? != 2 {
        return None;
    }
    let allowed = bits.bit(152)? && bits.bit(161)? && bits.vendor()?;
    Some(if allowed { General::In } else { General::Out })
}

struct Bits(Vec<u8>);

impl Bits {
    fn bit(&self, at: usize) -> Option<bool> {
        Some(self.0.get(at / 8)? >> (7 - at % 8) & 1 == 1)
    }

    fn number(&self, at: usize, length: usize) -> Option<usize> {
        let mut number = 0;
        for place in at..at + length {
            number = number << 1 | usize::from(self.bit(place)?);
        }
        Some(number)
    }

    fn vendor(&self) -> Option<bool> {
        let highest = self.number(213, 16)?;
        if VENDOR > highest {
            return Some(false);
        }
        if !self.bit(229)? {
            return self.bit(230 + VENDOR - 1);
        }
        let mut at = 242;
        for _ in 0..self.number(230, 12)? {
            let range = self.bit(at)?;
            let first = self.number(at + 1, 16)?;
            let last = if range { self.number(at + 17, 16)? } else { first };
            if (first..=last).contains(&VENDOR) {
                return Some(true);
            }
            at += if range { 33 } else { 17 };
        }
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(consent: Value) -> (&'static str, u16) {
        let refusal = decide(Some(&consent)).unwrap_err();
        (refusal.code, refusal.status)
    }

    #[test]
    fn each_standard_decides() {
        let adobe = |general: &str| json!([{"standard": "Adobe", "version": "1.0", "value": {"general": general}}]);
        assert_eq!(decide(Some(&adobe("in"))).unwrap(), Some(General::In));
        assert_eq!(decide(Some(&adobe("out"))).unwrap(), Some(General::Out));
        assert_eq!(decide(Some(&adobe("pending"))).unwrap(), None);
        let two = |val: &str| json!([{"standard": "Adobe", "version": "2.0", "value": {"collect": {"val": val}}}]);
        assert_eq!(decide(Some(&two("y"))).unwrap(), Some(General::In));
        assert_eq!(decide(Some(&two("n"))).unwrap(), Some(General::Out));
        let both = json!([two("n")[0], adobe("in")[0]]);
        assert_eq!(decide(Some(&both)).unwrap(), Some(General::Out));
    }

    #[test]
    fn tc_strings_are_read() {
        let given = |text: &str, applies: bool| {
            decide(Some(&json!([{"standard": "IAB TCF", "version": "2.0", "value": text,
                "gdprApplies": applies}])))
        };
        let yes = "CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA";
        let no = "CO052kIO052kIDGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA";
        assert_eq!(given(yes, true).unwrap(), Some(General::In));
        assert_eq!(given(no, false).unwrap(), Some(General::In));
        assert_eq!(given("hello", true).unwrap_err().code, "0102");
    }

    #[test]
    fn bad_consent_has_the_documented_codes() {
        let entry = |standard: &str, version: &str, value: Value| json!([{"standard": standard, "version": version, "value": value}]);
        assert_eq!(code(entry("IAB", "2.0", json!("x"))), ("0102", 400));
        assert_eq!(code(entry("Adobe", "3.0", json!({}))), ("0102", 400));
        assert_eq!(code(entry("Adobe", "1.0", json!({"analytics": "in"}))), ("0102", 400));
        assert_eq!(code(json!([{"standard": "Adobe", "version": "1.0"}])), ("0103", 400));
        assert_eq!(code(entry("IAB TCF", "2.0", json!(""))), ("0104", 422));
        assert_eq!(decide(None).unwrap_err().code, "0103");
    }
}
