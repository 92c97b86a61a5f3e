//! Sources, precedence, the gate, and what is waited for.

use super::super::{Contexts, Effective, Settings, Source, Store, edge_origin};
use super::{DATASTREAM, ORG, json, told};
use crate::consent::{Rules, State};
use crate::delivery::Batching;
use crate::value::Value;

fn api(raw: &str) -> Effective {
    let mut store = Store::default();
    store.set(Source::Api, &json(raw));
    store.effective()
}

/// `aepContext` and `eventForwardingContext`, `-` for one that is not there.
fn data_layer(aep: &str, forwarding: &str) -> Store {
    let parse = |text: &str| (text != "-").then(|| json(text));
    let mut store = Store::default();
    store.set_data_layer(parse(aep).as_ref(), parse(forwarding).as_ref());
    store
}

const AEP: &str = r#"{"imsOrgId":"ORG","datastreamId":"DATASTREAM"}"#;

#[test]
fn defaults_are_those_of_the_contract() {
    let now = Store::default().effective();
    assert_eq!(
        now.settings,
        Settings {
            organization_id: None,
            datastream_id: None,
            dataset_id: None,
            web_sdk_name: None,
            web_sdk_timeout: 10_000,
            storefront_events: false,
            edge_domain: "edge.adobedc.net".into(),
            edge_base_path: "ee".into(),
            identity_map: None,
            data_layer_name: "adobeDataLayer".into(),
            consent: Rules::default(),
            personal_data: true,
            context: Contexts {
                web: true,
                device: true,
                environment: true,
                place_context: true,
                high_entropy_user_agent_hints: false
            },
            third_party_cookies_enabled: false,
            batching: Some(Batching::default()),
            instance_name: Some("alloy".into()),
            debug_enabled: false,
        }
    );
    assert!(now.issues.is_empty() && !now.never && now.off.is_none());
    assert_eq!(now.waiting_for, ["aepContext", "eventForwardingContext"]);
}

#[test]
fn every_field_can_be_given() {
    let now =
        api(r#"{"organizationId":"ORG","datastreamId":"DATASTREAM:stage","datasetId":"DATASET","webSdkTimeout":5,
        "storefrontEvents":true,"edgeDomain":"data.example.com:8443","edgeBasePath":"/custom/base/",
        "identityMap":{"CRM":[{"id":"7"}]},"dataLayerName":"layer","defaultConsent":"pending",
        "consentSources":["gpc","tcf","user_allowed_save_cookie"],"personalData":false,
        "context":["highEntropyUserAgentHints"],"thirdPartyCookiesEnabled":true,
        "batching":{"maxEvents":3},"instanceName":null,"debugEnabled":true}"#);
    assert_eq!(told(&now.issues), [""; 0]);
    let settings = now.settings;
    assert_eq!(settings.organization_id.as_deref(), Some(ORG));
    assert_eq!(settings.datastream_id, Some(format!("{DATASTREAM}:stage")));
    assert_eq!(settings.web_sdk_timeout, 5);
    assert!(settings.storefront_events);
    assert_eq!(
        (settings.edge_domain.as_str(), settings.edge_base_path.as_str()),
        ("data.example.com:8443", "custom/base")
    );
    assert_eq!(settings.identity_map, Some(json(r#"{"CRM":[{"id":"7"}]}"#)));
    assert_eq!(settings.data_layer_name, "layer");
    assert_eq!(
        settings.consent,
        Rules {
            default: State::Pending,
            mg_dnt: false,
            gpc: true,
            tcf: true,
            user_allowed: true,
            web_sdk: false,
            own_sdk: false
        }
    );
    assert!(!settings.personal_data && settings.third_party_cookies_enabled && settings.debug_enabled);
    assert!(settings.context.high_entropy_user_agent_hints && !settings.context.web);
    assert_eq!(settings.batching, Some(Batching { max_events: 3, max_bytes: 60_000, max_wait: 250 }));
    assert_eq!(settings.instance_name, None, "null is a value of instanceName");
    assert_eq!(api(r#"{"batching":false,"defaultConsent":"out"}"#).settings.batching, None);
    assert_eq!(api(r#"{"defaultConsent":"out"}"#).settings.consent.default, State::Out);
}

#[test]
fn gate_of_event_forwarding() {
    let complete = r#"{"organizationId":"ORG","datastreamId":"DATASTREAM"}"#;
    let debug = r#"{"debugEnabled":true}"#;
    // aepContext, eventForwardingContext, page → waiting for, off
    for (aep, forwarding, page, waiting, off) in [
        (AEP, r#"{"aep":true}"#, "null", vec![], false),
        (AEP, r#"{"aep":true,"commerce":false}"#, "null", vec![], false),
        (AEP, "-", "null", vec!["eventForwardingContext"], false),
        (AEP, "null", "null", vec!["eventForwardingContext"], false),
        ("-", r#"{"aep":true}"#, "null", vec!["aepContext"], false),
        (AEP, r#"{"aep":false}"#, "null", vec![], true),
        (AEP, r#"{"commerce":true}"#, "null", vec![], true),
        (AEP, r#"{"aep":"true"}"#, "null", vec![], true),
        (AEP, r#"{"aep":1}"#, "null", vec![], true),
        ("-", r#"{"aep":false}"#, "null", vec![], true),
        // A page script that only asks for debugging opens no gate.
        (AEP, "-", debug, vec!["eventForwardingContext"], false),
        (AEP, r#"{"aep":false}"#, debug, vec![], true),
        // Page settings that say where events go do.
        ("-", "-", complete, vec![], false),
        ("-", r#"{"aep":false}"#, complete, vec![], false),
        (AEP, "-", r#"{"storefrontEvents":true}"#, vec![], false),
        (AEP, "-", r#"{"datastreamId":"DATASTREAM"}"#, vec![], false),
        (r#"{"imsOrgId":"ORG"}"#, r#"{"aep":true}"#, "null", vec!["datastreamId"], false),
        (r#"{"datastreamId":"DATASTREAM"}"#, r#"{"aep":true}"#, "null", vec!["organizationId"], false),
        ("-", "-", r#"{"organizationId":"ORG"}"#, vec!["datastreamId"], false),
        ("-", "-", r#"{"datastreamId":"DATASTREAM"}"#, vec!["organizationId"], false),
    ] {
        let mut store = data_layer(aep, forwarding);
        store.set(Source::Page, &json(page));
        let now = store.effective();
        assert_eq!((now.waiting_for, now.off.is_some()), (waiting, off), "{aep} {forwarding} {page}");
    }
    assert_eq!(
        told(&data_layer(AEP, r#"{"aep":"true"}"#).effective().issues),
        ["eventForwardingContext.aep wrong-kind"]
    );
    assert_eq!(told(&data_layer(AEP, r#"{"aep":false}"#).effective().issues), [""; 0]);
}

#[test]
fn settings_may_change_later() {
    let mut store = data_layer(AEP, r#"{"aep":false}"#);
    assert_eq!(store.effective().off, Some("eventForwardingContext.aep"));
    store.set_data_layer(Some(&json(AEP)), Some(&json(r#"{"aep":true}"#)));
    assert!(store.effective().off.is_none() && store.effective().settings.storefront_events);
    store.set(Source::Api, &json(r#"{"storefrontEvents":false}"#));
    assert!(!store.effective().settings.storefront_events);
    assert_eq!(store.effective().off, Some("storefrontEvents"));
    store.set(Source::Api, &json(r#"{"hipaa":true}"#));
    assert_eq!(store.effective().off, Some("hipaa"));
    store.set(Source::Api, &Value::Null);
    assert_eq!(store.effective().off, None);
    store.set_data_layer(None, None);
    assert_eq!(store.effective().waiting_for, ["aepContext", "eventForwardingContext"]);
}

#[test]
fn while_the_document_is_read_the_pages_own_settings_may_still_come() {
    for forwarding in [r#"{"aep":true}"#, r#"{"aep":false}"#] {
        let mut store = data_layer(AEP, forwarding);
        let decided = store.effective();
        assert!(!store.read_document(true) && !store.read_document(true), "nothing has ended");
        assert_eq!((store.effective().waiting_for, store.effective().off), (vec!["document"], None));
        assert!(store.read_document(false) && !store.read_document(false));
        assert_eq!((store.effective().waiting_for, store.effective().off), (decided.waiting_for, decided.off));
    }
    for said in [Source::Page, Source::Api] {
        let mut store = data_layer(AEP, r#"{"aep":true}"#);
        store.read_document(true);
        store.set(said, &json("{}"));
        assert!(store.effective().waiting_for.is_empty(), "they are there, or somebody has said what counts");
    }
}

#[test]
fn api_wins_over_page_over_data_layer_field_by_field() {
    let mut store = data_layer(
        r#"{"imsOrgId":"ORG","datastreamId":"DATASTREAM","edgeDomain":"layer.example","identityMap":{"A":[{"id":"1"}]}}"#,
        r#"{"aep":true}"#,
    );
    store.set(Source::Page, &json(r#"{"edgeDomain":"page.example","edgeBasePath":"page","debugEnabled":true}"#));
    store.set(Source::Api, &json(r#"{"edgeDomain":"api.example","debugEnabled":7,"edgeBasePath":" "}"#));
    let value = store.to_value();
    for (field, shown, source) in [
        ("organizationId", Value::from(ORG), "dataLayer"),
        ("identityMap", json(r#"{"A":[{"id":"1"}]}"#), "dataLayer"),
        ("edgeDomain", Value::from("api.example"), "api"),
        // A wrong kind and a blank text are not given by that source.
        ("debugEnabled", Value::Bool(true), "page"),
        ("edgeBasePath", Value::from("page"), "page"),
        ("storefrontEvents", Value::Bool(true), "default"),
        ("defaultConsent", Value::from("in"), "default"),
        ("datasetId", Value::Null, "default"),
    ] {
        assert_eq!(
            value.get(field),
            Some(&Value::from([("value", shown), ("source", Value::from(source))])),
            "{field}"
        );
    }
    assert_eq!(value.as_map().map(|map| map.len()), Some(18), "every field but the function");
    assert_eq!(told(&store.effective().issues), ["!debugEnabled wrong-kind"]);
}

#[test]
fn own_web_sdk_needs_no_datastream_and_ignores_one_with_one_notice() {
    let now = api(r#"{"organizationId":"ORG","webSdkName":"mySdk"}"#);
    assert!(now.waiting_for.is_empty() && now.settings.storefront_events && now.issues.is_empty());

    let now = data_layer(
        r#"{"imsOrgId":"ORG","datastreamId":"x","webSdkName":"mySdk","edgeDomain":"a.example"}"#,
        r#"{"aep":true}"#,
    )
    .effective();
    assert!(now.waiting_for.is_empty());
    assert_eq!(now.settings.datastream_id, None, "no request can carry our ID");
    assert_eq!(told(&now.issues), ["datastreamId ignored"]);

    let now = api(r#"{"organizationId":"ORG","webSdkName":"mySdk","instanceName":"x","edgeDomain":"a.example"}"#);
    assert_eq!(told(&now.issues), ["edgeDomain ignored", "instanceName ignored"]);
}

#[test]
fn datastream_of_another_form_is_used_and_warned_about() {
    for (id, issues) in [
        (DATASTREAM, vec![]),
        ("3FA85F64-5717-4562-B3FC-2C963F66AFA6", vec![]),
        ("3fa85f64-5717-4562-b3fc-2c963f66afa6:dev", vec![]),
        ("3fa85f64-5717-4562-b3fc-2c963f66afa6:", vec!["datastreamId bad-form"]),
        ("3fa85f6405717-4562-b3fc-2c963f66afa6", vec!["datastreamId bad-form"]),
        ("garbage", vec!["datastreamId bad-form"]),
    ] {
        let now = api(&format!(r#"{{"organizationId":"ORG","datastreamId":"{id}"}}"#));
        assert_eq!(now.settings.datastream_id.as_deref(), Some(id));
        assert!(now.waiting_for.is_empty() && !now.never);
        assert_eq!(told(&now.issues), issues, "{id}");
    }
}

#[test]
fn organization_of_another_form_can_never_work_with_the_bundled_sender() {
    for bad in
        ["0123456789abcdefABCDEF01", "0123456789abcdefABCDEF0@AdobeOrg", "0123456789abcdefABCDEF0_@AdobeOrg", "x"]
    {
        let now = api(&format!(r#"{{"organizationId":"{bad}","datastreamId":"DATASTREAM"}}"#));
        assert!(now.never && !now.settings.storefront_events, "{bad}");
        assert_eq!(now.waiting_for, ["organizationId"]);
        assert_eq!(told(&now.issues), ["!organizationId bad-form"]);

        let now = api(&format!(r#"{{"organizationId":"{bad}","webSdkName":"mySdk"}}"#));
        assert!(!now.never && now.settings.storefront_events && now.waiting_for.is_empty(), "own SDK: {bad}");
        assert_eq!(told(&now.issues), ["organizationId bad-form"]);

        let now = data_layer(&format!(r#"{{"imsOrgId":"{bad}","datastreamId":"DATASTREAM"}}"#), r#"{"aep":true}"#)
            .effective();
        assert!(!now.never, "the data layer may still change");
        assert_eq!(now.waiting_for, ["organizationId"]);

        let now = api(&format!(r#"{{"organizationId":"{bad}","storefrontEvents":false}}"#));
        assert!(!now.never && now.off.is_some(), "off works as off");
    }
}

#[test]
fn what_json_cannot_carry_is_told_by_its_kind_and_counts_as_not_given() {
    for (raw, issue, said) in [
        (r#"{"webSdkName":"\u0000function"}"#, "!webSdkName wrong-kind", "webSdkName is a function; give a text."),
        (r#"{"instanceName":"\u0000symbol"}"#, "!instanceName wrong-kind", "is a symbol; give"),
        (r#"{"webSdkTimeout":"\u0000bigint"}"#, "!webSdkTimeout wrong-kind", "is a bigint; give a whole number"),
        (r#"{"webSdkTimeout":"\u0000number"}"#, "!webSdkTimeout wrong-kind", "is no finite number; give"),
        (r#"{"identityMap":"\u0000object"}"#, "!identityMap wrong-kind", "is a value that cannot be read; give"),
        (r#"{"batching":{"maxEvents":"\u0000number"}}"#, "!batching.maxEvents wrong-kind", "is no finite number"),
        (r#"{"dataLayerName":"\u0000function"}"#, "!dataLayerName wrong-kind", "is a function"),
        (r#"{"onBeforeEventSendd":"\u0000function"}"#, "onBeforeEventSendd unknown-field", "leave it out"),
        (r#"{"onBeforeEventSend":"\u0000object"}"#, "!onBeforeEventSend wrong-kind", "give a function"),
        (r#""\u0000function""#, "!settings wrong-kind", "settings is a function; give an object."),
    ] {
        let now = api(raw);
        assert_eq!(told(&now.issues), [issue], "{raw}");
        assert!(now.issues[0].message.contains(said), "{}", now.issues[0].message);
        assert_eq!(now.settings, api("{}").settings, "{raw}");
    }
    assert_eq!(told(&api(r#"{"onBeforeEventSend":"\u0000function"}"#).issues), [""; 0]);
}

#[test]
fn settings_that_are_no_object_can_never_work() {
    for raw in ["5", "[]", "\"x\"", "true"] {
        let now = api(raw);
        assert!(now.never, "{raw}");
        assert_eq!(told(&now.issues), ["!settings wrong-kind"]);
    }
    assert!(!api("null").never && !api("{}").never);
    let mut store = data_layer(AEP, r#"{"aep":true}"#);
    store.set(Source::Page, &json("[]"));
    assert!(!store.effective().never && store.effective().waiting_for.is_empty(), "a broken script stops nothing");
    assert_eq!(told(&data_layer("[]", "-").effective().issues), ["!aepContext wrong-kind"]);
}

#[test]
fn storefront_events_are_on_by_default_as_long_as_organization_and_datastream_are_there() {
    for (raw, on) in [
        (r#"{"organizationId":"ORG","datastreamId":"DATASTREAM"}"#, true),
        (r#"{"organizationId":"bad","datastreamId":"DATASTREAM"}"#, false),
        (r#"{"organizationId":"ORG"}"#, false),
        (r#"{"datastreamId":"DATASTREAM"}"#, false),
        (r#"{"organizationId":"ORG","webSdkName":"mySdk"}"#, true),
        (r#"{"webSdkName":"mySdk"}"#, false),
        (r#"{"organizationId":"ORG","datastreamId":"DATASTREAM","storefrontEvents":false}"#, false),
        (r#"{"organizationId":"ORG","datastreamId":"DATASTREAM","hipaa":true}"#, false),
    ] {
        assert_eq!(api(raw).settings.storefront_events, on, "{raw}");
    }
    assert_eq!(api(r#"{"webSdkName":"mySdk"}"#).waiting_for, ["organizationId"]);
    assert!(api(r#"{"webSdkName":"mySdk","storefrontEvents":true}"#).waiting_for.is_empty());
    assert_eq!(api(r#"{"storefrontEvents":true}"#).waiting_for, ["organizationId", "datastreamId"]);
    assert_eq!(api(r#"{"storefrontEvents":false}"#).waiting_for, [""; 0]);
}

#[test]
fn each_bad_value_is_reported_with_its_field_and_never_shown() {
    for (raw, issues) in [
        (r#"{"organizationId":4711}"#, vec!["!organizationId wrong-kind"]),
        (r#"{"webSdkTimeout":"4711"}"#, vec!["!webSdkTimeout wrong-kind"]),
        (r#"{"webSdkTimeout":4711.5}"#, vec!["!webSdkTimeout wrong-kind"]),
        (r#"{"webSdkTimeout":-4711}"#, vec!["webSdkTimeout out-of-range"]),
        (r#"{"storefrontEvents":"4711"}"#, vec!["!storefrontEvents wrong-kind"]),
        (r#"{"edgeDomain":"a@4711"}"#, vec!["!edgeDomain bad-form"]),
        (r#"{"edgeDomain":"https://a4711.example/x"}"#, vec!["edgeDomain repaired"]),
        (r#"{"edgeBasePath":"ee?4711"}"#, vec!["!edgeBasePath bad-form"]),
        (r#"{"identityMap":["4711"]}"#, vec!["!identityMap wrong-kind"]),
        (r#"{"identityMap":{"CRM":{"id":"4711"}}}"#, vec!["identityMap bad-form"]),
        (r#"{"identityMap":{"CRM":[{"id":4711}]}}"#, vec!["identityMap bad-form"]),
        (
            r#"{"identityMap":{"A":[{"id":"1","primary":true}],"B":[{"id":"2","primary":true}]}}"#,
            vec!["identityMap contradiction"],
        ),
        (
            r#"{"identityMap":{"CRM":[{"id":"1","primary":"4711","authenticatedState":"4711"}]}}"#,
            vec!["!identityMap.primary wrong-kind", "!identityMap.authenticatedState unknown-value"],
        ),
        (
            r#"{"identityMap":{"CRM":[{"id":"1"},{"id":"2","authenticatedState":4711}]}}"#,
            vec!["!identityMap.authenticatedState wrong-kind"],
        ),
        (r#"{"identityMap":{"CRM":[{"id":"1","primary":true,"authenticatedState":"loggedOut","x":"4711"}]}}"#, vec![]),
        (r#"{"defaultConsent":"4711"}"#, vec!["!defaultConsent unknown-value"]),
        (r#"{"defaultConsent":true}"#, vec!["!defaultConsent wrong-kind"]),
        (r#"{"consentSources":"gpc"}"#, vec!["!consentSources wrong-kind"]),
        (r#"{"consentSources":["gpc","4711"]}"#, vec!["!consentSources unknown-value"]),
        (r#"{"consentSources":["web_sdk"]}"#, vec!["consentSources contradiction"]),
        (r#"{"context":[4711]}"#, vec!["!context unknown-value"]),
        (r#"{"batching":true}"#, vec!["!batching wrong-kind"]),
        (
            r#"{"batching":{"maxBytes":64711,"maxEvent":1}}"#,
            vec!["batching.maxEvent unknown-field", "batching.maxBytes out-of-range"],
        ),
        (
            r#"{"batching":{"maxEvents":0,"maxWait":"4711"}}"#,
            vec!["batching.maxEvents out-of-range", "!batching.maxWait wrong-kind"],
        ),
        (r#"{"instanceName":false}"#, vec!["!instanceName wrong-kind"]),
        (r#"{"onBeforeEventSend":"4711"}"#, vec!["!onBeforeEventSend wrong-kind"]),
        (r#"{"datasetId":"4711"}"#, vec!["!datasetId bad-form"]),
        (r#"{"webSdkName":"window.a4711"}"#, vec!["webSdkName bad-form"]),
        (r#"{"organisationId":"4711"}"#, vec!["organisationId unknown-field"]),
        (r#"{"hipaa":"4711"}"#, vec!["!hipaa wrong-kind"]),
        (r#"{"dataLayerName":" layer "}"#, vec!["dataLayerName blanks"]),
    ] {
        let now = api(raw);
        assert_eq!(told(&now.issues), issues, "{raw}");
        assert!(now.issues.iter().all(|issue| !issue.message.contains("4711")), "{raw}: {:?}", now.issues);
        assert!(now.issues.iter().all(|issue| issue.message.contains(issue.field.as_ref())), "{:?}", now.issues);
    }
}

#[test]
fn what_protects_the_shopper_and_cannot_be_read_protects_as_far_as_it_can() {
    for raw in [r#""in ""#, r#""PENDING""#, "true", "{}", r#""\u0000f""#] {
        let now = api(&format!(r#"{{"defaultConsent":{raw}}}"#)).settings.consent.default;
        assert_eq!(now, if raw == r#""in ""# { State::In } else { State::Pending }, "{raw}");
    }
    for raw in [r#""false""#, "0", "[]", r#""true""#] {
        assert!(!api(&format!(r#"{{"personalData":{raw}}}"#)).settings.personal_data, "{raw}");
        let ids = r#""organizationId":"ORG","datastreamId":"DATASTREAM""#;
        let now = api(&format!(r#"{{{ids},"storefrontEvents":{raw}}}"#));
        assert_eq!((now.waiting_for, now.settings.storefront_events), (vec!["storefrontEvents"], false), "{raw}");
        assert_eq!(api(&format!(r#"{{{ids},"hipaa":{raw}}}"#)).off, Some("hipaa"), "{raw}");
    }
    // What is not there is the default, and what another source says is not what this one meant.
    let now = api(r#"{"defaultConsent":"","personalData":null}"#).settings;
    assert_eq!((now.consent.default, now.personal_data), (State::In, true));
    let mut store = Store::default();
    store.set(Source::Page, &json(r#"{"personalData":true}"#));
    store.set(Source::Api, &json(r#"{"personalData":"no"}"#));
    assert!(!store.effective().settings.personal_data);
    store.set(Source::Page, &json(r#"{"personalData":"no"}"#));
    store.set(Source::Api, &json(r#"{"personalData":true}"#));
    assert!(store.effective().settings.personal_data);
}

#[test]
fn contexts_of_settings_that_are_no_objects_are_told() {
    for (aep, forwarding, issue) in
        [("[]", "-", "!aepContext wrong-kind"), (AEP, "[]", "!eventForwardingContext wrong-kind")]
    {
        assert_eq!(told(&data_layer(aep, forwarding).effective().issues), [issue]);
    }
}

#[test]
fn messages_name_the_kind_and_the_way_out() {
    let now = api(r#"{"webSdkTimeout":"1"}"#);
    assert_eq!(now.issues[0].message, "webSdkTimeout is a text; give a whole number from 0 to 2147483647.");
    let now = data_layer(r#"{"imsOrgId":5}"#, "-").effective();
    assert_eq!(now.issues[0].message, "aepContext.imsOrgId is a number; give a text.");
    assert_eq!(now.issues[0].field, "organizationId");
    for (wrong, meant) in [("imsOrgId", "organizationId"), ("datastreamid", "datastreamId")] {
        let now = api(&format!(r#"{{"{wrong}":"x"}}"#));
        assert_eq!(now.issues[0].message, format!("{wrong} is no setting; did you mean {meant}?"));
    }
}

#[test]
fn a_list_of_nothing_but_typing_errors_keeps_the_opt_out_signal() {
    assert!(api(r#"{"consentSources":["MG_DNT","dnt"]}"#).settings.consent.mg_dnt);
    assert!(!api(r#"{"consentSources":[]}"#).settings.consent.mg_dnt, "an empty list is meant");
    assert!(api(r#"{"consentSources":[" gpc "]}"#).settings.consent.gpc);
}

#[test]
fn blanks_around_pasted_ids_are_left_out_with_a_warning() {
    let now = api(r#"{"organizationId":" ORG\n","datastreamId":"\u00a0DATASTREAM "}"#);
    assert_eq!(now.settings.organization_id.as_deref(), Some(ORG));
    assert_eq!(now.settings.datastream_id.as_deref(), Some(DATASTREAM));
    assert!(now.waiting_for.is_empty());
    assert_eq!(told(&now.issues), ["organizationId blanks", "datastreamId blanks"]);
}

#[test]
fn always_https_except_a_loopback_host_which_takes_the_scheme_of_the_page() {
    for (domain, scheme, origin) in [
        ("edge.adobedc.net", "http:", "https://edge.adobedc.net"),
        ("data.example.com:8443", "http:", "https://data.example.com:8443"),
        ("localhost:8080", "http:", "http://localhost:8080"),
        ("localhost:8080", "http", "http://localhost:8080"),
        ("localhost:8080", "https:", "https://localhost:8080"),
        ("localhost", "file:", "https://localhost"),
        ("shop.localhost", "http:", "http://shop.localhost"),
        ("127.0.0.2:1", "http:", "http://127.0.0.2:1"),
        ("[::1]:8080", "http:", "http://[::1]:8080"),
        ("127.0.0.1.example.com", "http:", "https://127.0.0.1.example.com"),
        ("http://localhost:8080/", "http:", "http://localhost:8080"),
        ("http://data.example.com", "http:", "https://data.example.com"),
    ] {
        let now = api(&format!(r#"{{"edgeDomain":"{domain}"}}"#));
        assert_eq!(edge_origin(&now.settings, scheme), origin);
    }
}

#[test]
fn the_checkbox_decides_about_the_name() {
    let now =
        api(r#"{"organizationId":"ORG","datastreamId":"DATASTREAM","webSdkName":"alloy","webSdkDeployed":false}"#);
    assert_eq!(now.settings.web_sdk_name, None);
    assert_eq!(now.settings.datastream_id.as_deref(), Some(DATASTREAM));
    assert_eq!(told(&now.issues), ["webSdkName ignored"]);
    let now = api(r#"{"organizationId":"ORG","datastreamId":"DATASTREAM","webSdkDeployed":true}"#);
    assert_eq!(now.waiting_for, ["webSdkName"], "never silently the bundled sender");
    assert!(!now.settings.storefront_events);
}
