//! The page of credentials, which order history and customer profiles need.

use alloc::vec::Vec;

use crate::inspect::Issue;
use crate::text::{cut, join, split, trim};
use crate::value::Value;

/// Our names, and those of the developer console's workspace file.
const NAMES: &str = "clientId client_id|clientSecret client_secrets|technicalAccountId technical_account_id|\
technicalAccountEmail technical_account_email|organizationId ims_org_id";

/// Checks credentials given field by field or as the whole workspace file; keys that are not needed
/// are tolerated, as that file has many.
pub(super) fn check(given: &Value, organization: Option<&str>, issues: &mut Vec<Issue>) {
    for pair in split(NAMES, b"|") {
        let (name, file_name) = cut(pair, b" ").unwrap_or_default();
        if text(given, name, file_name).is_some() {
            continue;
        }
        let at = join(&["credentials.", name]);
        match found(given, name, file_name).filter(|found| found.as_text().is_none()) {
            Some(other) => {
                let row = "!wrong-kind:% is $; give $ of the developer console's file.";
                Issue::tell(issues, row, &[&at, other.kind(), file_name]);
            }
            None => {
                let row = "!missing:% is missing; give $ of the developer console's file.";
                Issue::tell(issues, row, &[&at, file_name]);
            }
        }
    }
    let mut tell = |row| Issue::tell(issues, row, &[]);
    let own = text(given, "organizationId", "ims_org_id");
    if own.is_some() && organization.is_some() && own != organization {
        tell("credentials.organizationId!contradiction:% is not organizationId; give a project of that organization.");
    }
    let is_key = text(given, "clientSecret", "client_secrets").is_some_and(|secret| secret.starts_with("-----BEGIN"));
    let kind = given.get("authorizationType").unwrap_or(&Value::Null);
    let is = |word: &str| kind.as_text().is_some_and(|text| text.eq_ignore_ascii_case(word));
    let jwt = is("jwt");
    if !jwt && !kind.is_null() && !is("oauth") {
        return tell("credentials.authorizationType!unknown-value:% is neither oauth nor jwt; give oauth.");
    }
    if jwt {
        tell("credentials.authorizationType!deprecated:% is jwt, which ended on 2025-01-01; give an OAuth credential.");
    }
    if jwt && !is_key {
        tell(
            "credentials.clientSecret!bad-form:% is no private key, as jwt needs; give it with its BEGIN and END lines.",
        );
    } else if is_key && !jwt {
        tell(
            "credentials.clientSecret!contradiction:% is a private key, as jwt takes; give the secret of the OAuth credential.",
        );
    }
}

/// What stands under our name at the top, or under the file's name at any depth; a list gives its first.
fn found<'a>(given: &'a Value, name: &str, file_name: &str) -> Option<&'a Value> {
    let there = |value: &&Value| !value.is_null();
    let found = given.get(name).filter(there).or_else(|| find(given, file_name, 8))?;
    found.as_list().map_or(Some(found), <[Value]>::first).filter(there)
}

fn text<'a>(given: &'a Value, name: &str, file_name: &str) -> Option<&'a str> {
    let text = trim(found(given, name, file_name)?.as_text()?);
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
