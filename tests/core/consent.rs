//! Consent through the whole pipeline: what leaves, what is stored and what is set, and when.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;
#[path = "bench/theme.rs"]
mod theme;

use std::cell::RefCell;
use std::collections::BTreeMap;

use storefront_collector::collector::{Host, SdkAnswer};
use storefront_collector::consent::MEMORY_KEY;
use storefront_collector::moment::Reading;
use storefront_collector::xdm::personal;

use bench::*;

const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";
const COOKIE: &str = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_";
const IDENTITY: &str = "CiYwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2N1IQCAEQARgB";

/// What the browser keeps; the host's functions reach it from everywhere.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    storage: BTreeMap<String, String>,
    probes: usize,
}

thread_local! {
    static BROWSER: RefCell<Browser> = RefCell::default();
}

fn browser<T>(of: impl FnOnce(&mut Browser) -> T) -> T {
    BROWSER.with_borrow_mut(of)
}

fn cookie(name: &str, value: &str) {
    browser(|browser| browser.cookies.insert(name.into(), value.into()));
}

fn store(key: &str, text: &str) {
    browser(|browser| browser.storage.insert(key.into(), text.into()));
}

fn no_cookie(name: &str) {
    browser(|browser| browser.cookies.remove(name));
}

fn carry_out(bench: &mut Bench, effect: &Effect) {
    let set = |text: &str| {
        let (name, rest) = text.split_once('=').unwrap();
        cookie(name, rest.split(';').next().unwrap());
    };
    match effect {
        Effect::SetCookie(text) => set(text),
        Effect::SetCookieFor { cookie, domains } => {
            assert!(!cookie.contains("Domain") && domains[0] == "shop.test", "{cookie} {domains:?}");
            set(cookie);
        }
        Effect::Store { key, text } => store(key, text),
        Effect::Forget(keys) => browser(|browser| browser.storage.retain(|key, _| !keys.contains(key))),
        Effect::Purge => browser(|browser| browser.storage.retain(|key, _| key == MEMORY_KEY)),
        Effect::RememberConsent(text) => store(MEMORY_KEY, text),
        Effect::RememberCart(text) => store("cart", text),
        Effect::LockIdentity => bench.collector.identity_locked(&bench.moment.clone()),
        _ => {}
    }
}

impl Bench {
    /// A page in the browser, with these settings.
    fn new(settings: &str) -> Self {
        let widest_domain = |domains: &[String]| {
            browser(|browser| browser.probes += 1);
            domains.first().cloned()
        };
        let mut bench = Self::on(Host { widest_domain, ..host() }, carry_out);
        bench.moment.cookies = Reading::new(|| {
            browser(|browser| {
                browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
            })
        });
        bench.moment.memory = Reading::new(|| browser(|browser| browser.storage.get(MEMORY_KEY).cloned()));
        bench.configure(Source::Page, settings);
        bench
    }

    fn publish(&mut self, event: &str, info: &str) -> String {
        self.publish_with(event, info).unwrap()
    }

    fn view(&mut self, name: &str) -> String {
        self.publish("page-view", &format!(r#"{{"pageContext":{{"pageType":"CMS","pageName":"{name}"}}}}"#))
    }

    /// The answer to `set-consent` and, with an identity, to the others.
    fn hears(&mut self, general: &str) {
        let state = |name: &str, value: &str| format!(r#"{{"key":"{COOKIE}{name}","value":"{value}","maxAge":100}}"#);
        self.accept(&format!(
            r#"{},{{"type":"state:store","payload":[{},{},{}]}}"#,
            identity("01234567890123456789012345678901234567"),
            state("identity", IDENTITY),
            state("cluster", "irl1"),
            state("consent", &format!("general={general}")),
        ));
    }

    /// What left: `interact`, `privacy/set-consent out`, …
    fn told(&self) -> Vec<String> {
        let told = |effect| match effect {
            &Effect::Fetch { ref url, ref body, .. } => {
                let path = url.split_once("/v1/").unwrap().1.split('?').next().unwrap();
                let body = json(body);
                let said = body.at("consent.0.value.general").and_then(Value::as_text).unwrap_or_default();
                Some(format!("{path} {said}").trim().into())
            }
            Effect::SdkSend { .. } => Some("sendEvent".into()),
            _ => None,
        };
        self.effects.iter().filter_map(told).collect()
    }

    fn told_last(&self) -> String {
        self.told().pop().expect("something left")
    }

    /// What the store's own Web SDK was asked.
    fn asked(&self) -> Vec<String> {
        let asked = |effect| match effect {
            &Effect::FindSdk(Some(ref name)) => Some(format!("find {name}")),
            Effect::AskSdk => Some("getIdentity".into()),
            Effect::SdkConsent(options) => Some(format!("setConsent {}", options.to_json())),
            _ => None,
        };
        self.effects.iter().filter_map(asked).collect()
    }

    fn status_of(&self, id: &str) -> String {
        let events = self.collector.events();
        let record =
            events.as_list().unwrap().iter().find(|event| event.get("id").and_then(Value::as_text) == Some(id));
        record.unwrap().get("status").and_then(Value::as_text).unwrap().into()
    }

    fn did_nothing(&self) -> bool {
        self.told().is_empty() && !self.effects.iter().any(|effect| matches!(effect, Effect::Adopt)) && nothing_kept()
    }
}

fn settings(more: &str) -> String {
    format!(r#"{{"organizationId":"{ORG}","datastreamId":"0a1b2c3d-4e5f-4061-8273-9485a6b7c8d9"{more}}}"#)
}

fn known_shopper() {
    cookie(&format!("{COOKIE}identity"), IDENTITY);
}

fn nothing_kept() -> bool {
    browser(|browser| browser.storage.is_empty() && browser.probes == 0)
}

#[test]
fn opted_out_before_anything_nothing_is_done() {
    cookie("mg_dnt", "");
    let mut tab = Bench::new(&settings(""));
    let id = tab.view("one");
    tab.run(|core, moment| core.visible(false, moment));
    tab.run(|core, moment| core.unloading(false, moment));
    assert!(tab.did_nothing());
    assert_eq!(tab.status_of(&id), "suppressed");
    assert_eq!(browser(|browser| browser.cookies.len()), 1);
}

#[test]
fn a_stored_refusal_counts_before_storage_is_opened() {
    // Until the organization is known, nobody can tell whose cookie it is.
    cookie(&format!("{COOKIE}consent"), "general=out");
    let mut tab = Bench::new("{}");
    let before = tab.view("before");
    assert!(nothing_kept(), "settings are not even complete");
    tab.configure(Source::Page, &settings(""));
    assert!(tab.did_nothing());
    assert_eq!(tab.status_of(&before), "suppressed");
}

#[test]
fn pending_holds_in_memory_and_lets_go_in_order_with_the_values_of_their_own_moment() {
    let mut tab = Bench::new(&settings(r#","defaultConsent":"pending""#));
    known_shopper();
    let ids: Vec<_> = ["one", "two", "three"]
        .map(|name| {
            let id = tab.view(name);
            tab.moment.wall += 1_000;
            tab.moment.mono += 1_000;
            id
        })
        .into();
    tab.wait(30_000);
    assert!(tab.did_nothing());
    assert!(ids.iter().all(|id| tab.status_of(id) == "held"));
    tab.choose("in");
    assert_eq!(tab.told(), ["privacy/set-consent in"], "the choice goes first");
    tab.hears("in");
    let sent: Vec<_> = tab
        .fetches()
        .iter()
        .skip(1)
        .flat_map(|(_, _, body)| json(body).get("events").unwrap().as_list().unwrap().to_vec())
        .map(|event| {
            let text = |path: &str| event.at(path).and_then(Value::as_text).unwrap_or_default().to_owned();
            (text("xdm._id"), text("xdm.web.webPageDetails.name"), text("xdm.timestamp"))
        })
        .collect();
    let times = ["44", "45", "46"].map(|second| format!("2026-11-22T15:17:{second}.527Z"));
    let expected: Vec<_> = ids
        .into_iter()
        .zip(["one", "two", "three"])
        .zip(times)
        .map(|((id, name), time)| (id, name.to_owned(), time))
        .collect();
    assert_eq!(sent, expected);
}

#[test]
fn out_purges_and_tells_the_edge_once_and_nothing_of_the_answer_is_kept_but_the_choice() {
    known_shopper();
    let mut tab = Bench::new(&settings(""));
    let id = tab.view("one");
    assert_eq!(tab.told(), ["interact"]);
    cookie("mg_dnt", "1");
    let late = tab.view("two");
    assert_eq!(tab.told(), ["interact", "privacy/set-consent out"]);
    assert_eq!([tab.status_of(&id), tab.status_of(&late)], ["suppressed", "suppressed"]);
    let cookies = |browser: &mut Browser| browser.cookies.keys().cloned().collect::<Vec<_>>();
    let before = browser(cookies);
    tab.hears("out");
    let after = browser(cookies);
    let new: Vec<_> = after.iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(new, [&format!("{COOKIE}consent")]);
    assert_eq!(browser(|browser| browser.storage.keys().cloned().collect::<Vec<_>>()), [MEMORY_KEY]);
    tab.wait(100_000);
    tab.view("three");
    assert_eq!(tab.told().len(), 2, "told once");
    // The next page knows it, too.
    let mut next = Bench::new(&settings(""));
    next.view("four");
    assert!(next.told().is_empty());
}

#[test]
fn the_choice_of_somebody_who_was_in_is_told_without_trying_a_cookie() {
    known_shopper();
    cookie("mg_dnt", "1");
    let mut tab = Bench::new(&settings(""));
    assert_eq!(tab.told(), ["privacy/set-consent out"]);
    tab.hears("out");
    assert!(nothing_kept());
    assert_eq!(browser(|browser| browser.cookies.get(&format!("{COOKIE}consent")).cloned()).unwrap(), "general=out");
}

#[test]
fn a_message_that_fails_is_sent_again_and_the_choice_holds_meanwhile() {
    for failure in [Some(500), Some(503), Some(429), None] {
        browser(|browser| *browser = Browser::default());
        known_shopper();
        let mut tab = Bench::new(&settings(""));
        tab.view("one");
        tab.accept("");
        tab.choose("out");
        for wait in [1_000, 2_000, 4_000] {
            let count = tab.told().len();
            match failure {
                Some(status) => tab.answer(status, "{}"),
                None => tab.lose(),
            }
            let id = tab.view("while out");
            assert_eq!(tab.status_of(&id), "suppressed");
            tab.wait(wait - 1);
            assert_eq!(tab.told().len(), count, "{failure:?}: not before its time");
            tab.wait(1);
            assert_eq!(tab.told_last(), "privacy/set-consent out", "{failure:?}");
            assert_eq!(tab.told().len(), count + 1);
        }
        // A new choice does not wait for the old one's turn.
        tab.answer(500, "{}");
        tab.choose("in");
        assert_eq!(tab.told_last(), "privacy/set-consent in");
        let id = tab.view("in again");
        assert_eq!(tab.told_last(), "privacy/set-consent in", "the edge would drop the event");
        assert_eq!(tab.status_of(&id), "queued");
        tab.hears("in");
        assert_eq!(tab.told_last(), "interact");
    }
}

#[test]
fn a_message_that_is_refused_or_never_answered_holds_up_nothing_that_need_not_wait() {
    known_shopper();
    let mut tab = Bench::new(&settings(""));
    tab.choose("in");
    assert_eq!(tab.told(), ["privacy/set-consent in"]);
    tab.view("one");
    tab.wait(10_000);
    assert_eq!(tab.told(), ["privacy/set-consent in", "interact"], "the edge never believed in anything else");
    tab.accept("");
    tab.wait(1_000);
    assert_eq!(tab.told_last(), "privacy/set-consent in");
    tab.answer(403, "{}");
    tab.wait(1_000_000);
    tab.view("two");
    assert_eq!(tab.told_last(), "interact");
    assert_eq!(tab.told().len(), 4, "what is refused is not repeated");
}

#[test]
fn an_own_sdk_is_not_asked_anything_while_the_shopper_says_no_and_told_only_when_that_is_asked_for() {
    for (sources, called, told) in
        [(r#"["mg_dnt"]"#, false, false), (r#"["mg_dnt"]"#, true, true), (r#"["mg_dnt","web_sdk"]"#, false, true)]
    {
        browser(|browser| *browser = Browser::default());
        cookie("mg_dnt", "1");
        let mut tab = Bench::new(&settings(&format!(r#","webSdkName":"own","consentSources":{sources}"#)));
        tab.run(|core, moment| core.sdk_found(true, &[], moment));
        tab.view("out");
        assert_eq!(tab.asked(), ["find own"]);
        no_cookie("mg_dnt");
        tab.view("in");
        assert_eq!(tab.asked(), ["find own", "getIdentity"]);
        tab.run(|core, moment| core.sdk_identified(Some("42".into()), moment));
        assert_eq!(tab.told(), ["sendEvent"]);
        tab.run(|core, moment| core.sdk_answered(0, SdkAnswer::Resolved, moment));
        if called {
            tab.choose("out");
        } else {
            cookie("mg_dnt", "1");
            tab.run(Collector::read_consent);
        }
        let message = r#"setConsent {"consent":[{"standard":"Adobe","version":"1.0","value":{"general":"out"}}]}"#;
        assert_eq!(tab.asked().get(2).map(String::as_str), told.then_some(message));
        if told {
            tab.run(|core, moment| core.sdk_consented(Some("Network request failed."), moment));
            tab.wait(1_000);
            assert_eq!(tab.asked().last().unwrap(), message, "tried again");
            assert_eq!(tab.asked().len(), 4);
            tab.run(|core, moment| core.sdk_consented(None, moment));
            tab.wait(100_000);
            assert_eq!(tab.asked().len(), 4);
        }
        let mut waiting = Bench::new(&settings(r#","webSdkName":"own""#));
        waiting.run(|core, moment| core.sdk_found(true, &[], moment));
    }
}

#[test]
fn what_an_own_sdk_is_about_to_get_is_looked_at_once_more() {
    let mut tab = Bench::new(&settings(r#","webSdkName":"own""#));
    tab.run(|core, moment| core.sdk_found(true, &[], moment));
    let id = tab.view("one");
    cookie("mg_dnt", "1");
    tab.run(|core, moment| core.sdk_identified(None, moment));
    assert!(tab.told().is_empty());
    assert_eq!(tab.status_of(&id), "suppressed");
}

const ACCOUNT: &str = r#""accountContext":{"accountId":"c-7","accountType":"B2C","emailAddress":"ann@example.com"}"#;

/// An event of every kind, with all that Adobe's SDK may put beside it.
fn info(kind: &str) -> String {
    let list = r#""requisitionListContext":{"id":"r1","name":"List"},"requisitionListItemsContext":{"items":[{"sku":"A","quantity":1}]}"#;
    let custom = if kind == "commerce-custom" { r#","customContext":{"eventType":"some.thing"}"# } else { "" };
    format!(
        r#"{{{ACCOUNT},"pageContext":{{"pageType":"CMS","pageName":"p"}},"productContext":{{"sku":"A","name":"A"}},
        "shoppingCartContext":{{"id":"c","items":[]}},"orderContext":{{"orderId":"o1","payments":[]}},
        "shopperContext":{{"shopperId":"logged-in"}},{list}{custom}}}"#
    )
}

#[test]
fn personal_data_is_in_the_events_that_the_docs_name_and_can_be_held_back() {
    let held_back = r#","personalData":false,"identityMap":{"email":[{"id":"ann@example.com"}],"crm":[{"id":"x1"}]}"#;
    let named: Vec<_> = personal::EVENTS.iter().map(|kind| kind.name()).collect();
    for kind in [
        "page-view",
        "product-page-view",
        "open-cart",
        "add-to-cart",
        "remove-from-cart",
        "shopping-cart-view",
        "initiate-checkout",
        "place-order",
        "sign-in",
        "sign-out",
        "create-account",
        "edit-account",
        "search-request-sent",
        "search-response-received",
        "create-requisition-list",
        "add-to-requisition-list",
        "remove-from-requisition-list",
        "delete-requisition-list",
        "commerce-custom",
    ] {
        let sent = |more: &str| {
            known_shopper();
            let mut tab = Bench::new(&settings(more));
            tab.publish(kind, &info(kind));
            tab.fetches().iter().map(|(_, _, body)| *body).collect::<String>()
        };
        let personal = |body: &str| body.contains("ann@example.com") || body.contains("c-7");
        let body = sent("");
        assert!(body.contains("\"xdm\""), "{kind} leaves: {body}");
        assert_eq!(personal(&body), named.contains(&kind), "{kind}: {body}");
        let body = sent(held_back);
        assert!(body.contains("\"xdm\"") && body.contains("x1"), "{kind} still leaves: {body}");
        assert!(!personal(&body), "{kind}: {body}");
    }
}

#[test]
fn a_refusal_before_the_settings_or_where_events_are_off_is_remembered_where_an_agreement_was() {
    for elsewhere in ["{}", &settings(r#","storefrontEvents":false"#)] {
        browser(|browser| *browser = Browser::default());
        known_shopper();
        let mut before = Bench::new(&settings(""));
        before.choose("in");
        assert!(browser(|browser| browser.storage[MEMORY_KEY].contains("\"in\"")));
        let mut without = Bench::new(elsewhere);
        without.choose("out");
        let mut after = Bench::new(&settings(""));
        let refused = after.view("after");
        assert_eq!(after.status_of(&refused), "suppressed");
    }
}

#[test]
fn whoever_has_not_answered_yet_has_not_refused_what_earlier_pages_left() {
    let out = settings(r#","defaultConsent":"out","consentSources":["user_allowed_save_cookie","mg_dnt"]"#);
    store("other/0", "x");
    let is_kept = || browser(|browser| browser.storage.contains_key("other/0"));
    let mut tab = Bench::new(&out);
    assert!(is_kept());
    cookie("mg_dnt", "1");
    tab.view("after");
    assert!(!is_kept(), "that is a refusal");

    no_cookie("mg_dnt");
    store("other/0", "x");
    let mut tab = Bench::new("{}");
    tab.view("before the settings");
    tab.configure(Source::Page, &out);
    assert!(is_kept(), "who was in before anybody could tell was not");
    tab.run(|core, moment| core.unloading(false, moment));
    assert!(!is_kept(), "nobody has said yes on this page");

    cookie("user_allowed_save_cookie", r#"{"1":1}"#);
    store("other/0", "x");
    let mut tab = Bench::new(&out);
    tab.contexts(r#"{"storefrontInstanceContext":{"websiteId":1}}"#);
    tab.view("in");
    assert!(is_kept());
    no_cookie("user_allowed_save_cookie");
    tab.view("after");
    assert!(!is_kept(), "who was in and is not any more has taken it back");
}

#[test]
fn an_answer_that_brings_a_refusal_stops_what_waits_behind_it() {
    known_shopper();
    let mut tab = Bench::new(&settings(r#","batching":false"#));
    let first = tab.view("one");
    tab.accept(&format!(
        r#"{{"type":"state:store","payload":[{{"key":"{COOKIE}consent","value":"general=out","maxAge":100}}]}}"#
    ));
    assert_eq!(tab.status_of(&first), "accepted");
    assert_eq!(tab.collector.status().get("consent").and_then(Value::as_text), Some("out"));
    let second = tab.view("two");
    assert_eq!((tab.status_of(&second).as_str(), tab.told().len()), ("suppressed", 1));
}

#[test]
fn a_hook_cannot_bring_back_what_is_held_back() {
    known_shopper();
    let mut tab = Bench::new(&settings(r#","personalData":false"#));
    tab.run(|core, _| {
        core.set_before_send(Box::new(|mut content| {
            content.set_at("xdm.personalEmail.address", "ann@example.com");
            content.set_at("xdm.person.accountID", "c-7");
            Ok(Some(content))
        }))
    });
    tab.view("one");
    let body = tab.last().1.to_json();
    assert!(body.contains("CMS"), "{body}");
    for gone in ["ann@", "personalEmail", "\"person\""] {
        assert!(!body.contains(gone), "{gone}: {body}");
    }
}

#[test]
fn the_privacy_page_names_the_events_with_personal_data() {
    let page = include_str!("../../docs/privacy.md");
    let list = page.split("## Which events carry personal data").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: Vec<_> = list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(named, personal::EVENTS.iter().map(|kind| kind.name()).collect::<Vec<_>>());
}
