//! `onBeforeEventSend`, and what is held back before and after it.

use super::pages::*;

#[test]
fn on_before_event_send_changes_drops_and_fails() {
    let mut bench = Bench::identified();
    bench.run(|collector, _| {
        collector.set_before_send(Box::new(|content| match content.at("xdm.eventType").and_then(Value::as_text) {
            Some("userAccount.logout") => Ok(None),
            Some("commerce.productViews") => {
                Err(storefront_collector::inspect::Issue::error("hook", "threw", "it threw"))
            }
            _ => {
                let mut content = content;
                content.set_at("xdm._tenant.seen", true);
                content.set_at("data.more", 1);
                content.set_at("data.nothing.at.all", "");
                Ok(Some(content))
            }
        }));
    });
    bench.publish("sign-out");
    bench.publish("product-page-view");
    bench.publish("page-view");
    let statuses: Vec<_> = bench.statuses().into_iter().skip(1).map(|(_, status)| status).collect();
    assert_eq!(statuses, ["suppressed", "rejected", "sent"]);
    let [event] = &bench.sent()[..] else { panic!("one event") };
    assert_eq!(event.at("xdm._tenant.seen"), Some(&Value::from(true)));
    assert_eq!(event.get("data").map(Value::to_json).as_deref(), Some(r#"{"more":1}"#));
}

#[test]
fn what_a_hook_leaves_still_says_what_every_event_says() {
    for left in [
        r#"{"xdm":{"eventType":"a","_id":"","identityMap":{}},"data":{}}"#,
        r#"{"xdm":{"eventType":"a","timestamp":"yesterday","_id":[],"implementationDetails":[]}}"#,
        r#"{"data":{"more":1}}"#,
    ] {
        let mut bench = Bench::identified();
        bench.run(|collector, _| collector.set_before_send(Box::new(|_| Ok(Some(json(left))))));
        let id = bench.publish("page-view").unwrap();
        let [event] = &bench.sent()[..] else { panic!("one event") };
        let text = |path| event.at(path).and_then(Value::as_text);
        assert_eq!(text("xdm._id"), Some(&*id), "{left}");
        assert_eq!(text("xdm.identityMap.ECID.0.id"), Some(ECID), "{left}");
        assert!(text("xdm.timestamp").is_some_and(|time| time.starts_with("2026-")), "{left}");
        assert!(text("xdm.implementationDetails.name").is_some() && text("xdm.eventType").is_some(), "{left}");
    }
    let mut bench = Bench::identified();
    let own = r#"{"identityMap":{"CRM":[{"id":"7","primary":true}],"Email":[{"id":"ann@shop.test"}]}}"#;
    bench.configure(Source::Page, own);
    bench.run(|collector, _| collector.set_before_send(Box::new(|_| Ok(Some(json(r#"{"xdm":{"eventType":"a"}}"#))))));
    bench.publish("page-view");
    let sent = bench.sent();
    assert_eq!(
        sent[0].at("xdm.identityMap").map(Value::to_json).as_deref(),
        Some(r#"{"CRM":[{"id":"7","primary":true}]}"#)
    );
    for left in [r#"{"xdm":"x"}"#, r#"{"xdm":[1]}"#, r#"{"xdm":7,"data":{"more":1}}"#] {
        let mut bench = Bench::identified();
        bench.run(|collector, _| collector.set_before_send(Box::new(|_| Ok(Some(json(left))))));
        bench.publish("page-view");
        assert_eq!(bench.statuses().last().unwrap().1, "rejected", "{left}");
        assert!(bench.status("issues").contains("xdm"), "{left}");
    }
}

#[test]
fn data_that_is_no_object_stays_here_and_its_event_goes() {
    for left in [r#""more""#, "7", "[1]", "true"] {
        let mut bench = Bench::identified();
        bench.run(|collector, _| {
            collector.set_before_send(Box::new(|mut content| {
                content.set_at("data", json(left));
                Ok(Some(content))
            }));
        });
        bench.publish("page-view");
        let [event] = &bench.sent()[..] else { panic!("one event") };
        assert_eq!((event.get("data"), event.at("xdm.eventType").is_some()), (None, true), "{left}");
        let issues = bench.status("issues");
        assert!(issues.contains("onBeforeEventSend: what it left as data is"), "{issues}");
        let record = bench.collector.events().as_list().and_then(<[Value]>::last).cloned().unwrap();
        assert!(record.get("issues").is_some_and(|issues| issues.to_json().contains("wrong-kind")), "{record:?}");
    }
}

#[test]
fn what_stands_for_an_identity_is_not_shown_to_a_hook() {
    let first_page = |left: &str| {
        let mut bench = Bench::configured();
        let xdm = left.to_owned();
        bench.run(|collector, _| {
            collector.set_before_send(Box::new(move |mut content| {
                let who = content.at("xdm.personID").or_else(|| content.at("xdm.identityMap")).is_some();
                content.set_at("xdm._shop.who", who);
                for (key, value) in json(&xdm).as_map().unwrap().iter() {
                    content.as_map_or_new().entry("xdm".into()).as_map_or_new().set(String::from(key), value);
                }
                Ok(Some(content))
            }));
        });
        bench.publish("page-view");
        bench.run(Collector::identity_locked);
        bench.accept(&identity(ECID));
        bench.sent().remove(0)
    };
    let event = first_page(r#"{"identityMap":{"CRM":[{"id":"7","primary":true}]}}"#);
    assert!(!event.to_json().contains("{ecid}"));
    assert_eq!(event.at("xdm.personID").and_then(Value::as_text), Some(ECID));
    assert_eq!(
        event.at("xdm.identityMap").map(Value::to_json),
        Some(format!(r#"{{"ECID":[{{"id":"{ECID}","primary":true}}],"CRM":[{{"id":"7","primary":false}}]}}"#))
    );
    let plain = first_page("{}");
    assert_eq!(plain.at("xdm._shop.who"), Some(&Value::from(false)), "it was not there to be copied");
    assert_eq!(plain.at("xdm.identityMap.ECID.0.id").and_then(Value::as_text), Some(ECID));
    let spoiled = first_page(r#"{"identityMap":"nobody","personID":"p-1"}"#);
    assert_eq!(spoiled.at("xdm.identityMap.ECID.0.id").and_then(Value::as_text), Some(ECID));
    assert_eq!(spoiled.at("xdm.personID").and_then(Value::as_text), Some("p-1"));
}

#[test]
fn personal_data_can_be_held_back() {
    let mut bench = Bench::identified();
    bench.configure(Source::Page, r#"{"personalData":false}"#);
    bench.contexts(r#"{"accountContext":{"emailAddress":"ada@shop.test","accountId":"7"}}"#);
    bench.publish("sign-in");
    bench.wait(300);
    let body = bench.fetches().last().unwrap().2;
    assert!(
        body.contains("userAccount.login") && !body.contains("ada@shop.test") && !body.contains("accountID"),
        "{body}"
    );
}

#[test]
fn a_hook_does_not_see_what_is_held_back_and_nothing_empty_stays_in_its_place() {
    let mut bench = Bench::identified();
    bench.configure(Source::Page, r#"{"personalData":false}"#);
    bench.run(|collector, _| {
        collector.set_before_send(Box::new(|mut content| {
            content.set_at("data.seen", content.to_json());
            Ok(Some(content))
        }));
    });
    bench.contexts(r#"{"accountContext":{"emailAddress":"ada@shop.test","accountId":"7"}}"#);
    bench.publish("sign-in");
    bench.wait(300);
    let sent = bench.sent();
    let seen = sent[0].at("data.seen").and_then(Value::as_text).unwrap();
    assert!(seen.contains("userAccount.login"), "{seen}");
    for gone in ["ada@shop.test", "accountID", "person\":", "personalEmail"] {
        assert!(!seen.contains(gone), "{gone}: {seen}");
    }
}
