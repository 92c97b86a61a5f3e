//! The page's Order History tab and the credentials page: rows 56 to 81 of section 9.

use super::super::{Validation, validate_at};
use super::connector::CREDENTIALS;
use super::{json, told};

const GOOD: &str = r#""organizationId":"ORG","datastreamId":"DATASTREAM","datasetId":"DATASET""#;

fn with(history: &str) -> Validation {
    validate_at(&json(&format!(r#"{{{GOOD},"credentials":{CREDENTIALS},"orderHistory":{{{history}}}}}"#)), "2025-06-15")
}

fn check(rule: &str, history: &str, issues: &[&str], sync: bool) {
    let found = with(history);
    let issues: Vec<String> = issues.iter().map(|&issue| issue.into()).collect();
    assert_eq!((told(&found.issues), found.can_start_sync), (issues, sync), "{rule}: {history}");
    assert!(found.can_save && found.will_collect, "another page: {rule}");
}

#[test]
fn row_75_a_range_of_at_most_five_years() {
    for (from, to, code) in [
        ("2020-06-15", "2025-06-15", ""),
        ("2020-06-14", "2025-06-15", "!orderHistory.to too-long"),
        ("2019-01-01", "2024-01-01", ""),
        ("2019-01-01", "2024-01-02", "!orderHistory.to too-long"),
        ("2020-02-29", "2025-02-28", ""),
        ("2020-02-29", "2025-03-01", "!orderHistory.to too-long"),
        ("2019-02-28", "2024-02-28", ""),
        ("2019-02-28", "2024-02-29", "!orderHistory.to too-long"),
        ("2025-06-15", "2025-06-15", ""),
        ("2025-06-15", "2025-06-14", "!orderHistory.from order"),
        ("2025-06-15", "2025-06-16", "!orderHistory.to future"),
        ("2023-02-29", "2024-01-01", "!orderHistory.from bad-form"),
        ("15.06.2024", "2025-01-01", "!orderHistory.from bad-form"),
    ] {
        let issues: &[&str] = if code.is_empty() { &[] } else { &[code] };
        check("row 75", &format!(r#""from":"{from}","to":"{to}""#), issues, code.is_empty());
    }
    let raw = json(&format!(r#"{{{GOOD},"orderHistory":{{"from":"2099-01-01","to":"2099-01-01"}}}}"#));
    assert!(validate_at(&raw, "").can_start_sync, "without knowing the day the future is not judged");
}

#[test]
fn row_74_a_range_needs_both_ends() {
    check("from alone", r#""from":"2025-01-01""#, &["!orderHistory.to missing"], false);
    check("to alone", r#""to":"2025-01-01","from":"""#, &["!orderHistory.from missing"], false);
    check("nothing said", "", &[], true);
    check("wrong kind", r#""from":5,"to":"2025-01-01""#, &["!orderHistory.from wrong-kind"], false);
}

#[test]
fn rows_72_73_copy_dataset_id_guarantees_the_dataset_of_the_settings() {
    check("ticked already", r#""datasetId":"DATASET""#, &[], true);
    check("locked", r#""datasetId":"aaaaaaaaaaaaaaaaaaaaaaaa""#, &["orderHistory.datasetId ignored"], true);
    check("off allows another", r#""copyDatasetId":false,"datasetId":"aaaaaaaaaaaaaaaaaaaaaaaa""#, &[], true);
}

#[test]
fn rows_79_81_start_sync_is_disabled_if_the_dataset_is_blank_or_invalid() {
    check("blank", r#""copyDatasetId":false"#, &["!orderHistory.datasetId missing"], false);
    check("invalid", r#""copyDatasetId":false,"datasetId":"x""#, &["!orderHistory.datasetId bad-form"], false);
    for (dataset, sync) in
        [(r#""datasetId":"DATASET""#, true), (r#""datasetId":"""#, false), (r#""datasetId":"x""#, false)]
    {
        let raw = json(&format!(r#"{{"organizationId":"ORG","datastreamId":"DATASTREAM",{dataset}}}"#));
        assert_eq!(validate_at(&raw, "").can_start_sync, sync, "{dataset}");
    }
    let raw = json(&format!(
        r#"{{"organizationId":"ORG","storefrontEvents":false,"credentials":{CREDENTIALS},"orderHistory":{{}}}}"#
    ));
    let found = validate_at(&raw, "");
    assert_eq!(told(&found.issues), ["!orderHistory.datasetId missing"], "both off, but history goes somewhere");
    assert!(found.can_save && !found.can_start_sync);
}

#[test]
fn row_71_only_with_the_sync_service_on() {
    for (ready, sync) in [("true", true), ("false", false), ("null", true)] {
        let raw = json(&format!(r#"{{{GOOD},"syncServiceReady":{ready}}}"#));
        let found = validate_at(&raw, "");
        assert_eq!((found.can_start_sync, found.can_save), (sync, true), "{ready}");
        let told = told(&found.issues);
        assert_eq!(told, if sync { vec![] } else { vec!["syncServiceReady missing"] }, "{ready}");
    }
}

#[test]
fn unknown_fields_of_order_history_are_reported() {
    check("unknown", r#""until":"2025-01-01""#, &["orderHistory.until unknown-field"], true);
    let found = validate_at(&json(&format!(r#"{{{GOOD},"orderHistory":5}}"#)), "");
    assert_eq!(told(&found.issues), ["!orderHistory wrong-kind"]);
    assert!(!found.can_start_sync && found.can_save);
}

fn credentials(text: &str) -> Validation {
    validate_at(&json(&format!(r#"{{{GOOD},"credentials":{text}}}"#)), "")
}

#[test]
fn missing_credentials_are_told_where_they_are_needed() {
    let found = validate_at(&json(&format!(r#"{{{GOOD},"orderHistory":{{}}}}"#)), "");
    assert_eq!(told(&found.issues), ["credentials missing"]);
    assert!(found.can_start_sync, "what is not said is not held against it");
}

#[test]
fn row_63_the_file_is_pasted_as_a_whole() {
    let file = r#"{"project":{"id":"1","org":{"id":"2","ims_org_id":"ORG"},"workspace":{"details":{"credentials":[
        {"oauth_server_to_server":{"client_id":"c","client_secrets":["s"],"technical_account_email":"e",
        "technical_account_id":"t","scopes":["openid"]}}]}}}}"#;
    assert_eq!(told(&credentials(file).issues), [""; 0]);
    let found = credentials(&file.replace("client_id", "other"));
    assert_eq!(told(&found.issues), ["!credentials.clientId missing"]);
    assert!(!found.can_start_sync && !found.can_save);
    assert_eq!(told(&credentials("{}").issues).len(), 5, "missing keys are listed");
    let named = file.replacen('{', r#"{"clientId":null,"#, 1);
    assert_eq!(told(&credentials(&named).issues), [""; 0], "nothing is given by our name");
    let number = file.replacen('{', r#"{"clientId":5,"#, 1);
    assert_eq!(told(&credentials(&number).issues), ["!credentials.clientId wrong-kind"]);
    assert_eq!(told(&credentials("5").issues), ["!credentials wrong-kind"]);
}

#[test]
fn rows_61_64_65_authorization_type_and_private_key() {
    let of = |kind: &str, secret: &str| {
        let text = CREDENTIALS
            .replace(r#""s""#, &format!(r#""{secret}""#))
            .replace('{', &format!(r#"{{"authorizationType":{kind},"#));
        told(&credentials(&text).issues)
    };
    let pem = "-----BEGIN PRIVATE KEY-----";
    assert_eq!(of("null", "s"), [""; 0], "OAuth by default");
    assert_eq!(of("\"OAuth\"", "s"), [""; 0]);
    assert_eq!(of("\"oauth\"", pem), ["!credentials.clientSecret contradiction"]);
    assert_eq!(of("\"jwt\"", "s"), ["!credentials.authorizationType deprecated", "!credentials.clientSecret bad-form"]);
    assert_eq!(of("\"jwt\"", pem), ["!credentials.authorizationType deprecated"]);
    assert_eq!(of("\"basic\"", "s"), ["!credentials.authorizationType unknown-value"]);
    assert_eq!(of("5", "s"), ["!credentials.authorizationType unknown-value"]);
}

#[test]
fn section_3_credentials_are_of_the_same_organization() {
    let found = credentials(&CREDENTIALS.replace("ORG", "aaaaaaaaaaaaaaaaaaaaaaaa@AdobeOrg"));
    assert_eq!(told(&found.issues), ["!credentials.organizationId contradiction"]);
}

#[test]
fn row_66_secrets_never_appear_in_messages() {
    let found = credentials(r#"{"clientSecret":"-----BEGIN secret4711","clientId":4711,"authorizationType":"x4711"}"#);
    assert!(!found.issues.is_empty() && !found.to_value().to_json().contains("4711"), "{:?}", found.issues);
}
