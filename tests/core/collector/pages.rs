//! Pages that the tests begin with.

pub(crate) use storefront_collector::collector::{EarlyItem, EarlyPage, SdkAnswer};
pub(crate) use storefront_collector::storefront::Item;
pub(crate) use storefront_collector::value::Map;

pub(crate) use super::bench::*;
pub(crate) use super::theme::map;

pub(crate) const ORG: &str = "0123456789ABCDEF01234567@AdobeOrg";

pub(crate) const OTHER_ORG: &str = "FEDCBA9876543210FEDCBA98@AdobeOrg";

pub(crate) const ECID: &str = "41861666193140161934276845651148876988";

impl Bench {
    pub(crate) fn new() -> Self {
        Self::on(host(), |_, _| {})
    }

    /// With everything that the data layer says about settings.
    pub(crate) fn configured() -> Self {
        let mut bench = Self::new();
        bench.contexts(&format!(
            r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}}}}"#
        ));
        bench.contexts(r#"{"eventForwardingContext":{"aep":true}}"#);
        bench
    }

    /// With a shopper whom the edge knows.
    pub(crate) fn identified() -> Self {
        let mut bench = Self::configured();
        bench.publish("page-view");
        bench.run(Collector::identity_locked);
        bench.accept(&identity(ECID));
        bench.accept("");
        bench.effects.clear();
        bench
    }

    pub(crate) fn publish(&mut self, event: &str) -> Option<String> {
        self.push(Item { event: Some(event.into()), ..Item::default() })
    }

    pub(crate) fn statuses(&self) -> Vec<(String, String)> {
        let text = |record: &Value, key| record.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        let events = self.collector.events();
        events.as_list().unwrap().iter().map(|record| (text(record, "event"), text(record, "status"))).collect()
    }

    pub(crate) fn status(&self, path: &str) -> String {
        self.collector.status().at(path).map(Value::to_json).unwrap_or_default()
    }

    /// The events of the last request, as the edge reads them.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.last().1.get("events").and_then(Value::as_list).unwrap_or_default().to_vec()
    }
}

pub(crate) const IDENTITY: &str = "kndctr_0123456789ABCDEF01234567_AdobeOrg_identity=CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";

/// A shopper whom the cookie names, one event answered.
pub(crate) fn known(settings: &str) -> Bench {
    let mut bench = Bench::new();
    bench.moment.cookies = IDENTITY.into();
    bench.configure(Source::Page, settings);
    bench.contexts(&format!(
        r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}},"eventForwardingContext":{{"aep":true}}}}"#
    ));
    bench.publish("page-view");
    bench.accept("");
    bench
}

/// A page of a website with this organization and datastream, its shopper known.
pub(crate) fn website(organization: &str, datastream: &str) -> Bench {
    let mut bench = Bench::new();
    bench.moment.cookies = IDENTITY.into();
    let settings = format!(r#"{{"organizationId":"{organization}","datastreamId":"{datastream}"}}"#);
    bench.configure(Source::Api, &settings);
    bench
}

/// What such a page leaves in storage of one event.
pub(crate) fn left_by(organization: &str, datastream: &str) -> Vec<(String, String)> {
    let mut bench = website(organization, datastream);
    bench.publish("page-view");
    bench.pick(stored)
}

/// An entry of the outbox, as if another tab had written it.
pub(crate) fn stored(effect: &Effect) -> Option<(String, String)> {
    match effect {
        Effect::Store { key, text } => Some((key.replace("tab", "other"), text.clone())),
        _ => None,
    }
}
