//! What records, counts and issues say.

use super::pages::*;

#[test]
fn what_answers_in_the_edges_place_refuses_no_event() {
    for (status, body) in [(200, "<html>offline</html>"), (200, ""), (200, r#"{"handle":[{"ty"#), (203, "{}")] {
        let mut bench = known("{}");
        bench.publish("page-view");
        bench.answer(status, body);
        assert_eq!(bench.statuses().pop().unwrap().1, "queued", "{status} {body}");
        assert!(bench.status("issues").contains("no answer of the Edge Network"), "{}", bench.status("issues"));
        bench.wait(60_000);
        bench.accept("");
        assert_eq!(bench.statuses().pop().unwrap().1, "accepted", "{status} {body}");
    }
}

#[test]
fn an_answer_of_the_edge_says_what_becomes_of_each_event() {
    let error = |number: &str, status: u16, report: &str| {
        format!(r#"{{"type":"https://ns.adobe.com/aep/errors/EXEG-{number}-{status}","status":{status}{report}}}"#)
    };
    let at = |index: usize| format!(r#","report":{{"eventIndex":{index}}}"#);
    for (list, problem, become_of) in [
        ("errors", error("0104", 422, &at(1)), ["accepted", "rejected"]),
        ("errors", error("0201", 503, &at(1)), ["accepted", "queued"]),
        ("errors", error("0307", 502, &at(0)), ["queued", "accepted"]),
        ("errors", error("0201", 503, ""), ["accepted", "accepted"]),
        ("warnings", error("0201", 503, &at(1)), ["accepted", "accepted"]),
        ("warnings", error("0301", 200, &at(1)), ["accepted", "suppressed"]),
        ("warnings", error("0301", 200, ""), ["suppressed", "suppressed"]),
    ] {
        let mut bench = known("{}");
        bench.wait(300);
        bench.accept("");
        let before = bench.statuses().len();
        bench.publish("sign-out");
        bench.publish("sign-out");
        bench.wait(250);
        bench.answer(200, &format!(r#"{{"handle":[],"{list}":[{problem}]}}"#));
        let statuses: Vec<_> = bench.statuses().drain(before..).map(|(_, status)| status).collect();
        assert_eq!(statuses, become_of, "{list} {problem}");
    }
}

#[test]
fn a_page_with_too_many_problems_is_told_so() {
    let mut bench = Bench::configured();
    for number in 0..150 {
        let issue = storefront_collector::inspect::Issue::of("?made-up:% is one of many", &[&number.to_string()]);
        bench.push(Item { issues: vec![issue], ..Item::default() });
    }
    let status = bench.collector.status();
    let issues = status.get("issues").and_then(Value::as_list).unwrap();
    assert_eq!((issues.len(), issues[99].get("code").and_then(Value::as_text)), (100, Some("too-many")));
}

#[test]
fn a_record_says_what_was_wrong_with_its_event() {
    let mut bench = Bench::identified();
    bench.contexts(r#"{"storefrontInstanceContext":{"environmentId":"e","baseCurrencyCode":5}}"#);
    bench.publish("product-page-view");
    bench.publish("page-view");
    bench.publish("product-page-view");
    let events = bench.collector.events();
    let issues = |at: &str| events.at(at).and_then(Value::as_list).map(<[Value]>::len);
    assert!(issues("1.issues").is_some_and(|count| count > 0), "{events:?}");
    assert_eq!(events.at("3.issues"), events.at("1.issues"), "though it was told before");
    assert_eq!(issues("2.issues"), None, "and none where there were none");
    assert!(
        events.at("1.issues.0.message").and_then(Value::as_text).is_some_and(|text| text.contains("productContext"))
    );
}

#[test]
fn what_another_page_left_is_not_among_the_counts_of_this_one() {
    let mut before = known("{}");
    before.publish("sign-out");
    let stored = before.effects.iter().find_map(|effect| match effect {
        Effect::Store { key, text } => Some((key.clone(), text.clone())),
        _ => None,
    });
    let (_, text) = stored.expect("stored before it is answered");
    let mut bench = Bench::identified();
    bench.run(|collector, moment| collector.adopted(vec![("gone/1".into(), text.clone())], moment));
    bench.publish("sign-out");
    bench.wait(300);
    bench.accept("");
    bench.wait(300);
    bench.accept("");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(keys) if keys[0] == "gone/1")));
    let counts = bench.collector.status().get("counts").cloned().unwrap();
    assert_eq!(
        (counts.get("published"), counts.get("accepted")),
        (Some(&Value::from(2)), Some(&Value::from(2))),
        "{counts:?}"
    );
}

#[test]
fn a_rehearsal_leaves_no_trace() {
    let mut bench = Bench::configured();
    let before = (bench.effects.len(), bench.statuses());
    bench.run(|collector, moment| collector.rehearse(Page::default(), moment));
    assert_eq!((bench.effects.len(), bench.statuses()), before);
}

#[test]
fn other_known_events_are_counted_and_unknown_ones_left_alone() {
    let mut bench = Bench::identified();
    assert_eq!(bench.publish("recs-unit-view"), None);
    assert_eq!(bench.publish("somebody-elses-event"), None);
    assert_eq!((bench.status("counts.known"), bench.status("counts.published")), ("1".into(), "1".into()));
}

#[test]
fn a_custom_event_without_context_is_refused_with_a_message() {
    let mut bench = Bench::identified();
    bench.publish("commerce-custom");
    assert_eq!(bench.statuses()[1].1, "rejected");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Log { .. })));
    bench.publish_with("commerce-custom", r#"{"customContext":{"eventType":"my.type"}}"#);
    bench.wait(300);
    assert_eq!(bench.sent()[0].at("xdm.eventType"), Some(&Value::from("my.type")));
}

#[test]
fn each_problem_is_told_once() {
    let mut bench = Bench::identified();
    for _ in 0..3 {
        bench.publish("commerce-custom");
    }
    assert_eq!(bench.effects.iter().filter(|effect| matches!(effect, Effect::Log { .. })).count(), 1);
    assert_eq!(bench.collector.status().get("issues").and_then(Value::as_list).unwrap().len(), 1);
}

#[test]
fn a_network_failure_is_tried_again_with_the_same_id() {
    let mut bench = Bench::identified();
    let id = bench.publish("sign-out").unwrap();
    bench.wait(300);
    bench.lose();
    bench.wait(60_000);
    assert!(bench.fetches().len() >= 2);
    assert_eq!(bench.sent()[0].at("xdm._id"), Some(&Value::from(id.as_str())));
}
