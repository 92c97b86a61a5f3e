//! What has been accepted and not yet answered, in memory and in storage.
//!
//! An entry in storage is everything another page needs to send the event: the event itself, its
//! flags and when it was made, under the key `tab/number`. Who holds the lock named after the tab
//! owns the tab's entries; keys never change, so no crash between two writes can leave an event
//! behind twice.

use alloc::string::String;
use alloc::vec::Vec;

use super::message::{Event, Limits, RequestId};
use super::stored::write;
use crate::text::{decimal, join};

/// How long storage that refused an entry is left alone, in milliseconds.
const STORAGE_PAUSE: i64 = 30_000;

/// An event on its way.
#[derive(Debug)]
pub(super) struct Entry {
    /// Counts up within this page.
    pub(super) ordinal: u64,
    pub(super) key: String,
    pub(super) event: Event,
    /// Left by a page that is gone.
    pub(super) adopted: bool,
    /// When it was accepted or adopted, on the monotonic clock.
    pub(super) since: i64,
    /// When it wants to leave, on the monotonic clock.
    pub(super) due: i64,
    pub(super) attempts: u32,
    /// How often a good answer has sent it back.
    pub(super) returns: u32,
    /// The request it is in now.
    pub(super) flight: Option<RequestId>,
    /// The request it was in last.
    pub(super) last: Option<RequestId>,
    pub(super) stored: bool,
    /// It was stored, and made room for a newer one.
    displaced: bool,
}

/// What storage has to do.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// Keys that make room.
    pub(super) forget: Vec<String>,
    /// Keys and their texts.
    pub(super) store: Vec<(String, String)>,
}

/// Whether storage takes what it is given.
#[derive(Debug, PartialEq, Eq)]
enum Storage {
    Works,
    /// It refused; not again before this time.
    Refuses(i64),
    /// One entry was given to it, to see.
    Tried,
}

/// Own events in the order published, then adopted ones in the order of their pages.
#[derive(Debug)]
pub(super) struct Outbox {
    entries: Vec<Entry>,
    tab: String,
    next: u64,
    own: usize,
    bytes: usize,
    stored: usize,
    stored_bytes: usize,
    storage: Storage,
    limits: Limits,
}

impl Outbox {
    pub(super) fn new(tab: String, limits: Limits) -> Self {
        Self {
            entries: Vec::new(),
            tab,
            next: 0,
            own: 0,
            bytes: 0,
            stored: 0,
            stored_bytes: 0,
            storage: Storage::Works,
            limits,
        }
    }

    /// What is stored from now on is stored under another tab's name: what waits in memory, too.
    pub(super) fn rename(&mut self, tab: String) {
        self.tab = tab;
        for entry in self.entries.iter_mut().filter(|entry| !entry.stored) {
            entry.key = key(&self.tab, entry.ordinal);
        }
    }

    /// Entries and their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    /// The ordinal the next entry will have.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    /// Takes an event of this page in; gives its entry back.
    pub(super) fn push(&mut self, event: Event, now: i64, due: i64) -> Option<&Entry> {
        let key = key(&self.tab, self.next);
        let at = self.own;
        self.insert(at, key, event, now, due, false);
        self.own = at.saturating_add(1);
        self.entries.get(at)
    }

    /// Takes an entry of a dead tab in, unless it is here already.
    pub(super) fn adopt(&mut self, key: String, event: Event, now: i64, due: i64) -> bool {
        let new = !self.entries.iter().any(|entry| entry.key == key);
        if new {
            self.insert(self.entries.len(), key, event, now, due, true);
        }
        new
    }

    fn insert(&mut self, at: usize, key: String, event: Event, now: i64, due: i64, adopted: bool) {
        let ordinal = self.next;
        self.next = ordinal.saturating_add(1);
        let size = event.json.len();
        self.bytes = self.bytes.saturating_add(size);
        if adopted {
            self.stored = self.stored.saturating_add(1);
            self.stored_bytes = self.stored_bytes.saturating_add(size);
        }
        let entry = Entry {
            ordinal,
            key,
            event,
            adopted,
            since: now,
            due,
            attempts: 0,
            returns: 0,
            flight: None,
            last: None,
            stored: adopted,
            displaced: false,
        };
        self.entries.insert(at, entry);
    }

    /// Takes out the entries that `want` names.
    pub(super) fn take(&mut self, mut want: impl FnMut(&Entry) -> bool) -> Vec<Entry> {
        let mut kept = Vec::with_capacity(self.entries.len());
        let mut taken = Vec::new();
        for entry in core::mem::take(&mut self.entries) {
            if want(&entry) {
                self.gone(&entry);
                taken.push(entry);
            } else {
                kept.push(entry);
            }
        }
        self.entries = kept;
        taken
    }

    fn gone(&mut self, entry: &Entry) {
        let size = entry.event.json.len();
        self.bytes = self.bytes.saturating_sub(size);
        if entry.stored {
            self.unstored(size);
        }
        if !entry.adopted {
            self.own = self.own.saturating_sub(1);
        }
    }

    fn unstored(&mut self, size: usize) {
        self.stored = self.stored.saturating_sub(1);
        self.stored_bytes = self.stored_bytes.saturating_sub(size);
    }

    /// What has to go to keep within bounds: the oldest that is not on its way already. `moving`:
    /// requests are getting through, so a burst may wait in memory.
    pub(super) fn overflow(&mut self, moving: bool) -> Vec<Entry> {
        let limits = self.limits;
        let (events, bytes) =
            if moving { (limits.burst_events, limits.burst_bytes) } else { (limits.events, limits.bytes) };
        let mut refused = Vec::new();
        while self.entries.len() > events || self.bytes > bytes {
            let waiting = self.entries.iter().enumerate().filter(|(_, entry)| entry.flight.is_none());
            let oldest = waiting.min_by_key(|(_, entry)| {
                // Adopted entries are older than own ones, whatever the wall clock did in between.
                (!entry.adopted, if entry.adopted { entry.event.created } else { 0 }, entry.ordinal)
            });
            let Some((at, _)) = oldest else { break };
            let entry = self.entries.remove(at);
            self.gone(&entry);
            refused.push(entry);
        }
        refused
    }

    /// What is too old to be sent. The wall clock decides only about entries of other pages, which
    /// have nothing else.
    pub(super) fn expired(&mut self, now: i64, wall: i64) -> Vec<Entry> {
        let limits = self.limits;
        self.take(|entry| {
            let is_over = now.saturating_sub(entry.since) > limits.age
                || entry.adopted && limits.is_too_old(entry.event.created, wall);
            entry.flight.is_none() && is_over
        })
    }

    /// What storage should have and has not, as far as it may and can take it. `leaving`: the page may go at any time, so
    /// that where more waits than may be stored the oldest own ones make room: they are the next to leave.
    pub(super) fn claim_unstored(&mut self, now: i64, leaving: bool) -> Writes {
        let mut writes = Writes::default();
        if self.stored >= self.entries.len() {
            return writes;
        }
        let only_one = match self.storage {
            Storage::Works => false,
            Storage::Refuses(until) if now < until => return writes,
            Storage::Refuses(_) => true,
            // The last try was not refused.
            Storage::Tried => false,
        };
        self.storage = if only_one { Storage::Tried } else { Storage::Works };
        let mut full = false;
        for at in 0..self.entries.len() {
            if self.entries.get(at).is_none_or(|entry| entry.stored) {
                continue;
            }
            full = !self.store(at, &mut writes);
            if full || only_one {
                break;
            }
        }
        if full && leaving && !only_one {
            self.displace(&mut writes);
        }
        writes
    }

    /// Stores an entry, if there is room for it.
    fn store(&mut self, at: usize, writes: &mut Writes) -> bool {
        let Some(entry) = self.entries.get_mut(at) else { return false };
        let bytes = self.stored_bytes.saturating_add(entry.event.json.len());
        if self.stored >= self.limits.events || bytes > self.limits.bytes {
            return false;
        }
        entry.stored = true;
        entry.displaced = false;
        writes.store.push((entry.key.clone(), write(&entry.event)));
        self.stored = self.stored.saturating_add(1);
        self.stored_bytes = bytes;
        true
    }

    /// Stores what is newer than all that is stored in the place of the oldest.
    fn displace(&mut self, writes: &mut Writes) {
        let met = self.entries.iter().take(self.own).rposition(|entry| entry.stored || entry.displaced);
        let newer = met.map_or(0, |at| at.saturating_add(1));
        for at in newer..self.own {
            while !self.store(at, writes) {
                let mut older = self.entries.iter_mut().take(at);
                let Some(oldest) = older.find(|entry| entry.stored && entry.flight.is_none()) else { return };
                oldest.stored = false;
                oldest.displaced = true;
                let writing = writes.store.len();
                writes.store.retain(|(key, _)| *key != oldest.key);
                if writes.store.len() == writing {
                    writes.forget.push(oldest.key.clone());
                }
                let size = oldest.event.json.len();
                self.unstored(size);
            }
        }
    }

    /// Storage has lost all that it had.
    pub(super) fn store_lost(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.stored = false);
        self.stored = 0;
        self.stored_bytes = 0;
    }

    /// Storage did not take `key`. Says whether that is news.
    pub(super) fn store_failed(&mut self, key: &str, now: i64) -> bool {
        let news = self.storage == Storage::Works;
        self.storage = Storage::Refuses(now.saturating_add(STORAGE_PAUSE));
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key && entry.stored) {
            entry.stored = false;
            let size = entry.event.json.len();
            self.unstored(size);
        }
        news
    }
}

fn key(tab: &str, ordinal: u64) -> String {
    join(&[tab, "/", &decimal(ordinal.cast_signed())])
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
