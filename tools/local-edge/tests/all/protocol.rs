//! Requests and answers.

use serde_json::{Value, json};

use crate::client::{Answer, DATASTREAM, ORG, REQUEST, Server, bare, body, event};

fn consent(general: &str, entries: &[Value]) -> Value {
    let mut body = bare(entries);
    body["consent"] = json!([{ "standard": "Adobe", "version": "1.0", "value": { "general": general } }]);
    body
}

#[test]
fn a_shopper_keeps_one_identity() {
    let server = Server::new();
    let first = server.edge("interact", &body(&[event("a")], &[]));
    assert_eq!(first.status, 200);
    assert_eq!(first.header("x-adobe-edge"), "OR2;9");
    assert_eq!(first.ecid().len(), 38);
    let stored = first.payload("state:store");
    assert_eq!(stored[0]["key"], "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity");
    assert_eq!(stored[0]["maxAge"], 34_128_000);
    assert_eq!(stored[0]["attrs"], json!({ "SameSite": "None" }));
    assert_eq!(stored[1]["value"], "or2");
    assert_eq!(stored[1]["maxAge"], 1800);
    assert!(first.json()["requestId"].as_str().unwrap().starts_with(REQUEST));
    let hints = first.payload("locationHint:result");
    assert!(hints.contains(&json!({ "scope": "EdgeNetwork", "hint": "or2", "ttlSeconds": 1800 })));

    let second = server.edge("interact", &body(&[event("b")], &first.entries()));
    assert_eq!(second.ecid(), first.ecid());
    let acquired = server.edge("identity/acquire", &bare(&first.entries()));
    assert_eq!(acquired.ecid(), first.ecid());
    assert_ne!(server.edge("identity/acquire", &bare(&[])).ecid(), first.ecid());
}

#[test]
fn cookies_and_carried_identities_count_too() {
    let server = Server::new();
    let first = server.edge("identity/acquire", &bare(&[]));
    let cookie = first
        .entries()
        .iter()
        .map(|item| format!("{}={}", item["key"].as_str().unwrap(), item["value"].as_str().unwrap()))
        .collect::<Vec<_>>()
        .join("; ");
    let url = format!("{}/custom/base/or2/v1/interact?configId={DATASTREAM}", server.http);
    let headers = [("content-type", "text/plain"), ("cookie", cookie.as_str())];
    let again = server.send(&url, &headers, &body(&[event("a")], &[]).to_string()).unwrap();
    assert_eq!(again.ecid(), first.ecid());
    assert_eq!(server.requests()[1]["hint"], "or2");

    let mut carried = bare(&[]);
    carried["xdm"] = json!({ "identityMap": { "ECID": [{ "id": "16908443662402872073525706953453086963" }] } });
    let answer = server.edge("identity/acquire", &carried);
    assert_eq!(answer.ecid(), "16908443662402872073525706953453086963");
}

#[test]
fn collect_answers_nothing_and_records() {
    let server = Server::new();
    let first = server.edge("identity/acquire", &bare(&[]));
    let answer = server.edge("collect", &body(&[event("a"), event("b"), event("a")], &first.entries()));
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let events = server.events();
    let short: Vec<_> =
        events.iter().map(|event| (event["id"].as_str().unwrap(), event["duplicate"].as_bool().unwrap())).collect();
    assert_eq!(short, [("a", false), ("b", false), ("a", true)]);
    assert_eq!(events[0]["action"], "collect");
    assert_eq!(events[0]["request"], 2);
    let requests = server.requests();
    assert_eq!(requests[1]["eventIds"], json!(["a", "b", "a"]));
    assert_eq!(requests[1]["status"], 204);
    assert_eq!(requests[1]["problems"], json!([]));
    assert_eq!(requests[1]["body"]["events"][0]["xdm"]["_id"], "a");
    assert_eq!(server.get("/_edge/events?since=2").as_array().unwrap().len(), 1);
}

#[test]
fn version_two_takes_one_event() {
    let server = Server::new();
    let url = |action: &str| format!("{}/ee/v2/{action}datastreamId={DATASTREAM}", server.http);
    let json_type = [("content-type", "application/json")];
    let single = json!({ "event": event("a"), "query": { "identity": { "fetch": ["ECID"] } } });
    let answer = server.send(&url("interact?"), &json_type, &single.to_string()).unwrap();
    assert_eq!(answer.status, 200);
    let many = json!({ "events": [event("b")] }).to_string();
    let loud = server.send(&url("collect?"), &json_type, &many).unwrap();
    assert_eq!(loud.status, 202);
    assert!(loud.json()["requestId"].is_string());
    assert_eq!(server.send(&url("collect?silent=true&"), &json_type, &many).unwrap().status, 204);
    assert_eq!(server.events().len(), 3);
}

#[test]
fn consent_decides_what_is_kept() {
    let server = Server::new();
    let out = server.edge("privacy/set-consent", &consent("out", &[]));
    assert_eq!(out.status, 200);
    let keys: Vec<_> = out
        .payload("state:store")
        .iter()
        .map(|item| (item["key"].as_str().unwrap().rsplit('_').next().unwrap().to_owned(), item["value"].clone()))
        .collect();
    assert!(keys.iter().any(|(key, _)| key == "identity"));
    assert!(keys.contains(&("consent".to_owned(), json!("general=out"))));
    assert_eq!(out.payload("state:store").last().unwrap()["maxAge"], 15_552_000);

    let ignored = server.edge("interact", &body(&[event("a")], &out.entries()));
    assert_eq!(ignored.status, 200);
    let warning = &ignored.json()["warnings"][0];
    assert_eq!(warning["type"], "https://ns.adobe.com/aep/errors/EXEG-0301-200");
    assert_eq!(warning["report"]["eventIndex"], 0);
    assert_eq!(server.events()[0]["status"], "ignored");

    // Without the consent cookie the shopper's decision is still known.
    let identity = &out.entries()[..1];
    server.edge("collect", &body(&[event("b")], identity));
    assert_eq!(server.events()[1]["status"], "ignored");

    let back = server.edge("privacy/set-consent", &consent("in", &out.entries()));
    assert_eq!(back.ecid(), out.ecid());
    server.edge("interact", &body(&[event("c")], &[identity, &back.entries()].concat()));
    assert_eq!(server.events()[2]["status"], "accepted");
}

fn refused(answer: &Answer, code: &str) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{code}");
    let body = answer.json();
    assert_eq!(body["type"], format!("https://ns.adobe.com/aep/errors/EXEG-{code}"));
    assert_eq!(body["status"], answer.status);
    assert!(code.ends_with(&answer.status.to_string()), "{code}");
    assert!(body["report"]["requestId"].is_string());
}

#[test]
fn each_documented_error_has_its_code() {
    let server = Server::new();
    let good = body(&[event("a")], &[]).to_string();
    let post = |query: &str, kind: &str, text: &str| {
        let url = format!("{}/ee/v1/interact?{query}", server.http);
        server.send(&url, &[("content-type", kind)], text).unwrap()
    };
    let ours = format!("configId={DATASTREAM}");
    refused(&post("", "text/plain", &good), "0002-400");
    refused(&post(&ours, "text/plain", ""), "0109-408");
    refused(&post(&ours, "text/plain", "{\"events\":["), "0100-500");
    refused(&post(&ours, "image/png", &good), "0111-415");
    refused(&post(&ours, "text/plain", "{}"), "0103-400");
    refused(&post(&ours, "text/plain", "{\"events\":{}}"), "0101-400");
    refused(&post(&ours, "text/plain", "{\"events\":[{\"xdm\":[]}]}"), "0101-400");
    let long = body(&vec![event("a"); 300], &[]).to_string();
    refused(&post(&ours, "text/plain", &long), "0112-413");
    let mut overridden = body(&[event("a")], &[]);
    overridden["meta"]["configOverrides"] = json!({ "com_adobe_target": { "enabled": true } });
    refused(&post(&ours, "text/plain", &overridden.to_string()), "0113-400");
    server.control("config", &json!({ "refuse": ["unknown"], "disable": ["disabled"] }));
    refused(&post("configId=unknown", "text/plain", &good), "0003-400");
    refused(&post("configId=disabled", "text/plain", &good), "0004-422");

    let set = |entry: Value| {
        let mut body = bare(&[]);
        body["consent"] = json!([entry]);
        server.edge("privacy/set-consent", &body)
    };
    refused(&set(json!({ "standard": "IAB", "version": "2.0", "value": "x" })), "0102-400");
    refused(&set(json!({ "standard": "Adobe", "version": "1.0" })), "0103-400");
    refused(&set(json!({ "standard": "IAB TCF", "version": "2.0", "value": "" })), "0104-422");
    refused(&server.edge("privacy/set-consent", &bare(&[])), "0103-400");
    assert!(server.events().iter().all(|event| event["status"] == "refused"));
}

#[test]
fn a_body_of_exactly_the_limit_passes() {
    let server = Server::new();
    let padded = |bytes: usize| {
        let mut padded = body(&[event("a")], &[]);
        padded["events"][0]["data"] = json!({ "pad": "" });
        let room = bytes - padded.to_string().len();
        padded["events"][0]["data"]["pad"] = json!("x".repeat(room));
        padded
    };
    assert_eq!(server.edge("interact", &padded(65_536)).status, 200);
    assert_eq!(server.edge("interact", &padded(65_537)).status, 413);
}

#[test]
fn what_a_tolerant_server_lets_pass_is_noted() {
    let server = Server::new();
    let url = format!("{}/ee/v1/interact?configId={DATASTREAM}&requestId=1", server.http);
    let sloppy = json!({ "events": [event("a")], "meta": { "state": { "entries": [{ "key": "sid", "value": "1" }] } }, "extra": null });
    let answer = server.send(&url, &[("content-type", "text/plain")], &sloppy.to_string()).unwrap();
    assert_eq!(answer.status, 200);
    let problems = server.requests()[0]["problems"].clone();
    let paths: Vec<_> =
        problems.as_array().unwrap().iter().map(|problem| problem["path"].as_str().unwrap().to_owned()).collect();
    for path in [
        "requestId",
        "meta.state.domain",
        "meta.state.cookiesEnabled",
        "meta.state.entries[0].key",
        "query.identity.fetch",
        "extra",
    ] {
        assert!(paths.iter().any(|known| known == path), "{path}: {paths:?}");
    }
}

#[test]
fn problems_name_field_and_wish() {
    let server = Server::new();
    let mut wrong = event("a");
    wrong["xdm"]["productListItems"][0]["quantity"] = json!("2");
    wrong["data"] = json!({ "x": null });
    server.edge("interact", &body(&[event("b"), wrong], &[]));
    let events = server.events();
    assert_eq!(events[0]["problems"], json!([]));
    assert_eq!(
        events[1]["problems"],
        json!([
            { "path": "productListItems[0].quantity", "message": "XDM wants an integer, not a text" },
            { "path": "data.x", "message": "is null: leave the field out when there is no value" }
        ])
    );
    // Another shopper's identity inside the event is seen when the request has one of its own.
    let first = server.edge("identity/acquire", &bare(&[]));
    server.edge("interact", &body(&[event("c")], &first.entries()));
    assert_eq!(server.events()[2]["problems"][0]["path"], "identityMap.ECID[0].id");
}

#[test]
fn organisation_comes_from_cookies_then_configuration() {
    let server = Server::new();
    let other = "111111111111111111111111@AdobeOrg";
    server.control("config", &json!({ "orgs": { (DATASTREAM): other } }));
    let first = server.edge("identity/acquire", &bare(&[]));
    assert_eq!(first.entries()[0]["key"], "kndctr_111111111111111111111111_AdobeOrg_identity");
    let own = json!({ "key": format!("kndctr_{}_cluster", ORG.replace('@', "_")), "value": "va6" });
    let second = server.edge("identity/acquire", &bare(&[own]));
    assert_eq!(second.entries()[0]["key"], "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity");
}

#[test]
fn page_views_bring_segments_when_there_are_some() {
    let server = Server::new();
    server.control("config", &json!({ "segments": ["s-1", "s-2"] }));
    let mut view = event("a");
    view["xdm"]["eventType"] = json!("web.webpagedetails.pageViews");
    let answer = server.edge("interact", &body(&[view], &[]));
    assert_eq!(answer.payload("activation:pull")[0]["segments"], json!([{ "id": "s-1" }, { "id": "s-2" }]));
    let answer = server.edge("interact", &body(&[event("b")], &[]));
    assert!(answer.payload("activation:pull").is_empty());
}

#[test]
fn browsers_may_ask_with_cookies_over_tls() {
    let server = Server::new();
    let url = format!("{}/ee/v1/interact?configId={DATASTREAM}", server.https);
    let headers = [("content-type", "text/plain"), ("origin", "https://shop.example.com")];
    let answer = server.send(&url, &headers, &body(&[event("a")], &[]).to_string()).unwrap();
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example.com");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let exposed = answer.header("access-control-expose-headers").to_lowercase();
    assert!(exposed.contains("retry-after") && exposed.contains("x-adobe-edge"));
    assert!(server.requests()[0]["url"].as_str().unwrap().starts_with("https://127.0.0.1"));
}

#[test]
fn the_configuration_names_what_it_does_not_know() {
    let server = Server::new();
    let answer = server.control("config", &json!({ "segmnets": [] }));
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("segmnets"), "{}", answer.text);
}
