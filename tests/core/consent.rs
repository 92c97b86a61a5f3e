//! Consent through the whole pipeline: what leaves, what is stored and what is set, and when.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use storefront_collector::collector::{Collector, Effect, Failure, Host, Reply, SdkAnswer};
use storefront_collector::consent::MEMORY_KEY;
use storefront_collector::delivery::RequestId;
use storefront_collector::moment::Moment;
use storefront_collector::page::Page;
use storefront_collector::settings::Source;
use storefront_collector::storefront::Item;
use storefront_collector::value::Value;
use storefront_collector::xdm::personal;

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

fn no_cookie(name: &str) {
    browser(|browser| browser.cookies.remove(name));
}

struct Tab {
    collector: Collector,
    now: i64,
    /// `interact`, `set-consent out`, …; with what it was sent with.
    sent: Vec<(RequestId, String, String)>,
    sdk: Vec<String>,
    adopted: usize,
}

impl Tab {
    fn new(settings: &str) -> Self {
        let host = Host {
            hostname: "www.shop.test".into(),
            scheme: "https:".into(),
            user_agent: String::new(),
            client_id: "0".into(),
            address: || "https://www.shop.test/".into(),
            gpc: || false,
            widest_domain: |domains| {
                browser(|browser| browser.probes += 1);
                domains.first().cloned()
            },
        };
        let now = 1_767_225_600_000;
        let moment = Moment { wall: now, mono: 0, ..Moment::default() };
        let collector = Collector::new(host, "tab".into(), [1, 2, 3, 4], &moment);
        let mut tab = Self { collector, now, sent: vec![], sdk: vec![], adopted: 0 };
        let settings = settings.to_owned();
        tab.tell(|core, moment| core.configure(Source::Page, &Value::parse(&settings).unwrap(), moment));
        tab
    }

    fn moment(&self) -> Moment {
        let cookies = browser(|browser| {
            browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        });
        let memory = browser(|browser| browser.storage.get(MEMORY_KEY).cloned());
        Moment { wall: self.now, mono: self.now - 1_767_225_600_000, cookies: cookies.into(), memory: memory.into() }
    }

    fn tell<T>(&mut self, happening: impl FnOnce(&mut Collector, &Moment) -> T) -> T {
        let moment = self.moment();
        let answer = happening(&mut self.collector, &moment);
        while let Some(effect) = {
            let moment = self.moment();
            self.collector.next_effect(&moment)
        } {
            self.carry_out(effect);
        }
        answer
    }

    fn carry_out(&mut self, effect: Effect) {
        let set = |text: &str| {
            let (name, rest) = text.split_once('=').unwrap();
            cookie(name, rest.split(';').next().unwrap());
        };
        match effect {
            Effect::Fetch { request, url, body, .. } => {
                let path = url.split_once("/v1/").unwrap().1.split('?').next().unwrap().to_owned();
                let parsed = Value::parse(&body).unwrap();
                let said = parsed.at("consent.0.value.general").and_then(Value::as_text).unwrap_or_default();
                self.sent.push((request, format!("{path} {said}").trim().into(), body));
            }
            Effect::SdkSend { request, json, .. } => self.sent.push((request, "sendEvent".into(), json)),
            Effect::SetCookie(text) => set(&text),
            Effect::SetCookieFor { cookie, domains } => {
                assert!(!cookie.contains("Domain") && domains[0] == "shop.test", "{cookie} {domains:?}");
                set(&cookie);
            }
            Effect::Store { key, text } => drop(browser(|browser| browser.storage.insert(key, text))),
            Effect::Forget(keys) => browser(|browser| browser.storage.retain(|key, _| !keys.contains(key))),
            Effect::Purge => browser(|browser| browser.storage.retain(|key, _| key == MEMORY_KEY)),
            Effect::RememberConsent(text) => drop(browser(|browser| browser.storage.insert(MEMORY_KEY.into(), text))),
            Effect::RememberCart(text) => drop(browser(|browser| browser.storage.insert("cart".into(), text))),
            Effect::Adopt => self.adopted += 1,
            Effect::LockIdentity => self.tell_later(Collector::identity_locked),
            Effect::FindSdk(Some(name)) => self.sdk.push(format!("find {name}")),
            Effect::AskSdk => self.sdk.push("getIdentity".into()),
            Effect::SdkConsent(options) => self.sdk.push(format!("setConsent {}", options.to_json())),
            _ => {}
        }
    }

    fn tell_later(&mut self, happening: impl FnOnce(&mut Collector, &Moment)) {
        let moment = self.moment();
        happening(&mut self.collector, &moment);
    }

    fn publish(&mut self, event: &str, info: &str) -> String {
        let info = Value::parse(info).unwrap().as_map().cloned();
        let item = Item { event: Some(event.into()), info, ..Item::default() };
        self.tell(|core, moment| core.pushed(item, None, Page::default(), moment)).unwrap()
    }

    fn view(&mut self, name: &str) -> String {
        self.publish("page-view", &format!(r#"{{"pageContext":{{"pageType":"CMS","pageName":"{name}"}}}}"#))
    }

    fn choose(&mut self, choice: &str) {
        let choice = Value::from(choice);
        self.tell(|core, moment| core.set_consent(&choice, moment)).unwrap();
    }

    fn pass(&mut self, milliseconds: i64) {
        self.now += milliseconds;
        self.tell(Collector::wake);
    }

    fn answer(&mut self, status: u16, body: &str) {
        let (request, ..) = self.sent.last().unwrap().clone();
        let reply = Reply { status, body: body.into(), ..Reply::default() };
        self.tell(|core, moment| core.answered(request, Ok(reply), moment));
    }

    /// The answer to `set-consent` and, with an identity, to the others.
    fn hears(&mut self, general: &str) {
        let state = |name: &str, value: &str| format!(r#"{{"key":"{COOKIE}{name}","value":"{value}","maxAge":100}}"#);
        self.answer(
            200,
            &format!(
                r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"01234567890123456789012345678901234567","namespace":{{"code":"ECID"}}}}]}},
                {{"type":"state:store","payload":[{},{},{}]}}]}}"#,
                state("identity", IDENTITY),
                state("cluster", "irl1"),
                state("consent", &format!("general={general}")),
            ),
        );
    }

    fn told(&self) -> Vec<&str> {
        self.sent.iter().map(|(_, what, _)| what.as_str()).collect()
    }

    fn status_of(&self, id: &str) -> String {
        let events = self.collector.events();
        let record =
            events.as_list().unwrap().iter().find(|event| event.get("id").and_then(Value::as_text) == Some(id));
        record.unwrap().get("status").and_then(Value::as_text).unwrap().into()
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
    let mut tab = Tab::new(&settings(""));
    let id = tab.view("one");
    tab.tell(|core, moment| core.visible(false, moment));
    tab.tell(|core, moment| core.unloading(false, moment));
    assert!(tab.sent.is_empty() && tab.adopted == 0 && nothing_kept());
    assert_eq!(tab.status_of(&id), "suppressed");
    assert_eq!(browser(|browser| browser.cookies.len()), 1);
}

#[test]
fn a_stored_refusal_counts_before_storage_is_opened() {
    // Until the organization is known, nobody can tell whose cookie it is.
    cookie(&format!("{COOKIE}consent"), "general=out");
    let mut tab = Tab::new("{}");
    let before = tab.view("before");
    assert!(nothing_kept(), "settings are not even complete");
    let complete = settings("");
    tab.tell(|core, moment| core.configure(Source::Page, &Value::parse(&complete).unwrap(), moment));
    assert!(tab.sent.is_empty() && tab.adopted == 0 && nothing_kept());
    assert_eq!(tab.status_of(&before), "suppressed");
}

#[test]
fn pending_holds_in_memory_and_lets_go_in_order_with_the_values_of_their_own_moment() {
    let mut tab = Tab::new(&settings(r#","defaultConsent":"pending""#));
    known_shopper();
    let ids: Vec<_> = ["one", "two", "three"]
        .map(|name| {
            let id = tab.view(name);
            tab.now += 1000;
            id
        })
        .into();
    tab.pass(30_000);
    assert!(tab.sent.is_empty() && tab.adopted == 0 && nothing_kept());
    assert!(ids.iter().all(|id| tab.status_of(id) == "held"));
    tab.choose("in");
    assert_eq!(tab.told(), ["privacy/set-consent in"], "the choice goes first");
    tab.hears("in");
    let sent: Vec<_> = tab
        .sent
        .iter()
        .skip(1)
        .flat_map(|(_, _, body)| Value::parse(body).unwrap().get("events").unwrap().as_list().unwrap().to_vec())
        .map(|event| {
            let text = |path: &str| event.at(path).and_then(Value::as_text).unwrap_or_default().to_owned();
            (text("xdm._id"), text("xdm.web.webPageDetails.name"), text("xdm.timestamp"))
        })
        .collect();
    let times = ["00", "01", "02"].map(|second| format!("2026-01-01T00:00:{second}.000Z"));
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
    let mut tab = Tab::new(&settings(""));
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
    tab.pass(100_000);
    tab.view("three");
    assert_eq!(tab.sent.len(), 2, "told once");
    // The next page knows it, too.
    let mut next = Tab::new(&settings(""));
    next.view("four");
    assert!(next.sent.is_empty());
}

#[test]
fn the_choice_of_somebody_who_was_in_is_told_without_trying_a_cookie() {
    known_shopper();
    cookie("mg_dnt", "1");
    let mut tab = Tab::new(&settings(""));
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
        let mut tab = Tab::new(&settings(""));
        tab.view("one");
        tab.answer(200, r#"{"handle":[]}"#);
        tab.choose("out");
        for wait in [1_000, 2_000, 4_000] {
            let count = tab.sent.len();
            match failure {
                Some(status) => tab.answer(status, "{}"),
                None => {
                    let request = tab.sent.last().unwrap().0;
                    tab.tell(|core, moment| core.answered(request, Err(Failure::Network), moment));
                }
            }
            let id = tab.view("while out");
            assert_eq!(tab.status_of(&id), "suppressed");
            tab.pass(wait - 1);
            assert_eq!(tab.sent.len(), count, "{failure:?}: not before its time");
            tab.pass(1);
            assert_eq!(tab.told().last(), Some(&"privacy/set-consent out"), "{failure:?}");
            assert_eq!(tab.sent.len(), count + 1);
        }
        // A new choice does not wait for the old one's turn.
        tab.answer(500, "{}");
        tab.choose("in");
        assert_eq!(tab.told().last(), Some(&"privacy/set-consent in"));
        let id = tab.view("in again");
        assert_eq!(tab.told().last(), Some(&"privacy/set-consent in"), "the edge would drop the event");
        assert_eq!(tab.status_of(&id), "queued");
        tab.hears("in");
        assert_eq!(tab.told().last(), Some(&"interact"));
    }
}

#[test]
fn a_message_that_is_refused_or_never_answered_holds_up_nothing_that_need_not_wait() {
    known_shopper();
    let mut tab = Tab::new(&settings(""));
    tab.choose("in");
    assert_eq!(tab.told(), ["privacy/set-consent in"]);
    tab.view("one");
    tab.pass(10_000);
    assert_eq!(tab.told(), ["privacy/set-consent in", "interact"], "the edge never believed in anything else");
    tab.answer(200, r#"{"handle":[]}"#);
    tab.pass(1_000);
    assert_eq!(tab.told().last(), Some(&"privacy/set-consent in"));
    tab.answer(403, "{}");
    tab.pass(1_000_000);
    tab.view("two");
    assert_eq!(tab.told().last(), Some(&"interact"));
    assert_eq!(tab.sent.len(), 4, "what is refused is not repeated");
}

#[test]
fn an_own_sdk_is_not_asked_anything_while_the_shopper_says_no_and_told_only_when_that_is_asked_for() {
    for (sources, called, told) in
        [(r#"["mg_dnt"]"#, false, false), (r#"["mg_dnt"]"#, true, true), (r#"["mg_dnt","web_sdk"]"#, false, true)]
    {
        browser(|browser| *browser = Browser::default());
        cookie("mg_dnt", "1");
        let mut tab = Tab::new(&settings(&format!(r#","webSdkName":"own","consentSources":{sources}"#)));
        tab.tell(|core, moment| core.sdk_found(true, &[], moment));
        tab.view("out");
        assert_eq!(tab.sdk, ["find own"]);
        no_cookie("mg_dnt");
        tab.view("in");
        assert_eq!(tab.sdk, ["find own", "getIdentity"]);
        tab.tell(|core, moment| core.sdk_identified(Some("42".into()), moment));
        assert_eq!(tab.told(), ["sendEvent"]);
        let request = tab.sent[0].0;
        tab.tell(|core, moment| core.sdk_answered(request, SdkAnswer::Resolved, moment));
        if called {
            tab.choose("out");
        } else {
            cookie("mg_dnt", "1");
            tab.tell(Collector::read_consent);
        }
        let message = r#"setConsent {"consent":[{"standard":"Adobe","version":"1.0","value":{"general":"out"}}]}"#;
        assert_eq!(tab.sdk.get(2).map(String::as_str), told.then_some(message));
        if told {
            tab.tell(|core, moment| core.sdk_consented(Some("Network request failed."), moment));
            tab.pass(1_000);
            assert_eq!(tab.sdk.last().unwrap(), message, "tried again");
            assert_eq!(tab.sdk.len(), 4);
            tab.tell(|core, moment| core.sdk_consented(None, moment));
            tab.pass(100_000);
            assert_eq!(tab.sdk.len(), 4);
        }
        let mut waiting = Tab::new(&settings(r#","webSdkName":"own""#));
        waiting.tell(|core, moment| core.sdk_found(true, &[], moment));
    }
}

#[test]
fn what_an_own_sdk_is_about_to_get_is_looked_at_once_more() {
    let mut tab = Tab::new(&settings(r#","webSdkName":"own""#));
    tab.tell(|core, moment| core.sdk_found(true, &[], moment));
    let id = tab.view("one");
    cookie("mg_dnt", "1");
    tab.tell(|core, moment| core.sdk_identified(None, moment));
    assert!(tab.sent.is_empty());
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
            let mut tab = Tab::new(&settings(more));
            tab.publish(kind, &info(kind));
            tab.sent.iter().map(|(_, _, body)| body.clone()).collect::<String>()
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
        let mut before = Tab::new(&settings(""));
        before.choose("in");
        assert!(browser(|browser| browser.storage[MEMORY_KEY].contains("\"in\"")));
        let mut without = Tab::new(elsewhere);
        without.choose("out");
        let mut after = Tab::new(&settings(""));
        let refused = after.view("after");
        assert_eq!(after.status_of(&refused), "suppressed");
    }
}

#[test]
fn whoever_has_not_answered_yet_has_not_refused_what_earlier_pages_left() {
    let out = settings(r#","defaultConsent":"out","consentSources":["user_allowed_save_cookie","mg_dnt"]"#);
    browser(|browser| browser.storage.insert("other/0".into(), "x".into()));
    let is_kept = || browser(|browser| browser.storage.contains_key("other/0"));
    let mut tab = Tab::new(&out);
    assert!(is_kept());
    cookie("mg_dnt", "1");
    tab.view("after");
    assert!(!is_kept(), "that is a refusal");

    no_cookie("mg_dnt");
    browser(|browser| browser.storage.insert("other/0".into(), "x".into()));
    let mut tab = Tab::new("{}");
    tab.view("before the settings");
    let settings = Value::parse(&out).unwrap();
    tab.tell(|core, moment| core.configure(Source::Page, &settings, moment));
    assert!(is_kept(), "who was in before anybody could tell was not");
    tab.tell(|core, moment| core.unloading(false, moment));
    assert!(!is_kept(), "nobody has said yes on this page");

    cookie("user_allowed_save_cookie", r#"{"1":1}"#);
    browser(|browser| browser.storage.insert("other/0".into(), "x".into()));
    let mut tab = Tab::new(&out);
    let instance = Value::parse(r#"{"storefrontInstanceContext":{"websiteId":1}}"#).unwrap().as_map().cloned().unwrap();
    let item = Item { contexts: instance, ..Item::default() };
    tab.tell(|core, moment| core.pushed(item, None, Page::default(), moment));
    tab.view("in");
    assert!(is_kept());
    no_cookie("user_allowed_save_cookie");
    tab.view("after");
    assert!(!is_kept(), "who was in and is not any more has taken it back");
}

#[test]
fn an_answer_that_brings_a_refusal_stops_what_waits_behind_it() {
    known_shopper();
    let mut tab = Tab::new(&settings(r#","batching":false"#));
    // As in the shell, a moment lasts until the collector says that it is over.
    let tell = |tab: &mut Tab, happening: &mut dyn FnMut(&mut Collector, &Moment)| {
        let mut moment = tab.moment();
        happening(&mut tab.collector, &moment);
        loop {
            if tab.collector.is_over(false) {
                moment = tab.moment();
            }
            let Some(effect) = tab.collector.next_effect(&moment) else { break };
            tab.carry_out(effect);
        }
    };
    let first = tab.view("one");
    let (request, ..) = tab.sent[0].clone();
    let body = format!(
        r#"{{"handle":[{{"type":"state:store","payload":[{{"key":"{COOKIE}consent","value":"general=out","maxAge":100}}]}}]}}"#
    );
    let reply = Reply { status: 200, body, ..Reply::default() };
    tell(&mut tab, &mut |core, moment| core.answered(request, Ok(reply.clone()), moment));
    assert_eq!(tab.status_of(&first), "accepted");
    assert_eq!(tab.collector.status().get("consent").and_then(Value::as_text), Some("out"));
    let second = tab.view("two");
    assert_eq!((tab.status_of(&second).as_str(), tab.sent.len()), ("suppressed", 1));
}

#[test]
fn a_hook_cannot_bring_back_what_is_held_back() {
    known_shopper();
    let mut tab = Tab::new(&settings(r#","personalData":false"#));
    tab.tell(|core, _| {
        core.set_before_send(Box::new(|mut content| {
            content.set_at("xdm.personalEmail.address", "ann@example.com");
            content.set_at("xdm.person.accountID", "c-7");
            Ok(Some(content))
        }))
    });
    tab.view("one");
    let body = &tab.sent[0].2;
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
