//! The page of credentials, which order history and customer profiles need.

use alloc::vec::Vec;

use super::fields::add;
use crate::inspect::Issue;
use crate::text::join;
use crate::value::Value;

/// Our names, and those of the developer console's workspace file.
const NAMES: [(&str, &str); 5] = [
    ("clientId", "client_id"),
    ("clientSecret", "client_secrets"),
    ("technicalAccountId", "technical_account_id"),
    ("technicalAccountEmail", "technical_account_email"),
    ("organizationId", "ims_org_id"),
];

/// Checks credentials given field by field or as the whole workspace file; keys that are not needed
/// are tolerated, as that file has many.
pub(super) fn check(given: &Value, organization: Option<&str>, issues: &mut Vec<Issue>) {
    for (name, file_name) in NAMES {
        if text(given, name, file_name).is_none() {
            let at = join(&["credentials.", name]);
            let message = join(&[&at, " is missing; it is ", file_name, " in the developer console's file."]);
            add(issues, Issue::error(at, "missing", message));
        }
    }
    let mut error = |field: &'static str, code, message: &str| add(issues, Issue::error(field, code, message));
    let own = text(given, "organizationId", "ims_org_id");
    if own.is_some() && organization.is_some() && own != organization {
        let message =
            "credentials.organizationId is not organizationId; use a developer project of the same organization.";
        error("credentials.organizationId", "contradiction", message);
    }
    let is_key = text(given, "clientSecret", "client_secrets").is_some_and(|secret| secret.starts_with("-----BEGIN"));
    let jwt = match given.get("authorizationType") {
        None | Some(Value::Null) => false,
        Some(Value::Text(text)) if text.eq_ignore_ascii_case("oauth") => false,
        Some(Value::Text(text)) if text.eq_ignore_ascii_case("jwt") => true,
        Some(_) => {
            error(
                "credentials.authorizationType",
                "unknown-value",
                "credentials.authorizationType is neither oauth nor jwt; give oauth.",
            );
            return;
        }
    };
    if jwt {
        let message =
            "credentials.authorizationType is jwt, which Adobe switched off on 2025-01-01; make an OAuth credential.";
        error("credentials.authorizationType", "deprecated", message);
    }
    if jwt && !is_key {
        error(
            "credentials.clientSecret",
            "bad-form",
            "credentials.clientSecret is no private key, which jwt needs; give it with its BEGIN and END lines.",
        );
    } else if is_key && !jwt {
        error(
            "credentials.clientSecret",
            "contradiction",
            "credentials.clientSecret is a private key, which only jwt takes; give the secret of the OAuth credential.",
        );
    }
}

/// The text under our name at the top, or under the file's name at any depth; a list gives its first.
fn text<'a>(given: &'a Value, name: &str, file_name: &str) -> Option<&'a str> {
    let found = given.get(name).or_else(|| find(given, file_name, 8))?;
    let text = found.as_list().map_or(Some(found), <[Value]>::first)?.as_text()?.trim();
    (!text.is_empty()).then_some(text)
}

fn find<'a>(value: &'a Value, name: &str, depth: u32) -> Option<&'a Value> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Map(map) => map.get(name).or_else(|| map.iter().find_map(|(_, inner)| find(inner, name, depth))),
        Value::List(items) => items.iter().find_map(|inner| find(inner, name, depth)),
        _ => None,
    }
}
