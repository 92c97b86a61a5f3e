//! Who the shopper is, whoever tells it and however late.

use super::pages::*;

#[test]
fn a_new_shopper_is_given_an_ecid_before_the_first_event() {
    let mut bench = Bench::configured();
    let id = bench.publish("page-view").unwrap();
    assert!(bench.fetches().is_empty(), "the identity lock comes first");
    bench.run(Collector::identity_locked);
    assert!(bench.fetches()[0].1.contains("/ee/v1/identity/acquire?configId="));
    bench.accept(&identity(ECID));
    assert!(bench.fetches()[1].1.contains("/ee/v1/interact?configId="));
    let [event] = &bench.sent()[..] else { panic!("one event") };
    assert_eq!(event.at("xdm._id").and_then(Value::as_text), Some(id.as_str()));
    assert_eq!(event.at("xdm.personID").and_then(Value::as_text), Some(ECID));
    assert_eq!(
        event.at("xdm.identityMap").unwrap().to_json(),
        format!(r#"{{"ECID":[{{"id":"{ECID}","primary":true}}]}}"#)
    );
    assert_eq!(event.at("xdm.timestamp").and_then(Value::as_text), Some("2026-11-22T15:17:44.527Z"));
    bench.accept("");
    assert_eq!(bench.statuses(), [("page-view".into(), "accepted".into())]);
    let recorded = bench.collector.events().at("0.xdm.personID").cloned();
    assert_eq!(recorded, Some(Value::from(ECID)), "the record knows it too");
}

#[test]
fn a_deleted_identity_cookie_is_carried_on() {
    for (settings, place) in [
        ("{}", "meta.state.entries.0.value"),
        // The browser sends the cookies to the shop's own host, but not those it has lost.
        (r#"{"edgeDomain":"data.www.shop.test"}"#, "xdm.identityMap.ECID.0.id"),
    ] {
        let mut bench = known(settings);
        bench.moment.cookies = "".into();
        bench.publish("sign-out");
        bench.wait(250);
        assert_eq!(bench.sent()[0].at("xdm.personID").and_then(Value::as_text), Some(ECID));
        let (_, body) = bench.last();
        let carried = body.at(place).and_then(Value::as_text).unwrap_or_default();
        assert!(carried == ECID || IDENTITY.ends_with(carried) && !carried.is_empty(), "{}", body.to_json());
    }
}

#[test]
fn an_identity_that_another_tab_was_given_counts_from_the_next_event_on() {
    let mut bench = Bench::identified();
    bench.moment.cookies = IDENTITY.replace("CiY0MTg2MTY2", "CiY5OTk5OTk5").into();
    bench.publish("sign-out");
    bench.wait(250);
    let other = bench.sent()[0].at("xdm.personID").and_then(Value::as_text).unwrap().to_owned();
    assert!(other.starts_with("999999") && other.ends_with(&ECID[10..]), "{other}");
}

#[test]
fn another_organization_knows_the_shopper_by_another_identity() {
    let mut bench = known("{}");
    bench.publish("sign-in");
    bench.effects.clear();
    let settings = format!(r#"{{"organizationId":"{OTHER_ORG}","datastreamId":"other"}}"#);
    bench.configure(Source::Api, &settings);
    bench.publish("sign-out");
    bench.wait(300);
    bench.run(Collector::identity_locked);
    let carried = |url: &str, bench: &Bench| {
        let fetches = bench.fetches();
        let (_, _, body) = fetches.iter().find(|(_, place, _)| place.contains(url)).copied().unwrap();
        (body.contains(ECID), body.contains("AdobeOrg_identity"))
    };
    assert_eq!(carried("configId=other", &bench), (false, false), "she is new there");
    // The event of before goes where it was meant to go, as hers.
    bench.accept(&identity("777"));
    bench.wait(300);
    assert_eq!(carried("configId=x&", &bench), (true, true));
    bench.accept(&identity(ECID));
    bench.publish("create-account");
    bench.wait(300);
    assert_eq!(bench.sent().last().unwrap().at("xdm.personID").and_then(Value::as_text), Some("777"));
}

#[test]
fn a_former_organization_keeps_the_identity_that_it_gives() {
    let mut bench = Bench::configured();
    bench.publish("sign-in");
    let settings = format!(r#"{{"organizationId":"{OTHER_ORG}","datastreamId":"other"}}"#);
    bench.configure(Source::Api, &settings);
    bench.run(Collector::identity_locked);
    bench.accept(&identity("777"));
    bench.wait(300);
    let cookie = IDENTITY.split_once('=').unwrap().0;
    let state = format!(r#"{{"type":"state:store","payload":[{{"key":"{cookie}","value":"new","maxAge":10}}]}}"#);
    bench.effects.retain(|effect| !matches!(effect, Effect::SetCookie(_)));
    bench.accept(&format!("{},{state}", identity(ECID)));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::SetCookie(text) if text.starts_with(cookie))));
    assert_eq!(bench.collector.ecid(&bench.moment).as_deref(), Some("777"));
    assert_eq!(bench.collector.events().at("0.xdm.personID"), None, "the record says what was sent");
}

#[test]
fn after_an_out_and_an_in_the_cookies_identity_counts_again() {
    let mut bench = known("{}");
    bench.moment.cookies = format!("{IDENTITY}; mg_dnt=1").into();
    bench.run(Collector::read_consent);
    bench.moment.cookies = IDENTITY.into();
    bench.run(Collector::read_consent);
    // The edge refuses to hear of either choice, so that its answer brings no identity.
    for _ in 0..2 {
        bench.answer(403, "");
    }
    bench.publish("sign-out");
    bench.wait(250);
    assert_eq!(bench.sent()[0].at("xdm.personID").and_then(Value::as_text), Some(ECID));
}

#[test]
fn a_page_that_is_left_reads_the_identity_that_came_meanwhile() {
    let mut bench = Bench::configured();
    bench.publish("page-view");
    bench.moment.cookies = IDENTITY.into();
    bench.run(|collector, moment| collector.unloading(false, moment));
    assert_eq!(bench.sent()[0].at("xdm.personID").and_then(Value::as_text), Some(ECID));
}

#[test]
fn an_identity_that_comes_too_late_does_not_make_another_shopper() {
    let mut bench = Bench::configured();
    bench.publish("page-view");
    bench.run(|collector, moment| collector.unloading(false, moment));
    // Another tab asked meanwhile, and this page is back.
    bench.moment.cookies = IDENTITY.into();
    bench.run(|collector, moment| collector.returning("tab+".into(), moment));
    bench.effects.clear();
    let cookie = IDENTITY.split_once('=').unwrap().0;
    let answer = format!(
        r#"{{"handle":[{},
            {{"type":"state:store","payload":[{{"key":"{cookie}","value":"late","maxAge":34128000}},{{"key":"other","value":"kept","maxAge":10}}]}}]}}"#,
        identity("12345678901234567890123456789012345678")
    );
    let reply = Reply { status: 200, body: answer, ..Reply::default() };
    bench.run(|collector, moment| collector.answered(0, Ok(reply), moment));
    let written = bench.pick(|effect| match effect {
        Effect::SetCookie(cookie) => cookie.split('=').next(),
        _ => None,
    });
    assert_eq!(written, ["other"]);
    bench.run(|collector, moment| collector.restored(vec!["tab/0".into()], moment));
    bench.publish("sign-out");
    bench.wait(1_000);
    assert_eq!(bench.sent()[0].at("xdm.personID").and_then(Value::as_text), Some(ECID));
}

#[test]
fn an_identity_that_is_refused_is_not_invented() {
    let mut bench = Bench::configured();
    bench.publish("sign-out");
    bench.run(Collector::identity_locked);
    bench.answer(400, "{}");
    bench.run(Collector::identity_locked);
    let [event] = &bench.sent()[..] else { panic!("one event") };
    assert_eq!((event.at("xdm.personID"), event.at("xdm.identityMap")), (None, None));
}

#[test]
fn a_record_names_nobody_until_somebody_is_known() {
    let mut bench = Bench::configured();
    bench.publish("page-view");
    let shown = |bench: &Bench| bench.collector.events().at("0.xdm").map(Value::to_json).unwrap();
    assert!(!shown(&bench).contains("identityMap") && !shown(&bench).contains("personID"), "{}", shown(&bench));
    bench.run(Collector::identity_locked);
    bench.accept(&identity(ECID));
    assert!(shown(&bench).contains(&format!(r#""personID":"{ECID}""#)), "{}", shown(&bench));
}

#[test]
fn an_identity_that_is_held_back_leaves_the_shopper_primary() {
    let mut bench = known(r#"{"personalData":false,"identityMap":{"Email":[{"id":"a@b.example","primary":true}]}}"#);
    bench.publish("open-cart");
    bench.wait(300);
    let identities = bench.sent()[0].at("xdm.identityMap").map(Value::to_json);
    assert_eq!(identities, Some(format!(r#"{{"ECID":[{{"id":"{ECID}","primary":true}}]}}"#)));
}
