//! `configure`: when it is taken, and what its options do.

use super::page::*;

#[test]
fn commands_need_a_configuration_and_take_only_one() {
    let mut bench = Bench::new();
    bench.call(1, "sendEvent", "{}");
    assert!(bench.answer_to(1).unwrap_err().starts_with("[alloy] The library must be configured first."));
    bench.call(2, "configure", CONFIG);
    assert_eq!(bench.answer_to(2).unwrap(), "{}");
    bench.call(3, "configure", CONFIG);
    assert!(bench.answer_to(3).unwrap_err().contains("only be configured once"));
}

#[test]
fn a_configure_that_is_refused_changes_nothing() {
    let mut bench = Bench::new();
    bench.run(|collector, moment| {
        collector.set_before_send(Box::new(|_| Ok(None)));
        let options = json(r#"{"orgId":"bad","datastreamId":"x","idMigrationEnabled":false}"#);
        let hook = Some(Box::new(|content| Ok(Some(content))) as _);
        collector.command(1, "configure", &options, Page::default(), hook, moment);
    });
    assert!(bench.answer_to(1).is_err());
    bench.call(2, "configure", CONFIG);
    bench.call(3, "sendEvent", r#"{"xdm":{"eventType":"a"}}"#);
    let record = bench.collector.events().at("0.status").cloned();
    assert_eq!(record.as_ref().and_then(Value::as_text), Some("suppressed"), "by the hook that the page gave");
}

#[test]
fn options_of_parts_that_we_do_not_have_are_said_once() {
    let mut bench = known(r#","prehidingStyle":"x","streamingMedia":{"channel":"c"},"clickCollectionEnabled":false"#);
    for ticket in [3, 4] {
        bench.call(ticket, "sendEvent", r#"{"renderDecisions":true}"#);
    }
    let said = bench.pick(|effect| match effect {
        Effect::Log { message, .. } => Some(message),
        _ => None,
    });
    let about: Vec<_> = said.iter().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(about, ["configure: prehidingStyle", "configure: streamingMedia", "sendEvent: renderDecisions"]);
    assert!(said.iter().all(|line| line.contains("webSdkName")));
}
