//! A collector without a browser: what it is told, and what it wants done, in the order it wants it. Each target says
//! what its browser does of itself, and adds the words of its own tests.

mod host;

pub(crate) use storefront_collector::collector::{Collector, Effect, Failure, Reply};
use storefront_collector::delivery::RequestId;
pub(crate) use storefront_collector::moment::Moment;
pub(crate) use storefront_collector::page::Page;
pub(crate) use storefront_collector::settings::Source;
pub(crate) use storefront_collector::value::Value;

pub(crate) use self::host::host;
use storefront_collector::collector::Host;

/// A collector on a page of its own, with a clock that stands still until it is moved.
pub(crate) struct Bench {
    pub(crate) collector: Collector,
    pub(crate) moment: Moment,
    pub(crate) effects: Vec<Effect>,
    /// What the browser does about an effect before the next one is asked for.
    browser: fn(&mut Self, &Effect),
}

pub(crate) fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

/// The handle by which the edge says who the shopper is.
pub(crate) fn identity(ecid: &str) -> String {
    format!(r#"{{"type":"identity:result","payload":[{{"id":"{ecid}","namespace":{{"code":"ECID"}}}}]}}"#)
}

impl Bench {
    pub(crate) fn on(host: Host, browser: fn(&mut Self, &Effect)) -> Self {
        let moment = Moment { wall: 1_795_360_664_527, mono: 1_000, ..Moment::default() };
        let collector = Collector::new(host, "tab".into(), [1, 2, 3, 4], &moment);
        Self { collector, moment, effects: Vec::new(), browser }
    }

    pub(crate) fn run<T>(&mut self, job: impl FnOnce(&mut Collector, &Moment) -> T) -> T {
        let mut moment = self.moment.clone();
        let result = job(&mut self.collector, &moment);
        loop {
            // As in the shell, what was read of the browser holds until the collector says that it is over.
            if self.collector.is_over(false) {
                moment = self.moment.clone();
            }
            let Some(effect) = self.collector.next_effect(&moment) else { break result };
            (self.browser)(self, &effect);
            self.effects.push(effect);
        }
    }

    pub(crate) fn configure(&mut self, source: Source, settings: &str) {
        self.run(|collector, moment| collector.configure(source, &json(settings), moment));
    }

    pub(crate) fn choose(&mut self, choice: &str) {
        self.run(|collector, moment| collector.set_consent(&choice.into(), moment)).unwrap();
    }

    pub(crate) fn wait(&mut self, milliseconds: i64) {
        self.moment.mono += milliseconds;
        self.moment.wall += milliseconds;
        self.run(Collector::wake);
    }

    /// What there is to be said of the effects of a kind.
    pub(crate) fn pick<'a, T>(&'a self, of: impl FnMut(&'a Effect) -> Option<T>) -> Vec<T> {
        self.effects.iter().filter_map(of).collect()
    }

    pub(crate) fn fetches(&self) -> Vec<(RequestId, &str, &str)> {
        self.pick(|effect| match effect {
            Effect::Fetch { request, url, body, .. } => Some((*request, url.as_str(), body.as_str())),
            _ => None,
        })
    }

    /// Where the last request went, and what it said.
    pub(crate) fn last(&self) -> (&str, Value) {
        let (_, url, body) = self.fetches().pop().expect("a request left");
        (url, json(body))
    }

    fn answered(&mut self, answer: Result<Reply, Failure>) {
        let (request, ..) = self.fetches().pop().expect("a request is under way");
        self.run(|collector, moment| collector.answered(request, answer, moment));
    }

    /// The edge answers the last request.
    pub(crate) fn answer(&mut self, status: u16, body: &str) {
        self.answered(Ok(Reply { status, body: body.into(), ..Reply::default() }));
    }

    /// The edge takes the last request, and has these handles for the page.
    pub(crate) fn accept(&mut self, handles: &str) {
        self.answer(200, &format!(r#"{{"handle":[{handles}]}}"#));
    }

    /// The network loses the last request.
    pub(crate) fn lose(&mut self) {
        self.answered(Err(Failure::Network));
    }
}
