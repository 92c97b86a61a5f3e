//! What the shopper says, and what follows from it.

use super::pages::*;

#[test]
fn a_refusal_is_the_shoppers_own_though_her_cookies_are_gone() {
    let mut bench = known("{}");
    bench.moment.cookies = "".into();
    bench.choose("out");
    let (url, body) = bench.last();
    assert!(url.contains("/privacy/set-consent"), "{url}");
    let carried = body.at("meta.state.entries.0.value").and_then(Value::as_text).unwrap_or_default();
    assert!(carried.len() > 98 && IDENTITY.ends_with(carried), "{}", body.to_json());
    bench.choose("in");
    assert_eq!(bench.collector.ecid(&bench.moment), None, "she is not known any more");
}

#[test]
fn a_choice_that_waited_for_the_network_is_not_told_once_it_is_outdated() {
    let mut bench = known("{}");
    bench.effects.clear();
    bench.run(|collector, moment| collector.online(false, moment));
    bench.choose("out");
    bench.choose("in");
    bench.run(|collector, moment| collector.online(true, moment));
    bench.wait(10_000);
    let said: Vec<_> = bench
        .fetches()
        .iter()
        .map(|(_, _, body)| json(body).at("consent.0.value.general").map(Value::to_json).unwrap_or_default())
        .collect();
    assert_eq!(said, [r#""in""#]);
}

#[test]
fn events_wait_until_an_edge_that_knows_of_an_opt_out_has_heard_of_the_yes() {
    let mut bench = Bench::new();
    let consent = IDENTITY.split_once("_identity=").unwrap().0.to_owned() + "_consent=general%3Dout";
    bench.moment.cookies = format!("{IDENTITY}; {consent}").as_str().into();
    bench.configure(Source::Api, &format!(r#"{{"organizationId":"{ORG}","datastreamId":"x"}}"#));
    bench.choose("in");
    bench.publish("page-view");
    bench.wait(1_000);
    let asked: Vec<_> = bench.fetches().iter().map(|(_, url, _)| url.contains("/privacy/set-consent")).collect();
    assert_eq!(asked, [true], "and no event");
    bench.moment.cookies = format!("{IDENTITY}; {}", consent.replace("out", "in")).as_str().into();
    bench.accept("");
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn a_yes_for_another_website_does_not_count_whatever_kind_its_id_is() {
    for id in ["4", r#""4""#] {
        let consent = |cookie: &str| {
            let mut bench = Bench::new();
            bench.moment.cookies = cookie.into();
            let settings = r#"{"defaultConsent":"pending","consentSources":["user_allowed_save_cookie"]}"#;
            bench.configure(Source::Api, settings);
            bench.contexts(&format!(r#"{{"storefrontInstanceContext":{{"websiteId":{id}}}}}"#));
            bench.status("consent")
        };
        assert_eq!(consent("user_allowed_save_cookie=%7B%224%22%3A1%7D"), r#""in""#, "{id}");
        assert_eq!(consent("user_allowed_save_cookie=%7B%225%22%3A1%7D"), r#""pending""#, "{id}");
    }
}

#[test]
fn what_is_published_after_the_opt_out_never_leaves() {
    let mut bench = Bench::identified();
    bench.publish("product-page-view");
    bench.moment.cookies = "mg_dnt=1".into();
    bench.publish("sign-out");
    bench.wait(10_000);
    bench.moment.cookies = "".into();
    bench.wait(10_000);
    assert!(bench.fetches().iter().all(|(_, url, _)| !url.contains("/interact") && !url.contains("/collect")));
    let statuses = bench.statuses();
    assert!(statuses[1..].iter().all(|(_, status)| status == "suppressed"), "{statuses:?}");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Purge)));
}

#[test]
fn an_opt_out_takes_the_segments_cookie_away() {
    let gone = |cookies: &str| {
        let mut bench = Bench::identified();
        bench.moment.cookies = cookies.into();
        bench.run(Collector::read_consent);
        bench
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::SetCookie(text) if text.contains("segments")))
            .count()
    };
    assert_eq!(gone("aep-segments-membership=1,2; mg_dnt=1"), 1);
    assert_eq!(gone("aep-segments-membership=1,2"), 0);
    assert_eq!(gone("mg_dnt=1"), 0);
}

#[test]
fn pending_consent_holds_events_in_memory_with_the_values_of_their_own_moment() {
    let mut bench = Bench::new();
    bench.configure(
        Source::Api,
        &format!(r#"{{"organizationId":"{ORG}","datastreamId":"x","defaultConsent":"pending"}}"#),
    );
    bench.contexts(r#"{"pageContext":{"pageType":"CMS","pageName":"first"}}"#);
    bench.publish("page-view");
    bench.contexts(r#"{"pageContext":{"pageName":"second"}}"#);
    assert_eq!(bench.status("waitingFor"), r#"["consent"]"#);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Store { .. } | Effect::Fetch { .. })));
    bench.moment.wall += 60_000;
    bench.choose("in");
    bench.run(Collector::identity_locked);
    let Some(Effect::Store { text, .. }) = bench.effects.iter().find(|effect| matches!(effect, Effect::Store { .. }))
    else {
        panic!("released")
    };
    assert!(text.contains("first") && text.contains("2026-11-22T15:17:44.527Z"), "{text}");
}

#[test]
fn the_website_counts_for_consent_as_soon_as_it_is_known() {
    let mut bench = Bench::new();
    bench.moment.cookies = "user_allowed_save_cookie=%7B%224%22%3A1%7D".into();
    bench.configure(
        Source::Api,
        &format!(
            r#"{{"organizationId":"{ORG}","datastreamId":"x","defaultConsent":"pending","consentSources":["user_allowed_save_cookie"]}}"#
        ),
    );
    bench.publish("sign-out");
    bench.contexts(r#"{"pageContext":{"pageName":"a"}}"#);
    assert_eq!(bench.status("waitingFor"), r#"["consent"]"#);
    bench.contexts(r#"{"storefrontInstanceContext":{"websiteId":4}}"#);
    assert_eq!(bench.status("waitingFor"), "[]");
}
