//! What goes together in one request.

use super::message::{Batching, Event};
use super::outbox::{Entry, Outbox};

/// Bytes a request may have. The edge and the browser's keepalive budget both end at 64 KiB; what
/// is between is room for what proxies count along.
pub(super) const MAX_REQUEST: usize = 60_000;
/// Room for what is around the events: `meta` with the state of a third-party host, `query`,
/// overrides.
pub(super) const ENVELOPE: usize = 2_048;
/// Room for an ECID that was not known when the event was made: identity map and `personID`.
const ECID_ROOM: usize = 320;

/// How requests are filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filling {
    pub(super) max_events: usize,
    pub(super) max_bytes: usize,
    pub(super) max_wait: i64,
    /// Events the next request may carry, after one that was refused.
    cap: usize,
}

impl Filling {
    pub(super) fn new(batching: Option<Batching>) -> Self {
        let Some(batching) = batching else {
            return Self { max_events: 1, max_bytes: MAX_REQUEST, max_wait: 0, cap: usize::MAX };
        };
        Self {
            max_events: batching.max_events.max(1),
            max_bytes: batching.max_bytes.min(MAX_REQUEST),
            max_wait: batching.max_wait.max(0),
            cap: usize::MAX,
        }
    }

    /// The settings gather events otherwise now.
    pub(super) fn change(&mut self, batching: Option<Batching>) {
        *self = Self { cap: self.cap, ..Self::new(batching) };
    }

    /// A request of so many events was refused, of which one may have spoiled it for all: half as many next time, until
    /// it is alone.
    pub(super) fn divide(&mut self, count: usize) {
        self.cap = count >> 1;
    }

    /// A request was taken: the next one may carry more.
    pub(super) fn widen(&mut self) {
        self.cap = self.cap.saturating_mul(2);
    }

    /// How the next request is filled, where the edge is only `probed` with one event.
    pub(super) fn next(mut self, probed: bool) -> Self {
        self.max_events = self.max_events.min(if probed { 1 } else { self.cap });
        self
    }
}

/// Bytes an event takes in a request, beside its route.
fn size(event: &Event) -> usize {
    let room = if event.wants_ecid { ECID_ROOM } else { 0 };
    event.json.len().saturating_add(room).saturating_add(1)
}

/// Bytes a request takes that carries this event alone.
pub(super) fn alone(event: &Event) -> usize {
    ENVELOPE.saturating_add(event.route.len()).saturating_add(size(event))
}

/// The next request.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// How many waiting events, from the front.
    pub(super) count: usize,
    /// Bytes, envelope included.
    pub(super) bytes: usize,
    /// Nothing more fits, so there is nothing to wait for.
    pub(super) full: bool,
    pub(super) needs_answer: bool,
    /// When the most urgent waiting event wants to leave; `i64::MAX` when none waits.
    pub(super) due: i64,
}

/// The longest row of waiting events, from the front, that fits. The first one always fits within
/// [`MAX_REQUEST`], for larger ones are never accepted; a smaller `max_bytes` does not stop it.
pub(super) fn next(outbox: &Outbox, filling: Filling, budget: usize) -> Batch {
    let mut batch = Batch { bytes: ENVELOPE, due: i64::MAX, ..Batch::default() };
    let mut route: Option<&str> = None;
    for entry in outbox.iter().filter(|entry| entry.flight.is_none()) {
        if batch.full {
            break;
        }
        // Another route is another request: there is nothing to wait for.
        match route {
            None => batch.bytes = batch.bytes.saturating_add(entry.event.route.len()),
            Some(first) if first == entry.event.route => {}
            Some(_) => {
                batch.full = true;
                break;
            }
        }
        route = Some(entry.event.route.as_str());
        batch.add(entry, filling, budget);
    }
    batch
}

impl Batch {
    fn add(&mut self, entry: &Entry, filling: Filling, budget: usize) {
        let bytes = self.bytes.saturating_add(size(&entry.event));
        let limit = if self.count == 0 { MAX_REQUEST } else { filling.max_bytes };
        if bytes > limit.min(budget) {
            self.full = true;
            return;
        }
        self.bytes = bytes;
        self.count = self.count.saturating_add(1);
        self.full = self.count >= filling.max_events;
        // What is adopted was another page's question; nobody waits for the answer.
        self.needs_answer |= entry.event.needs_answer && !entry.adopted;
        self.due = self.due.min(entry.due);
    }
}
