//! `status()` and `events()`: where the collector stands, for programs and people.

use alloc::string::String;
use alloc::vec::Vec;

use super::Collector;
use crate::inspect::Record;
use crate::value::Value;

impl Collector {
    /// Where the collector stands (contract, section 4).
    #[must_use]
    pub fn status(&self) -> Value {
        let waits_for: Vec<String> = if self.effective.off.is_some() { Vec::new() } else { self.waits_for() };
        let state = match (self.stopped, self.sender.is_some()) {
            (true, _) => "stopped",
            _ if !waits_for.is_empty() => "waiting",
            (false, true) => "running",
            (false, false) if self.effective.off.is_some() => "running",
            (false, false) => "waiting",
        };
        let (events, bytes) = self.delivery.queue();
        // What is in the outbox waits like what has not come there yet.
        let (held, queued) = if waits_for.is_empty() { (0, events) } else { (events, 0) };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let mut consent = self.consent.reason();
        let consent_state = consent.get("state").cloned().unwrap_or_default();
        consent.remove_at("state");
        Value::from([
            ("state", Value::from(state)),
            ("waitingFor", Value::from(waits_for.into_iter().map(Value::from).collect::<Vec<_>>())),
            ("consent", consent_state),
            ("consentReason", consent),
            ("off", self.effective.off.map_or(Value::Null, Value::from)),
            ("sender", self.sender_name()),
            ("settings", self.store.to_value()),
            ("counts", self.records.counts(self.held.len().saturating_add(held), queued)),
            ("queue", Value::from([("events", number(events)), ("bytes", number(bytes))])),
            ("issues", Value::from(self.issues.iter().map(crate::inspect::Issue::to_value).collect::<Vec<_>>())),
        ])
    }

    /// The last records, oldest first.
    #[must_use]
    pub fn events(&self) -> Value {
        Value::from(self.records.iter().map(Record::to_value).collect::<Vec<_>>())
    }
}
