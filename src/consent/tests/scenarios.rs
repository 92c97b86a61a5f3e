use super::*;
use State::{In, Out, Pending};

/// One cell after another: what each signal makes of a shopper who was in, pending or out before
/// anything was seen. TCF and restriction mode are counted only in their own rows, as they wait.
#[test]
fn every_signal_in_every_state() {
    type Row = (&'static str, fn(Rules) -> Rules, fn(&mut Page), [State; 3]);
    let tcf = |rules: Rules| Rules { tcf: true, ..rules };
    let restricted = |rules: Rules| Rules { user_allowed: true, ..rules };
    let plain = |rules: Rules| rules;
    let rows: [Row; 29] = [
        // Signal, sources counted besides mg_dnt, gpc and web_sdk, seen, and after in, pending, out.
        ("nothing", plain, |_| (), [In, Pending, Out]),
        ("setConsent in", plain, |p| said(p, "in"), [In, In, In]),
        ("setConsent out", plain, |p| said(p, "out"), [Out, Out, Out]),
        ("setConsent pending", plain, |p| set(p, PENDING), [Pending, Pending, Out]),
        ("setConsent wrong", plain, |p| assert!(p.set(&Value::from("maybe")).is_err()), [In, Pending, Out]),
        ("mg_dnt", plain, |p| p.cookie("mg_dnt", "true"), [Out, Out, Out]),
        ("mg_dnt false", plain, |p| p.cookie("mg_dnt", "false"), [Out, Out, Out]),
        ("mg_dnt empty", plain, |p| p.cookie("mg_dnt", ""), [Out, Out, Out]),
        ("mg_dnt unreadable", plain, |p| p.cookie("mg_dnt", "%FF"), [Out, Out, Out]),
        ("foo=mg_dnt", plain, |p| p.cookie("foo", "mg_dnt"), [In, Pending, Out]),
        ("x_mg_dnt_y", plain, |p| p.cookie("x_mg_dnt_y", "1"), [In, Pending, Out]),
        ("mg_dnt2", plain, |p| p.cookie("mg_dnt2", "1"), [In, Pending, Out]),
        ("mg_dnt gone", plain, |p| came_and_went(p), [In, Pending, Out]),
        ("gpc", plain, |p| p.gpc = true, [Out, Out, Out]),
        ("not allowed", restricted, |_| (), [Pending, Pending, Out]),
        ("allowed here", restricted, |p| allow(p, "%7B%221%22%3A1%7D"), [In, In, In]),
        ("allowed elsewhere", restricted, |p| allow(p, "%7B%222%22%3A1%7D"), [Pending, Pending, Out]),
        ("allowed by 11", restricted, |p| allow(p, "%7B%2211%22%3A1%7D"), [Pending, Pending, Out]),
        ("allowed with 0", restricted, |p| allow(p, "%7B%221%22%3A0%7D"), [Pending, Pending, Out]),
        ("allowed unreadably", restricted, |p| allow(p, "1"), [Pending, Pending, Out]),
        ("tcf silent", tcf, |_| (), [Pending, Pending, Out]),
        ("tcf missing", tcf, |p| told(p, Signal::TcfMissing), [Pending, Pending, Out]),
        ("tcf shown", tcf, |p| banner(p, "cmpuishown", GRANTING), [Pending, Pending, Out]),
        ("tcf loaded, granted", tcf, |p| banner(p, "tcloaded", GRANTING), [In, In, In]),
        ("tcf loaded, refused", tcf, |p| banner(p, "tcloaded", REFUSING), [Out, Out, Out]),
        ("tcf granted now", tcf, |p| banner(p, "useractioncomplete", GRANTING), [In, In, In]),
        ("tcf refused now", tcf, |p| banner(p, "useractioncomplete", REFUSING), [Out, Out, Out]),
        ("consent cookie in", plain, |p| p.cookie(CONSENT_COOKIE, "general=in"), [In, In, In]),
        ("consent cookie out", plain, |p| p.cookie(CONSENT_COOKIE, "general=out"), [Out, Out, Out]),
    ];
    for (name, rules, see, wanted) in rows {
        for (default, wanted) in [In, Pending, Out].into_iter().zip(wanted) {
            let counted = Rules { default, gpc: true, web_sdk: true, ..Rules::default() };
            let mut page = Page::new(rules(counted));
            page.read();
            see(&mut page);
            assert_eq!(page.read(), wanted, "{name}, by default {}", default.name());
        }
    }

    // The same signals mean nothing where they do not count.
    for (name, _, see, _) in rows.iter().filter(|row| !row.0.starts_with("setConsent") && row.0 != "consent cookie out")
    {
        for default in [In, Pending, Out] {
            let mut page = Page::new(Rules { default, mg_dnt: false, own_sdk: true, ..Rules::default() });
            see(&mut page);
            assert_eq!(page.read(), default, "{name}, not counted, by default {}", default.name());
        }
    }

    // And in the presence of a refusal none but an explicit choice changes anything.
    for (name, rules, see, _) in rows.iter().filter(|row| row.0 != "setConsent in" && row.0 != "tcf granted now") {
        for default in [In, Pending, Out] {
            let mut page = Page::new(rules(Rules { default, gpc: true, web_sdk: true, ..Rules::default() }));
            page.cookie("mg_dnt", "true");
            see(&mut page);
            page.cookie("mg_dnt", "true");
            assert_eq!(page.read(), Out, "{name} against mg_dnt, by default {}", default.name());
        }
    }
}

const PENDING: &str = r#"{"consent":[{"standard":"Adobe","version":"1.0","value":{"general":"pending"}}]}"#;

fn said(page: &mut Page, choice: &str) {
    page.say(choice);
}

fn told(page: &mut Page, signal: Signal) {
    page.signal(signal);
}

fn set(page: &mut Page, json: &str) {
    page.set(&Value::parse(json).unwrap()).unwrap();
}

fn allow(page: &mut Page, value: &str) {
    page.cookie("user_allowed_save_cookie", value);
}

fn banner(page: &mut Page, event_status: &str, tc_string: &str) {
    page.signal(Signal::Tcf(&tc_data(event_status, tc_string)));
}

fn came_and_went(page: &mut Page) {
    page.cookie("mg_dnt", "true");
    page.read();
    page.drop_cookie("mg_dnt");
}

#[test]
fn the_table_is_complete() {
    for says in [Says::Nothing, Says::Yes, Says::Wait, Says::No] {
        for state in [In, Pending, Out] {
            let wanted = match (says, state) {
                (Says::No, _) | (Says::Wait, Out) | (Says::Nothing, Out) => Out,
                (Says::Yes, _) | (Says::Nothing, In) => In,
                _ => Pending,
            };
            assert_eq!(says.after(state), wanted, "{says:?} after {state:?}");
        }
    }
}

#[test]
fn an_explicit_in_overrules_what_stands_and_nothing_later() {
    let mut page = Page::new(all_sources(In)).with_cookie("mg_dnt", "true");
    page.gpc = true;
    banner(&mut page, "tcloaded", REFUSING);
    assert_eq!(page.say("in"), In);
    assert_eq!(page.because(), "setConsent");
    // Remembered, with what it overruled.
    assert_eq!(page.reload(), In);
    page.say("in");
    banner(&mut page, "tcloaded", REFUSING);
    assert_eq!(page.read(), In, "the same refusal is still the overruled one");
    // A refusal that went away and comes again is a later one.
    page.gpc = false;
    assert_eq!(page.read(), In);
    page.gpc = true;
    assert_eq!(page.read(), Out);
    assert_eq!(page.because(), "gpc");
    assert_eq!(page.say("in"), In);
    banner(&mut page, "tcloaded", "CO-another");
    assert_eq!((page.read(), page.because().as_str()), (Out, "tcf"));
    banner(&mut page, "useractioncomplete", GRANTING);
    assert_eq!((page.read(), page.because().as_str()), (In, "tcf"));
}

#[test]
fn a_banner_that_changes_its_mind_is_followed() {
    let mut page = Page::new(Rules { tcf: true, ..Rules::default() });
    page.publish();
    page.publish();
    assert!(page.left.is_empty() && page.storage.is_none() && page.cookies.is_empty());
    banner(&mut page, "cmpuishown", REFUSING);
    page.now += 30_000;
    banner(&mut page, "useractioncomplete", GRANTING);
    assert_eq!(page.left.len(), 2, "held events are released in order: {:?}", page.left);
    assert!(page.left.is_sorted());
    assert_eq!(page.send(), Some("more"));
    assert_eq!(page.messages[0].at("0.value").and_then(Value::as_text), Some(GRANTING));
    page.answer(Answer::Accepted);
    assert_eq!(page.send(), None);
    // Shown again, the old answer holds until there is another.
    banner(&mut page, "cmpuishown", GRANTING);
    assert_eq!(page.read(), In);
    banner(&mut page, "useractioncomplete", REFUSING);
    assert_eq!(page.read(), Out);
    assert_eq!(page.send(), Some("more"));
    page.answer(Answer::Accepted);
    page.publish();
    assert_eq!(page.left.len(), 2);
    // The next page hears of another answer, given where this collector was not.
    assert_eq!(page.reload(), Out);
    banner(&mut page, "tcloaded", GRANTING);
    assert_eq!(page.read(), In);
    assert_eq!(page.send(), Some("more"), "and the edge is told");
}

#[test]
fn a_banner_that_never_comes_is_no_consent_and_is_reported() {
    let mut page = Page::new(Rules { tcf: true, ..Rules::default() });
    assert!(page.consent.issue().is_none());
    page.publish();
    assert_eq!(page.signal(Signal::TcfMissing), Pending);
    assert_eq!(page.consent.issue().unwrap().code, "tcf-missing");
    banner(&mut page, "cmpuishown", GRANTING);
    assert!(page.consent.issue().is_none(), "it is there and waits for the shopper");
    page.signal(Signal::TcfMissing);
    banner(&mut page, "tcloaded", GRANTING);
    assert_eq!(page.left.len(), 1, "late is not too late");
    assert!(page.consent.issue().is_none());
    let mut page = Page::new(Rules { tcf: true, ..Rules::default() });
    page.signal(Signal::Tcf(&Value::parse(r#"{"gdprApplies":false,"eventStatus":"tcloaded"}"#).unwrap()));
    assert_eq!((page.read(), page.send()), (In, None));
}

#[test]
fn a_banner_that_counts_again_says_what_it_said_last() {
    let without = Rules::default();
    let tcf = Rules { tcf: true, ..without };
    let mut page = Page::new(tcf);
    banner(&mut page, "tcloaded", GRANTING);
    assert_eq!([page.rule(without), page.rule(tcf)], [In, In]);
    banner(&mut page, "tcloaded", REFUSING);
    assert_eq!([page.rule(without), page.rule(tcf)], [In, Out]);
    page.say("in");
    assert_eq!([page.rule(without), page.rule(tcf)], [In, In], "it was overruled, and has said nothing since");

    // What it says while it does not count is known, and no choice.
    let mut page = Page::new(without);
    assert_eq!(page.rule(tcf), Pending);
    page.rule(without);
    page.cookie("mg_dnt", "1");
    banner(&mut page, "useractioncomplete", GRANTING);
    assert_eq!(page.read(), Out, "it overrules nothing");
    page.drop_cookie("mg_dnt");
    assert_eq!((page.read(), page.because().as_str()), (In, "defaultConsent"));
    assert_eq!((page.rule(tcf), page.because().as_str()), (In, "tcf"));
    page.rule(without);
    banner(&mut page, "tcloaded", REFUSING);
    assert_eq!([page.read(), page.rule(tcf)], [In, Out]);
    assert_eq!(page.rule(Rules { default: Out, ..without }), Out);

    // Nor does it take a choice away that was made while it counted.
    let mut page = Page::new(tcf);
    banner(&mut page, "useractioncomplete", GRANTING);
    page.rule(Rules { default: Out, ..without });
    banner(&mut page, "tcloaded", REFUSING);
    assert_eq!(page.read(), In);

    // A banner that never counted was not waited for, so nobody overruled that.
    let mut page = Page::new(without);
    page.rule(Rules { gpc: true, ..without });
    page.say("in");
    page.rules = tcf;
    assert_eq!(page.reload(), Pending);
}

#[test]
fn a_yes_said_once_more_overrules_for_later_pages_what_came_in_between() {
    let mut page = Page::new(Rules::default());
    page.say("in");
    page.cookie("mg_dnt", "1");
    assert_eq!([page.read(), page.say("in")], [Out, In]);
    assert_eq!(page.reload(), In);
}

#[test]
fn what_nobody_chose_or_was_known_before_is_told_to_nobody() {
    let out = Rules { default: Out, ..Rules::default() };
    let mut page = Page::new(out).with_cookie(IDENTITY_COOKIE, "CiY0");
    assert_eq!((page.read(), page.send()), (Out, None), "the default");
    page.cookie(CONSENT_COOKIE, "general=out");
    assert_eq!((page.say("out"), page.send()), (Out, None), "the cookie says so");
    let more = Value::from([("consent", standards::iab(REFUSING))]);
    assert_eq!((page.set(&more).unwrap(), page.send()), (Out, Some("more")), "but not what the banner wrote");
    let mut page = Page::new(Rules::default()).with_cookie(CONSENT_COOKIE, "general=in");
    assert_eq!((page.say("out"), page.send()), (Out, Some("out")), "who was in has a cookie of it");
}

#[test]
fn an_own_sdk_is_told_of_calls_that_decide() {
    let own = Rules { own_sdk: true, ..Rules::default() };
    let mut page = Page::new(own);
    let unsure = Value::from([("consent", standards::general(Pending))]);
    assert_eq!((page.set(&unsure).unwrap(), page.send()), (Pending, None));
    let mut page = Page::new(own);
    page.say("in");
    page.cookie("mg_dnt", "1");
    assert_eq!((page.read(), page.send()), (Out, None), "a later refusal counts, and is not the call's");
}

#[test]
fn someone_never_in_leaves_nothing_behind() {
    for how in ["mg_dnt", "gpc", "setConsent", "tcf"] {
        let mut page = Page::new(Rules { tcf: how == "tcf", gpc: true, ..Rules::default() });
        match how {
            "mg_dnt" => page.cookie("mg_dnt", "true"),
            "gpc" => page.gpc = true,
            "setConsent" => said(&mut page, "out"),
            _ => banner(&mut page, "useractioncomplete", REFUSING),
        }
        let cookies = page.cookies.clone();
        page.publish();
        assert_eq!(page.send(), None, "{how}");
        assert_eq!((page.cookies == cookies, &page.storage, &page.left), (true, &None, &alloc::vec![]), "{how}");
    }
}

#[test]
fn a_stored_out_stays_out_without_the_identity_cookie() {
    let mut page = Page::new(Rules::default()).with_cookie(CONSENT_COOKIE, "general=out");
    page.publish();
    assert_eq!((page.read(), page.send(), page.left.len()), (Out, None, 0));
    assert_eq!(page.because(), "web_sdk");
    // Another organization's is not ours.
    let mut page = Page::new(Rules::default()).with_cookie("kndctr_OTHER_AdobeOrg_consent", "general=out");
    assert_eq!(page.read(), In);
    // Our own out, with everything but the consent cookie or all but our memory gone.
    for keep in [CONSENT_COOKIE, "memory"] {
        let mut page = Page::new(Rules::default());
        page.publish();
        page.say("out");
        assert_eq!(page.send(), Some("out"));
        page.answer(Answer::Accepted);
        page.cookies.retain(|name, _| name == keep);
        page.storage = page.storage.filter(|_| keep == "memory");
        assert_eq!((page.reload(), page.send()), (Out, None), "{keep}");
        assert_eq!(page.say("in"), In);
        assert_eq!(page.send(), Some("in"));
    }
}

#[test]
fn an_out_is_told_once_and_again_when_its_cookie_is_gone() {
    let mut page = Page::new(Rules::default());
    page.publish();
    assert_eq!(page.send(), None, "an in that nobody chose is told to nobody");
    page.cookie("mg_dnt", "true");
    page.publish();
    assert_eq!(page.left.len(), 1, "an event in the same task does not leave");
    assert_eq!(page.send(), Some("out"));
    assert_eq!(page.send(), None, "one at a time");
    page.answer(Answer::Accepted);
    assert_eq!(page.send(), None);
    assert_eq!((page.reload(), page.send()), (Out, None));
    page.drop_cookie(CONSENT_COOKIE);
    assert_eq!(page.send(), Some("out"));
    page.answer(Answer::Accepted);
    // Opted in again by the cookie alone: the edge's cookie is only our own echo.
    page.drop_cookie("mg_dnt");
    assert_eq!(page.reload(), In);
    assert!(page.consent.edge_must_hear_first());
    assert_eq!(page.send(), Some("in"));
    page.answer(Answer::Accepted);
    assert!(!page.consent.edge_must_hear_first());
    assert_eq!((page.send(), page.read()), (None, In));
    // What the edge itself says now is news.
    page.cookie(CONSENT_COOKIE, "general=out");
    assert_eq!((page.read(), page.because().as_str(), page.send()), (Out, "web_sdk", None));
}

#[test]
fn an_explicit_in_is_told_once_per_change() {
    let mut page = Page::new(Rules { default: Pending, ..Rules::default() });
    assert_eq!(page.say("in"), In);
    assert_eq!(page.send(), Some("in"));
    page.answer(Answer::Accepted);
    for _ in 0..3 {
        assert_eq!((page.reload(), page.say("in"), page.send()), (In, In, None));
    }
    let writes = page.writes.len();
    page.say("in");
    assert_eq!(page.writes.len(), writes, "the same choice again is no news");
    set(&mut page, r#"{"consent":[{"standard":"Adobe","version":"2.0","value":{"collect":{"val":"y"}}}]}"#);
    assert_eq!(page.send(), Some("more"));
    page.answer(Answer::Accepted);
    assert_eq!(page.send(), None);
    page.drop_cookie(CONSENT_COOKIE);
    assert_eq!(page.send(), Some("more"));
    page.answer(Answer::Accepted);
    page.drop_cookie(IDENTITY_COOKIE);
    page.reload();
    assert_eq!(page.send(), Some("more"), "a new identity is told too");
}

#[test]
fn a_failed_message_is_sent_again_and_the_choice_holds() {
    let mut page = Page::new(Rules::default());
    page.publish();
    assert_eq!(page.say("out"), Out);
    for wait in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
        assert_eq!(page.send(), Some("out"));
        assert_eq!(page.consent.wake_at(), None);
        page.answer(Answer::Failed);
        assert_eq!((page.read(), page.send()), (Out, None));
        let at = page.consent.wake_at().unwrap();
        assert!((at - page.now - wait).abs() < 10, "{}", at - page.now);
        page.now = at;
    }
    // The next page, too.
    assert_eq!(page.reload(), Out);
    assert_eq!(page.send(), Some("out"));
    page.answer(Answer::Refused);
    page.now += 3_600_000;
    assert_eq!((page.read(), page.send(), page.consent.wake_at()), (Out, None, None));
    // Another choice is told at once, and while an answer is out nothing else is.
    page.say("in");
    assert_eq!(page.send(), Some("in"));
    page.say("out");
    assert_eq!(page.send(), None);
    page.answer(Answer::Failed);
    assert_eq!(page.send(), Some("out"), "no wait for a message that was never tried");
    // An answer nobody saw may have come all the same, and its cookie is not a new refusal.
    page.say("in");
    page.cookie(CONSENT_COOKIE, "general=out");
    assert_eq!(page.read(), In);
    page.answer(Answer::Failed);
    assert_eq!((page.read(), page.send()), (In, Some("in")));
}

#[test]
fn a_message_without_answer_puts_in_doubt_what_the_edge_took_before() {
    let mut page = Page::new(Rules::default());
    page.say("in");
    assert_eq!(page.send(), Some("in"));
    page.answer(Answer::Accepted);
    page.say("out");
    assert_eq!(page.send(), Some("out"));
    page.answer(Answer::Failed);
    page.say("in");
    assert!(page.consent.edge_must_hear_first());
    assert_eq!(page.send(), Some("in"), "the edge may have taken the out");
}

#[test]
fn blocked_cookies_and_storage_keep_the_choice_for_the_page() {
    let mut page = Page::new(Rules { default: Pending, ..Rules::default() });
    (page.cookies_blocked, page.storage_blocked) = (true, true);
    page.publish();
    assert_eq!(page.say("in"), In);
    assert_eq!(page.send(), Some("in"));
    page.answer(Answer::Accepted);
    assert_eq!((page.read(), page.send()), (In, None));
    assert_eq!(page.say("out"), Out);
    assert_eq!(page.send(), Some("out"), "an event left from this page");
    page.answer(Answer::Accepted);
    assert_eq!((page.read(), page.send()), (Out, None));
}

#[test]
fn another_tab_follows_the_latest_choice() {
    let mut here = Page::new(Rules::default());
    here.publish();
    let mut there = Page::new(Rules::default());
    (there.storage, there.cookies) = (here.storage.clone(), here.cookies.clone());
    assert_eq!(there.read(), In);
    there.now += 100;
    there.say("out");
    assert_eq!(there.send(), Some("out"));
    here.storage = there.storage.clone();
    here.publish();
    assert_eq!((here.read(), here.left.len()), (Out, 1));
    // What this tab hears from the edge late does not undo it.
    there.answer(Answer::Accepted);
    (here.storage, here.cookies) = (there.storage.clone(), there.cookies.clone());
    here.now = there.now;
    assert_eq!((here.read(), here.send()), (Out, None));
    here.say("in");
    there.storage = here.storage.clone();
    assert_eq!(there.read(), In);
}

#[test]
fn a_tab_reads_what_another_wrote_before_it_writes() {
    let mut page = Page::new(Rules::default());
    page.publish();
    page.say("in");
    let mut other = Page::new(Rules::default());
    other.storage = page.storage.clone();
    other.read();
    other.now = page.now + 50;
    other.say("out");
    // The message of this tab is under way when the other tab's choice arrives in storage.
    let moment = Moment { wall: page.now + 200, mono: 0, ..Moment::default() };
    assert!(page.consent.message_for_edge(&moment).is_some());
    assert_eq!(page.consent.memory_to_write(other.storage.as_deref()), None);
    page.storage = other.storage;
    assert_eq!(page.read(), Out);
    assert_eq!(page.reload(), Out);
}

#[test]
fn an_own_sdk_is_told_only_when_asked() {
    for (web_sdk, wanted) in [(false, None), (true, Some("out"))] {
        let mut page = Page::new(Rules { own_sdk: true, web_sdk, ..Rules::default() });
        page.publish();
        page.cookie("mg_dnt", "true");
        assert_eq!((page.read(), page.send()), (Out, wanted));
    }
    // A call of setConsent asks for it, for as long as that choice is what counts.
    let mut page = Page::new(Rules { own_sdk: true, ..Rules::default() });
    page.publish();
    assert_eq!((page.say("out"), page.send()), (Out, Some("out")));
    page.answer(Answer::Accepted);
    assert_eq!((page.say("in"), page.send()), (In, Some("in")));
    page.answer(Answer::Accepted);
    page.cookie("mg_dnt", "true");
    assert_eq!((page.read(), page.send()), (Out, None));
    // Once a call, whatever it says of itself afterwards, and whatever this page knows from an earlier one.
    let mut page = Page::new(Rules { own_sdk: true, ..Rules::default() });
    page.publish();
    assert_eq!((page.say("out"), page.send()), (Out, Some("out")));
    page.answer(Answer::Failed);
    page.now += 2_000;
    assert_eq!(page.send(), Some("out"), "what failed is told again");
    page.answer(Answer::Accepted);
    page.cookie(CONSENT_COOKIE, "general=in");
    assert_eq!((page.read(), page.send()), (Out, None), "the store has asked the shopper itself");
    page.reload();
    assert_eq!(page.send(), None);
    // Its own refusal is counted, never sent back to it, and always when it is stored.
    let mut page = Page::new(Rules { own_sdk: true, web_sdk: true, ..Rules::default() });
    page.publish();
    page.cookie(CONSENT_COOKIE, "general=out");
    assert_eq!((page.read(), page.send()), (Out, None));
    let mut page = Page::new(Rules { own_sdk: true, default: Pending, ..Rules::default() });
    page.cookie(CONSENT_COOKIE, "general=in");
    assert_eq!(page.read(), Pending, "its in does not count unless it is named");
    page.cookie(CONSENT_COOKIE, "general=out");
    assert_eq!(page.read(), Out);
}

#[test]
fn wrong_consent_changes_nothing() {
    let mut page = Page::new(Rules::default());
    page.say("out");
    let before = page.consent.reason();
    for wrong in ["null", "{}", r#"{"consent":[{"standard":"Adobe","version":"3.0"}]}"#] {
        assert!(page.set(&Value::parse(wrong).unwrap()).is_err());
    }
    assert_eq!(page.consent.reason(), before);
    set(&mut page, PENDING);
    assert_eq!(page.read(), Out, "no choice yet is no reason to forget a refusal");
}

#[test]
fn garbage_in_storage_is_put_right_by_the_next_in() {
    for garbage in ["", "x", "[]", r#"{"chosenAt":"x","consent":5}"#, "null"] {
        let mut page = Page::new(Rules::default());
        page.storage = Some(garbage.into());
        assert_eq!(page.read(), In);
        assert_ne!(page.storage.as_deref(), Some(garbage));
        page.say("out");
        assert_eq!(page.reload(), Out);
    }
}

#[test]
fn status_says_what_decided_and_since_when() {
    let mut page = Page::new(Rules::default());
    page.read();
    assert_eq!(page.because(), "defaultConsent");
    page.cookie("mg_dnt", "1");
    page.read();
    let since = page.now;
    page.now += 5_000;
    page.read();
    assert_eq!(page.consent.reason().to_json(), format!(r#"{{"state":"out","because":"mg_dnt","since":{since}}}"#));
}

#[test]
fn of_two_consent_cookies_the_refusal_counts() {
    let twin = CONSENT_COOKIE.replace("_consent", "%5Fconsent");
    for (first, second) in [("out", "in"), ("in", "out")] {
        let mut page = Page::new(Rules::default());
        page.cookie(&twin, &format!("general={first}"));
        page.cookie(CONSENT_COOKIE, &format!("general={second}"));
        assert_eq!(page.read(), Out, "{first}, {second}");
    }
}

#[test]
fn an_out_that_the_edge_knows_from_others_is_not_told() {
    let mut page = Page::new(Rules::default()).with_cookie(IDENTITY_COOKIE, "CiY0").with_cookie("mg_dnt", "true");
    page.cookie(CONSENT_COOKIE, "general=out");
    assert_eq!((page.read(), page.send()), (Out, None));
}

#[test]
fn the_same_answer_given_again_in_the_banner_is_a_later_choice() {
    let mut page = Page::new(Rules { tcf: true, ..Rules::default() });
    banner(&mut page, "useractioncomplete", GRANTING);
    page.cookie("mg_dnt", "true");
    banner(&mut page, "useractioncomplete", GRANTING);
    assert_eq!(page.read(), Out, "a listener called twice is no new choice");
    banner(&mut page, "cmpuishown", GRANTING);
    banner(&mut page, "useractioncomplete", GRANTING);
    assert_eq!(page.read(), In);
}

#[test]
fn the_same_cookies_are_read_anew_for_another_website() {
    let mut page = Page::new(Rules { user_allowed: true, ..Rules::default() });
    allow(&mut page, "%7B%222%22%3A1%7D");
    assert_eq!([page.read(), page.read()], [Pending, Pending]);
    page.website = Some("2");
    assert_eq!([page.read(), page.read()], [In, In]);
    page.website = None;
    let without = page.read();
    page.cookies_blocked = true;
    page.cookie("mg_dnt", "true");
    assert_eq!(page.read(), without, "blocked");
    page.cookies_blocked = false;
    assert_eq!(page.read(), Out);
}

/// Lets two open tabs of one shop do all that they want to; gives back how many messages left, and how both end.
fn settle(tabs: &mut [Page; 2]) -> (usize, [State; 2]) {
    let mut sent = 0;
    for turn in 0..60 {
        let [one, other] = if turn % 2 == 0 { [0, 1] } else { [1, 0] };
        tabs[one].now = tabs[one].now.max(tabs[other].now);
        tabs[one].storage.clone_from(&tabs[other].storage.clone());
        let seen = tabs[other].cookies.clone();
        let own = core::mem::replace(&mut tabs[one].cookies, seen);
        if let Some(value) = own.get("mg_dnt") {
            tabs[one].cookie("mg_dnt", value);
        } else {
            tabs[one].drop_cookie("mg_dnt");
        }
        if tabs[one].send().is_some() {
            sent += 1;
            tabs[one].answer(Answer::Accepted);
        }
    }
    (sent, [tabs[0].read(), tabs[1].read()])
}

#[test]
fn two_tabs_that_differ_tell_the_edge_once_each() {
    let tcf = Rules { tcf: true, ..Rules::default() };
    let tabs = |rules: [Rules; 2]| rules.map(|rules| Page::new(rules).with_cookie(IDENTITY_COOKIE, "CiY0"));

    let mut answers = tabs([tcf, tcf]);
    banner(&mut answers[0], "tcloaded", REFUSING);
    settle(&mut answers);
    answers[1].now = answers[0].now;
    banner(&mut answers[1], "useractioncomplete", GRANTING);
    assert_eq!(settle(&mut answers), (1, [Out, In]));

    let mut loaded = tabs([tcf, tcf]);
    banner(&mut loaded[0], "tcloaded", GRANTING);
    banner(&mut loaded[1], "tcloaded", REFUSING);
    assert_eq!(settle(&mut loaded), (2, [In, Out]));

    let mut gpc = tabs([Rules { gpc: false, ..Rules::default() }, Rules { gpc: true, ..Rules::default() }]);
    gpc[0].gpc = true;
    gpc[1].gpc = true;
    assert_eq!(settle(&mut gpc), (2, [In, Out]));

    let mut path = tabs([Rules::default(); 2]);
    path[0].cookie("mg_dnt", "1");
    assert_eq!(settle(&mut path), (1, [Out, Out]));
}
