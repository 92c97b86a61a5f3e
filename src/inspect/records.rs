//! The last events and what became of each.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::Issue;
use crate::value::{Map, Value};

/// How many records are kept (contract, section 4).
pub const KEPT: usize = 200;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waits for settings or for consent, in memory only.
    Held,
    /// Accepted into the outbox.
    Queued,
    /// Handed to the network or the Web SDK; no answer yet.
    Sent,
    /// The edge, or the Web SDK, took it.
    Accepted,
    /// Not sent because consent, a setting or a hook said no.
    Suppressed,
    /// Refused for good.
    Rejected,
}

impl Status {
    /// How far it is on the event's way.
    fn step(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Queued => 1,
            Self::Sent => 2,
            Self::Accepted | Self::Suppressed | Self::Rejected => 3,
        }
    }

    /// The status as the JS API names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Suppressed => "suppressed",
            Self::Rejected => "rejected",
        }
    }
}

/// One event's way, as `events()` lists it.
#[derive(Clone, Debug)]
pub struct Record {
    /// The event's `_id`.
    pub id: String,
    /// Its name on the data layer.
    pub event: &'static str,
    /// Where it stands.
    pub status: Status,
    /// Why it was suppressed or rejected, or what it is held for.
    pub reason: Option<String>,
    /// When it was published, ISO 8601 in UTC.
    pub timestamp: String,
    /// How often it was handed to the network or the Web SDK.
    pub attempts: i64,
    /// What was wrong with it: fields that were left out, and why it was refused.
    pub issues: Vec<Issue>,
    /// The request it left in, for a look into the network panel.
    pub request_id: Option<String>,
    /// Its XDM, as far as it is known. Shared: a record is copied at each of an event's steps while somebody is still to be
    /// told of the step before.
    pub xdm: Rc<Value>,
}

impl Record {
    /// The record as the JS API gives it out.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        map.set("id", self.id.as_str());
        map.set("event", self.event);
        map.set("eventType", self.xdm.get("eventType").cloned());
        map.set("status", self.status.name());
        if let Some(reason) = &self.reason {
            map.set("reason", reason.as_str());
        }
        map.set("timestamp", self.timestamp.as_str());
        map.set("attempts", self.attempts);
        if let Some(request_id) = &self.request_id {
            map.set("requestId", request_id.as_str());
        }
        if !self.issues.is_empty() {
            map.set("issues", self.issues.iter().map(Issue::to_value).collect::<Vec<_>>());
        }
        map.set("xdm", Value::clone(&self.xdm));
        Value::Map(map)
    }
}

/// The records of the last [`KEPT`] events, and how many there were of each kind.
#[derive(Debug, Default)]
pub struct Records {
    /// Shared with whoever is told of a change: copied only when it changes while somebody still has it.
    records: Vec<Rc<Record>>,
    published: i64,
    accepted: i64,
    suppressed: i64,
    rejected: i64,
    known: i64,
}

impl Records {
    /// Adds a record; the oldest goes when there are too many.
    pub fn add(&mut self, record: Record) {
        self.published = self.published.saturating_add(1);
        self.count(record.status);
        if self.records.len() >= KEPT {
            self.records.remove(0);
        }
        self.records.push(Rc::new(record));
    }

    /// Changes the record of event `id` and gives back how it stands now. An event that is no longer
    /// among the last ones still counts. Of several under one `id`, as a page makes them whose debug context
    /// stays, the first that has not come as far moves on: they move in order.
    pub fn change(&mut self, id: &str, status: Status, change: impl FnOnce(&mut Record)) -> Option<Rc<Record>> {
        let of_this = |record: &Rc<Record>| record.id == id;
        // Most records are final: told apart by that, their ids need not be compared.
        let precedes = |record: &Rc<Record>| record.status.step() < status.step() && of_this(record);
        let place = self.records.iter().position(precedes).or_else(|| self.records.iter().rposition(of_this));
        let known = place.and_then(|place| self.records.get(place));
        if known.is_none_or(|record| record.status != status) {
            self.count(status);
        }
        let shared = self.records.get_mut(place?)?;
        let record = Rc::make_mut(shared);
        record.status = status;
        change(record);
        Some(Rc::clone(shared))
    }

    /// The event `id` leaves as `xdm`, which says who the shopper is: of several records that of the first without.
    pub fn complete(&mut self, id: &str, xdm: Value) {
        let names_nobody = |record: &Record| record.xdm.get("personID").is_none();
        if let Some(record) = self.records.iter_mut().find(|record| record.id == id && names_nobody(record)) {
            Rc::make_mut(record).xdm = xdm.into();
        }
    }

    /// The records, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().map(Rc::as_ref)
    }

    /// An event that Adobe defines and that has no XDM was published.
    pub fn count_known(&mut self) {
        self.known = self.known.saturating_add(1);
    }

    /// The counters of `status()`: `known` counts the events without XDM, which no other counter has; `held` and `queued` are what stands so now.
    #[must_use]
    pub fn counts(&self, held: usize, queued: usize) -> Value {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Value::from([
            ("published", self.published),
            ("held", number(held)),
            ("queued", number(queued)),
            ("accepted", self.accepted),
            ("suppressed", self.suppressed),
            ("rejected", self.rejected),
            ("known", self.known),
        ])
    }

    fn count(&mut self, status: Status) {
        let counter = match status {
            Status::Accepted => &mut self.accepted,
            Status::Suppressed => &mut self.suppressed,
            Status::Rejected => &mut self.rejected,
            Status::Held | Status::Queued | Status::Sent => return,
        };
        *counter = counter.saturating_add(1);
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn record(id: &str) -> Record {
        Record {
            id: id.into(),
            event: "page-view",
            status: Status::Held,
            reason: None,
            timestamp: String::new(),
            attempts: 0,
            issues: Vec::new(),
            request_id: None,
            xdm: Value::map().into(),
        }
    }

    fn records(ids: &[&str]) -> Records {
        let mut records = Records::default();
        ids.iter().for_each(|id| records.add(record(id)));
        records
    }

    fn stand(records: &Records) -> Vec<&'static str> {
        records.iter().map(|record| record.status.name()).collect()
    }

    #[test]
    fn several_under_one_id_move_on_one_after_the_other() {
        let mut records = records(&["a", "b", "a"]);
        let mut go = |id, status| records.change(id, status, |_| {});
        for status in [Status::Queued, Status::Sent] {
            go("a", status);
            go("a", status);
        }
        go("a", Status::Accepted);
        assert_eq!(stand(&records), ["accepted", "held", "sent"]);
        records.change("a", Status::Queued, |_| {});
        assert_eq!(stand(&records), ["accepted", "held", "queued"], "tried again");
        records.change("a", Status::Accepted, |_| {});
        assert_eq!(stand(&records), ["accepted", "held", "accepted"]);
        assert_eq!(records.counts(0, 0).get("accepted"), Some(&Value::from(2)));
    }

    #[test]
    fn one_that_is_published_while_another_is_under_way_leaves_that_alone() {
        let mut records = records(&["a"]);
        records.change("a", Status::Sent, |_| {});
        records.add(record("a"));
        records.change("a", Status::Queued, |_| {});
        assert_eq!(stand(&records), ["sent", "queued"]);
    }

    #[test]
    fn another_word_about_the_same_step_is_about_the_last_one() {
        let mut records = records(&["a"]);
        for attempts in [1, 2] {
            records.change("a", Status::Sent, |record| record.attempts = attempts);
        }
        assert_eq!(records.iter().map(|record| record.attempts).collect::<Vec<_>>(), [2]);
    }
}
