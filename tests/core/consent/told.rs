//! What the edge is told of a choice, and what it says of one.

use super::browser::*;

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
