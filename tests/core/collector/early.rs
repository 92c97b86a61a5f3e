//! Pages that were left before a collector could send.

use super::pages::*;

/// A page that was left early, with this on its data layer before its page view.
fn early_page(data_layer: &str) -> EarlyPage {
    let item = |contexts, event: Option<&str>| {
        let item = Item { contexts, event: event.map(String::from), ..Item::default() };
        EarlyItem { item, published: None }
    };
    EarlyPage {
        key: "early:1".into(),
        items: vec![item(map(data_layer), None), item(Map::new(), Some("page-view"))],
        page: Page { url: "https://www.shop.test/early".into(), ..Page::default() },
        wall: 1_795_360_660_000,
        ..EarlyPage::default()
    }
}

fn is_taken_out(bench: &Bench) -> bool {
    bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(keys) if keys == &["early:1"]))
}

#[test]
fn an_early_page_waits_until_its_events_may_leave() {
    let mut bench = Bench::new();
    bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
    assert_eq!((bench.statuses().len(), is_taken_out(&bench)), (0, false), "no settings yet");
    let settings = format!(r#"{{"organizationId":"{ORG}","datastreamId":"x"}}"#);
    bench.configure(Source::Api, &settings);
    bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
    let stored = bench.effects.iter().position(|effect| matches!(effect, Effect::Store { .. }));
    let forgotten = bench.effects.iter().position(|effect| matches!(effect, Effect::Forget(_)));
    assert!(stored.is_some() && stored < forgotten, "the events are safe before the page is taken out");
    assert_eq!(bench.statuses(), [("page-view".into(), "queued".into())]);
}

#[test]
fn whoever_takes_an_early_page_over_publishes_it_under_the_same_ids() {
    let ids = [1, 2].map(|seed| {
        let mut bench = website(ORG, "x");
        bench.collector = Collector::new(host(), format!("tab{seed}"), [seed; 4], &bench.moment);
        let settings = format!(r#"{{"organizationId":"{ORG}","datastreamId":"x"}}"#);
        bench.configure(Source::Api, &settings);
        bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
        bench.collector.events().at("0.id").map(Value::to_json).unwrap()
    });
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn an_early_page_goes_by_its_own_settings() {
    let aep = |ims: &str, datastream: &str, on: bool| {
        format!(
            r#"{{"aepContext":{{"imsOrgId":"{ims}","datastreamId":"{datastream}"}},"eventForwardingContext":{{"aep":{on}}}}}"#
        )
    };
    let taken_over = |data_layer: &str| {
        let mut bench = Bench::new();
        bench.moment.cookies = IDENTITY.into();
        bench.contexts(&aep(ORG, "second", true));
        bench.run(|collector, moment| collector.take_over(early_page(data_layer), moment));
        bench
    };
    let bench = taken_over(&aep(ORG, "first", true));
    let (_, url, body) = bench.fetches()[0];
    assert!(url.contains("configId=first") && body.contains("https://www.shop.test/early"), "{url}");
    assert_eq!(bench.status("settings.datastreamId.value"), r#""second""#, "ours are what they were");

    let off = taken_over(&aep(ORG, "first", false));
    assert_eq!((off.statuses().len(), off.fetches().len(), is_taken_out(&off)), (0, 0, true));

    let foreign = taken_over(&aep(OTHER_ORG, "first", true));
    assert_eq!((foreign.statuses().len(), is_taken_out(&foreign)), (0, false), "it waits for a page of its own");

    let mut script = early_page("{}");
    script.settings = json(r#"{"datastreamId":"third"}"#);
    let mut bench = taken_over("{}");
    bench.accept("");
    bench.run(|collector, moment| collector.take_over(script, moment));
    bench.wait(300);
    assert!(bench.fetches().last().unwrap().1.contains("configId=third"), "its script counts before ours");
}

#[test]
fn an_early_page_leaves_nothing_of_its_contexts_to_this_one() {
    let mut bench = Bench::configured();
    bench.contexts(r#"{"pageContext":{"pageName":"here"}}"#);
    bench.run(|collector, moment| collector.take_over(early_page(r#"{"pageContext":{"pageName":"there"}}"#), moment));
    bench.publish("page-view");
    let name = |at: &str| bench.collector.events().at(at).map(Value::to_json);
    assert_eq!(name("0.xdm.web.webPageDetails.name").as_deref(), Some(r#""there""#));
    assert_eq!(name("1.xdm.web.webPageDetails.name").as_deref(), Some(r#""here""#));
}

#[test]
fn what_a_collector_published_there_keeps_its_id_and_time() {
    let mut bench = Bench::configured();
    let mut early = early_page("{}");
    early.items[1].published = Some(("3fa85f64-5717-4562-b3fc-2c963f66afa6".into(), 1_795_360_600_000));
    bench.run(|collector, moment| collector.take_over(early, moment));
    let said = |path: &str| bench.collector.events().at(path).and_then(Value::as_text).map(String::from);
    assert_eq!(said("0.id").as_deref(), Some("3fa85f64-5717-4562-b3fc-2c963f66afa6"));
    assert_eq!(said("0.xdm.timestamp").as_deref(), Some("2026-11-22T15:16:40.000Z"));
}

#[test]
fn an_early_page_knows_the_cart_of_the_one_before_it() {
    let mut bench = Bench::configured();
    let mut first = early_page(
        r#"{"shoppingCartContext":{"id":"c","items":[{"id":"1","product":{"sku":"a","name":"A"},"quantity":1,"prices":{"price":{"value":1}}}]}}"#,
    );
    first.wall -= 1_000;
    let mut second = early_page(r#"{"orderContext":{"orderId":"o","grandTotal":1}}"#);
    second.key = "early:2".into();
    second.items[1].item.event = Some("place-order".into());
    bench.run(|collector, moment| collector.take_over(first, moment));
    bench.run(|collector, moment| collector.take_over(second, moment));
    assert_eq!(bench.collector.events().at("1.xdm.productListItems.0.SKU"), Some(&Value::from("a")));
}

#[test]
fn an_early_page_that_is_too_old_is_taken_out() {
    let mut bench = Bench::configured();
    bench.moment.wall += 8 * 24 * 3_600_000;
    bench.run(|collector, moment| collector.take_over(early_page("{}"), moment));
    assert_eq!((bench.statuses().len(), is_taken_out(&bench)), (0, true));
}
