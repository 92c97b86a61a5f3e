//! `sendEvent`: the request that an event makes, and the answer that its caller gets.

use super::page::*;

#[test]
fn an_event_of_the_page_waits_for_the_identity_and_resolves_with_its_answer() {
    let mut bench = Bench::configured("");
    bench.call(
        2,
        "sendEvent",
        r#"{"type":"one","xdm":{"_acme":{"x":1}},"data":{"d":null,"e":2},"decisionScopes":["home"]}"#,
    );
    let (url, _) = bench.last();
    assert!(url.contains("/v1/identity/acquire?"), "{url}");
    bench.accept(&identity("42"));
    let (url, body) = bench.last();
    assert!(url.contains("/v1/interact?"), "{url}");
    let event = body.at("events.0").unwrap();
    assert_eq!(event.at("xdm._acme.x").unwrap().to_json(), "1");
    assert_eq!(event.at("xdm.eventType").and_then(Value::as_text), Some("one"));
    assert_eq!(event.at("query.personalization.decisionScopes").unwrap().to_json(), r#"["home"]"#);
    assert_eq!(event.at("xdm.identityMap"), None, "the page's own event is left as it is");
    bench.accept(r#"{"type":"personalization:decisions","payload":[{"id":"p"}]}"#);
    assert_eq!(bench.answer_to(2).unwrap(), r#"{"decisions":[{"id":"p"}],"propositions":[{"id":"p"}]}"#);
}

#[test]
fn overrides_go_with_their_own_request() {
    let mut bench = Bench::configured("");
    bench.call(2, "getIdentity", "{}");
    bench.accept(&identity("42"));
    assert_eq!(bench.answer_to(2).unwrap(), r#"{"identity":{"ECID":"42"},"edge":{}}"#);
    bench.call(3, "sendEvent", r#"{"edgeConfigOverrides":{"datastreamId":"other","s":{"enabled":false,"t":""}}}"#);
    let (url, body) = bench.last();
    assert!(url.contains("configId=other&"), "{url}");
    assert_eq!(body.at("meta.configOverrides").unwrap().to_json(), r#"{"s":{"enabled":false}}"#);
    let original = body.at("meta.sdkConfig.datastream.original").and_then(Value::as_text);
    assert_eq!(original, Some("3fa85f64-5717-4562-b3fc-2c963f66afa6"));
    bench.accept("");
    bench.call(4, "sendEvent", "{}");
    assert_eq!(bench.last().1.at("meta.configOverrides"), None);
}

#[test]
fn a_refusal_and_a_dead_network_reject_and_the_latter_is_tried_again() {
    let mut bench = Bench::configured("");
    bench.call(2, "getIdentity", "{}");
    bench.lose();
    assert!(bench.answer_to(2).unwrap_err().ends_with("Caused by: Network request failed."));
    bench.moment.mono += 60_000;
    bench.call(3, "getIdentity", "{}");
    bench.accept(&identity("42"));
    bench.call(4, "sendEvent", "{}");
    bench.answer(400, r#"{"title":"no"}"#);
    let error = bench.answer_to(4).unwrap_err();
    assert!(error.contains("status code 400 and response body:\n{\"title\":\"no\"}"), "{error}");
}

#[test]
fn who_sent_an_event_that_a_good_answer_sends_back_has_that_answer() {
    let mut bench = running("}");
    bench.call(2, "sendEvent", r#"{"xdm":{"eventType":"a"},"decisionScopes":["s"]}"#);
    bench.wait(300);
    let answer = r#"{"handle":[{"type":"personalization:decisions","payload":[{"id":"1"}]}],"errors":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0201-503","status":503,"report":{"eventIndex":0}}]}"#;
    bench.answer(207, answer);
    assert!(bench.answer_to(2).unwrap().contains(r#""decisions":[{"id":"1"}]"#), "{:?}", bench.answer_to(2));
    let before = bench.fetches().len();
    bench.wait(5_000);
    assert_eq!(bench.fetches().len(), before + 1, "and the event goes on");
}

#[test]
fn who_sends_again_what_failed_means_the_same_event() {
    let event = r#"{"type":"one"}"#;
    for arrived_meanwhile in [false, true] {
        let mut bench = known("");
        bench.call(3, "sendEvent", event);
        bench.lose();
        assert!(bench.answer_to(3).unwrap_err().contains("Network request failed."));
        if !arrived_meanwhile {
            bench.call(4, "sendEvent", event);
        }
        bench.wait(60_000);
        bench.accept("");
        if arrived_meanwhile {
            bench.call(4, "sendEvent", event);
        }
        assert_eq!(bench.answer_to(4).unwrap(), r#"{"propositions":[]}"#);
        assert_eq!(bench.fetches().len(), 3, "an identity, the event, and the event again");
        bench.call(5, "sendEvent", event);
        assert_eq!(bench.fetches().len(), 4, "another one");
    }
}
