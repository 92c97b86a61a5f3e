//! Whether an event is what XDM allows, and if not, which field is wrong and what XDM wants there.

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
    paths::LocationSegment,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One thing that is wrong, and where.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// The field, such as `productListItems[0].quantity`.
    pub(crate) path: String,
    /// What is wanted instead. Never the value, which may be personal data.
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

const SCHEMA: &str = include_str!("../xdm.schema.json");

/// The rules, ready to be held against events.
pub(crate) struct Rules {
    validator: Validator,
    fields: Vec<String>,
}

impl Rules {
    /// Reads the schema that is part of the program.
    ///
    /// # Errors
    /// The schema is broken; the message says where.
    pub(crate) fn read() -> Result<Self, String> {
        let mut schema: Value = serde_json::from_str(SCHEMA).map_err(|error| error.to_string())?;
        let fields = match schema.get("properties").and_then(Value::as_object) {
            Some(properties) => properties.keys().cloned().collect(),
            None => Vec::new(),
        };
        close(&mut schema);
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft7)
            .should_validate_formats(true)
            .build(&schema)
            .map_err(|error| error.to_string())?;
        Ok(Self { validator, fields })
    }

    /// The names of an event's top-level fields.
    pub(crate) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Everything that is wrong with one event's XDM.
    pub(crate) fn check(&self, xdm: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        empty_values(xdm, "", &mut problems);
        for error in self.validator.iter_errors(xdm) {
            let at = path(&error);
            // An absent value was already named, more plainly, by the walk above.
            if !problems.iter().any(|known| known.path == at) {
                problems.extend(explain(&error, &at));
            }
        }
        identities(xdm.get("identityMap"), &mut problems);
        problems
    }
}

/// Closes every object that lists its fields, except for names that begin with an underscore.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("properties").is_some_and(Value::is_object)
                && map.get("type") == Some(&json!("object"))
                && !map.contains_key("additionalProperties")
            {
                map.insert("additionalProperties".into(), Value::Bool(false));
                map.insert("patternProperties".into(), json!({ "^_": {} }));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

/// Neither null nor an empty text, list or object may be sent; nor the texts that scripts make of
/// absent values.
pub(crate) fn empty_values(value: &Value, at: &str, problems: &mut Vec<Problem>) {
    let mut say = |what: &str| {
        problems.push(Problem::new(at, format!("{what}: leave the field out when there is no value")));
    };
    match value {
        Value::Null => say("is null"),
        // An option without a label: XDM wants `value` beside `attribute`, and Adobe's collector sends it so.
        Value::String(text) if text.is_empty() && is_option_value(at) => {}
        Value::String(text) if text.is_empty() => say("is an empty text"),
        Value::String(text) if matches!(text.as_str(), "undefined" | "null" | "NaN" | "[object Object]") => {
            say("is the text that a script makes of an absent value");
        }
        Value::Array(list) if list.is_empty() => say("is an empty list"),
        Value::Object(map) if map.is_empty() => say("is an empty object"),
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                empty_values(item, &format!("{at}[{index}]"), problems);
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                empty_values(item, &field(at, name), problems);
            }
        }
        _ => {}
    }
}

fn is_option_value(at: &str) -> bool {
    at.contains(".selectedOptions[") && at.ends_with("].value")
}

fn field(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn path(error: &ValidationError<'_>) -> String {
    let mut text = String::new();
    for segment in &error.instance_path {
        match segment {
            LocationSegment::Property(name) => text = field(&text, &name),
            LocationSegment::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// What a value is, with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn wanted(name: &str) -> &str {
    match name {
        "string" => "a text",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

fn explain(error: &ValidationError<'_>, at: &str) -> Vec<Problem> {
    let found = kind(&error.instance);
    let message = match &error.kind {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            return unexpected.iter().map(|name| Problem::new(field(at, name), "XDM has no such field")).collect();
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            return vec![Problem::new(field(at, name), "is missing: XDM requires it")];
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(name) } => {
            format!("XDM wants {}, not {found}", wanted(&name.to_string()))
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> =
                options.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
            format!("XDM wants one of {}", options.join(", "))
        }
        ValidationErrorKind::Pattern { pattern } => match pattern.as_str() {
            "^[A-Z]{3}$" => "XDM wants a currency code of three capital letters".to_owned(),
            "^[A-Z]{2}$" => "XDM wants a country code of two capital letters".to_owned(),
            "^[^@\\s]+@[^@\\s]+$" => "XDM wants an e-mail address".to_owned(),
            other => format!("XDM wants a text that matches {other}"),
        },
        ValidationErrorKind::Format { format } => match format.as_str() {
            "date-time" => "XDM wants an RFC 3339 time with its offset".to_owned(),
            "date" => "XDM wants a date, year-month-day".to_owned(),
            "uri" => "XDM wants an absolute URI".to_owned(),
            "uri-reference" => "XDM wants a URI reference: no spaces, no control characters".to_owned(),
            other => format!("XDM wants the format {other}"),
        },
        ValidationErrorKind::Minimum { limit } => format!("XDM wants at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("XDM wants at most {limit}"),
        _ => "XDM does not allow this value".to_owned(),
    };
    vec![Problem::new(at, message)]
}

fn identities(map: Option<&Value>, problems: &mut Vec<Problem>) {
    let empty = Map::new();
    let map = map.and_then(Value::as_object).unwrap_or(&empty);
    let mut primaries = 0;
    for (namespace, list) in map {
        for (index, identity) in list.as_array().into_iter().flatten().enumerate() {
            let at = format!("identityMap.{namespace}[{index}]");
            primaries += usize::from(identity.get("primary") == Some(&Value::Bool(true)));
            match identity.get("id").and_then(Value::as_str) {
                None => problems.push(Problem::new(
                    format!("{at}.id"),
                    "is missing: an identity without its text identifies nobody",
                )),
                Some(id) if namespace == "ECID" && !is_ecid(id) => {
                    problems.push(Problem::new(format!("{at}.id"), "an ECID is 38 digits, not all of them 0"))
                }
                Some(_) => {}
            }
        }
    }
    if primaries != 1 {
        problems.push(Problem::new("identityMap", format!("exactly one identity must be primary; {primaries} are")));
    }
}

/// Whether a text can be an ECID.
pub(crate) fn is_ecid(id: &str) -> bool {
    id.len() == 38 && id.bytes().all(|byte| byte.is_ascii_digit()) && id.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({
            "_id": "2a9cdbf8-eced-441c-87d9-d247c3cec2c3",
            "timestamp": "2026-11-22T15:17:44.527Z",
            "eventType": "commerce.productListAdds",
            "identityMap": { "ECID": [{ "id": "41861666193140161934276845651148876988", "primary": true }] },
            "commerce": { "productListAdds": { "value": 1 } },
            "productListItems": [{ "SKU": "24-MB01", "quantity": 2, "priceTotal": 68.5, "currencyCode": "USD" }],
            "_tenant": { "anything": true }
        })
    }

    /// The problems after the value at `pointer` was replaced (or, for `None`, removed).
    fn after(pointer: &str, value: Option<Value>) -> Vec<(String, String)> {
        let mut event = good();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match (event.pointer_mut(parent).unwrap(), value) {
            (Value::Object(map), Some(value)) => {
                map.insert(name.to_owned(), value);
            }
            (Value::Object(map), None) => {
                map.remove(name);
            }
            _ => panic!("{parent} is no object"),
        }
        let rules = Rules::read().unwrap();
        rules.check(&event).into_iter().map(|problem| (problem.path, problem.message)).collect()
    }

    #[test]
    fn a_good_event_has_no_problem() {
        assert_eq!(Rules::read().unwrap().check(&good()), []);
    }

    #[test]
    fn each_problem_names_its_field_and_the_wish() {
        let cases = [
            ("/_id", None, "_id", "is missing"),
            ("/timestamp", None, "timestamp", "is missing"),
            ("/timestamp", Some(json!("today")), "timestamp", "RFC 3339"),
            (
                "/productListItems/0/quantity",
                Some(json!("2")),
                "productListItems[0].quantity",
                "an integer, not a text",
            ),
            (
                "/productListItems/0/quantity",
                Some(json!(1.5)),
                "productListItems[0].quantity",
                "an integer, not a number with a fraction",
            ),
            ("/productListItems/0/SKU", None, "productListItems[0].SKU", "is missing"),
            (
                "/productListItems/0/currencyCode",
                Some(json!("usd")),
                "productListItems[0].currencyCode",
                "three capital letters",
            ),
            ("/productListItems/0/name", Some(json!("")), "productListItems[0].name", "empty text"),
            (
                "/productListItems/0/productImageUrl",
                Some(Value::Null),
                "productListItems[0].productImageUrl",
                "is null",
            ),
            (
                "/productListItems/0/selectedOptions",
                Some(json!([])),
                "productListItems[0].selectedOptions",
                "empty list",
            ),
            ("/commerce/productListAdds", Some(json!({})), "commerce.productListAdds", "empty object"),
            ("/commerce/purchases", Some(json!({"id": "1"})), "commerce.purchases.value", "is missing"),
            (
                "/commerce/order",
                Some(json!({"orderType": "mail"})),
                "commerce.order.orderType",
                "checkout, instant_purchase",
            ),
            ("/siteSearch", Some(json!({"refinements": 1})), "siteSearch.refinements", "no such field"),
            ("/commerce/order", Some(json!({"purchaseID": "undefined"})), "commerce.order.purchaseID", "absent value"),
            ("/identityMap", None, "identityMap", "exactly one"),
        ];
        for (pointer, value, path, message) in cases {
            let problems = after(pointer, value);
            assert!(problems.iter().any(|(at, says)| at == path && says.contains(message)), "{pointer}: {problems:?}");
            assert_eq!(problems.len(), 1, "{pointer}: {problems:?}");
        }
    }

    #[test]
    fn identities_are_real_and_one_is_primary() {
        let zeros = json!({"ECID": [{"id": "0".repeat(38), "primary": true}]});
        assert_eq!(after("/identityMap", Some(zeros))[0].0, "identityMap.ECID[0].id");
        let two = json!({
            "ECID": [{"id": "41861666193140161934276845651148876988", "primary": true}],
            "Email": [{"id": "a@example.com", "primary": true}]
        });
        assert_eq!(
            after("/identityMap", Some(two)),
            [("identityMap".to_owned(), "exactly one identity must be primary; 2 are".to_owned())]
        );
    }
}
