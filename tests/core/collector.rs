//! The pipeline as a whole, driven without a browser: items of the data layer in, effects out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

use storefront_collector::collector::{Collector, EarlyItem, EarlyPage, Effect, Failure, Host, Reply, SdkAnswer};
use storefront_collector::moment::Moment;
use storefront_collector::page::Page;
use storefront_collector::settings::Source;
use storefront_collector::storefront::Item;
use storefront_collector::value::{Map, Value};

const ORG: &str = "0123456789ABCDEF01234567@AdobeOrg";
const OTHER_ORG: &str = "FEDCBA9876543210FEDCBA98@AdobeOrg";
const ECID: &str = "41861666193140161934276845651148876988";

/// A collector on a page of its own, with a clock that stands still until it is moved.
struct Bench {
    collector: Collector,
    moment: Moment,
    effects: Vec<Effect>,
}

fn host() -> Host {
    Host {
        hostname: "www.shop.test".into(),
        scheme: "https:".into(),
        user_agent: String::new(),
        client_id: "client".into(),
        address: || "https://www.shop.test/".into(),
        gpc: || false,
        widest_domain: |domains| domains.last().cloned(),
    }
}

fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn map(text: &str) -> Map {
    json(text).as_map().unwrap().clone()
}

impl Bench {
    fn new() -> Self {
        let moment = Moment { wall: 1_795_360_664_527, mono: 1_000, ..Moment::default() };
        Self { collector: Collector::new(host(), "tab".into(), [1, 2, 3, 4], &moment), moment, effects: Vec::new() }
    }

    /// With everything that the data layer says about settings.
    fn configured() -> Self {
        let mut bench = Self::new();
        bench.contexts(&format!(
            r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}}}}"#
        ));
        bench.contexts(r#"{"eventForwardingContext":{"aep":true}}"#);
        bench
    }

    /// With a shopper whom the edge knows.
    fn identified() -> Self {
        let mut bench = Self::configured();
        bench.publish("page-view");
        bench.run(Collector::identity_locked);
        bench.answer_last(&format!(
            r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"{ECID}","namespace":{{"code":"ECID"}}}}]}}]}}"#
        ));
        bench.answer_last(r#"{"handle":[]}"#);
        bench.effects.clear();
        bench
    }

    fn run(&mut self, job: impl FnOnce(&mut Collector, &Moment)) {
        job(&mut self.collector, &self.moment);
        while let Some(effect) = self.collector.next_effect(&self.moment) {
            self.effects.push(effect);
        }
    }

    fn contexts(&mut self, contexts: &str) {
        let item = Item { contexts: map(contexts), ..Item::default() };
        self.run(|collector, moment| {
            collector.pushed(item, None, Page::default(), moment);
        });
    }

    fn publish(&mut self, event: &str) -> Option<String> {
        self.publish_with(event, None)
    }

    fn publish_with(&mut self, event: &str, info: Option<&str>) -> Option<String> {
        let item = Item { event: Some(event.into()), info: info.map(map), ..Item::default() };
        let page = Page { url: "https://www.shop.test/p".into(), ..Page::default() };
        let mut id = None;
        self.run(|collector, moment| id = collector.pushed(item, None, page, moment));
        id
    }

    fn fetches(&self) -> Vec<(u64, &str, &str)> {
        let fetch = |effect| match effect {
            &Effect::Fetch { request, ref url, ref body, .. } => Some((request, url.as_str(), body.as_str())),
            _ => None,
        };
        self.effects.iter().filter_map(fetch).collect()
    }

    fn answer_last(&mut self, body: &str) {
        let request = self.fetches().last().expect("a request is under way").0;
        let reply = Reply { status: 200, body: body.into(), ..Reply::default() };
        self.run(|collector, moment| collector.answered(request, Ok(reply), moment));
    }

    fn wait(&mut self, milliseconds: i64) {
        self.moment.mono += milliseconds;
        self.moment.wall += milliseconds;
        self.run(Collector::wake);
    }

    fn statuses(&self) -> Vec<(String, String)> {
        let text = |record: &Value, key| record.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        let events = self.collector.events();
        events.as_list().unwrap().iter().map(|record| (text(record, "event"), text(record, "status"))).collect()
    }

    fn status(&self, path: &str) -> String {
        self.collector.status().at(path).map(Value::to_json).unwrap_or_default()
    }

    /// The events of the last request, as the edge reads them.
    fn sent(&self) -> Vec<Value> {
        let body = json(self.fetches().last().expect("a request left").2);
        body.get("events").and_then(Value::as_list).unwrap_or_default().to_vec()
    }
}

#[test]
fn events_wait_in_memory_until_the_settings_are_complete() {
    let mut bench = Bench::new();
    bench.publish("page-view");
    bench.publish("sign-out");
    assert_eq!(bench.status("state"), r#""waiting""#);
    assert_eq!(bench.status("counts.held"), "2");
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Store { .. } | Effect::Fetch { .. })));
    bench.contexts(&format!(r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}}}}"#));
    assert_eq!(bench.status("waitingFor"), r#"["eventForwardingContext"]"#);
    bench.contexts(r#"{"eventForwardingContext":{"aep":true}}"#);
    assert_eq!(bench.status("state"), r#""running""#);
    assert_eq!(bench.status("counts.held"), "0");
    let stored = bench.effects.iter().filter(|effect| matches!(effect, Effect::Store { .. })).count();
    assert_eq!(stored, 2);
}

#[test]
fn forwarding_that_is_off_sends_stores_and_sets_nothing() {
    let mut bench = Bench::new();
    bench.contexts(&format!(r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}}}}"#));
    bench.contexts(r#"{"eventForwardingContext":{"aep":false}}"#);
    bench.publish("page-view");
    bench.wait(5_000);
    assert_eq!(bench.statuses(), [("page-view".into(), "suppressed".into())]);
    assert!(!bench.effects.iter().any(|effect| matches!(
        effect,
        Effect::Store { .. } | Effect::Fetch { .. } | Effect::SetCookie(_) | Effect::RememberConsent(_)
    )));
}

#[test]
fn a_new_shopper_is_given_an_ecid_before_the_first_event() {
    let mut bench = Bench::configured();
    let id = bench.publish("page-view").unwrap();
    assert!(bench.fetches().is_empty(), "the identity lock comes first");
    bench.run(Collector::identity_locked);
    assert!(bench.fetches()[0].1.contains("/ee/v1/identity/acquire?configId="));
    bench.answer_last(&format!(
        r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"{ECID}","namespace":{{"code":"ECID"}}}}]}}]}}"#
    ));
    assert!(bench.fetches()[1].1.contains("/ee/v1/interact?configId="));
    let [event] = &bench.sent()[..] else { panic!("one event") };
    assert_eq!(event.at("xdm._id").and_then(Value::as_text), Some(id.as_str()));
    assert_eq!(event.at("xdm.personID").and_then(Value::as_text), Some(ECID));
    assert_eq!(
        event.at("xdm.identityMap").unwrap().to_json(),
        format!(r#"{{"ECID":[{{"id":"{ECID}","primary":true}}]}}"#)
    );
    assert_eq!(event.at("xdm.timestamp").and_then(Value::as_text), Some("2026-11-22T15:17:44.527Z"));
    bench.answer_last(r#"{"handle":[]}"#);
    assert_eq!(bench.statuses(), [("page-view".into(), "accepted".into())]);
    let recorded = bench.collector.events().at("0.xdm.personID").cloned();
    assert_eq!(recorded, Some(Value::from(ECID)), "the record knows it too");
}

const IDENTITY: &str = "kndctr_0123456789ABCDEF01234567_AdobeOrg_identity=CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";

/// A shopper whom the cookie names, one event answered.
fn known(settings: &str) -> Bench {
    let mut bench = Bench::new();
    bench.moment.cookies = IDENTITY.into();
    bench.run(|collector, moment| collector.configure(Source::Page, &json(settings), moment));
    bench.contexts(&format!(
        r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}},"eventForwardingContext":{{"aep":true}}}}"#
    ));
    bench.publish("page-view");
    bench.answer_last(r#"{"handle":[]}"#);
    bench
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
        let body = json(bench.fetches().last().unwrap().2);
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
fn a_refusal_is_the_shoppers_own_though_her_cookies_are_gone() {
    let mut bench = known("{}");
    bench.moment.cookies = "".into();
    bench.run(|collector, moment| collector.set_consent(&Value::from("out"), moment).unwrap());
    let (_, url, body) = bench.fetches().pop().unwrap();
    assert!(url.contains("/privacy/set-consent"), "{url}");
    let carried = json(body).at("meta.state.entries.0.value").map(Value::to_json).unwrap_or_default();
    assert!(carried.len() > 100 && IDENTITY.ends_with(carried.trim_matches('"')), "{body}");
    bench.run(|collector, moment| collector.set_consent(&Value::from("in"), moment).unwrap());
    assert_eq!(bench.collector.ecid(&bench.moment), None, "she is not known any more");
}

#[test]
fn settings_that_are_set_anew_let_nobody_in_for_an_instant() {
    let mut bench = Bench::new();
    bench.moment.cookies = "kndctr_0123456789ABCDEF01234567_AdobeOrg_consent=general=out".into();
    let aep = format!(
        r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}},"eventForwardingContext":{{"aep":true}}}}"#
    );
    bench.contexts(&aep);
    // As Adobe's SDK replaces a context.
    bench.contexts(r#"{"aepContext":null}"#);
    bench.contexts(&aep);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::RememberConsent(_) | Effect::Adopt)));
}

#[test]
fn another_organization_knows_the_shopper_by_another_identity() {
    let mut bench = known("{}");
    bench.publish("sign-in");
    bench.effects.clear();
    let settings = format!(r#"{{"organizationId":"{OTHER_ORG}","datastreamId":"other"}}"#);
    bench.run(|collector, moment| collector.configure(Source::Api, &json(&settings), moment));
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
    bench
        .answer_last(r#"{"handle":[{"type":"identity:result","payload":[{"id":"777","namespace":{"code":"ECID"}}]}]}"#);
    bench.wait(300);
    assert_eq!(carried("configId=x&", &bench), (true, true));
    bench.answer_last(&format!(
        r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"{ECID}","namespace":{{"code":"ECID"}}}}]}}]}}"#
    ));
    bench.publish("create-account");
    bench.wait(300);
    assert_eq!(bench.sent().last().unwrap().at("xdm.personID").and_then(Value::as_text), Some("777"));
}

#[test]
fn a_former_organization_keeps_the_identity_that_it_gives() {
    let mut bench = Bench::configured();
    bench.publish("sign-in");
    let settings = format!(r#"{{"organizationId":"{OTHER_ORG}","datastreamId":"other"}}"#);
    bench.run(|collector, moment| collector.configure(Source::Api, &json(&settings), moment));
    bench.run(Collector::identity_locked);
    let given = |ecid: &str| {
        format!(r#"{{"type":"identity:result","payload":[{{"id":"{ecid}","namespace":{{"code":"ECID"}}}}]}}"#)
    };
    bench.answer_last(&format!(r#"{{"handle":[{}]}}"#, given("777")));
    bench.wait(300);
    let cookie = IDENTITY.split_once('=').unwrap().0;
    let state = format!(r#"{{"type":"state:store","payload":[{{"key":"{cookie}","value":"new","maxAge":10}}]}}"#);
    bench.effects.retain(|effect| !matches!(effect, Effect::SetCookie(_)));
    bench.answer_last(&format!(r#"{{"handle":[{},{state}]}}"#, given(ECID)));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::SetCookie(text) if text.starts_with(cookie))));
    assert_eq!(bench.collector.ecid(&bench.moment).as_deref(), Some("777"));
    assert_eq!(bench.collector.events().at("0.xdm.personID"), None, "the record says what was sent");
}

#[test]
fn an_answer_of_the_edge_says_what_becomes_of_each_event() {
    let error = |number: &str, status: u16, report: &str| {
        format!(r#"{{"type":"https://ns.adobe.com/aep/errors/EXEG-{number}-{status}","status":{status}{report}}}"#)
    };
    let at = |index: usize| format!(r#","report":{{"eventIndex":{index}}}"#);
    for (list, problem, become_of) in [
        ("errors", error("0104", 422, &at(1)), ["accepted", "rejected"]),
        ("errors", error("0201", 503, &at(1)), ["accepted", "queued"]),
        ("errors", error("0307", 502, &at(0)), ["queued", "accepted"]),
        ("errors", error("0201", 503, ""), ["accepted", "accepted"]),
        ("warnings", error("0201", 503, &at(1)), ["accepted", "accepted"]),
        ("warnings", error("0301", 200, &at(1)), ["accepted", "suppressed"]),
        ("warnings", error("0301", 200, ""), ["suppressed", "suppressed"]),
    ] {
        let mut bench = known("{}");
        bench.wait(300);
        bench.answer_last(r#"{"handle":[]}"#);
        let before = bench.statuses().len();
        bench.publish("sign-out");
        bench.publish("sign-out");
        bench.wait(250);
        bench.answer_last(&format!(r#"{{"handle":[],"{list}":[{problem}]}}"#));
        let statuses: Vec<_> = bench.statuses().drain(before..).map(|(_, status)| status).collect();
        assert_eq!(statuses, become_of, "{list} {problem}");
    }
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
        let request = bench.fetches().last().unwrap().0;
        let reply = Reply { status: 403, ..Reply::default() };
        bench.run(|collector, moment| collector.answered(request, Ok(reply), moment));
    }
    bench.publish("sign-out");
    bench.wait(250);
    assert_eq!(bench.sent()[0].at("xdm.personID").and_then(Value::as_text), Some(ECID));
}

#[test]
fn a_choice_that_waited_for_the_network_is_not_told_once_it_is_outdated() {
    let mut bench = known("{}");
    bench.effects.clear();
    bench.run(|collector, moment| collector.online(false, moment));
    bench.run(|collector, moment| collector.set_consent(&Value::from("out"), moment).unwrap());
    bench.run(|collector, moment| collector.set_consent(&Value::from("in"), moment).unwrap());
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
        r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"12345678901234567890123456789012345678","namespace":{{"code":"ECID"}}}}]}},
            {{"type":"state:store","payload":[{{"key":"{cookie}","value":"late","maxAge":34128000}},{{"key":"other","value":"kept","maxAge":10}}]}}]}}"#
    );
    let reply = Reply { status: 200, body: answer, ..Reply::default() };
    bench.run(|collector, moment| collector.answered(0, Ok(reply), moment));
    let written = bench.effects.iter().filter_map(|effect| match effect {
        Effect::SetCookie(cookie) => cookie.split('=').next(),
        _ => None,
    });
    assert_eq!(written.collect::<Vec<_>>(), ["other"]);
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
    let request = bench.fetches()[0].0;
    let reply = Reply { status: 400, body: "{}".into(), ..Reply::default() };
    bench.run(|collector, moment| collector.answered(request, Ok(reply), moment));
    bench.run(Collector::identity_locked);
    let [event] = &bench.sent()[..] else { panic!("one event") };
    assert_eq!((event.at("xdm.personID"), event.at("xdm.identityMap")), (None, None));
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
    bench.run(|collector, moment| {
        let settings = format!(r#"{{"organizationId":"{ORG}","datastreamId":"x","defaultConsent":"pending"}}"#);
        collector.configure(Source::Api, &json(&settings), moment);
    });
    bench.contexts(r#"{"pageContext":{"pageType":"CMS","pageName":"first"}}"#);
    bench.publish("page-view");
    bench.contexts(r#"{"pageContext":{"pageName":"second"}}"#);
    assert_eq!(bench.status("waitingFor"), r#"["consent"]"#);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Store { .. } | Effect::Fetch { .. })));
    bench.moment.wall += 60_000;
    bench.run(|collector, moment| collector.set_consent(&Value::from("in"), moment).unwrap());
    bench.run(Collector::identity_locked);
    let Some(Effect::Store { text, .. }) = bench.effects.iter().find(|effect| matches!(effect, Effect::Store { .. }))
    else {
        panic!("released")
    };
    assert!(text.contains("first") && text.contains("2026-11-22T15:17:44.527Z"), "{text}");
}

#[test]
fn on_before_event_send_changes_drops_and_fails() {
    let mut bench = Bench::identified();
    bench.run(|collector, _| {
        collector.set_before_send(Box::new(|content| match content.at("xdm.eventType").and_then(Value::as_text) {
            Some("userAccount.logout") => Ok(None),
            Some("commerce.productViews") => {
                Err(storefront_collector::inspect::Issue::error("hook", "threw", "it threw"))
            }
            _ => {
                let mut content = content;
                content.set_at("xdm._tenant.seen", true);
                content.set_at("data.more", 1);
                content.set_at("data.nothing.at.all", "");
                Ok(Some(content))
            }
        }));
    });
    bench.publish("sign-out");
    bench.publish("product-page-view");
    bench.publish("page-view");
    let statuses: Vec<_> = bench.statuses().into_iter().skip(1).map(|(_, status)| status).collect();
    assert_eq!(statuses, ["suppressed", "rejected", "sent"]);
    let [event] = &bench.sent()[..] else { panic!("one event") };
    assert_eq!(event.at("xdm._tenant.seen"), Some(&Value::from(true)));
    assert_eq!(event.get("data").map(Value::to_json).as_deref(), Some(r#"{"more":1}"#));
}

#[test]
fn what_a_hook_leaves_still_says_what_every_event_says() {
    for left in [
        r#"{"xdm":{"eventType":"a","_id":"","identityMap":{}},"data":{}}"#,
        r#"{"xdm":{"eventType":"a","timestamp":"yesterday","_id":[],"implementationDetails":[]}}"#,
        r#"{"data":{"more":1}}"#,
    ] {
        let mut bench = Bench::identified();
        bench.run(|collector, _| collector.set_before_send(Box::new(|_| Ok(Some(json(left))))));
        let id = bench.publish("page-view").unwrap();
        let [event] = &bench.sent()[..] else { panic!("one event") };
        let text = |path| event.at(path).and_then(Value::as_text);
        assert_eq!(text("xdm._id"), Some(&*id), "{left}");
        assert_eq!(text("xdm.identityMap.ECID.0.id"), Some(ECID), "{left}");
        assert!(text("xdm.timestamp").is_some_and(|time| time.starts_with("2026-")), "{left}");
        assert!(text("xdm.implementationDetails.name").is_some() && text("xdm.eventType").is_some(), "{left}");
    }
    for left in [r#"{"xdm":"x"}"#, r#"{"xdm":[1]}"#, r#"{"xdm":7,"data":{"more":1}}"#] {
        let mut bench = Bench::identified();
        bench.run(|collector, _| collector.set_before_send(Box::new(|_| Ok(Some(json(left))))));
        bench.publish("page-view");
        assert_eq!(bench.statuses().last().unwrap().1, "rejected", "{left}");
        assert!(bench.status("issues").contains("xdm"), "{left}");
    }
}

#[test]
fn what_switches_events_off_is_named() {
    for (aep, settings, off, reason) in [
        ("true", r#"{"storefrontEvents":false}"#, r#""storefrontEvents""#, "storefrontEvents is false"),
        ("true", r#"{"hipaa":true}"#, r#""hipaa""#, "hipaa is true"),
        ("false", "{}", r#""eventForwardingContext.aep""#, "eventForwardingContext.aep is not true"),
    ] {
        let mut bench = Bench::new();
        bench.run(|collector, moment| collector.configure(Source::Page, &json(settings), moment));
        bench.contexts(&format!(
            r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}},"eventForwardingContext":{{"aep":{aep}}}}}"#
        ));
        bench.publish("page-view");
        assert_eq!((bench.status("state"), bench.status("off")), (r#""running""#.into(), off.into()));
        let record = bench.collector.events().at("0").cloned().unwrap();
        assert_eq!(record.get("status").and_then(Value::as_text), Some("suppressed"));
        assert!(record.get("reason").and_then(Value::as_text).unwrap().ends_with(reason), "{record:?}");
    }
    assert_eq!(Bench::configured().status("off"), "null");
}

#[test]
fn a_page_with_too_many_problems_is_told_so() {
    let mut bench = Bench::configured();
    for number in 0..150 {
        let issue = storefront_collector::inspect::Issue::of("?made-up:% is one of many", &[&number.to_string()]);
        let item = Item { issues: vec![issue], ..Item::default() };
        bench.run(|collector, moment| drop(collector.pushed(item, None, Page::default(), moment)));
    }
    let status = bench.collector.status();
    let issues = status.get("issues").and_then(Value::as_list).unwrap();
    assert_eq!((issues.len(), issues[99].get("code").and_then(Value::as_text)), (100, Some("too-many")));
}

#[test]
fn a_record_says_what_was_wrong_with_its_event() {
    let mut bench = Bench::identified();
    bench.contexts(r#"{"storefrontInstanceContext":{"environmentId":"e","baseCurrencyCode":5}}"#);
    bench.publish("product-page-view");
    bench.publish("page-view");
    bench.publish("product-page-view");
    let events = bench.collector.events();
    let issues = |at: &str| events.at(at).and_then(Value::as_list).map(<[Value]>::len);
    assert!(issues("1.issues").is_some_and(|count| count > 0), "{events:?}");
    assert_eq!(events.at("3.issues"), events.at("1.issues"), "though it was told before");
    assert_eq!(issues("2.issues"), None, "and none where there were none");
    assert!(
        events.at("1.issues.0.message").and_then(Value::as_text).is_some_and(|text| text.contains("productContext"))
    );
}

#[test]
fn what_another_page_left_is_not_among_the_counts_of_this_one() {
    let mut before = known("{}");
    before.publish("sign-out");
    let stored = before.effects.iter().find_map(|effect| match effect {
        Effect::Store { key, text } => Some((key.clone(), text.clone())),
        _ => None,
    });
    let (_, text) = stored.expect("stored before it is answered");
    let mut bench = Bench::identified();
    bench.run(|collector, moment| collector.adopted(vec![("gone/1".into(), text.clone())], moment));
    bench.publish("sign-out");
    bench.wait(300);
    bench.answer_last(r#"{"handle":[]}"#);
    bench.wait(300);
    bench.answer_last(r#"{"handle":[]}"#);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(keys) if keys[0] == "gone/1")));
    let counts = bench.collector.status().get("counts").cloned().unwrap();
    assert_eq!(
        (counts.get("published"), counts.get("accepted")),
        (Some(&Value::from(2)), Some(&Value::from(2))),
        "{counts:?}"
    );
}

#[test]
fn a_record_names_nobody_until_somebody_is_known() {
    let mut bench = Bench::configured();
    bench.publish("page-view");
    let shown = |bench: &Bench| bench.collector.events().at("0.xdm").map(Value::to_json).unwrap();
    assert!(!shown(&bench).contains("identityMap") && !shown(&bench).contains("personID"), "{}", shown(&bench));
    bench.run(Collector::identity_locked);
    bench.answer_last(&format!(
        r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"{ECID}","namespace":{{"code":"ECID"}}}}]}}]}}"#
    ));
    assert!(shown(&bench).contains(&format!(r#""personID":"{ECID}""#)), "{}", shown(&bench));
}

#[test]
fn personal_data_can_be_held_back() {
    let mut bench = Bench::identified();
    bench.run(|collector, moment| collector.configure(Source::Page, &json(r#"{"personalData":false}"#), moment));
    bench.contexts(r#"{"accountContext":{"emailAddress":"ada@shop.test","accountId":"7"}}"#);
    bench.publish("sign-in");
    bench.wait(300);
    let body = bench.fetches().last().unwrap().2;
    assert!(
        body.contains("userAccount.login") && !body.contains("ada@shop.test") && !body.contains("accountID"),
        "{body}"
    );
}

#[test]
fn a_hook_does_not_see_what_is_held_back_and_nothing_empty_stays_in_its_place() {
    let mut bench = Bench::identified();
    bench.run(|collector, moment| {
        collector.configure(Source::Page, &json(r#"{"personalData":false}"#), moment);
        collector.set_before_send(Box::new(|mut content| {
            content.set_at("data.seen", content.to_json());
            Ok(Some(content))
        }));
    });
    bench.contexts(r#"{"accountContext":{"emailAddress":"ada@shop.test","accountId":"7"}}"#);
    bench.publish("sign-in");
    bench.wait(300);
    let sent = bench.sent();
    let seen = sent[0].at("data.seen").and_then(Value::as_text).unwrap();
    assert!(seen.contains("userAccount.login"), "{seen}");
    for gone in ["ada@shop.test", "accountID", "person\":", "personalEmail"] {
        assert!(!seen.contains(gone), "{gone}: {seen}");
    }
}

#[test]
fn an_order_with_an_empty_cart_has_the_items_of_the_last_one() {
    let mut bench = Bench::identified();
    bench.contexts(r#"{"shoppingCartContext":{"id":"c1","items":[{"quantity":2,"product":{"sku":"MH01"}}]}}"#);
    bench.contexts(r#"{"shoppingCartContext":null,"orderContext":{"orderId":"1"}}"#);
    bench.publish("place-order");
    bench.wait(300);
    assert_eq!(bench.sent()[0].at("xdm.productListItems.0.SKU"), Some(&Value::from("MH01")));
}

/// `SKU×quantity` of the items of each event, published with these carts in its `eventInfo` only.
fn items_of(events: &[(&str, &str)]) -> Vec<String> {
    let mut bench = Bench::identified();
    for (event, info) in events {
        bench.publish_with(event, Some(info));
    }
    bench.wait(300);
    let items = |sent: Value| -> String {
        let items = sent.at("xdm.productListItems").and_then(Value::as_list).unwrap_or_default().to_vec();
        let text = |item: &Value, name| item.get(name).map(Value::to_json).unwrap_or_default();
        items.iter().map(|item| format!("{}×{}", text(item, "SKU"), text(item, "quantity"))).collect()
    };
    bench.sent().into_iter().map(items).collect()
}

#[test]
fn carts_that_come_with_their_events_only_are_remembered() {
    let cart = |skus: &[&str]| {
        let lines: Vec<_> = skus.iter().map(|sku| format!(r#"{{"quantity":1,"product":{{"sku":"{sku}"}}}}"#)).collect();
        format!(r#"{{"shoppingCartContext":{{"id":"c","items":[{}]}}}}"#, lines.join(","))
    };
    let (a, ab, b) = (cart(&["a"]), cart(&["a", "b"]), cart(&["b"]));
    let order = r#"{"orderContext":{"orderId":"1"}}"#;
    let found = items_of(&[
        ("add-to-cart", &a),
        ("add-to-cart", &ab),
        ("remove-from-cart", &b),
        ("shopping-cart-view", &b),
        ("place-order", order),
        ("add-to-cart", &a),
    ]);
    let wanted = [r#""a"×1"#, r#""b"×1"#, r#""a"×1"#, r#""b"×1"#, r#""b"×1"#, r#""a"×1"#];
    assert_eq!(found, wanted);
}

#[test]
fn a_cart_that_comes_with_its_event_and_before_it_counts_once() {
    // As Adobe's SDK does: the context, then the event with all of the state. A hand-made one may keep its nulls.
    let mut bench = Bench::identified();
    let cart =
        r#"{"shoppingCartContext":{"id":"c","totalQuantity":null,"items":[{"quantity":1,"product":{"sku":"a"}}]}}"#;
    bench.contexts(r#"{"shoppingCartContext":null}"#);
    bench.contexts(cart);
    bench.publish_with("add-to-cart", Some(cart));
    bench.wait(300);
    assert_eq!(bench.sent()[0].at("xdm.productListItems.0.SKU"), Some(&Value::from("a")));
}

/// A page of a website with this organization and datastream, its shopper known.
fn website(organization: &str, datastream: &str) -> Bench {
    let mut bench = Bench::new();
    bench.moment.cookies = IDENTITY.into();
    let settings = json(&format!(r#"{{"organizationId":"{organization}","datastreamId":"{datastream}"}}"#));
    bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
    bench
}

/// What such a page leaves in storage of one event.
fn left_by(organization: &str, datastream: &str) -> Vec<(String, String)> {
    let mut bench = website(organization, datastream);
    bench.publish("page-view");
    bench.effects.iter().filter_map(stored).collect()
}

/// An entry of the outbox, as if another tab had written it.
fn stored(effect: &Effect) -> Option<(String, String)> {
    match effect {
        Effect::Store { key, text } => Some((key.replace("tab", "other"), text.clone())),
        _ => None,
    }
}

#[test]
fn what_a_page_of_another_website_left_goes_to_its_own_datastream() {
    let left = left_by(ORG, "first");
    let mut bench = website(ORG, "second");
    bench.run(|collector, moment| collector.adopted(left, moment));
    bench.publish("page-view");
    bench.answer_last(r#"{"handle":[]}"#);
    bench.wait(300);
    let urls: Vec<_> = bench.fetches().iter().map(|(_, url, _)| url.contains("configId=first")).collect();
    assert_eq!(urls, [false, true]);
    assert!(!bench.fetches()[1].2.contains("sdkConfig"), "nobody has overridden anything");
}

#[test]
fn settings_that_change_leave_earlier_events_their_datastream() {
    let mut bench = website(ORG, "first");
    bench.publish("page-view");
    bench.publish("open-cart");
    let settings = json(r#"{"datastreamId":"second"}"#);
    bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
    bench.publish("open-cart");
    bench.answer_last(r#"{"handle":[]}"#);
    bench.wait(300);
    bench.answer_last(r#"{"handle":[]}"#);
    bench.wait(300);
    let to = |url: &str| ["first", "second"].into_iter().find(|id| url.contains(id)).unwrap_or_default().to_owned();
    assert_eq!(bench.fetches().iter().map(|(_, url, _)| to(url)).collect::<Vec<_>>(), ["first", "first", "second"]);
}

#[test]
fn what_another_organizations_page_left_waits_for_one_of_its_own() {
    let left = left_by(OTHER_ORG, "first");
    let mut bench = website(ORG, "second");
    let also = left.clone();
    bench.run(|collector, moment| collector.adopted(also, moment));
    bench.wait(300);
    assert!(bench.fetches().is_empty());
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(_))), "it is not ours to take out");
    bench.moment.wall += 8 * 24 * 3_600_000;
    bench.run(|collector, moment| collector.adopted(left, moment));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(_))), "nobody came for seven days");
}

/// A page that was left early, with this on its data layer before its page view.
fn early_page(data_layer: &str) -> EarlyPage {
    let item = |contexts, event: Option<&str>| {
        let item = Item { contexts, event: event.map(String::from), ..Item::default() };
        EarlyItem { item, published: None }
    };
    EarlyPage {
        key: "early:1".into(),
        items: vec![item(map(data_layer), None), item(Map::new(), Some("page-view"))],
        page: Page { url: "https://www.shop.test/early".into(), ..Page::default() },
        wall: 1_795_360_660_000,
        ..EarlyPage::default()
    }
}

fn is_taken_out(bench: &Bench) -> bool {
    bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(keys) if keys == &["early:1"]))
}

#[test]
fn an_early_page_waits_until_its_events_may_leave() {
    let mut bench = Bench::new();
    bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
    assert_eq!((bench.statuses().len(), is_taken_out(&bench)), (0, false), "no settings yet");
    let settings = json(&format!(r#"{{"organizationId":"{ORG}","datastreamId":"x"}}"#));
    bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
    bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
    let stored = bench.effects.iter().position(|effect| matches!(effect, Effect::Store { .. }));
    let forgotten = bench.effects.iter().position(|effect| matches!(effect, Effect::Forget(_)));
    assert!(stored.is_some() && stored < forgotten, "the events are safe before the page is taken out");
    assert_eq!(bench.statuses(), [("page-view".into(), "queued".into())]);
}

#[test]
fn whoever_takes_an_early_page_over_publishes_it_under_the_same_ids() {
    let ids = [1, 2].map(|seed| {
        let mut bench = website(ORG, "x");
        bench.collector = Collector::new(host(), format!("tab{seed}"), [seed; 4], &bench.moment);
        let settings = json(&format!(r#"{{"organizationId":"{ORG}","datastreamId":"x"}}"#));
        bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
        bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
        bench.collector.events().at("0.id").map(Value::to_json).unwrap()
    });
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn an_early_page_goes_by_its_own_settings() {
    let aep = |ims: &str, datastream: &str, on: bool| {
        format!(
            r#"{{"aepContext":{{"imsOrgId":"{ims}","datastreamId":"{datastream}"}},"eventForwardingContext":{{"aep":{on}}}}}"#
        )
    };
    let taken_over = |data_layer: &str| {
        let mut bench = Bench::new();
        bench.moment.cookies = IDENTITY.into();
        bench.contexts(&aep(ORG, "second", true));
        bench.run(|collector, moment| collector.take_over(early_page(data_layer), moment));
        bench
    };
    let bench = taken_over(&aep(ORG, "first", true));
    let (_, url, body) = bench.fetches()[0];
    assert!(url.contains("configId=first") && body.contains("https://www.shop.test/early"), "{url}");
    assert_eq!(bench.status("settings.datastreamId.value"), r#""second""#, "ours are what they were");

    let off = taken_over(&aep(ORG, "first", false));
    assert_eq!((off.statuses().len(), off.fetches().len(), is_taken_out(&off)), (0, 0, true));

    let foreign = taken_over(&aep(OTHER_ORG, "first", true));
    assert_eq!((foreign.statuses().len(), is_taken_out(&foreign)), (0, false), "it waits for a page of its own");

    let mut script = early_page("{}");
    script.settings = json(r#"{"datastreamId":"third"}"#);
    let mut bench = taken_over("{}");
    bench.answer_last(r#"{"handle":[]}"#);
    bench.run(|collector, moment| collector.take_over(script, moment));
    bench.wait(300);
    assert!(bench.fetches().last().unwrap().1.contains("configId=third"), "its script counts before ours");
}

#[test]
fn an_early_page_leaves_nothing_of_its_contexts_to_this_one() {
    let mut bench = Bench::configured();
    bench.contexts(r#"{"pageContext":{"pageName":"here"}}"#);
    bench.run(|collector, moment| collector.take_over(early_page(r#"{"pageContext":{"pageName":"there"}}"#), moment));
    bench.publish("page-view");
    let name = |at: &str| bench.collector.events().at(at).map(Value::to_json);
    assert_eq!(name("0.xdm.web.webPageDetails.name").as_deref(), Some(r#""there""#));
    assert_eq!(name("1.xdm.web.webPageDetails.name").as_deref(), Some(r#""here""#));
}

#[test]
fn what_a_collector_published_there_keeps_its_id_and_time() {
    let mut bench = Bench::configured();
    let mut early = early_page("{}");
    early.items[1].published = Some(("3fa85f64-5717-4562-b3fc-2c963f66afa6".into(), 1_795_360_600_000));
    bench.run(|collector, moment| collector.take_over(early, moment));
    let said = |path: &str| bench.collector.events().at(path).and_then(Value::as_text).map(String::from);
    assert_eq!(said("0.id").as_deref(), Some("3fa85f64-5717-4562-b3fc-2c963f66afa6"));
    assert_eq!(said("0.xdm.timestamp").as_deref(), Some("2026-11-22T15:16:40.000Z"));
}

#[test]
fn an_early_page_knows_the_cart_of_the_one_before_it() {
    let mut bench = Bench::configured();
    let mut first = early_page(
        r#"{"shoppingCartContext":{"id":"c","items":[{"id":"1","product":{"sku":"a","name":"A"},"quantity":1,"prices":{"price":{"value":1}}}]}}"#,
    );
    first.wall -= 1_000;
    let mut second = early_page(r#"{"orderContext":{"orderId":"o","grandTotal":1}}"#);
    second.key = "early:2".into();
    second.items[1].item.event = Some("place-order".into());
    bench.run(|collector, moment| collector.take_over(first, moment));
    bench.run(|collector, moment| collector.take_over(second, moment));
    assert_eq!(bench.collector.events().at("1.xdm.productListItems.0.SKU"), Some(&Value::from("a")));
}

#[test]
fn an_early_page_that_is_too_old_is_taken_out() {
    let mut bench = Bench::configured();
    bench.moment.wall += 8 * 24 * 3_600_000;
    bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
    assert_eq!((bench.statuses().len(), is_taken_out(&bench)), (0, true));
}

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
    let left: Vec<_> = bench.effects.iter().filter_map(stored).collect();
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
    let settings = json(r#"{"webSdkName":"mySdk","storefrontEvents":true}"#);
    bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
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
        let unloading = bench.effects.iter().filter_map(|effect| match effect {
            Effect::SdkSend { unloading, .. } => Some(*unloading),
            _ => None,
        });
        unloading.collect::<Vec<_>>()
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
        bench.run(|collector, moment| collector.set_consent(&Value::from(choice), moment).unwrap());
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
        bench.run(|collector, moment| collector.set_consent(&Value::from(choice), moment).unwrap());
    }
    bench.effects.clear();
    bench.run(|collector, moment| collector.identify(7, moment));
    assert!(settled(&bench));
}

#[test]
fn an_identity_that_is_held_back_leaves_the_shopper_primary() {
    let mut bench = known(r#"{"personalData":false,"identityMap":{"Email":[{"id":"a@b.example","primary":true}]}}"#);
    bench.publish("open-cart");
    bench.wait(300);
    let identities = bench.sent()[0].at("xdm.identityMap").map(Value::to_json);
    assert_eq!(identities, Some(format!(r#"{{"ECID":[{{"id":"{ECID}","primary":true}}]}}"#)));
}

#[test]
fn what_was_meant_for_an_own_web_sdk_waits_for_it() {
    let with = |name: &str| {
        let mut bench = Bench::new();
        let settings = json(&format!(r#"{{"webSdkName":"{name}","storefrontEvents":true}}"#));
        bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
        bench
    };
    let mut bench = with("mySdk");
    bench.publish("page-view");
    let left: Vec<_> = bench.effects.iter().filter_map(stored).collect();
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
    let mut bench = Bench::new();
    for _ in 0..3 {
        bench.run(|collector, moment| collector.sdk_consented(false, moment));
    }
    let said = bench.effects.iter().filter(|effect| matches!(effect, Effect::Log { .. })).count();
    assert_eq!((said, bench.status("issues.0.field")), (1, r#""setConsent""#.into()));
}

#[test]
fn a_rehearsal_leaves_no_trace() {
    let mut bench = Bench::configured();
    let before = (bench.effects.len(), bench.statuses());
    bench.run(|collector, moment| collector.rehearse(Page::default(), moment));
    assert_eq!((bench.effects.len(), bench.statuses()), before);
}

#[test]
fn the_website_counts_for_consent_as_soon_as_it_is_known() {
    let mut bench = Bench::new();
    bench.moment.cookies = "user_allowed_save_cookie=%7B%224%22%3A1%7D".into();
    bench.run(|collector, moment| {
        let settings = format!(
            r#"{{"organizationId":"{ORG}","datastreamId":"x","defaultConsent":"pending","consentSources":["user_allowed_save_cookie"]}}"#
        );
        collector.configure(Source::Api, &json(&settings), moment);
    });
    bench.publish("sign-out");
    bench.contexts(r#"{"pageContext":{"pageName":"a"}}"#);
    assert_eq!(bench.status("waitingFor"), r#"["consent"]"#);
    bench.contexts(r#"{"storefrontInstanceContext":{"websiteId":4}}"#);
    assert_eq!(bench.status("waitingFor"), "[]");
}

#[test]
fn other_known_events_are_counted_and_unknown_ones_left_alone() {
    let mut bench = Bench::identified();
    assert_eq!(bench.publish("recs-unit-view"), None);
    assert_eq!(bench.publish("somebody-elses-event"), None);
    assert_eq!((bench.status("counts.known"), bench.status("counts.published")), ("1".into(), "1".into()));
}

#[test]
fn a_custom_event_without_context_is_refused_with_a_message() {
    let mut bench = Bench::identified();
    bench.publish("commerce-custom");
    assert_eq!(bench.statuses()[1].1, "rejected");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Log { .. })));
    bench.publish_with("commerce-custom", Some(r#"{"customContext":{"eventType":"my.type"}}"#));
    bench.wait(300);
    assert_eq!(bench.sent()[0].at("xdm.eventType"), Some(&Value::from("my.type")));
}

#[test]
fn each_problem_is_told_once() {
    let mut bench = Bench::identified();
    for _ in 0..3 {
        bench.publish("commerce-custom");
    }
    assert_eq!(bench.effects.iter().filter(|effect| matches!(effect, Effect::Log { .. })).count(), 1);
    assert_eq!(bench.collector.status().get("issues").and_then(Value::as_list).unwrap().len(), 1);
}

#[test]
fn a_network_failure_is_tried_again_with_the_same_id() {
    let mut bench = Bench::identified();
    let id = bench.publish("sign-out").unwrap();
    bench.wait(300);
    let request = bench.fetches().last().unwrap().0;
    bench.run(|collector, moment| collector.answered(request, Err(Failure::Network), moment));
    bench.wait(60_000);
    assert!(bench.fetches().len() >= 2);
    assert_eq!(bench.sent()[0].at("xdm._id"), Some(&Value::from(id.as_str())));
}
