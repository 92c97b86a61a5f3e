//! What Adobe's Web SDK (2.33.1, Chromium, a page of a shop below `example.com`) was seen to send and
//! to store, scenario by scenario, and what our Edge protocol makes of the same situation.
//!
//! Each intended difference is listed in `docs/delivery.md`.
// Its crates need the machine's own randomness or files.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

use serde_json::{Value as Json, json};
use storefront_collector::delivery::Action;
use storefront_collector::delivery::edge::cookies::legacy_cookie;
use storefront_collector::delivery::edge::endpoint::{
    Endpoint, THIRD_PARTY_HOST, allows_third_party_cookies, assurance_token, is_third_party_request, location_hint,
};
use storefront_collector::delivery::edge::request::{
    Envelope, acquire_body, consent_body, events_body, overrides, queue_time,
};
use storefront_collector::delivery::edge::response::{Headers, Retry, read};
use storefront_collector::identity::{carried_in, ecid_from_cookies, from_legacy_cookies, is_known};
use storefront_collector::page::{Contexts, Orientation, Page, implementation_details, timestamp};
use storefront_collector::value::Value;

const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";
const DATASTREAM: &str = "ebebf826-a01f-4458-8cec-ef61de241c93";
const ECID: &str = "41861666193140161934276845651148876988";
const IDENTITY: &str =
    "CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";
const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120 Chrome/120.0.0.0 Safari/537.36";
/// 2026-11-22T15:19:31.284Z
const WALL: i64 = 1_795_360_771_284;

/// `document.cookie` after the first answer.
fn cookies_with_identity() -> String {
    format!(
        "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity={IDENTITY}; kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_cluster=or2; AMCV_5BFE274A5F6980A50A495C08%40AdobeOrg=MCMID|{ECID}"
    )
}

fn entries(pairs: &[(&str, &str)]) -> Json {
    pairs
        .iter()
        .map(|(name, value)| json!({"key": format!("kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_{name}"), "value": value}))
        .collect()
}

fn page(url: &str) -> Page {
    Page {
        url: url.into(),
        referrer: "https://www.google.com/".into(),
        screen_width: Some(1280),
        screen_height: Some(720),
        orientation: Some(Orientation::Landscape),
        viewport: Some((1280, 720)),
        offset_minutes: 420,
        time_zone: "America/Denver".into(),
        client_hints: None,
    }
}

/// An event as the collector makes it: context, time, library, then what the event itself says.
fn event_at(url: &str, own: &Json) -> String {
    let mut xdm: Json = serde_json::from_str(&page(url).to_xdm(Contexts::default(), WALL).to_json()).unwrap();
    xdm["timestamp"] = timestamp(WALL).into();
    xdm["implementationDetails"] = serde_json::from_str(&implementation_details().to_json()).unwrap();
    for (key, value) in own.as_object().unwrap() {
        xdm[key] = value.clone();
    }
    json!({ "xdm": xdm }).to_string()
}

fn event(own: &Json) -> String {
    event_at("https://www.shop.example.com/page?x=1#h", own)
}

/// The XDM that was recorded around what the event itself says.
fn recorded_xdm(own: &Json) -> Json {
    let mut xdm = json!({
        "web": {"webPageDetails": {"URL": "https://www.shop.example.com/page?x=1#h"}, "webReferrer": {"URL": "https://www.google.com/"}},
        "device": {"screenHeight": 720, "screenWidth": 1280, "screenOrientation": "landscape"},
        "environment": {"type": "browser", "browserDetails": {"viewportWidth": 1280, "viewportHeight": 720}},
        "placeContext": {"localTimezoneOffset": 420, "localTime": "2026-11-22T08:19:31.284-07:00", "ianaTimezone": "America/Denver"},
        "timestamp": "2026-11-22T15:19:31.284Z",
        "implementationDetails": {"name": "https://ns.adobe.com/experience/alloy", "version": env!("CARGO_PKG_VERSION"), "environment": "browser"},
    });
    for (key, value) in own.as_object().unwrap() {
        xdm[key] = value.clone();
    }
    xdm
}

fn envelope<'a>(host: &'a str, cookies: &'a str) -> Envelope<'a> {
    Envelope { host, apex: "example.com", cookies, organization: ORG, ..Envelope::default() }
}

fn url(host: &str, cookies: &str, action: Action) -> String {
    let hint = location_hint(cookies, ORG);
    Endpoint {
        origin: &format!("https://{host}"),
        base_path: "ee",
        hint: hint.as_deref(),
        action,
        datastream: DATASTREAM,
        request_id: "1d6de105-bc8a-4d36-b2c5-cb47cb14ff4f",
        token: None,
    }
    .url()
}

fn recorded_url(host_and_path: &str) -> String {
    format!("https://{host_and_path}?configId={DATASTREAM}&requestId=1d6de105-bc8a-4d36-b2c5-cb47cb14ff4f")
}

fn parsed(body: &str) -> Json {
    serde_json::from_str(body).unwrap()
}

const EDGE: &str = "edge.adobedc.net";

/// The answer that the recordings' server gave to the first request.
fn first_answer() -> String {
    json!({
        "requestId": "r",
        "handle": [
            {"type": "identity:result", "payload": [{"id": ECID, "namespace": {"code": "ECID"}}]},
            {"type": "state:store", "payload": [
                {"key": "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity", "value": IDENTITY, "maxAge": 34_128_000, "attrs": {"SameSite": "None"}},
                {"key": "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_cluster", "value": "or2", "maxAge": 1800, "attrs": {"SameSite": "None"}},
            ]},
        ],
    })
    .to_string()
}

#[test]
fn first_event_then_second_then_beacon() {
    assert_eq!(url(EDGE, "", Action::Interact), recorded_url("edge.adobedc.net/ee/v1/interact"));
    let view = json!({"eventType": "web.webpagedetails.pageViews"});
    let body = events_body(&[&event(&view)], 71, &envelope(EDGE, ""));
    assert_eq!(
        parsed(&body),
        json!({
            "events": [{"xdm": recorded_xdm(&view)}],
            "query": {"identity": {"fetch": ["ECID"]}},
            "meta": {"queueTimeMillis": 71, "state": {"domain": "example.com", "cookiesEnabled": true}},
        })
    );

    let cookies = cookies_with_identity();
    assert_eq!(url(EDGE, &cookies, Action::Interact), recorded_url("edge.adobedc.net/ee/or2/v1/interact"));
    assert_eq!(url(EDGE, &cookies, Action::Collect), recorded_url("edge.adobedc.net/ee/or2/v1/collect"));
    let product = json!({"eventType": "commerce.productViews", "commerce": {"productViews": {"value": 1}}});
    let body = events_body(&[&event(&product)], queue_time(1_000, 1_003), &envelope(EDGE, &cookies));
    assert_eq!(
        parsed(&body),
        json!({
            "events": [{"xdm": recorded_xdm(&product)}],
            "query": {"identity": {"fetch": ["ECID"]}},
            "meta": {"queueTimeMillis": 3, "state": {"domain": "example.com", "cookiesEnabled": true,
                "entries": entries(&[("identity", IDENTITY), ("cluster", "or2")])}},
        })
    );
}

#[test]
fn cookies_after_the_first_answer() {
    let answer = read(Action::Interact, 200, &first_answer(), Headers::default(), WALL);
    assert!(answer.good);
    let mut jar: Vec<String> = answer.cookies.iter().map(|cookie| cookie.to_text("example.com", true)).collect();
    let legacy = legacy_cookie(answer.ecid.as_deref().unwrap(), from_legacy_cookies("", ORG).as_deref(), ORG);
    jar.push(legacy.unwrap().to_text("example.com", true));
    let tail = |seconds: u64| format!("; Path=/; Domain=example.com; Max-Age={seconds}; SameSite=None; Secure");
    assert_eq!(
        jar,
        [
            format!("kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity={IDENTITY}{}", tail(395 * 86_400)),
            format!("kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_cluster=or2{}", tail(1800)),
            format!("AMCV_5BFE274A5F6980A50A495C08%40AdobeOrg=MCMID|{ECID}{}", tail(390 * 86_400)),
        ]
    );
    // Read back, they are the ones with which the second request was recorded.
    let cookies: Vec<&str> = jar.iter().map(|cookie| cookie.split("; ").next().unwrap()).collect();
    assert_eq!(cookies.join("; "), cookies_with_identity());
    assert_eq!(ecid_from_cookies(&cookies.join("; "), ORG).as_deref(), Some(ECID));
}

#[test]
fn third_party_domain_on_the_first_request_only() {
    let core = allows_third_party_cookies(CHROME);
    let host = |cookies: &str| {
        if is_third_party_request(core, is_known(cookies, ORG), false) { THIRD_PARTY_HOST } else { EDGE }
    };
    let cookies = cookies_with_identity();
    assert_eq!(url(host(""), "", Action::Interact), recorded_url("adobedc.demdex.net/ee/v1/interact"));
    assert_eq!(url(host(&cookies), &cookies, Action::Interact), recorded_url("edge.adobedc.net/ee/or2/v1/interact"));
    for (cookies, host) in [("", THIRD_PARTY_HOST), (cookies.as_str(), EDGE)] {
        let body = parsed(&events_body(&[], 69, &Envelope { core, ..envelope(host, cookies) }));
        assert_eq!(body["query"], json!({"identity": {"fetch": ["ECID", "CORE"]}}));
    }
}

#[test]
fn third_party_domain_blocked_then_the_edge() {
    let host = |unreachable| if is_third_party_request(true, false, unreachable) { THIRD_PARTY_HOST } else { EDGE };
    assert_eq!(url(host(true), "", Action::Interact), recorded_url("edge.adobedc.net/ee/v1/interact"));
    // The Web SDK took this answer to its second attempt for success.
    let answer = read(
        Action::Interact,
        400,
        r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0003-400","status":400,"title":"Bad"}"#,
        Headers::default(),
        0,
    );
    assert!(!answer.good);
    assert_eq!((answer.retry, answer.issues()[0].field.as_ref()), (Retry::No, "datastreamId"));
}

#[test]
fn consent_in_adobe_1_then_the_waiting_event_then_adobe_2() {
    assert_eq!(url(EDGE, "", Action::SetConsent), recorded_url("edge.adobedc.net/ee/v1/privacy/set-consent"));
    let consent = json!([{"standard": "Adobe", "version": "1.0", "value": {"general": "in"}}]);
    let who = json!({"Email_LC_SHA256": [{"authenticatedState": "authenticated", "id": "0c7e"}]});
    let value = |json: &Json| Value::parse(&json.to_string()).unwrap();
    assert_eq!(
        parsed(&consent_body(&value(&consent), Some(&value(&who)), &envelope(EDGE, ""))),
        json!({
            "consent": consent, "identityMap": who,
            "query": {"identity": {"fetch": ["ECID"]}},
            "meta": {"state": {"domain": "example.com", "cookiesEnabled": true}},
        })
    );

    let cookies = format!(
        "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity={IDENTITY}; kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_consent=general=in"
    );
    let queued = json!({"eventType": "queued"});
    assert_eq!(url(EDGE, &cookies, Action::Interact), recorded_url("edge.adobedc.net/ee/v1/interact"));
    assert_eq!(
        parsed(&events_body(&[&event(&queued)], queue_time(0, 607), &envelope(EDGE, &cookies))),
        json!({
            "events": [{"xdm": recorded_xdm(&queued)}],
            "query": {"identity": {"fetch": ["ECID"]}},
            "meta": {"queueTimeMillis": 607, "state": {"domain": "example.com", "cookiesEnabled": true,
                "entries": entries(&[("identity", IDENTITY), ("consent", "general=in")])}},
        })
    );

    let cookies = format!(
        "{cookies}; AMCV_5BFE274A5F6980A50A495C08%40AdobeOrg=MCMID|{ECID}; kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_cluster=or2"
    );
    let consent = json!([{"standard": "Adobe", "version": "2.0", "value": {"collect": {"val": "y"}, "metadata": {"time": "2026-01-01T00:00:00Z"}}}]);
    assert_eq!(url(EDGE, &cookies, Action::SetConsent), recorded_url("edge.adobedc.net/ee/or2/v1/privacy/set-consent"));
    assert_eq!(
        parsed(&consent_body(&value(&consent), None, &envelope(EDGE, &cookies))),
        json!({
            "consent": consent,
            "query": {"identity": {"fetch": ["ECID"]}},
            "meta": {"state": {"domain": "example.com", "cookiesEnabled": true,
                "entries": entries(&[("identity", IDENTITY), ("consent", "general=in"), ("cluster", "or2")])}},
        })
    );
}

#[test]
fn consent_out_and_tcf() {
    for consent in [
        json!([{"standard": "Adobe", "version": "1.0", "value": {"general": "out"}}]),
        json!([{"standard": "IAB TCF", "version": "2.0", "value": "CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA",
            "gdprApplies": true, "gdprContainsPersonalData": false}]),
    ] {
        let value = Value::parse(&consent.to_string()).unwrap();
        assert_eq!(
            parsed(&consent_body(&value, None, &envelope(EDGE, ""))),
            json!({
                "consent": consent,
                "query": {"identity": {"fetch": ["ECID"]}},
                "meta": {"state": {"domain": "example.com", "cookiesEnabled": true}},
            })
        );
    }
}

#[test]
fn identity_acquire_and_its_region() {
    assert_eq!(url(EDGE, "", Action::Acquire), recorded_url("edge.adobedc.net/ee/v1/identity/acquire"));
    assert_eq!(
        parsed(&acquire_body(&envelope(EDGE, ""))),
        json!({
            "query": {"identity": {"fetch": ["ECID"]}},
            "meta": {"state": {"domain": "example.com", "cookiesEnabled": true}},
        })
    );
    let headers = Headers { adobe_edge: Some("OR2;9"), ..Headers::default() };
    let answer = read(Action::Interact, 200, &first_answer(), headers, WALL);
    assert_eq!((answer.ecid.as_deref(), answer.region), (Some(ECID), Some(9)));
}

#[test]
fn overrides_of_all_calls_and_of_one() {
    let global = Value::parse(
        r#"{"com_adobe_analytics":{"reportSuites":["g1","g2"]},"com_adobe_target":{"propertyToken":"pt"}}"#,
    )
    .unwrap();
    let local = Value::parse(
        r#"{"datastreamId":"local-ds","com_adobe_analytics":{"reportSuites":["l1"],"enabled":true},"com_adobe_experience_platform":{"datasets":{"event":{"datasetId":"d1"}}}}"#,
    )
    .unwrap();
    let overrides = overrides(Some(&global), Some(&local), DATASTREAM);
    let endpoint = Endpoint {
        origin: "https://edge.adobedc.net",
        base_path: "ee",
        hint: None,
        action: Action::Interact,
        datastream: overrides.datastream.as_deref().unwrap(),
        request_id: "8106493c-60c4-4b2d-b3ad-022b08b32c97",
        token: None,
    };
    assert_eq!(
        endpoint.url(),
        "https://edge.adobedc.net/ee/v1/interact?configId=local-ds&requestId=8106493c-60c4-4b2d-b3ad-022b08b32c97"
    );
    let envelope = Envelope {
        overrides: overrides.config.as_ref(),
        original_datastream: overrides.original.as_deref(),
        ..envelope(EDGE, "")
    };
    assert_eq!(
        parsed(&events_body(&[], 68, &envelope))["meta"],
        json!({
            "configOverrides": {
                "com_adobe_analytics": {"reportSuites": ["l1"]},
                "com_adobe_target": {"propertyToken": "pt"},
                "com_adobe_experience_platform": {"datasets": {"event": {"datasetId": "d1"}}},
            },
            "sdkConfig": {"datastream": {"original": DATASTREAM}},
            "queueTimeMillis": 68,
            "state": {"domain": "example.com", "cookiesEnabled": true},
        })
    );
}

#[test]
fn first_party_domain_gets_its_cookies_from_the_browser() {
    let (host, cookies) = ("edge.example.com", cookies_with_identity());
    assert_eq!(url(host, "", Action::Interact), recorded_url("edge.example.com/ee/v1/interact"));
    assert_eq!(url(host, &cookies, Action::Interact), recorded_url("edge.example.com/ee/or2/v1/interact"));
    assert_eq!(
        parsed(&events_body(&[], 1, &envelope(host, &cookies)))["meta"],
        json!({"queueTimeMillis": 1, "state": {"domain": "example.com", "cookiesEnabled": true}})
    );
}

#[test]
fn an_older_librarys_identity_is_carried_in() {
    let cookies = "AMCV_5BFE274A5F6980A50A495C08%40AdobeOrg=77933605%7CMCIDTS%7C18290%7CMCMID%7C16908443662402872073525706953453086963%7CMCAAMLH-1580857889%7C9";
    let ecid = carried_in("https://www.shop.example.com/page?x=1#h", cookies, ORG, WALL);
    let one = json!({"eventType": "a"});
    assert_eq!(
        parsed(&events_body(&[&event(&one)], 54, &Envelope { ecid: ecid.as_deref(), ..envelope(EDGE, cookies) })),
        json!({
            "events": [{"xdm": recorded_xdm(&one)}],
            "query": {"identity": {"fetch": ["ECID"]}},
            "xdm": {"identityMap": {"ECID": [{"id": "16908443662402872073525706953453086963"}]}},
            "meta": {"queueTimeMillis": 54, "state": {"domain": "example.com", "cookiesEnabled": true}},
        })
    );
    // The answer brought another ECID, and the older library's cookie followed it.
    let legacy = legacy_cookie(ECID, from_legacy_cookies(cookies, ORG).as_deref(), ORG).unwrap();
    assert_eq!(legacy.value, format!("MCMID|{ECID}"));
}

#[test]
fn an_assurance_session_is_passed_on() {
    let page_url = "https://www.shop.example.com/page?adb_validation_sessionid=11111111-2222-3333-4444-555555555555";
    let token = assurance_token(page_url, || "989a8d93-924a-43f8-a38f-9f0033065f9c".into());
    let endpoint = Endpoint {
        origin: "https://edge.adobedc.net",
        base_path: "ee",
        hint: None,
        action: Action::Interact,
        datastream: DATASTREAM,
        request_id: "d6b060ec-b21d-4bd9-8944-28e75c475685",
        token: token.as_deref(),
    };
    assert_eq!(
        endpoint.url(),
        format!(
            "https://edge.adobedc.net/ee/v1/interact?configId={DATASTREAM}&requestId=d6b060ec-b21d-4bd9-8944-28e75c475685&adobeAepValidationToken=11111111-2222-3333-4444-555555555555%7C989a8d93-924a-43f8-a38f-9f0033065f9c"
        )
    );
    let sent = parsed(&event_at(page_url, &json!({})));
    assert_eq!(sent["xdm"]["web"]["webPageDetails"]["URL"], page_url);
}

#[test]
fn a_refused_first_event_is_final() {
    let body = r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0003-400","status":400,"title":"Bad","detail":"d","report":{"requestId":"q"}}"#;
    let answer = read(Action::Interact, 400, body, Headers::default(), WALL);
    assert!(!answer.good);
    assert_eq!((answer.retry, answer.ecid, answer.cookies.len()), (Retry::No, None, 0));
    let issue = &answer.errors[0].issue(false);
    assert_eq!((issue.field.as_ref(), issue.code), ("datastreamId", "unknown-datastream"));
}
