//! What is done and what is kept before the shopper has said yes.

use super::browser::*;

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
