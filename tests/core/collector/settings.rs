//! Settings that are missing, come late, change, or switch everything off.

use super::pages::*;

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
fn what_switches_events_off_is_named() {
    for (aep, settings, off, reason) in [
        ("true", r#"{"storefrontEvents":false}"#, r#""storefrontEvents""#, "storefrontEvents is false"),
        ("true", r#"{"hipaa":true}"#, r#""hipaa""#, "hipaa is true"),
        ("false", "{}", r#""eventForwardingContext.aep""#, "eventForwardingContext.aep is not true"),
    ] {
        let mut bench = Bench::new();
        bench.configure(Source::Page, settings);
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
