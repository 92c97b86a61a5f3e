//! The page's Settings tab: connector manual, section 3 and rows 8 to 48 of section 9.

use super::super::{Validation, validate};
use super::{json, told};

const GOOD: &str = r#""organizationId":"ORG","datastreamId":"DATASTREAM","datasetId":"DATASET""#;
const NO_DATASET: &str = r#""organizationId":"ORG","datastreamId":"DATASTREAM""#;

fn judged(fields: &str) -> Validation {
    validate(&json(&format!("{{{fields}}}")))
}

/// Issues, then the answers as `save sync collect`, each as `1` or `0`.
fn check(rule: &str, fields: &str, issues: &[&str], answers: &str) {
    let found = judged(fields);
    let digit = |answer: bool| if answer { '1' } else { '0' };
    let got: String = [found.can_save, found.can_start_sync, found.will_collect].map(digit).iter().collect();
    assert_eq!(
        (told(&found.issues), got.as_str()),
        (issues.iter().map(|&issue| issue.into()).collect(), answers),
        "{rule}: {fields}"
    );
}

#[test]
fn complete_settings_pass() {
    check("complete", GOOD, &[], "111");
    assert_eq!(
        judged(GOOD).to_value().to_json(),
        r#"{"issues":[],"canSave":true,"canStartSync":true,"willCollect":true}"#
    );
}

#[test]
fn empty_settings_miss_everything() {
    check("3.1", "", &["!organizationId missing", "!datastreamId missing", "!datasetId missing"], "000");
    for raw in ["5", "[]", "\"x\""] {
        let found = validate(&json(raw));
        assert!(!found.can_save && !found.can_start_sync && !found.will_collect, "{raw}");
        assert_eq!(told(&found.issues)[0], "!settings wrong-kind");
    }
}

#[test]
fn rows_45_47_dataset_is_required_unless_storefront_and_back_office_are_both_off() {
    for (storefront, back_office, required) in
        [("true", "true", true), ("true", "false", true), ("false", "true", true), ("false", "false", false)]
    {
        let fields = format!(r#"{NO_DATASET},"storefrontEvents":{storefront},"backOfficeEvents":{back_office}"#);
        let found = judged(&fields);
        assert_eq!(told(&found.issues), if required { vec!["!datasetId missing"] } else { vec![] }, "{fields}");
        assert_eq!((found.can_save, found.can_start_sync), (!required, false), "{fields}");
        assert_eq!(found.will_collect, storefront == "true", "nothing that is sent depends on the dataset: {fields}");
    }
    check("Auto is not deselected", NO_DATASET, &["!datasetId missing"], "001");
    check("back office is off by default", &format!(r#"{NO_DATASET},"storefrontEvents":false"#), &[], "100");
}

#[test]
fn row_46_own_sdk_still_requires_the_dataset() {
    let fields = r#""organizationId":"ORG","webSdkName":"mySdk""#;
    check("row 46", fields, &["!datasetId missing"], "001");
    assert!(judged(fields).issues[0].message.contains("datasetId"));
}

#[test]
fn rows_14_26_own_sdk_with_a_blank_datastream_can_be_saved() {
    for datastream in ["", r#","datastreamId":"""#, r#","datastreamId":null"#] {
        let fields = format!(r#""organizationId":"ORG","webSdkName":"mySdk","datasetId":"DATASET"{datastream}"#);
        check("row 26", &fields, &[], "111");
    }
}

#[test]
fn row_44_a_datastream_typed_beside_an_own_sdk_is_ignored_with_a_warning() {
    check("row 44", &format!(r#"{GOOD},"webSdkName":"mySdk""#), &["datastreamId ignored"], "111");
}

#[test]
fn row_36_checkbox_and_name() {
    let ticked = &["!webSdkName missing"];
    check("on, empty name", &format!(r#"{GOOD},"webSdkDeployed":true,"webSdkName":" ""#), ticked, "010");
    check("on, no name", &format!(r#"{GOOD},"webSdkDeployed":true"#), ticked, "010");
    check(
        "off, name",
        &format!(r#"{GOOD},"webSdkDeployed":false,"webSdkName":"alloy""#),
        &["webSdkName ignored"],
        "111",
    );
    check(
        "on, name",
        r#""organizationId":"ORG","datasetId":"DATASET","webSdkDeployed":true,"webSdkName":"a""#,
        &[],
        "111",
    );
    check("nothing said, name", r#""organizationId":"ORG","datasetId":"DATASET","webSdkName":"a""#, &[], "111");
}

#[test]
fn row_13_without_a_name_the_bundled_sender_needs_a_datastream() {
    check("row 13", r#""organizationId":"ORG","datasetId":"DATASET""#, &["!datastreamId missing"], "010");
    check(
        "back office goes through it too",
        r#""organizationId":"ORG","datasetId":"DATASET","storefrontEvents":false,"backOfficeEvents":true"#,
        &["!datastreamId missing"],
        "010",
    );
    check("both off", r#""organizationId":"ORG","datasetId":"DATASET","storefrontEvents":false"#, &[], "110");
}

#[test]
fn row_35_organization_has_24_letters_or_digits_and_the_suffix() {
    let with = |org: &str| format!(r#""organizationId":"{org}","datastreamId":"DATASTREAM","datasetId":"DATASET""#);
    for bad in ["0123456789abcdefABCDEF01", "0123@AdobeOrg", "0123456789abcdefABCDEF01@adobeorg"] {
        check("row 35", &with(bad), &["!organizationId bad-form"], "000");
    }
    check(
        "own SDK: only a warning, though the batch interface of order history cannot do without",
        r#""organizationId":"x","webSdkName":"mySdk","datasetId":"DATASET""#,
        &["organizationId bad-form"],
        "101",
    );
}

#[test]
fn row_27_datastream_is_a_uuid_with_or_without_environment() {
    let with = |id: &str| format!(r#""organizationId":"ORG","datastreamId":"{id}","datasetId":"DATASET""#);
    check("uuid:env", &with("DATASTREAM:stage"), &[], "111");
    check("upper case", &with("3FA85F64-5717-4562-B3FC-2C963F66AFA6"), &[], "111");
    check("garbage: the contract uses it and warns", &with("garbage"), &["datastreamId bad-form"], "111");
    check("blanks", &with(" DATASTREAM "), &["datastreamId blanks"], "111");
}

#[test]
fn row_28_dataset_has_24_hexadecimal_digits() {
    let with = |id: &str| format!(r#"{NO_DATASET},"datasetId":"{id}""#);
    check("lower case", &with("5f3c8d2b1a4e6f7089abcdef"), &[], "111");
    for bad in ["5f3c8d2b1a4e6f7089abcde", "5f3c8d2b1a4e6f7089abcdeg", "5f3c8d2b1a4e6f7089abcdef0"] {
        check("row 28", &with(bad), &["!datasetId bad-form"], "001");
    }
}

#[test]
fn row_40_storefront_events_are_ticked_by_default_as_long_as_both_ids_are_there() {
    for (org, datastream, collects) in
        [("ORG", "DATASTREAM", true), ("bad", "DATASTREAM", false), ("ORG", "", false), ("bad", "", false)]
    {
        let fields = format!(r#""organizationId":"{org}","datastreamId":"{datastream}","datasetId":"DATASET""#);
        assert_eq!(judged(&fields).will_collect, collects, "{fields}");
    }
    check(
        "own SDK waives the datastream",
        r#""organizationId":"ORG","webSdkName":"a","datasetId":"DATASET""#,
        &[],
        "111",
    );
}

#[test]
fn rows_21_22_the_toggles_are_separate() {
    check("storefront off", &format!(r#"{GOOD},"storefrontEvents":false,"backOfficeEvents":true"#), &[], "110");
    check("both on", &format!(r#"{GOOD},"storefrontEvents":true,"backOfficeEvents":true"#), &[], "111");
}

#[test]
fn section_5_hipaa_forces_the_storefront_off() {
    check("hipaa", &format!(r#"{GOOD},"hipaa":true"#), &[], "110");
    check(
        "hipaa and on",
        &format!(r#"{GOOD},"hipaa":true,"storefrontEvents":true"#),
        &["!storefrontEvents contradiction"],
        "010",
    );
    check("hipaa and nothing else", &format!(r#"{NO_DATASET},"hipaa":true"#), &[], "100");
}

#[test]
fn section_3_customer_profiles() {
    let with = |rest: &str| format!(r#"{GOOD},"credentials":{CREDENTIALS},"customerProfiles":true{rest}"#);
    check("needs a dataset", &with(""), &["!profileDatasetId missing"], "011");
    check("of its own", &with(r#","profileDatasetId":"DATASET""#), &["!profileDatasetId contradiction"], "011");
    let small = with(r#","profileDatasetId":"ABCDEFABCDEFABCDEFABCDEF","datasetId":"abcdefabcdefabcdefabcdef""#);
    check("digits have no capitals", &small, &["!profileDatasetId contradiction"], "011");
    check("of the form", &with(r#","profileDatasetId":"x""#), &["!profileDatasetId bad-form"], "011");
    let other = r#","profileDatasetId":"aaaaaaaaaaaaaaaaaaaaaaaa""#;
    check("same datastream by default", &with(other), &[], "111");
    let own = format!(r#"{other},"streamProfilesThroughSameDatastream":false"#);
    check("else its own", &with(&own), &["!profileDatastreamId missing"], "011");
    check("given", &with(&format!(r#"{own},"profileDatastreamId":"DATASTREAM""#)), &[], "111");
    check(
        "of another form",
        &with(&format!(r#"{own},"profileDatastreamId":"x""#)),
        &["profileDatastreamId bad-form"],
        "111",
    );
    check("needs credentials", &format!(r#"{GOOD},"customerProfiles":true{other}"#), &["credentials missing"], "111");
}

pub(super) const CREDENTIALS: &str = r#"{"clientId":"c","clientSecret":"s","technicalAccountId":"t@techacct.adobe.com",
    "technicalAccountEmail":"e@techacct.adobe.com","organizationId":"ORG"}"#;

#[test]
fn rows_8_9_10_the_organization_is_global() {
    check(
        "row 9",
        &format!(r#"{GOOD},"websites":{{"a":{{"organizationId":"ORG"}}}}"#),
        &["!websites.a.organizationId global"],
        "001",
    );
    check(
        "row 10: one organization, two datastreams",
        &format!(r#"{GOOD},"websites":{{"a":{{}},"b":{{"datastreamId":"4fa85f64-5717-4562-b3fc-2c963f66afa6"}}}}"#),
        &[],
        "111",
    );
}

#[test]
fn row_37_the_sdk_name_is_global() {
    for field in [r#""webSdkName":"a""#, r#""webSdkDeployed":true"#] {
        let found = judged(&format!(r#"{GOOD},"websites":{{"a":{{{field}}}}}"#));
        assert!(!found.can_save, "{field}");
        assert_eq!(found.issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["global"], "{field}");
    }
}

#[test]
fn rows_11_20_a_website_inherits_what_it_does_not_set() {
    let org = r#""organizationId":"ORG","datasetId":"DATASET""#;
    check(
        "unset falls back",
        &format!(r#"{GOOD},"websites":{{"a":{{"datastreamId":""}},"b":{{"datastreamId":null}}}}"#),
        &[],
        "111",
    );
    check(
        "a value of one website does not appear on another",
        &format!(r#"{org},"websites":{{"a":{{"datastreamId":"DATASTREAM"}},"b":{{}}}}"#),
        &["!websites.b.datastreamId missing"],
        "011",
    );
    check(
        "what is wrong in the default scope is told once, for the default scope",
        r#""organizationId":"ORG","datastreamId":"DATASTREAM","datasetId":"x","websites":{"a":{},"b":{}}"#,
        &["!datasetId bad-form"],
        "001",
    );
    check(
        "a website's own mistake is told for it",
        &format!(r#"{GOOD},"websites":{{"a":{{"datasetId":"x"}},"b":{{}}}}"#),
        &["!websites.a.datasetId bad-form"],
        "001",
    );
    check("a website is an object", &format!(r#"{GOOD},"websites":{{"a":5}}"#), &["!websites.a wrong-kind"], "000");
    check("so are websites", &format!(r#"{GOOD},"websites":5"#), &["!websites wrong-kind"], "011");
    check(
        "one website off",
        &format!(r#"{GOOD},"websites":{{"a":{{"storefrontEvents":false}},"b":{{}}}}"#),
        &[],
        "111",
    );
    check("all off", &format!(r#"{GOOD},"websites":{{"a":{{"storefrontEvents":false}}}}"#), &[], "110");
}

#[test]
fn unknown_fields_and_wrong_kinds_are_reported() {
    check("unknown", &format!(r#"{GOOD},"colour":"red""#), &["colour unknown-field"], "111");
    check("wrong kind", &format!(r#"{GOOD},"backOfficeEvents":"yes""#), &["!backOfficeEvents wrong-kind"], "011");
    check("wrong kind of a setting", &format!(r#"{GOOD},"edgeDomain":5"#), &["!edgeDomain wrong-kind"], "011");
    check("a wrong kind is told once", &format!(r#"{GOOD},"hipaa":"yes""#), &["!hipaa wrong-kind"], "010");
    check("a function cannot stand in JSON", &format!(r#"{GOOD},"onBeforeEventSend":null"#), &[], "111");
}
