//! Several websites, datastreams and organizations under one domain.

use super::pages::*;

#[test]
fn what_a_page_of_another_website_left_goes_to_its_own_datastream() {
    let left = left_by(ORG, "first");
    let mut bench = website(ORG, "second");
    bench.run(|collector, moment| collector.adopted(left, moment));
    bench.publish("page-view");
    bench.accept("");
    bench.wait(300);
    let urls: Vec<_> = bench.fetches().iter().map(|(_, url, _)| url.contains("configId=first")).collect();
    assert_eq!(urls, [false, true]);
    assert!(!bench.fetches()[1].2.contains("sdkConfig"), "nobody has overridden anything");
}

#[test]
fn settings_that_change_leave_earlier_events_their_datastream() {
    let mut bench = website(ORG, "first");
    bench.publish("page-view");
    bench.publish("open-cart");
    bench.configure(Source::Api, r#"{"datastreamId":"second"}"#);
    bench.publish("open-cart");
    bench.accept("");
    bench.wait(300);
    bench.accept("");
    bench.wait(300);
    let to = |url: &str| ["first", "second"].into_iter().find(|id| url.contains(id)).unwrap_or_default().to_owned();
    assert_eq!(bench.fetches().iter().map(|(_, url, _)| to(url)).collect::<Vec<_>>(), ["first", "first", "second"]);
}

#[test]
fn what_another_organizations_page_left_waits_for_one_of_its_own() {
    let left = left_by(OTHER_ORG, "first");
    let mut bench = website(ORG, "second");
    let also = left.clone();
    bench.run(|collector, moment| collector.adopted(also, moment));
    bench.wait(300);
    assert!(bench.fetches().is_empty());
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(_))), "it is not ours to take out");
    bench.moment.wall += 8 * 24 * 3_600_000;
    bench.run(|collector, moment| collector.adopted(left, moment));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Forget(_))), "nobody came for seven days");
}
