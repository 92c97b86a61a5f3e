//! What the store's own Web SDK hears of a choice.

use storefront_collector::collector::SdkAnswer;

use super::browser::*;

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
