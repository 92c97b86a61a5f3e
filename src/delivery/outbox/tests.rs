use super::*;

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
    outbox.adopt("x/1".into(), Event { created: 9_000, ..event("future", 1) }, 0, 0);
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
