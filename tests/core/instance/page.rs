//! A page that calls the instance, and the results by ticket.

pub(crate) use super::bench::*;

pub(crate) const CONFIG: &str =
    r#"{"orgId":"5BFE274A5F6980A50A495C08@AdobeOrg","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#;

impl Bench {
    /// In a browser whose identity lock is free.
    pub(crate) fn new() -> Self {
        Self::on(host(), |bench, effect| {
            if matches!(effect, Effect::LockIdentity) {
                bench.collector.identity_locked(&bench.moment.clone());
            }
        })
    }

    /// After a `configure` with these options besides.
    pub(crate) fn configured(more: &str) -> Self {
        let mut bench = Self::new();
        bench.call(1, "configure", &CONFIG.replace('}', &format!("{more}}}")));
        bench
    }

    pub(crate) fn call(&mut self, ticket: u64, command: &str, options: &str) {
        let options = json(options);
        self.run(|collector, moment| collector.command(ticket, command, &options, Page::default(), None, moment));
    }

    /// The results of commands, by ticket.
    pub(crate) fn answers(&self) -> Vec<(u64, &Result<Value, String>)> {
        self.pick(|effect| match effect {
            Effect::Answer { ticket, answer } => Some((*ticket, answer)),
            _ => None,
        })
    }

    pub(crate) fn answer_to(&self, ticket: u64) -> Result<String, &str> {
        let answers = self.answers();
        let (_, answer) = answers.iter().find(|(known, _)| *known == ticket).expect("no answer yet");
        answer.as_ref().map(Value::to_json).map_err(String::as_str)
    }

    pub(crate) fn cookies(&self) -> Vec<&String> {
        self.pick(|effect| match effect {
            Effect::SetCookie(cookie) => Some(cookie),
            _ => None,
        })
    }
}

/// A collector with these settings besides.
pub(crate) fn configured_with(more: &str) -> Bench {
    let mut bench = Bench::new();
    bench.configure(Source::Api, &CONFIG.replace("orgId", "organizationId").replace('}', more));
    bench
}

/// The same, to whose shopper the edge has given an identity and accepted an event.
pub(crate) fn running(more: &str) -> Bench {
    let mut bench = configured_with(more);
    bench.call(1, "sendEvent", "{}");
    bench.accept(&identity("42"));
    bench.accept("");
    bench
}

/// Commands and their answers, by ticket, of a shopper who is known.
pub(crate) fn known(more: &str) -> Bench {
    let mut bench = Bench::configured(more);
    bench.call(2, "getIdentity", "{}");
    bench.accept(&identity("42"));
    bench
}

/// What the edge is told when the shopper says `general`.
pub(crate) fn says(general: &str) -> String {
    CONSENT.replace("in", general)
}

pub(crate) const CONSENT: &str = r#"{"consent":[{"standard":"Adobe","version":"1.0","value":{"general":"in"}}]}"#;
