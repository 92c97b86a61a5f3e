use super::*;
use crate::inspect::Severity;
use proptest::prelude::*;

fn answer(status: u16, body: &str) -> Answer {
    read(Action::Interact, status, body, Headers::default(), 0)
}

#[test]
fn an_answer_is_good_with_handles_or_204() {
    for (status, body, good) in [
        (200, r#"{"handle":[]}"#, true),
        (207, r#"{"handle":[],"errors":[]}"#, true),
        (204, "", true),
        (200, "", false),
        (200, "{}", false),
        (200, "<html>", false),
        (200, r#"{"handle":{}}"#, false),
        (302, r#"{"handle":[]}"#, false),
        (400, r#"{"handle":[]}"#, false),
        (500, "", false),
    ] {
        let answer = answer(status, body);
        assert_eq!(answer.good, good, "{status} {body}");
        assert_eq!(answer.errors.is_empty(), good, "{status} {body}");
        assert_eq!(answer.retry, Retry::No);
    }
}

#[test]
fn collect_is_answered_by_any_2xx_that_is_no_page() {
    for (status, body, good) in [
        (204, "", true),
        (202, "", true),
        (200, "{}", true),
        (202, r#"{"requestId":"r"}"#, true),
        (200, "<html>", false),
        (200, r#"{"error":"log in first"}"#, false),
        (404, "", false),
    ] {
        assert_eq!(read(Action::Collect, status, body, Headers::default(), 0).good, good, "{status} {body}");
    }
}

#[test]
fn reads_every_kind_of_handle() {
    let answer = answer(
        200,
        r#"{"requestId":"r","handle":[
          {"type":"identity:result","payload":[{"id":"c","namespace":{"code":"CORE"}},{"id":"42","namespace":{"code":"ECID"}}]},
          {"type":"state:store","payload":[{"key":"k1","value":"v1","maxAge":1800,"attrs":{"SameSite":"None"}}]},
          {"type":"state:store","payload":[{"key":"k2","value":"v2"},{"value":"no key"},{"key":"k3","attrs":{"SameSite":"lax"}}]},
          {"type":"identity:exchange","payload":[{"type":"url","id":1,"spec":{"url":"//dpm.test/x","hideReferrer":true,"ttlMinutes":1}},{"type":"other"}]},
          {"type":"activation:push","payload":[{"type":"url","spec":{"url":"https://d.test/"}},{"type":"url","spec":{"url":"javascript:x"}},
            {"type":"cookie","spec":{"name":"n","value":"a|b","domain":"shop.test","ttlDays":3}},
            {"type":"cookie","spec":{"name":"m","value":"","domain":"x; Secure"}},{"type":"cookie","spec":{}}]},
          {"type":"activation:pull","payload":[{"id":"d1","segments":[{"id":"s1"}]}]},
          {"type":"activation:pull","payload":[{"id":"d2","segments":[]}]},
          {"type":"locationHint:result","payload":[{"scope":"EdgeNetwork","hint":"or2","ttlSeconds":1800}]},
          {"type":"personalization:decisions","eventIndex":0,"payload":[{"id":"p"}]},
          {"type":"new:thing"},{"payload":[]},7]}"#,
    );
    assert!(answer.good);
    assert_eq!((answer.ecid.as_deref(), answer.core.as_deref()), (Some("42"), Some("c")));
    let cookie = |name: &str, value: &str| Cookie { name: name.into(), value: value.into(), ..Cookie::default() };
    let destination = |name: &str, value: &str, domain, days: i64| Cookie {
        domain,
        max_age: Some(days * 86_400),
        same_site: Some(SameSite::None),
        encoded_fully: true,
        ..cookie(name, value)
    };
    assert_eq!(
        answer.cookies,
        [
            Cookie { max_age: Some(1800), same_site: Some(SameSite::None), ..cookie("k1", "v1") },
            cookie("k2", "v2"),
            Cookie { same_site: Some(SameSite::Lax), ..cookie("k3", "") },
            destination("n", "a|b", Domain::Named("shop.test".into()), 3),
            destination("m", "", Domain::Host, 10),
        ]
    );
    assert_eq!(
        answer.pixels,
        [
            Pixel { url: "//dpm.test/x".into(), hide_referrer: true },
            Pixel { url: "https://d.test/".into(), hide_referrer: false },
        ]
    );
    assert_eq!(
        Value::from(answer.destinations).to_json(),
        r#"[{"id":"d1","segments":[{"id":"s1"}]},{"id":"d2","segments":[]}]"#
    );
    assert_eq!(
        Value::from(answer.handles).to_json(),
        r#"[{"type":"personalization:decisions","eventIndex":0,"payload":[{"id":"p"}]},{"type":"new:thing"},{"payload":[]},7]"#
    );
}

#[test]
fn a_later_handle_without_ecid_does_not_forget_it() {
    let answer = answer(
        200,
        r#"{"handle":[{"type":"identity:result","payload":[{"id":"42","namespace":{"code":"ECID"}}]},{"type":"identity:result","payload":[]}]}"#,
    );
    assert_eq!(answer.ecid.as_deref(), Some("42"));
}

#[test]
fn a_refusal_names_its_reason_and_keeps_the_stored_opt_out() {
    let answer = answer(
        403,
        r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0400-403","status":403,"title":"t","handle":[{"type":"state:store","payload":[{"key":"c","value":"general=out"}]}]}"#,
    );
    assert!(!answer.good);
    assert_eq!(answer.errors[0].code, "0400-403");
    assert_eq!(answer.cookies[0].value, "general=out");
    assert_eq!(answer.issues()[0].code, "country");
}

#[test]
fn an_error_of_one_event_names_it() {
    let answer = answer(
        207,
        r#"{"handle":[],"errors":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0201-503","status":503,"title":"t","report":{"eventIndex":2}}],
            "warnings":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0204-200","status":200}]}"#,
    );
    assert!(answer.good);
    assert_eq!(answer.retry, Retry::No);
    assert_eq!((answer.errors[0].event, answer.errors[0].number()), (Some(2), "0201"));
    assert_eq!((answer.warnings[0].event, answer.issues().len()), (None, 2));
}

#[test]
fn an_event_ignored_without_consent_is_flagged() {
    let answer = answer(
        200,
        r#"{"handle":[],"warnings":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0301-200","status":200,"report":{"eventIndex":0}}]}"#,
    );
    assert!(answer.good);
    assert_eq!(answer.issues()[0].code, "no-consent");
}

#[test]
fn what_is_sent_again_is_no_refusal() {
    for (status, body, name) in [
        (503, "", "status 503"),
        (429, r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0999-429","status":429}"#, "EXEG-0999-429"),
        (502, r#"{"errors":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0202-502","status":502}]}"#, "EXEG-0202-502"),
    ] {
        let [issue] = answer(status, body).issues().try_into().unwrap();
        assert_eq!((issue.severity, issue.field.as_ref(), issue.code), (Severity::Warning, "edgeDomain", "busy"));
        let message = format!(
            "The Edge Network answered with {name}: it takes nothing for now. Events wait and are sent again; if that lasts, check edgeDomain."
        );
        assert_eq!(issue.message, message);
    }
}

#[test]
fn four_statuses_may_be_sent_again() {
    let retry = |status, header| {
        let headers = Headers { retry_after: header, ..Headers::default() };
        read(Action::Interact, status, "", headers, 784_111_777_000).retry
    };
    for status in [429, 502, 503, 504] {
        assert_eq!(retry(status, None), Retry::After(None));
        assert_eq!(retry(status, Some(" 7 ")), Retry::After(Some(7_000)));
        assert_eq!(retry(status, Some("0")), Retry::After(Some(0)));
        assert_eq!(retry(status, Some("999999")), Retry::After(Some(LONGEST_RETRY_AFTER)));
        assert_eq!(retry(status, Some("Sun, 06 Nov 1994 08:50:07 GMT")), Retry::After(Some(30_000)));
        assert_eq!(retry(status, Some("Sun, 06 Nov 1994 08:49:07 GMT")), Retry::After(Some(0)));
        assert_eq!(retry(status, Some("soon")), Retry::After(None));
        assert_eq!(retry(status, Some("-1")), Retry::After(None));
    }
    for status in [0, 200, 400, 401, 403, 404, 408, 413, 422, 500, 501, 505] {
        assert_eq!(retry(status, Some("7")), Retry::No, "{status}");
    }
}

#[test]
fn the_region_is_the_second_part_of_its_header() {
    let region =
        |header| read(Action::Interact, 204, "", Headers { adobe_edge: Some(header), ..Headers::default() }, 0).region;
    assert_eq!(region("OR2;9"), Some(9));
    for none in ["OR2", "", "OR2;", "OR2;x", "OR2;1;2"] {
        assert_eq!(region(none), None, "{none}");
    }
}

proptest! {
    #[test]
    fn no_answer_panics(status in any::<u16>(), body in ".*", header in ".*", wall in any::<i64>()) {
        let headers = Headers { retry_after: Some(&header), adobe_edge: Some(&header) };
        let answer = read(Action::Interact, status, &body, headers, wall);
        prop_assert!(answer.good || !answer.issues().is_empty());
    }

    #[test]
    fn no_handle_panics(
        kind in "identity:result|state:store|identity:exchange|activation:push|activation:pull|x",
        item in r#"(\{"(id|type|spec|key|value|maxAge|attrs|namespace)":("url"|"cookie"|5|null|\{"(code|url|SameSite|ttlDays)":("ECID"|9e99|\[\])\})\})|[1-9]|null"#,
        status in 200u16..600,
    ) {
        let body = format!(r#"{{"handle":[{{"type":"{kind}","payload":[{item}]}},{{"type":"{kind}","payload":{item}}}],"errors":[{item}],"report":{item}}}"#);
        let answer = read(Action::Interact, status, &body, Headers::default(), 0);
        prop_assert_eq!(answer.good, status < 300);
    }
}
