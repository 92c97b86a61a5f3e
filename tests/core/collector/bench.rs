//! A collector without a browser: what it wants done, in the order it wants it.

pub(crate) use storefront_collector::collector::{
    Collector, EarlyItem, EarlyPage, Effect, Failure, Host, Reply, SdkAnswer,
};
pub(crate) use storefront_collector::moment::Moment;
pub(crate) use storefront_collector::page::Page;
pub(crate) use storefront_collector::settings::Source;
pub(crate) use storefront_collector::storefront::Item;
pub(crate) use storefront_collector::value::{Map, Value};

pub(crate) const ORG: &str = "0123456789ABCDEF01234567@AdobeOrg";

pub(crate) const OTHER_ORG: &str = "FEDCBA9876543210FEDCBA98@AdobeOrg";

pub(crate) const ECID: &str = "41861666193140161934276845651148876988";

/// A collector on a page of its own, with a clock that stands still until it is moved.
pub(crate) struct Bench {
    pub(crate) collector: Collector,
    pub(crate) moment: Moment,
    pub(crate) effects: Vec<Effect>,
}

pub(crate) fn host() -> Host {
    Host {
        hostname: "www.shop.test".into(),
        scheme: "https:".into(),
        user_agent: String::new(),
        client_id: "client".into(),
        address: || "https://www.shop.test/".into(),
        gpc: || false,
        widest_domain: |domains| domains.last().cloned(),
    }
}

pub(crate) fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

pub(crate) fn map(text: &str) -> Map {
    json(text).as_map().unwrap().clone()
}

impl Bench {
    pub(crate) fn new() -> Self {
        let moment = Moment { wall: 1_795_360_664_527, mono: 1_000, ..Moment::default() };
        Self { collector: Collector::new(host(), "tab".into(), [1, 2, 3, 4], &moment), moment, effects: Vec::new() }
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
        bench.answer_last(&format!(
            r#"{{"handle":[{{"type":"identity:result","payload":[{{"id":"{ECID}","namespace":{{"code":"ECID"}}}}]}}]}}"#
        ));
        bench.answer_last(r#"{"handle":[]}"#);
        bench.effects.clear();
        bench
    }

    pub(crate) fn run(&mut self, job: impl FnOnce(&mut Collector, &Moment)) {
        job(&mut self.collector, &self.moment);
        while let Some(effect) = self.collector.next_effect(&self.moment) {
            self.effects.push(effect);
        }
    }

    pub(crate) fn contexts(&mut self, contexts: &str) {
        let item = Item { contexts: map(contexts), ..Item::default() };
        self.run(|collector, moment| {
            collector.pushed(item, None, Page::default(), moment);
        });
    }

    pub(crate) fn publish(&mut self, event: &str) -> Option<String> {
        self.publish_with(event, None)
    }

    pub(crate) fn publish_with(&mut self, event: &str, info: Option<&str>) -> Option<String> {
        let item = Item { event: Some(event.into()), info: info.map(map), ..Item::default() };
        let page = Page { url: "https://www.shop.test/p".into(), ..Page::default() };
        let mut id = None;
        self.run(|collector, moment| id = collector.pushed(item, None, page, moment));
        id
    }

    pub(crate) fn fetches(&self) -> Vec<(u64, &str, &str)> {
        let fetch = |effect| match effect {
            &Effect::Fetch { request, ref url, ref body, .. } => Some((request, url.as_str(), body.as_str())),
            _ => None,
        };
        self.effects.iter().filter_map(fetch).collect()
    }

    pub(crate) fn answer_last(&mut self, body: &str) {
        let request = self.fetches().last().expect("a request is under way").0;
        let reply = Reply { status: 200, body: body.into(), ..Reply::default() };
        self.run(|collector, moment| collector.answered(request, Ok(reply), moment));
    }

    pub(crate) fn wait(&mut self, milliseconds: i64) {
        self.moment.mono += milliseconds;
        self.moment.wall += milliseconds;
        self.run(Collector::wake);
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
        let body = json(self.fetches().last().expect("a request left").2);
        body.get("events").and_then(Value::as_list).unwrap_or_default().to_vec()
    }
}

pub(crate) const IDENTITY: &str = "kndctr_0123456789ABCDEF01234567_AdobeOrg_identity=CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";

/// A shopper whom the cookie names, one event answered.
pub(crate) fn known(settings: &str) -> Bench {
    let mut bench = Bench::new();
    bench.moment.cookies = IDENTITY.into();
    bench.run(|collector, moment| collector.configure(Source::Page, &json(settings), moment));
    bench.contexts(&format!(
        r#"{{"aepContext":{{"imsOrgId":"{ORG}","datastreamId":"x"}},"eventForwardingContext":{{"aep":true}}}}"#
    ));
    bench.publish("page-view");
    bench.answer_last(r#"{"handle":[]}"#);
    bench
}

/// A page of a website with this organization and datastream, its shopper known.
pub(crate) fn website(organization: &str, datastream: &str) -> Bench {
    let mut bench = Bench::new();
    bench.moment.cookies = IDENTITY.into();
    let settings = json(&format!(r#"{{"organizationId":"{organization}","datastreamId":"{datastream}"}}"#));
    bench.run(|collector, moment| collector.configure(Source::Api, &settings, moment));
    bench
}

/// What such a page leaves in storage of one event.
pub(crate) fn left_by(organization: &str, datastream: &str) -> Vec<(String, String)> {
    let mut bench = website(organization, datastream);
    bench.publish("page-view");
    bench.effects.iter().filter_map(stored).collect()
}

/// An entry of the outbox, as if another tab had written it.
pub(crate) fn stored(effect: &Effect) -> Option<(String, String)> {
    match effect {
        Effect::Store { key, text } => Some((key.replace("tab", "other"), text.clone())),
        _ => None,
    }
}
