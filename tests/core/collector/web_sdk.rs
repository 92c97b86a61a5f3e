//! The store's own Web SDK.

use super::pages::*;

#[test]
fn the_stores_own_web_sdk_sends_what_the_bundled_sender_left_to_its_own_datastream() {
    let call = own_sdk_call(left_by(ORG, "first"));
    assert_eq!(call.at("edgeConfigOverrides.datastreamId"), Some(&Value::from("first")));
}

#[test]
fn what_another_datastream_was_to_do_is_left_out_of_the_own_web_sdks_options() {
    let mut bench = website(ORG, "first");
    bench.run(|collector, moment| {
        let options = json(
            r#"{"type":"t","decisionScopes":["a"],"edgeConfigOverrides":{"com_adobe_target":{"propertyToken":"p"},"datastreamId":"other"}}"#,
        );
        collector.command(9, "sendEvent", &options, Page::default(), None, moment);
    });
    let left = bench.pick(stored);
    assert_eq!(left.len(), 1);
    let call = own_sdk_call(left);
    assert_eq!(call.get("query"), None);
    assert_eq!(
        call.get("edgeConfigOverrides").map(Value::to_json).as_deref(),
        Some(r#"{"com_adobe_target":{"propertyToken":"p"},"datastreamId":"other"}"#)
    );
}

/// With the store's own Web SDK named, which is not there yet.
fn own_sdk() -> Bench {
    let mut bench = Bench::new();
    bench.configure(Source::Api, r#"{"webSdkName":"mySdk","storefrontEvents":true}"#);
    bench
}

/// What the store's own Web SDK is called with for what another page left.
fn own_sdk_call(left: Vec<(String, String)>) -> Value {
    let mut bench = own_sdk();
    bench.run(|collector, moment| collector.adopted(left, moment));
    bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
    bench.run(|collector, moment| collector.sdk_identified(Some(ECID.into()), moment));
    let call = bench.effects.iter().find_map(|effect| match effect {
        Effect::SdkSend { json, .. } => Some(Value::parse(json).unwrap()),
        _ => None,
    });
    call.expect("the event was handed over")
}

#[test]
fn a_web_sdk_that_has_not_told_the_ecid_is_told_that_the_page_goes() {
    let calls = |leave: fn(&mut Collector, &Moment)| {
        let mut bench = own_sdk();
        bench.publish("page-view");
        bench.publish("open-cart");
        bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
        bench.run(leave);
        bench.pick(|effect| match effect {
            Effect::SdkSend { unloading, .. } => Some(*unloading),
            _ => None,
        })
    };
    assert_eq!(calls(|collector, moment| collector.unloading(false, moment)), [true, true]);
    assert!(calls(|collector, moment| collector.visible(false, moment)).is_empty(), "it may be shown again");
    assert!(calls(|collector, moment| collector.unloading(true, moment)).is_empty(), "the next page has them");
}

#[test]
fn back_again_a_web_sdk_has_to_tell_the_ecid_first() {
    let mut bench = own_sdk();
    bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
    bench.run(|collector, moment| collector.unloading(false, moment));
    bench.run(|collector, moment| collector.returning("tab+".into(), moment));
    bench.run(|collector, moment| collector.restored(Vec::new(), moment));
    bench.publish("page-view");
    let calls = |bench: &Bench| bench.effects.iter().filter(|effect| matches!(effect, Effect::SdkSend { .. })).count();
    assert_eq!(calls(&bench), 0);
    bench.run(|collector, moment| collector.sdk_identified(Some(ECID.into()), moment));
    assert_eq!(calls(&bench), 1);
}

#[test]
fn a_web_sdk_is_asked_again_as_long_as_the_shopper_is_not_known() {
    let asked = |bench: &mut Bench| {
        let asked = bench.effects.iter().filter(|effect| matches!(effect, Effect::AskSdk)).count();
        bench.effects.clear();
        asked
    };
    let mut bench = own_sdk();
    bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
    assert_eq!(asked(&mut bench), 1);
    // Its own consent is out as yet.
    bench.run(|collector, moment| collector.sdk_identified(None, moment));
    bench.publish("page-view");
    bench.run(|collector, moment| collector.sdk_answered(0, SdkAnswer::Declined, moment));
    assert_eq!(asked(&mut bench), 0);
    bench.publish("page-view");
    bench.run(|collector, moment| collector.sdk_answered(1, SdkAnswer::Resolved, moment));
    assert_eq!(asked(&mut bench), 1);
    bench.run(|collector, moment| collector.sdk_identified(Some(ECID.into()), moment));
    bench.publish("page-view");
    bench.run(|collector, moment| collector.sdk_answered(2, SdkAnswer::Resolved, moment));
    assert_eq!(asked(&mut bench), 0);
    for choice in ["out", "in"] {
        bench.choose(choice);
    }
    assert_eq!(asked(&mut bench), 1, "what was known was forgotten");
    bench.publish("page-view");
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::SdkSend { .. })), "first it says who she is");
}

#[test]
fn who_asks_for_the_identity_does_not_wait_for_a_web_sdk_that_never_answers() {
    for callable in [true, false] {
        let mut bench = own_sdk();
        bench.run(|collector, moment| collector.sdk_found(callable, &[], moment));
        bench.run(|collector, moment| collector.identify(7, moment));
        bench.wait(10_001);
        assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Settled(7))), "{callable}");
        let said = bench.effects.iter().filter(|effect| matches!(effect, Effect::Log { .. })).count();
        assert_eq!(said, 1, "{callable}");
    }
}

#[test]
fn who_asks_for_the_identity_does_not_wait_for_a_web_sdk_that_never_comes() {
    let settled = |bench: &Bench| bench.effects.iter().any(|effect| matches!(effect, Effect::Settled(7)));
    let mut bench = own_sdk();
    bench.run(|collector, moment| collector.identify(7, moment));
    assert!(!settled(&bench), "it may still come");
    bench.wait(10_001);
    assert!(settled(&bench));
    assert_eq!(bench.collector.ecid(&bench.moment), None);
    // Nor later on.
    bench.run(|collector, moment| collector.unloading(false, moment));
    bench.run(|collector, moment| collector.returning("tab+".into(), moment));
    bench.run(|collector, moment| collector.restored(Vec::new(), moment));
    for choice in ["out", "in"] {
        bench.choose(choice);
    }
    bench.effects.clear();
    bench.run(|collector, moment| collector.identify(7, moment));
    assert!(settled(&bench));
}

#[test]
fn what_was_meant_for_an_own_web_sdk_waits_for_it() {
    let with = |name: &str| {
        let mut bench = Bench::new();
        bench.configure(Source::Api, &format!(r#"{{"webSdkName":"{name}","storefrontEvents":true}}"#));
        bench
    };
    let mut bench = with("mySdk");
    bench.publish("page-view");
    let left = bench.pick(stored);
    assert_eq!(left.len(), 1);
    let taken = |mut bench: Bench| {
        let left = left.clone();
        bench.run(|collector, moment| collector.adopted(left, moment));
        bench.status("queue.events")
    };
    assert_eq!(["mySdk", "other"].map(|name| taken(with(name))), ["1", "0"]);
    assert_eq!(taken(website(ORG, "x")), "0", "its datastream is none of ours");
}

#[test]
fn the_stores_own_web_sdk_is_waited_for_and_never_gets_our_datastream() {
    let mut bench = Bench::new();
    bench.contexts(&format!(r#"{{"aepContext":{{"imsOrgId":"{ORG}","webSdkName":"mySdk"}}}}"#));
    bench.contexts(r#"{"eventForwardingContext":{"aep":true}}"#);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::FindSdk(Some(name)) if name == "mySdk")));
    bench.publish("page-view");
    assert_eq!(bench.status("waitingFor"), r#"["window.mySdk"]"#);
    bench.wait(10_001);
    let warned = |bench: &Bench| {
        bench
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Log { message, .. } if message.contains("window.mySdk")))
            .count()
    };
    assert_eq!(warned(&bench), 1);
    let first =
        |bench: &Bench, key| bench.collector.events().at("0").and_then(|record| record.get(key).map(Value::to_json));
    assert_eq!((bench.status("counts.held"), bench.status("counts.queued")), ("1".into(), "0".into()));
    assert_eq!(first(&bench, "reason").as_deref(), Some(r#""waits for window.mySdk""#));
    bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
    assert_eq!(first(&bench, "status").as_deref(), Some(r#""held""#), "until it says who the shopper is");
    assert_eq!(bench.status("waitingFor"), r#"["window.mySdk"]"#);
    assert_eq!((bench.status("counts.held"), bench.status("counts.queued")), ("1".into(), "0".into()));
    bench.run(|collector, moment| collector.sdk_identified(Some(ECID.into()), moment));
    let call = bench.effects.iter().find_map(|effect| match effect {
        Effect::SdkSend { request, json, .. } => Some((*request, json.clone())),
        _ => None,
    });
    let (request, event) = call.expect("the event was handed over");
    assert!(event.contains(ECID));
    assert!(!event.contains("edgeConfigOverrides"));
    assert!(bench.fetches().is_empty());
    bench.run(|collector, moment| collector.sdk_answered(request, SdkAnswer::Resolved, moment));
    assert_eq!(bench.statuses(), [("page-view".into(), "accepted".into())]);
    assert_eq!(bench.status("sender"), r#""web-sdk""#);
}

#[test]
fn what_a_web_sdk_quotes_of_an_event_is_not_repeated() {
    for (said, kept) in [
        (r#"[alloy] 'xdm': Expected an object, but got "ann@shop.test"."#, "[alloy] 'xdm': Expected an object"),
        (
            r#"[alloy] The server responded with a status code 400 and response body: {"detail":"ann@shop.test"}"#,
            "[alloy] The server responded with a status code 400",
        ),
        ("no reason", "no reason"),
    ] {
        let mut bench = own_sdk();
        bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
        bench.run(|collector, moment| collector.sdk_identified(Some(ECID.into()), moment));
        bench.publish("page-view");
        let request = bench.effects.iter().find_map(|effect| match effect {
            Effect::SdkSend { request, .. } => Some(*request),
            _ => None,
        });
        let request = request.expect("the event was handed over");
        bench.run(|collector, moment| collector.sdk_answered(request, SdkAnswer::Rejected(said), moment));
        let told = format!(r#""webSdkName: the store's Web SDK refused an event: {kept}""#);
        assert_eq!(bench.status("issues.0.message"), told);
    }
}

#[test]
fn a_web_sdk_that_is_no_function_is_not_said_to_be_missing_too() {
    let mut bench = Bench::new();
    bench.contexts(&format!(r#"{{"aepContext":{{"imsOrgId":"{ORG}","webSdkName":"mySdk"}}}}"#));
    bench.contexts(r#"{"eventForwardingContext":{"aep":true}}"#);
    bench.run(|collector, moment| collector.sdk_found(false, &[], moment));
    bench.wait(10_001);
    let said = bench.effects.iter().filter(|effect| matches!(effect, Effect::Log { .. })).count();
    assert_eq!((said, bench.status("issues.0.code")), (1, r#""not-callable""#.into()));
}

#[test]
fn a_choice_that_the_stores_web_sdk_refuses_is_told_once() {
    let mut bench = own_sdk();
    bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
    bench.choose("out");
    let told = |bench: &Bench| bench.effects.iter().filter(|effect| matches!(effect, Effect::SdkConsent(_))).count();
    assert_eq!(told(&bench), 1);
    bench.run(|collector, moment| collector.sdk_consented(Some("The server responded with a status code 503"), moment));
    bench.wait(60_000);
    assert_eq!(told(&bench), 2, "that passes");
    bench.run(|collector, moment| collector.sdk_consented(Some("consent cannot change: EXEG-0302-409"), moment));
    for _ in 0..10 {
        bench.wait(60_000);
    }
    assert_eq!(told(&bench), 2, "that does not");
    let line = |effect: &&Effect| matches!(effect, Effect::Log { message, .. } if message.contains("setConsent"));
    assert_eq!(bench.effects.iter().filter(line).count(), 1);
}

#[test]
fn a_web_sdk_that_is_not_configured_yet_is_asked_again_ever_less_often() {
    let asked = |bench: &Bench| bench.effects.iter().filter(|effect| matches!(effect, Effect::AskSdk)).count();
    let mut bench = own_sdk();
    bench.run(|collector, moment| collector.sdk_found(true, &[], moment));
    for (times, wait) in [(1, 50), (2, 100), (3, 200), (4, 400), (5, 800), (6, 1_000), (7, 1_000)] {
        let message = "[alloy] The library must be configured first.";
        bench.run(|collector, moment| collector.sdk_not_identified(message, moment));
        bench.wait(wait - 1);
        assert_eq!(asked(&bench), times, "too early");
        bench.wait(1);
        assert_eq!(asked(&bench), times + 1, "after {wait} ms");
    }
    assert_eq!(bench.status("issues.0.code"), r#""not-configured""#);
    bench.run(|collector, moment| collector.sdk_not_identified("no ECID today", moment));
    bench.wait(60_000);
    assert_eq!(asked(&bench), 8, "that is an answer");
    assert_eq!(bench.status("waitingFor"), "[]");
}
