//! The bundled sender as a Web SDK instance, without a browser: commands in, requests and results out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use storefront_collector::consent::Signal;

use bench::*;

const CONFIG: &str =
    r#"{"orgId":"5BFE274A5F6980A50A495C08@AdobeOrg","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#;

impl Bench {
    /// In a browser whose identity lock is free.
    fn new() -> Self {
        Self::on(host(), |bench, effect| {
            if matches!(effect, Effect::LockIdentity) {
                bench.collector.identity_locked(&bench.moment.clone());
            }
        })
    }

    /// After a `configure` with these options besides.
    fn configured(more: &str) -> Self {
        let mut bench = Self::new();
        bench.call(1, "configure", &CONFIG.replace('}', &format!("{more}}}")));
        bench
    }

    fn call(&mut self, ticket: u64, command: &str, options: &str) {
        let options = json(options);
        self.run(|collector, moment| collector.command(ticket, command, &options, Page::default(), None, moment));
    }

    /// The results of commands, by ticket.
    fn answers(&self) -> Vec<(u64, &Result<Value, String>)> {
        let answer = |effect| match effect {
            &Effect::Answer { ticket, ref answer } => Some((ticket, answer)),
            _ => None,
        };
        self.effects.iter().filter_map(answer).collect()
    }

    fn answer_to(&self, ticket: u64) -> Result<String, &str> {
        let answers = self.answers();
        let (_, answer) = answers.iter().find(|(known, _)| *known == ticket).expect("no answer yet");
        answer.as_ref().map(Value::to_json).map_err(String::as_str)
    }

    fn cookies(&self) -> Vec<&String> {
        let cookie = |effect| match effect {
            &Effect::SetCookie(ref cookie) => Some(cookie),
            _ => None,
        };
        self.effects.iter().filter_map(cookie).collect()
    }
}

/// A collector with these settings besides.
fn configured_with(more: &str) -> Bench {
    let mut bench = Bench::new();
    bench.configure(Source::Api, &CONFIG.replace("orgId", "organizationId").replace('}', more));
    bench
}

/// The same, to whose shopper the edge has given an identity and accepted an event.
fn running(more: &str) -> Bench {
    let mut bench = configured_with(more);
    bench.call(1, "sendEvent", "{}");
    bench.accept(&identity("42"));
    bench.accept("");
    bench
}

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
fn commands_need_a_configuration_and_take_only_one() {
    let mut bench = Bench::new();
    bench.call(1, "sendEvent", "{}");
    assert!(bench.answer_to(1).unwrap_err().starts_with("[alloy] The library must be configured first."));
    bench.call(2, "configure", CONFIG);
    assert_eq!(bench.answer_to(2).unwrap(), "{}");
    bench.call(3, "configure", CONFIG);
    assert!(bench.answer_to(3).unwrap_err().contains("only be configured once"));
}

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

/// What the edge is told when the shopper says `general`.
fn says(general: &str) -> String {
    CONSENT.replace("in", general)
}

const CONSENT: &str = r#"{"consent":[{"standard":"Adobe","version":"1.0","value":{"general":"in"}}]}"#;

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
fn a_configure_that_is_refused_changes_nothing() {
    let mut bench = Bench::new();
    bench.run(|collector, moment| {
        collector.set_before_send(Box::new(|_| Ok(None)));
        let options = json(r#"{"orgId":"bad","datastreamId":"x","idMigrationEnabled":false}"#);
        let hook = Some(Box::new(|content| Ok(Some(content))) as _);
        collector.command(1, "configure", &options, Page::default(), hook, moment);
    });
    assert!(bench.answer_to(1).is_err());
    bench.call(2, "configure", CONFIG);
    bench.call(3, "sendEvent", r#"{"xdm":{"eventType":"a"}}"#);
    let record = bench.collector.events().at("0.status").cloned();
    assert_eq!(record.as_ref().and_then(Value::as_text), Some("suppressed"), "by the hook that the page gave");
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
fn a_blocked_third_party_domain_is_no_failure_to_the_caller() {
    let mut bench = Bench::configured(r#","thirdPartyCookiesEnabled":true"#);
    bench.call(2, "getIdentity", "{}");
    let (url, _) = bench.last();
    assert!(url.starts_with("https://adobedc.demdex.net/"), "{url}");
    bench.lose();
    bench.wait(0);
    let (url, _) = bench.last();
    assert!(url.starts_with("https://edge.adobedc.net/"), "{url}");
    bench.accept(&identity("42"));
    assert_eq!(bench.answer_to(2).unwrap(), r#"{"identity":{"ECID":"42"},"edge":{}}"#);
}

/// Commands and their answers, by ticket, of a shopper who is known.
fn known(more: &str) -> Bench {
    let mut bench = Bench::configured(more);
    bench.call(2, "getIdentity", "{}");
    bench.accept(&identity("42"));
    bench
}

#[test]
fn the_identity_across_sites_is_asked_for_though_the_ecid_is_known() {
    let mut bench = known(r#","thirdPartyCookiesEnabled":true"#);
    let core = r#"{"namespaces":["CORE"]}"#;
    bench.call(3, "getIdentity", core);
    let (url, body) = bench.last();
    assert!(url.starts_with("https://adobedc.demdex.net/ee/v1/identity/acquire?"), "{url}");
    assert_eq!(body.at("query.identity.fetch").unwrap().to_json(), r#"["ECID","CORE"]"#);
    bench.accept(r#"{"type":"identity:result","payload":[{"id":"c","namespace":{"code":"CORE"}}]}"#);
    assert_eq!(bench.answer_to(3).unwrap(), r#"{"identity":{"CORE":"c"},"edge":{}}"#);
    bench.call(4, "getIdentity", core);
    assert_eq!(bench.answer_to(4).unwrap(), r#"{"identity":{"CORE":"c"},"edge":{}}"#);
    assert_eq!(bench.fetches().len(), 2);
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

#[test]
fn options_of_parts_that_we_do_not_have_are_said_once() {
    let mut bench = known(r#","prehidingStyle":"x","streamingMedia":{"channel":"c"},"clickCollectionEnabled":false"#);
    for ticket in [3, 4] {
        bench.call(ticket, "sendEvent", r#"{"renderDecisions":true}"#);
    }
    let said: Vec<_> = bench
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Log { message, .. } => Some(message),
            _ => None,
        })
        .collect();
    let about: Vec<_> = said.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(about, ["configure: prehidingStyle", "configure: streamingMedia", "sendEvent: renderDecisions"]);
    assert!(said.iter().all(|line| line.contains("webSdkName")));
}

#[test]
fn older_libraries_are_left_alone_where_the_page_says_so() {
    for (more, read, written) in [("", true, true), (r#","idMigrationEnabled":false"#, false, false)] {
        let mut bench = Bench::new();
        bench.moment.cookies = "s_ecid=MCMID|16908443662402872073525706953453086963".into();
        bench.call(1, "configure", &CONFIG.replace('}', &format!("{more}}}")));
        bench.call(2, "getIdentity", "{}");
        let (_, body) = bench.last();
        assert_eq!(body.at("xdm.identityMap.ECID").is_some(), read);
        bench.accept(&identity("42"));
        assert_eq!(bench.cookies().iter().any(|cookie| cookie.starts_with("AMCV_")), written, "{:?}", bench.cookies());
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
