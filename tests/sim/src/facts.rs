//! What is known about each event from outside the engine, and the promises that are checked on it.

use std::fmt;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub rule: &'static str,
    /// How.
    pub detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.detail)
    }
}

/// One event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fact {
    /// The page that published it.
    pub(crate) page: usize,
    /// Bytes.
    pub(crate) size: usize,
    /// The call that accepted it came back.
    pub(crate) accepted: bool,
    /// The promise to keep it holds: it was accepted while storage could take it, or was stored later.
    pub(crate) secured: bool,
    /// Published while the shopper had declined.
    pub(crate) published_out: bool,
    /// Thrown away because the shopper declined, or because the queue was full.
    pub(crate) waived: bool,
    /// Its page was frozen when the shopper declined, and may not know.
    pub(crate) missed_out: bool,
    /// Refused by the edge for good.
    pub(crate) refused: bool,
    /// Its answer was seen and it was taken out of storage.
    pub(crate) settled: bool,
    /// It left beside another request, so that its place is the network's business.
    pub(crate) order_free: bool,
    pub(crate) arrivals: u32,
}

/// A page's events, as far as their order goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageOrder {
    /// The last event (by number) that arrived for the first time.
    pub(crate) highest: Option<usize>,
    /// Parts of it were in memory only, or in two tabs: no order is promised.
    pub(crate) free: bool,
}
