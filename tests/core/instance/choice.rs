//! `setConsent`: what the edge is told of a choice, and what a choice does to the other commands.

use storefront_collector::consent::Signal;

use super::page::*;

/// What the last request said of consent, and of whom besides the ECID.
fn told(bench: &Bench) -> (String, String) {
    let (url, body) = bench.last();
    assert!(url.contains("/privacy/set-consent"), "{url}");
    let text = |path| body.at(path).map(Value::to_json).unwrap_or_default();
    let mut others = body.get("identityMap").cloned().unwrap_or_default();
    others.remove_at("ECID");
    (text("consent.0.value.general"), if others.is_empty() { String::new() } else { others.to_json() })
}

const ANN_AGREES: &str = r#"{"consent":[{"standard":"Adobe","version":"1.0","value":{"general":"in"}}],"identityMap":{"Email":[{"id":"ann@shop.test"}]}}"#;

#[test]
fn who_chose_is_said_of_that_choice_and_of_no_other() {
    let chosen = |bench: &mut Bench| {
        bench.call(2, "setConsent", ANN_AGREES);
        assert!(told(bench).1.contains("ann@shop.test"), "{:?}", told(bench));
        bench.answer(503, "");
        bench.wait(2_000);
        assert!(told(bench).1.contains("ann@shop.test"), "told again, of the same: {:?}", told(bench));
        bench.accept("");
    };
    let mut bench = running("}");
    chosen(&mut bench);
    bench.moment.cookies = "mg_dnt=1".into();
    bench.run(Collector::read_consent);
    assert_eq!(told(&bench), (r#""out""#.into(), String::new()));

    let mut bench = running("}");
    chosen(&mut bench);
    bench.choose("out");
    assert_eq!(told(&bench), (r#""out""#.into(), String::new()));
}

#[test]
fn the_banners_answer_is_not_told_as_the_commands() {
    let mut bench = configured_with(r#","consentSources":["tcf"]}"#);
    bench.moment.cookies = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity=CiY0".into();
    let other = ANN_AGREES.replace("\"consent\"", r#""edgeConfigOverrides":{"datastreamId":"other"},"consent""#);
    bench.call(2, "setConsent", &other);
    assert!(bench.last().0.contains("configId=other"), "{}", bench.last().0);
    bench.accept("");
    let answer = r#"{"eventStatus":"useractioncomplete","gdprApplies":true,"tcString":"x","purpose":{"consents":{}},"vendor":{"consents":{}}}"#;
    bench.run(|collector, moment| collector.consent_signal(Signal::Tcf(&json(answer)), moment));
    let (url, body) = bench.last();
    assert!(url.contains("/privacy/set-consent") && !url.contains("configId=other"), "{url}");
    assert_eq!(body.at("identityMap.Email"), None);
}

#[test]
fn who_chose_is_not_said_by_address_where_personal_data_is_held_back() {
    let mut bench = running(r#","personalData":false}"#);
    let with_more = ANN_AGREES.replace(r#"{"Email""#, r#"{"crm":[{"id":"c1"}],"Email""#);
    bench.call(2, "setConsent", &with_more);
    assert_eq!(told(&bench), (r#""in""#.into(), r#"{"crm":[{"id":"c1"}]}"#.into()));
}

#[test]
fn who_tells_a_silent_edge_of_a_choice_is_answered_by_and_by() {
    let mut bench = Bench::configured("");
    bench.call(2, "setConsent", CONSENT);
    for _ in 0..8 {
        bench.wait(10_000);
        bench.wait(60_000);
    }
    assert!(bench.answer_to(2).unwrap_err().contains("Network request failed."), "{:?}", bench.answer_to(2));
}

#[test]
fn a_choice_that_the_edge_does_not_take_rejects_as_the_web_sdk_does_and_is_told_again() {
    let mut bench = Bench::configured("");
    bench.call(2, "setConsent", CONSENT);
    bench.answer(500, "{}");
    assert!(bench.answer_to(2).unwrap_err().contains("status code 500"), "not worth waiting for");
    bench.call(3, "setConsent", CONSENT);
    for _ in 0..3 {
        let (url, _) = bench.last();
        assert!(url.contains("/v1/privacy/set-consent?"), "{url}");
        bench.answer(503, "");
        assert_eq!(bench.answers().len(), 2, "its caller waits");
        bench.wait(60_000);
    }
    bench.accept(&identity("42"));
    assert_eq!(bench.answer_to(3).unwrap(), "{}");
    assert_eq!(bench.fetches().len(), 5);
}

#[test]
fn a_choice_that_another_one_overtakes_resolves_with_it() {
    let mut bench = Bench::configured("");
    for (ticket, general) in [(2, "in"), (3, "out"), (4, "in")] {
        bench.call(ticket, "setConsent", &says(general));
    }
    bench.accept(&identity("42"));
    for ticket in [2, 3, 4] {
        assert_eq!(bench.answer_to(ticket).unwrap(), "{}", "{ticket}");
    }
}

#[test]
fn a_server_s_response_leaves_nothing_of_a_shopper_who_declined() {
    let mut bench = known("");
    bench.call(3, "setConsent", &says("out"));
    bench.effects.clear();
    let cookie = r#"{"responseBody":{"handle":[{"type":"state:store","payload":[{"key":"k","value":"v"}]},
        {"type":"personalization:decisions","payload":[{"id":"p"}]}]}}"#;
    bench.call(4, "applyResponse", cookie);
    assert_eq!(bench.answer_to(4).unwrap(), r#"{"propositions":[{"id":"p"}]}"#);
    assert_eq!(bench.cookies(), [""; 0]);
}

#[test]
fn declining_settles_every_promise_with_an_empty_object() {
    let mut bench = Bench::configured(r#","defaultConsent":"pending""#);
    bench.call(2, "sendEvent", "{}");
    bench.call(3, "getIdentity", "{}");
    bench.call(4, "appendIdentityToUrl", r#"{"url":"https://o.test/"}"#);
    assert_eq!(bench.answer_to(4).unwrap(), r#"{"url":"https://o.test/"}"#);
    assert_eq!((bench.answers().len(), bench.fetches().len()), (2, 0));
    bench.call(5, "setConsent", &says("out"));
    for ticket in [2, 3, 5] {
        assert_eq!(bench.answer_to(ticket).unwrap(), "{}", "{ticket}");
    }
}

#[test]
fn the_time_in_the_queue_counts_the_wait_for_consent() {
    let mut bench = Bench::configured(r#","defaultConsent":"pending""#);
    bench.call(2, "sendEvent", "{}");
    bench.moment.mono += 250;
    bench.moment.wall += 250;
    bench.call(3, "setConsent", CONSENT);
    bench.accept(&identity("42"));
    let (url, body) = bench.last();
    assert!(url.contains("/v1/interact?"), "{url}");
    assert_eq!(body.at("meta.queueTimeMillis").and_then(Value::as_i64), Some(250));
}
