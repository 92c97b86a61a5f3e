//! What has been accepted and not yet answered, in memory and in storage.
//!
//! An entry in storage is everything another page needs to send the event: the event itself, its
//! flags and when it was made, under the key `tab/number`. Who holds the lock named after the tab
//! owns the tab's entries; keys never change, so no crash between two writes can leave an event
//! behind twice.

use alloc::string::String;
use alloc::vec::Vec;

use super::message::{Event, Limits, RequestId};
use crate::text::{cut, decimal, fnv, join};
use crate::value::parse_f64;

/// Version of the entries this build writes.
const VERSION: &str = "1";
/// The flag of an entry with a route.
const ROUTED: u8 = 4;
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

/// What an entry's text says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    Entry(Event),
    /// Written by a later version of this collector, which will want it back.
    Newer,
    Corrupt,
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

/// An event as storage keeps it: `1 check created flags length id [length route] json`, where `length`
/// is in bytes and `check` is FNV-1a over what follows it.
pub(super) fn write(event: &Event) -> String {
    let flag = |set, bit| if set { bit } else { 0 };
    let flags = flag(event.needs_answer, 1) | flag(event.wants_ecid, 2) | flag(!event.route.is_empty(), ROUTED);
    let measured = |text: &str| join(&[&decimal(text.len().cast_signed() as i64), " ", text, " "]);
    let route = if event.route.is_empty() { String::new() } else { measured(&event.route) };
    let flags = decimal(i64::from(flags));
    let rest = join(&[&decimal(event.created), " ", &flags, " ", &measured(&event.id), &route, &event.json]);
    join(&[VERSION, " ", &decimal(i64::from(fnv(&rest))), " ", &rest])
}

/// Reads what [`write`] wrote, in this or another version.
pub(super) fn read(text: &str) -> Read {
    let Some((version, entry)) = cut(text, b" ") else { return Read::Corrupt };
    match parse_f64(version) {
        Some(1.0) => read_first(entry).map_or(Read::Corrupt, Read::Entry),
        Some(version) if version > 1.0 => Read::Newer,
        _ => Read::Corrupt,
    }
}

/// The event of an entry of this version.
#[must_use]
pub fn stored(text: &str) -> Option<Event> {
    match read(text) {
        Read::Entry(event) => Some(event),
        Read::Newer | Read::Corrupt => None,
    }
}

fn read_first(entry: &str) -> Option<Event> {
    let (sum, rest) = cut(entry, b" ")?;
    if parse_f64(sum)? as u32 != fnv(rest) {
        return None;
    }
    let (created, rest) = cut(rest, b" ")?;
    let (flags, rest) = cut(rest, b" ")?;
    let flags = parse_f64(flags)? as u8;
    let (id, rest) = read_measured(rest)?;
    let (route, json) = if flags & ROUTED > 0 { read_measured(rest)? } else { ("", rest) };
    Some(Event {
        id: id.into(),
        json: json.into(),
        created: parse_f64(created)? as i64,
        needs_answer: flags & 1 > 0,
        wants_ecid: flags & 2 > 0,
        route: route.into(),
    })
}

/// Of `length text rest`, text and rest.
fn read_measured(text: &str) -> Option<(&str, &str)> {
    let (length, rest) = cut(text, b" ")?;
    let (text, rest) = rest.split_at_checked(parse_f64(length)? as usize)?;
    Some((text, rest.strip_prefix(' ')?))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(id: &str, size: usize) -> Event {
        Event { id: id.into(), json: "x".repeat(size), ..Event::default() }
    }

    fn outbox(events: usize, bytes: usize) -> Outbox {
        let limits = Limits { events, bytes, age: 1000, burst_events: events * 2, burst_bytes: bytes * 2 };
        Outbox::new("t".into(), limits)
    }

    fn ids(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.event.id.as_str()).collect()
    }

    proptest! {
        #[test]
        fn what_is_stored_reads_back(id in any::<String>(), json in any::<String>(), route in any::<String>(), created in 0..1_i64 << 52, flags in 0..4) {
            let event = Event { id, json, created, needs_answer: flags & 1 > 0, wants_ecid: flags & 2 > 0, route };
            prop_assert_eq!(read(&write(&event)), Read::Entry(event));
        }

        #[test]
        fn one_changed_byte_is_noticed(json in "[a-z]{1,40}", at in any::<prop::sample::Index>()) {
            let text = write(&event("id", 0).tap(|event| event.json = json));
            let mut bytes = text.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert!(!matches!(read(&changed), Read::Entry(_)), "{changed}");
        }

        #[test]
        fn no_text_hurts(text in any::<String>()) {
            read(&text);
            read(&join(&["1 ", &text]));
        }
    }

    trait Tap: Sized {
        fn tap(mut self, change: impl FnOnce(&mut Self)) -> Self {
            change(&mut self);
            self
        }
    }
    impl Tap for Event {}

    #[test]
    fn a_newer_version_is_told_from_rubbish() {
        assert_eq!(read("2 whatever"), Read::Newer);
        assert_eq!(read("17 {}"), Read::Newer);
        for rubbish in ["", " ", "1", "1 ", "0 1 2 0 1 a {}", "x 1", "-1 2", "{\"a\": 1}"] {
            assert_eq!(read(rubbish), Read::Corrupt, "{rubbish}");
        }
    }

    #[test]
    fn the_oldest_goes_first_and_never_one_on_its_way() {
        let mut outbox = outbox(3, 100);
        for id in ["a", "b", "c"] {
            outbox.push(event(id, 10), 0, 0);
        }
        outbox.iter_mut().next().unwrap().flight = Some(1);
        outbox.push(event("d", 10), 0, 0);
        assert!(outbox.overflow(true).is_empty());
        assert_eq!(ids(&outbox.overflow(false)), ["b"]);
        outbox.adopt("x/1".into(), event("old", 10), 0, 0);
        assert_eq!(ids(&outbox.overflow(false)), ["old"]);
        outbox.push(event("big", 81), 0, 0);
        assert_eq!(ids(&outbox.overflow(false)), ["c", "d"]);
        assert_eq!(outbox.size(), (2, 91));
    }

    #[test]
    fn own_events_stand_before_adopted_ones() {
        let mut outbox = outbox(9, 100);
        outbox.push(event("a", 1), 0, 0);
        assert!(outbox.adopt("x/1".into(), event("o", 1), 0, 0));
        assert!(!outbox.adopt("x/1".into(), event("o", 1), 0, 0));
        outbox.push(event("b", 1), 0, 0);
        assert_eq!(outbox.iter().map(|entry| entry.event.id.as_str()).collect::<Vec<_>>(), ["a", "b", "o"]);
        assert_eq!(outbox.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["t/0", "t/2", "x/1"]);
    }

    #[test]
    fn age_is_taken_from_the_clock_that_can_be_trusted() {
        let mut outbox = outbox(9, 100);
        outbox.push(event("own", 1), 0, 0);
        outbox.adopt("x/1".into(), event("future", 1).tap(|event| event.created = 9_000), 0, 0);
        outbox.adopt("x/2".into(), event("old", 1), 0, 0);
        assert_eq!(ids(&outbox.expired(1000, 5_000)), ["old"]);
        assert_eq!(ids(&outbox.expired(1001, 0)), ["own", "future"]);
    }

    #[test]
    fn storage_that_refuses_is_tried_again_with_one_entry() {
        let mut outbox = outbox(9, 100);
        for id in ["a", "b", "c"] {
            outbox.push(event(id, 1), 0, 0);
        }
        assert_eq!(outbox.claim_unstored(0, true).store.len(), 3);
        assert!(outbox.store_failed("t/1", 0));
        assert!(!outbox.store_failed("t/2", 0));
        assert!(outbox.claim_unstored(STORAGE_PAUSE - 1, true).store.is_empty());
        assert_eq!(outbox.claim_unstored(STORAGE_PAUSE, true).store[0].0, "t/1");
        assert!(!outbox.store_failed("t/1", STORAGE_PAUSE), "told once");
        assert_eq!(outbox.claim_unstored(2 * STORAGE_PAUSE, true).store[0].0, "t/1");
        assert_eq!(
            outbox.claim_unstored(2 * STORAGE_PAUSE, true).store[0].0,
            "t/2",
            "the try was good, so the rest follows"
        );
        assert!(outbox.claim_unstored(9 * STORAGE_PAUSE, true).store.is_empty());
    }

    #[test]
    fn storage_is_never_filled_beyond_the_bound() {
        let mut outbox = outbox(2, 100);
        for id in ["a", "b", "c"] {
            outbox.push(event(id, 40), 0, 0);
        }
        let written = |outbox: &mut Outbox| {
            let Writes { forget, store } = outbox.claim_unstored(0, true);
            (forget.join(" "), store.into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(" "))
        };
        let wrote = |forget: &str, store: &str| (forget.to_owned(), store.to_owned());
        let early = outbox.claim_unstored(0, false);
        assert_eq!((early.forget.len(), early.store.len()), (0, 2), "a page that stays sends the third itself");
        assert_eq!(written(&mut outbox), wrote("t/0", "t/2"), "the oldest is the next to leave");
        assert_eq!(written(&mut outbox), wrote("", ""));
        outbox.push(event("d", 40), 0, 0);
        outbox.adopt("x/1".into(), event("other page's", 1), 0, 0);
        assert_eq!(written(&mut outbox), wrote("t/1 t/2", "t/3"), "what another page left has nobody else");
        assert_eq!(written(&mut outbox), wrote("", ""));
        outbox.take(|entry| entry.event.id != "b" && entry.event.id != "c");
        assert_eq!(written(&mut outbox), wrote("", "t/1 t/2"), "there is room again");
        outbox.iter_mut().for_each(|entry| entry.flight = Some(1));
        outbox.push(event("e", 40), 0, 0);
        assert_eq!(written(&mut outbox), wrote("", ""), "what is on its way stays");
        outbox.push(event("as big as all", 100), 0, 0);
        assert_eq!(written(&mut outbox), wrote("", ""));
    }
}
