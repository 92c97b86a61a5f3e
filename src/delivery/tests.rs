//! The engine's rules, one by one. (What they promise together is for the simulation in `tests/sim`.)

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;

/// An engine and a clock.
struct Bench {
    delivery: Delivery,
    now: Moment,
}

impl Bench {
    fn bare() -> Self {
        Self { delivery: Delivery::new("tab".into(), 3, Limits::default()), now: Moment::default() }
    }

    fn new(road: Road) -> Self {
        let mut bench = Self::bare();
        bench.tell(Input::Configure(Some(road)));
        bench.tell(Input::ConsentIn);
        bench
    }

    /// Consent, settings and identity are there, and a first event has been answered.
    fn running() -> Self {
        let mut bench = Self::new(edge());
        bench.tell(Input::Identity(true));
        bench.publish("first");
        bench.answer(0, good());
        bench
    }

    fn tell(&mut self, input: Input) -> Vec<Effect> {
        self.delivery.handle(input, &self.now);
        core::iter::from_fn(|| self.delivery.next_effect()).collect()
    }

    fn after(&mut self, milliseconds: i64) -> Vec<Effect> {
        self.now.mono += milliseconds;
        self.now.wall += milliseconds;
        self.tell(Input::Wake)
    }

    fn publish(&mut self, id: &str) -> Vec<Effect> {
        self.tell(Input::Accept(event(id)))
    }

    fn answer(&mut self, request: RequestId, outcome: Outcome) -> Vec<Effect> {
        self.tell(Input::Answered { request, outcome })
    }
}

fn edge() -> Road {
    Road::Edge { batching: Some(Batching::default()) }
}

fn event(id: &str) -> Event {
    Event { id: id.into(), json: format!("{{\"xdm\":{{\"_id\":\"{id}\"}}}}"), ..Event::default() }
}

fn big(id: &str, size: usize) -> Event {
    Event { json: "x".repeat(size), ..event(id) }
}

fn good() -> Outcome {
    Outcome::Good { except: vec![] }
}

fn again() -> Outcome {
    Outcome::Retry { after: None }
}

/// `interact 3 a,b` for every request and call.
fn sent(effects: &[Effect]) -> Vec<String> {
    let mut out = vec![];
    for effect in effects {
        match effect {
            Effect::Send(send) => {
                let ids: Vec<_> = send.events.iter().map(|event| event.id.as_str()).collect();
                out.push(format!("{:?} {} {}", send.action, send.request, ids.join(",")).to_lowercase());
            }
            Effect::SdkCall { request, event, unloading } => {
                out.push(format!("{} {request} {}", if *unloading { "beacon" } else { "call" }, event.id));
            }
            Effect::Cancel(request) => out.push(format!("cancel {request}")),
            _ => {}
        }
    }
    out
}

fn stored(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Store { key, .. } = effect { Some(key.as_str()) } else { None })
        .collect()
}

fn forgotten(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .flat_map(|effect| if let Effect::Forget(keys) = effect { keys.as_slice() } else { &[] })
        .map(String::as_str)
        .collect()
}

fn statuses(effects: &[Effect]) -> Vec<(&str, Status)> {
    effects
        .iter()
        .filter_map(
            |effect| if let Effect::Status { id, status, .. } = effect { Some((id.as_str(), *status)) } else { None },
        )
        .collect()
}

fn wakes(effects: &[Effect]) -> Vec<i64> {
    effects.iter().filter_map(|effect| if let Effect::WakeAt(at) = effect { Some(*at) } else { None }).collect()
}

fn issues(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Report(issue) = effect { Some(issue.code) } else { None })
        .collect()
}

#[test]
fn an_event_is_stored_in_the_call_that_accepts_it_and_forgotten_when_answered() {
    let mut bench = Bench::new(edge());
    bench.tell(Input::Identity(true));
    let effects = bench.publish("a");
    assert_eq!(stored(&effects), ["tab/0"]);
    assert_eq!(sent(&effects), ["interact 0 a"], "the first of a page does not wait for company");
    assert_eq!(statuses(&effects), [("a", Status::Queued), ("a", Status::Sent)]);
    let effects = bench.answer(0, good());
    assert_eq!(forgotten(&effects), ["tab/0"]);
    assert_eq!(statuses(&effects), [("a", Status::Accepted)]);
    assert_eq!(bench.delivery.queue(), (0, 0));
}

#[test]
fn later_events_are_gathered_and_collected() {
    let mut bench = Bench::running();
    let effects = bench.publish("a");
    assert!(sent(&effects).is_empty());
    assert_eq!(wakes(&effects), [250]);
    bench.after(100);
    bench.publish("b");
    assert!(sent(&bench.after(149)).is_empty());
    assert_eq!(sent(&bench.after(1)), ["collect 1 a,b"]);
    assert!(sent(&bench.publish("c")).is_empty(), "one request at a time");
    assert!(sent(&bench.after(400)).is_empty());
    assert_eq!(sent(&bench.answer(1, good())), ["collect 2 c"]);
}

#[test]
fn an_event_whose_answer_is_wanted_takes_the_waiting_ones_along() {
    let mut bench = Bench::running();
    bench.publish("a");
    let effects = bench.tell(Input::Accept(Event { needs_answer: true, ..event("view") }));
    assert_eq!(sent(&effects), ["interact 1 a,view"]);
}

#[test]
fn without_batching_each_event_has_its_interact() {
    let mut bench = Bench::new(Road::Edge { batching: None });
    bench.tell(Input::Identity(true));
    assert_eq!(sent(&bench.publish("a")), ["interact 0 a"]);
    bench.publish("b");
    bench.publish("c");
    assert_eq!(sent(&bench.answer(0, good())), ["interact 1 b"]);
    assert_eq!(sent(&bench.answer(1, good())), ["interact 2 c"]);
}

#[test]
fn requests_are_divided_by_size_and_number() {
    let mut bench = Bench::running();
    for id in ["a", "b", "c"] {
        bench.tell(Input::Accept(big(id, 25_000)));
    }
    assert_eq!(bench.delivery.queue().0, 3);
    assert!(sent(&bench.answer(1, good())).is_empty(), "a and b left when c did not fit; c gathers");
    assert_eq!(sent(&bench.after(250)), ["collect 2 c"]);
    let mut bench = Bench::new(Road::Edge { batching: Some(Batching { max_events: 2, ..Batching::default() }) });
    bench.tell(Input::Identity(true));
    for id in ["a", "b", "c", "d", "e"] {
        bench.publish(id);
    }
    assert_eq!(sent(&bench.answer(0, good())), ["collect 1 b,c"]);
}

#[test]
fn an_event_no_request_can_carry_is_refused_with_its_size() {
    let mut bench = Bench::running();
    let effects = bench.tell(Input::Accept(big("a", 60_000)));
    assert_eq!(statuses(&effects), [("a", Status::Rejected)]);
    assert!(stored(&effects).is_empty() && sent(&effects).is_empty());
    let message =
        effects.iter().find_map(|effect| if let Effect::Report(issue) = effect { Some(&issue.message) } else { None });
    assert!(message.unwrap().contains("62049") && message.unwrap().contains("60000"), "{message:?}");
    let size = 60_000 - batch::ENVELOPE - 1;
    assert_eq!(statuses(&bench.tell(Input::Accept(big("b", size)))), [("b", Status::Queued)]);
    let effects = bench.tell(Input::Accept(Event { wants_ecid: true, ..big("c", size) }));
    assert_eq!(statuses(&effects), [("c", Status::Rejected)], "room for the ECID counts");
}

#[test]
fn one_identity_is_acquired_under_the_lock_before_events_leave() {
    let mut bench = Bench::new(edge());
    let effects = bench.publish("a");
    assert!(effects.contains(&Effect::LockIdentity) && sent(&effects).is_empty());
    assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["acquire 0 "]);
    bench.publish("b");
    bench.tell(Input::Identity(true));
    let effects = bench.answer(0, good());
    assert_eq!(sent(&effects), ["interact 1 a,b"]);
    assert!(effects.contains(&Effect::UnlockIdentity));
}

#[test]
fn an_identity_that_came_while_waiting_for_the_lock_is_taken() {
    let mut bench = Bench::new(edge());
    bench.publish("a");
    assert_eq!(sent(&bench.tell(Input::Identity(true))), ["interact 0 a"]);
    bench.tell(Input::IdentityLocked);
    assert!(bench.answer(0, good()).contains(&Effect::UnlockIdentity));
}

#[test]
fn a_failed_acquisition_is_tried_again_and_the_lock_given_back_meanwhile() {
    let mut bench = Bench::new(edge());
    bench.publish("a");
    bench.tell(Input::IdentityLocked);
    let effects = bench.answer(0, again());
    assert!(effects.contains(&Effect::UnlockIdentity));
    assert!(bench.after(1_000).contains(&Effect::LockIdentity));
    assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["acquire 1 "]);
    assert_eq!(sent(&bench.after(10_000)), ["cancel 1"], "a hang ends");
}

#[test]
fn refused_an_identity_events_go_without_one_request_at_a_time() {
    let mut bench = Bench::new(edge());
    bench.publish("a");
    bench.tell(Input::IdentityLocked);
    let effects = bench.answer(0, Outcome::Refused { reason: "no".into(), whole: true, explained: true });
    assert!(sent(&effects).is_empty());
    assert!(effects.ends_with(&[Effect::UnlockIdentity, Effect::LockIdentity]), "{effects:?}");
    assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["interact 1 a"]);
    bench.publish("b");
    let effects = bench.answer(1, good());
    assert!(sent(&effects).is_empty() && effects.contains(&Effect::UnlockIdentity));
    assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["interact 2 b"]);
}

#[test]
fn refused_an_identity_one_event_asks_for_it_before_the_others_leave() {
    for brings_it in [true, false] {
        let mut bench = Bench::new(edge());
        for id in ["a", "b", "c"] {
            bench.publish(id);
        }
        bench.tell(Input::IdentityLocked);
        bench.answer(0, Outcome::Refused { reason: "no".into(), whole: true, explained: true });
        assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["interact 1 a"]);
        bench.tell(Input::Identity(brings_it));
        let mut effects = bench.answer(1, good());
        effects.extend(bench.tell(Input::IdentityLocked));
        let action = if brings_it { "collect" } else { "interact" };
        assert_eq!(sent(&effects), [format!("{action} 2 b,c")]);
    }
}

#[test]
fn a_failure_is_tried_again_in_the_same_order_with_the_same_ids() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    bench.publish("b");
    let effects = bench.answer(1, Outcome::NetworkError);
    assert_eq!(statuses(&effects), [("a", Status::Queued)]);
    assert!(forgotten(&effects).is_empty() && sent(&effects).is_empty());
    assert_eq!(sent(&bench.after(1_000)), ["collect 2 a,b"]);
}

#[test]
fn retry_after_holds_everything_even_page_views_and_leaving() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    bench.answer(1, Outcome::Retry { after: Some(20_000) });
    assert!(sent(&bench.tell(Input::Accept(Event { needs_answer: true, ..event("view") }))).is_empty());
    assert!(sent(&bench.tell(Input::Unloading { successor: false })).is_empty());
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    bench.answer(1, Outcome::Retry { after: Some(20_000) });
    assert!(sent(&bench.after(19_999)).is_empty());
    assert_eq!(sent(&bench.after(2_600)), ["collect 2 a"]);
}

#[test]
fn a_dead_edge_is_probed_with_one_event() {
    let mut bench = Bench::running();
    for id in ["a", "b"] {
        bench.publish(id);
    }
    bench.after(250);
    let mut requests = 0;
    for _ in 0..600 {
        let mut effects = bench.after(1_000);
        while let Some(request) =
            effects.iter().find_map(|effect| if let Effect::Send(send) = effect { Some(send.request) } else { None })
        {
            requests += 1;
            effects = bench.answer(request, again());
        }
        let open: Vec<_> = bench.delivery.flights.iter().map(|flight| flight.request).collect();
        for request in open {
            bench.answer(request, again());
        }
    }
    assert!((10..40).contains(&requests), "{requests} requests in ten minutes");
    let effects = bench.after(60_000);
    assert!(sent(&effects)[0].ends_with(" a"), "{:?}", sent(&effects));
    let request = bench.delivery.flights[0].request;
    assert!(sent(&bench.answer(request, good()))[0].ends_with(" b"), "one good answer closes the circuit");
}

#[test]
fn nothing_is_tried_while_offline() {
    let mut bench = Bench::running();
    bench.tell(Input::Offline);
    bench.publish("a");
    assert!(sent(&bench.after(10_000)).is_empty());
    assert!(sent(&bench.tell(Input::Unloading { successor: false })).is_empty());
    let mut bench = Bench::running();
    bench.tell(Input::Offline);
    bench.publish("a");
    let mut effects = bench.tell(Input::Online);
    effects.extend(bench.after(500));
    assert_eq!(sent(&effects), ["collect 1 a"]);
}

#[test]
fn a_browser_that_is_wrong_about_being_offline_is_found_out() {
    let mut bench = Bench::running();
    bench.publish("before");
    bench.after(250);
    bench.tell(Input::Offline);
    bench.publish("a");
    bench.publish("b");
    assert!(sent(&bench.answer(1, good())).is_empty(), "what was on its way says nothing of now");
    assert!(sent(&bench.after(14_999)).is_empty());
    assert_eq!(sent(&bench.after(1)), ["collect 2 a"], "one event asks");
    assert!(sent(&bench.answer(2, Outcome::NetworkError)).is_empty());
    assert!(sent(&bench.after(14_999)).is_empty(), "it was right");
    assert_eq!(sent(&bench.after(1)), ["collect 3 a"]);
    assert_eq!(sent(&bench.answer(3, good())), ["collect 4 b"], "it is wrong");
    bench.answer(4, good());
    bench.publish("c");
    assert_eq!(sent(&bench.after(250)), ["collect 5 c"]);
}

#[test]
fn a_request_that_is_too_large_is_divided_until_the_event_is_alone() {
    let mut bench = Bench::running();
    for id in ["a", "b", "c", "d"] {
        bench.publish(id);
    }
    bench.after(250);
    assert_eq!(sent(&bench.answer(1, Outcome::TooLarge)), ["collect 2 a,b"]);
    assert_eq!(sent(&bench.answer(2, Outcome::TooLarge)), ["collect 3 a"]);
    let effects = bench.answer(3, Outcome::TooLarge);
    assert_eq!(forgotten(&effects), ["tab/1"]);
    assert!(statuses(&effects).contains(&("a", Status::Rejected)));
    assert_eq!(sent(&effects), ["collect 4 b"]);
    assert_eq!(sent(&bench.answer(4, good())), ["collect 5 c,d"]);
}

#[test]
fn one_bad_event_does_not_take_the_others_with_it() {
    let mut bench = Bench::running();
    for id in ["a", "bad", "c"] {
        bench.publish(id);
    }
    bench.after(250);
    let no = || Outcome::Refused { reason: "invalid".into(), whole: false, explained: true };
    assert_eq!(sent(&bench.answer(1, no())), ["collect 2 a"]);
    assert_eq!(sent(&bench.answer(2, good())), ["collect 3 bad,c"]);
    assert_eq!(sent(&bench.answer(3, no())), ["collect 4 bad"]);
    let effects = bench.answer(4, no());
    assert!(statuses(&effects).contains(&("bad", Status::Rejected)));
    assert_eq!(sent(&effects), ["collect 5 c"]);
    bench.answer(5, good());
    bench.publish("x");
    bench.publish("y");
    bench.after(250);
    let effects =
        bench.answer(6, Outcome::Refused { reason: "unknown datastream".into(), whole: true, explained: true });
    assert_eq!(statuses(&effects), [("x", Status::Rejected), ("y", Status::Rejected)]);
}

#[test]
fn who_refuses_without_a_word_is_asked_less_and_less_and_what_waits_is_kept() {
    let mut bench = Bench::running();
    for id in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        bench.publish(id);
    }
    let broken = || Outcome::Refused { reason: "status 500".into(), whole: false, explained: false };
    let mut refused = Vec::new();
    bench.after(250);
    for _ in 0..120 {
        while let Some(request) = bench.delivery.flights.first().map(|flight| flight.request) {
            let effects = bench.answer(request, broken());
            refused.extend(
                statuses(&effects).iter().filter(|(_, is)| *is == Status::Rejected).map(|(id, _)| id.to_string()),
            );
        }
        bench.after(250);
    }
    assert_eq!(
        refused,
        ["a", "b", "c", "d", "e", "f"],
        "half a minute of it: one is refused each time, later each time"
    );
    let mut arrived = sent(&bench.after(60_000));
    while let Some(request) = bench.delivery.flights.first().map(|flight| flight.request) {
        arrived.extend(sent(&bench.answer(request, good())));
    }
    let ids: Vec<_> = arrived.iter().filter_map(|line| line.split(' ').nth(2)).collect();
    assert_eq!(ids.join(","), "g,h,i,j", "{arrived:?}");
}

#[test]
fn a_good_answer_may_name_events_it_did_not_take() {
    let mut bench = Bench::running();
    for id in ["a", "b", "c"] {
        bench.publish(id);
    }
    bench.after(250);
    let except = vec![
        Exception { event: Some(0), becomes: Status::Suppressed, tries: 0, reason: "no consent".into() },
        Exception { event: Some(2), becomes: Status::Rejected, tries: 0, reason: "invalid".into() },
    ];
    let effects = bench.answer(1, Outcome::Good { except });
    assert_eq!(statuses(&effects), [("a", Status::Suppressed), ("b", Status::Accepted), ("c", Status::Rejected)]);
    assert_eq!(bench.delivery.queue(), (0, 0));
}

#[test]
fn an_edge_that_never_answers_is_told_of_once_the_network_is_there() {
    let told = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Report(issue) if issue.code == "unreachable"))
    };
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    assert!(!told(&bench.answer(1, Outcome::NetworkError)));
    bench.after(60_000);
    bench.tell(Input::Offline);
    assert!(!told(&bench.answer(2, Outcome::NetworkError)), "offline explains it");
    bench.tell(Input::Online);
    bench.after(1_000);
    assert!(!told(&bench.answer(3, Outcome::NetworkError)));
    bench.after(60_000);
    assert!(told(&bench.answer(4, Outcome::Timeout)), "nothing came three times");
    bench.after(60_000);
    bench.answer(5, Outcome::Retry { after: None });
    bench.after(60_000);
    assert!(!told(&bench.answer(6, Outcome::NetworkError)), "it has answered in between");
}

#[test]
fn what_a_frozen_page_did_not_hear_is_no_silence_of_the_edge() {
    let mut bench = Bench::running();
    for id in ["a", "b", "c", "d"] {
        bench.tell(Input::Accept(Event { needs_answer: true, ..event(id) }));
        bench.tell(Input::Hidden);
        bench.tell(Input::Visible);
    }
    bench.tell(Input::Unloading { successor: false });
    for request in 1..5 {
        bench.answer(request, Outcome::NetworkError);
    }
    bench.tell(Input::Returning { tab: "tab+".into() });
    let keys = (1..5).map(|number| format!("tab/{number}")).collect();
    let effects = bench.tell(Input::Restored { keys });
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Report(_))), "{effects:?}");
}

#[test]
fn a_good_answer_may_be_about_every_event() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.publish("b");
    bench.after(250);
    let except = vec![Exception { event: None, becomes: Status::Suppressed, tries: 0, reason: "no consent".into() }];
    let effects = bench.answer(1, Outcome::Good { except });
    assert_eq!(statuses(&effects), [("a", Status::Suppressed), ("b", Status::Suppressed)]);
}

#[test]
fn an_event_that_a_good_answer_sends_back_is_sent_again_alone() {
    let busy = |at, tries| Outcome::Good {
        except: vec![Exception { event: Some(at), becomes: Status::Queued, tries, reason: "busy".into() }],
    };
    for (tries, wanted) in [(4, 4), (u32::MAX, 60)] {
        let mut bench = Bench::running();
        for id in ["a", "b", "c"] {
            bench.publish(id);
        }
        bench.after(250);
        bench.answer(1, Outcome::Retry { after: None });
        bench.after(60_000);
        let effects = bench.answer(2, busy(1, tries));
        assert_eq!(statuses(&effects), [("a", Status::Accepted), ("b", Status::Queued), ("c", Status::Accepted)]);
        assert_eq!(forgotten(&effects).len(), 2, "a page that takes over must not find what was accepted");
        assert!(sent(&effects).is_empty(), "the service is given a moment");
        let mut arrived = 1;
        let mut took = 0;
        for request in 3..62 {
            let mut effects = Vec::new();
            for _ in 0..70 {
                took += 1;
                effects = bench.after(1_000);
                if !sent(&effects).is_empty() {
                    break;
                }
            }
            if sent(&effects).is_empty() {
                break;
            }
            arrived += 1;
            assert_eq!(sent(&effects), [format!("collect {request} b")]);
            bench.answer(request, busy(0, tries));
        }
        assert_eq!(arrived, wanted, "the try that the edge itself refused does not count");
        assert_eq!(bench.delivery.queue().0, usize::from(tries == u32::MAX));
        assert!(tries == 4 || took > 1_000, "later each time: {took} s");
    }
}

#[test]
fn hiding_sends_what_waits_at_once_beside_what_is_in_the_air() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    bench.publish("b");
    bench.tell(Input::Accept(Event { needs_answer: false, ..event("c") }));
    let effects = bench.tell(Input::Hidden);
    assert_eq!(sent(&effects), ["collect 2 b,c"]);
    assert!(forgotten(&effects).is_empty(), "stored until the answer is seen");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(Send { keepalive: true, .. }))));
    bench.answer(2, good());
    bench.answer(1, good());
    assert_eq!(sent(&bench.publish("d")), ["collect 3 d"], "a hidden page may not live to gather");
}

#[test]
fn the_keepalive_budget_is_shared_and_given_back() {
    let mut bench = Bench::running();
    bench.tell(Input::Accept(big("a", 30_000)));
    bench.after(250);
    for id in ["b", "c", "d"] {
        bench.tell(Input::Accept(big(id, 14_000)));
    }
    let effects = bench.tell(Input::Unloading { successor: false });
    assert_eq!(sent(&effects), ["collect 2 b,c"], "d stays stored: 64 KiB are in the air");
    assert_eq!(bench.delivery.queue().0, 4);
    bench.answer(1, good());
    assert_eq!(bench.delivery.budget(), 65_536 - 2_048 - 28_002);
    let mut bench = Bench::running();
    bench.tell(Input::Accept(big("a", 30_000)));
    let send = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| if let Effect::Send(send) = effect { Some(send.keepalive) } else { None })
    };
    assert_eq!(send(bench.after(250)), Some(true), "an ordinary request outlives the page where it fits");
}

#[test]
fn what_an_heir_finds_in_storage_does_not_leave_with_the_page() {
    let mut bench = Bench::running();
    bench.publish("a");
    assert!(sent(&bench.tell(Input::Unloading { successor: true })).is_empty());
    assert!(sent(&bench.tell(Input::Hidden)).is_empty());
    assert!(sent(&bench.publish("b")).is_empty());
    let mut bench = Bench::running();
    let key = stored(&bench.publish("a")).remove(0).to_owned();
    bench.tell(Input::StoreFailed { key });
    assert_eq!(sent(&bench.tell(Input::Unloading { successor: true })), ["collect 1 a"], "no successor finds it");
}

#[test]
fn a_page_left_without_identity_sends_once_without() {
    let mut bench = Bench::new(edge());
    bench.publish("a");
    bench.tell(Input::IdentityLocked);
    bench.publish("b");
    assert!(sent(&bench.tell(Input::Hidden)).is_empty());
    let effects = bench.tell(Input::Unloading { successor: false });
    assert_eq!(sent(&effects), ["cancel 0", "interact 1 a,b"]);
    assert!(effects.contains(&Effect::UnlockIdentity));
    let effects = bench.publish("late");
    assert_eq!(stored(&effects).len(), 1);
    assert!(sent(&effects).is_empty());
}

#[test]
fn a_page_that_is_left_sends_what_is_still_published() {
    let mut bench = Bench::running();
    bench.tell(Input::Unloading { successor: false });
    assert_eq!(sent(&bench.publish("late")), ["collect 1 late"]);
    assert_eq!(sent(&bench.answer(1, Outcome::NetworkError)), [] as [&str; 0]);
    assert!(sent(&bench.after(60_000)).is_empty(), "what failed is the next page's");
}

#[test]
fn a_page_that_comes_back_drops_what_another_tab_has_taken() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.tell(Input::Unloading { successor: false });
    bench.tell(Input::Returning { tab: "tab+".into() });
    let effects = bench.publish("b");
    assert_eq!(stored(&effects), ["tab+/2"]);
    assert!(sent(&effects).is_empty(), "its locks are not held yet");
    assert!(sent(&bench.tell(Input::Unloading { successor: false })).is_empty(), "nor when it is left again");
    bench.tell(Input::Returning { tab: "tab++".into() });
    let effects = bench.tell(Input::Restored { keys: vec!["tab+/2".into()] });
    assert_eq!(sent(&effects), ["cancel 1"]);
    assert_eq!(statuses(&effects)[0], ("a", Status::Accepted), "its caller need not wait for ever");
    assert_eq!(sent(&bench.after(250)), ["collect 2 b"]);
}

#[test]
fn what_a_frozen_page_held_in_memory_is_stored_under_its_new_name() {
    let mut bench = Bench::bare();
    bench.tell(Input::Configure(Some(edge())));
    bench.publish("a");
    bench.tell(Input::Unloading { successor: false });
    bench.tell(Input::Returning { tab: "tab+".into() });
    bench.tell(Input::Restored { keys: vec![] });
    assert_eq!(stored(&bench.tell(Input::ConsentIn)), ["tab+/0"]);
}

#[test]
fn answers_of_a_frozen_page_are_not_late() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.tell(Input::Unloading { successor: false });
    bench.now.mono += 3_600_000;
    assert!(sent(&bench.tell(Input::Returning { tab: "tab+".into() })).is_empty());
    assert_eq!(statuses(&bench.answer(1, good())), [("a", Status::Accepted)]);
    assert!(sent(&bench.tell(Input::Restored { keys: vec![] })).is_empty());
}

#[test]
fn a_promise_that_the_browser_drops_with_the_page_is_no_failure() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    bench.tell(Input::Unloading { successor: false });
    bench.answer(1, Outcome::NetworkError);
    assert!(sent(&bench.tell(Input::Hidden)).is_empty(), "its request is on its way all the same");
    bench.tell(Input::Returning { tab: "tab+".into() });
    bench.tell(Input::Restored { keys: vec!["tab/1".into()] });
    assert_eq!(sent(&bench.after(2_000)), ["collect 2 a"], "back again, nobody knows what became of it");
}

#[test]
fn pending_consent_keeps_events_in_memory() {
    let mut bench = Bench::bare();
    bench.tell(Input::Configure(Some(edge())));
    bench.tell(Input::Identity(true));
    bench.tell(Input::ConsentPending);
    let effects = bench.publish("a");
    assert_eq!(statuses(&effects), [("a", Status::Held)]);
    assert_eq!(effects.len(), 1, "{effects:?}");
    let effects = bench.tell(Input::Unloading { successor: false });
    assert!(effects.is_empty(), "{effects:?}");
    let mut bench = Bench::bare();
    bench.tell(Input::Configure(Some(edge())));
    bench.tell(Input::Identity(true));
    bench.publish("a");
    let effects = bench.tell(Input::ConsentIn);
    assert_eq!(stored(&effects), ["tab/0"]);
    assert_eq!(sent(&effects), ["interact 0 a"]);
}

#[test]
fn declining_purges_cancels_and_silences() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.after(250);
    bench.publish("b");
    bench.tell(Input::Flush(9));
    let effects = bench.tell(Input::ConsentOut { refused: true });
    assert_eq!(sent(&effects), ["cancel 1"]);
    assert_eq!(statuses(&effects), [("a", Status::Suppressed), ("b", Status::Suppressed)]);
    assert!(effects.contains(&Effect::Purge) && effects.contains(&Effect::Settled(9)));
    assert_eq!(bench.delivery.queue(), (0, 0));
    assert_eq!(statuses(&bench.publish("c")), [("c", Status::Suppressed)]);
    bench.tell(Input::Stored(vec![("x/0".into(), stored::write(&event("old")))]));
    let effects = bench.after(100_000);
    assert!(sent(&effects).is_empty() && wakes(&effects).is_empty());
    bench.tell(Input::ConsentIn);
    assert_eq!(sent(&bench.after(250)), [] as [&str; 0], "what was published while out never leaves");
}

#[test]
fn a_choice_is_told_to_the_edge_until_it_answers() {
    let mut bench = Bench::running();
    bench.tell(Input::ConsentOut { refused: true });
    let effects = bench.tell(Input::SetConsent { ticket: 1, body: "out".into() });
    assert_eq!(sent(&effects), ["setconsent 1 "]);
    let effects = bench.tell(Input::SetConsent { ticket: 2, body: "in".into() });
    assert!(effects.contains(&Effect::Settled(1)));
    assert_eq!(sent(&effects), ["cancel 1", "setconsent 2 "]);
    bench.tell(Input::ConsentIn);
    assert!(sent(&bench.publish("a")).is_empty(), "the choice goes first");
    let effects = bench.answer(2, good());
    assert!(effects.contains(&Effect::Settled(2)));
    assert_eq!(sent(&bench.after(250)), ["collect 3 a"]);
}

#[test]
fn a_choice_that_fails_is_the_callers_to_repeat_and_holds_up_only_who_has_to_wait() {
    for failure in [again(), Outcome::NetworkError, Outcome::Timeout] {
        let mut bench = Bench::running();
        bench.tell(Input::SetConsent { ticket: 1, body: "in".into() });
        bench.publish("a");
        let effects = bench.answer(1, failure.clone());
        assert!(effects.contains(&Effect::Settled(1)));
        assert_eq!(sent(&bench.after(250)), ["collect 2 a"], "{failure:?}");

        let mut bench = Bench::running();
        bench.tell(Input::EdgeMustHear(true));
        bench.tell(Input::SetConsent { ticket: 1, body: "in".into() });
        assert_eq!(stored(&bench.publish("a")), ["tab/1"]);
        bench.answer(1, failure);
        assert!(sent(&bench.after(60_000)).is_empty());
        assert!(sent(&bench.tell(Input::Hidden)).is_empty(), "it is stored, and the next page sends it");
        bench.tell(Input::Visible);
        bench.tell(Input::SetConsent { ticket: 2, body: "in".into() });
        bench.answer(2, good());
        assert_eq!(sent(&bench.tell(Input::EdgeMustHear(false))), ["collect 3 a"]);
    }
}

#[test]
fn events_of_dead_tabs_are_adopted_in_order_after_the_own_first_one() {
    let mut bench = Bench::new(edge());
    bench.tell(Input::Identity(true));
    let entry = |key: &str, id: &str| (String::from(key), stored::write(&event(id)));
    let effects = bench.tell(Input::Stored(vec![
        entry("x/10", "x10"),
        entry("y/1", "y1"),
        entry("x/9", "x9"),
        ("z/1".into(), "9 something newer".into()),
        ("z/2".into(), "rubbish".into()),
    ]));
    assert_eq!(forgotten(&effects), ["z/2"]);
    assert_eq!(issues(&effects), ["corrupt-entry"]);
    assert!(stored(&effects).is_empty(), "entries keep their keys");
    assert_eq!(sent(&bench.publish("own")), ["interact 0 own,x9,x10,y1"]);
    assert_eq!(forgotten(&bench.answer(0, good())), ["tab/3", "x/9", "x/10", "y/1"]);
}

#[test]
fn what_is_older_than_seven_days_is_refused_and_said() {
    let mut bench = Bench::running();
    bench.now.wall = 8 * 24 * 3_600_000;
    let effects = bench.tell(Input::Stored(vec![("x/1".into(), stored::write(&event("old")))]));
    assert_eq!(statuses(&effects), [("old", Status::Rejected)]);
    assert_eq!(forgotten(&effects), ["x/1"]);
}

#[test]
fn what_storage_has_lost_is_stored_anew() {
    let mut bench = Bench::running();
    assert_eq!(stored(&bench.publish("a")), ["tab/1"]);
    assert_eq!(stored(&bench.tell(Input::StoreLost)), ["tab/1"]);
    assert!(stored(&bench.tell(Input::Wake)).is_empty());
    bench.tell(Input::ConsentOut { refused: true });
    assert!(stored(&bench.tell(Input::StoreLost)).is_empty());
}

#[test]
fn an_answer_that_a_busy_page_has_not_read_yet_is_not_late() {
    let mut bench = Bench::running();
    bench.publish("a");
    let out = sent(&bench.after(300));
    assert_eq!(out, ["collect 1 a"]);
    assert!(sent(&bench.after(13_000)).is_empty(), "a dialog was open");
    assert_eq!(statuses(&bench.answer(1, good())), [("a", Status::Accepted)]);
    bench.publish("b");
    assert_eq!(sent(&bench.after(300)), ["collect 2 b"]);
    assert!(sent(&bench.after(13_000)).is_empty());
    assert_eq!(sent(&bench.after(60_000)), ["cancel 2"], "once");
}

/// Four events where three may be stored, and five wait in memory.
fn burst() -> Bench {
    let limits = Limits { events: 3, burst_events: 5, ..Limits::default() };
    let mut bench = Bench::running();
    bench.delivery.outbox = Outbox::new("tab".into(), limits);
    for id in ["a", "b", "c", "d"] {
        assert!(issues(&bench.publish(id)).is_empty());
    }
    bench
}

#[test]
fn a_full_queue_refuses_the_oldest_but_a_burst_that_gets_through_is_taken() {
    let mut bench = burst();
    let effects = bench.tell(Input::Offline);
    assert_eq!(issues(&effects), ["queue-full"]);
    assert_eq!(statuses(&effects), [("a", Status::Rejected)]);
    assert_eq!(forgotten(&effects), ["tab/0"]);
    assert_eq!(stored(&bench.tell(Input::Wake)), ["tab/3"], "storage takes the next one");
}

#[test]
fn of_a_burst_that_may_not_all_be_stored_a_page_that_is_left_keeps_the_newest() {
    let mut bench = burst();
    let effects = bench.tell(Input::Unloading { successor: false });
    assert_eq!((forgotten(&effects), stored(&effects)), (vec!["tab/0"], vec!["tab/3"]));
    assert_eq!((issues(&effects), sent(&effects)), (vec!["queue-full"], vec!["collect 1 a,b,c,d".to_owned()]));
}

#[test]
fn storage_that_refuses_is_said_once_and_events_still_leave() {
    let mut bench = Bench::running();
    bench.publish("a");
    assert_eq!(issues(&bench.tell(Input::StoreFailed { key: "tab/1".into() })), ["storage-refuses"]);
    assert!(stored(&bench.publish("b")).is_empty());
    assert_eq!(sent(&bench.after(250)), ["collect 1 a,b"]);
    assert!(forgotten(&bench.answer(1, good())).is_empty());
    bench.now.mono += 30_000;
    assert_eq!(stored(&bench.publish("c")), ["tab/3"]);
}

#[test]
fn a_flush_settles_when_what_was_accepted_before_it_is_done() {
    let mut bench = Bench::running();
    assert!(bench.tell(Input::Flush(1)).contains(&Effect::Settled(1)));
    bench.publish("a");
    let effects = bench.tell(Input::Flush(2));
    assert_eq!(sent(&effects), ["collect 1 a"], "it does not wait for company");
    bench.publish("later");
    assert!(bench.answer(1, good()).contains(&Effect::Settled(2)));
}

#[test]
fn the_clock_may_stand_still_or_jump() {
    let mut bench = Bench::running();
    bench.publish("a");
    bench.now.mono -= 1_000_000;
    bench.now.wall = -5;
    assert!(sent(&bench.tell(Input::Wake)).is_empty());
    bench.now.mono += 1_000_250;
    bench.now.wall = i64::MAX;
    assert_eq!(sent(&bench.tell(Input::Wake)), ["collect 1 a"]);
    bench.now.mono = i64::MAX;
    bench.tell(Input::Wake);
}

#[test]
fn the_web_sdk_is_waited_for_and_called_in_order() {
    let mut bench = Bench::new(Road::WebSdk);
    let effects = bench.publish("a");
    assert_eq!(stored(&effects), ["tab/0"]);
    assert_eq!(statuses(&effects), [("a", Status::Held)]);
    bench.publish("b");
    assert_eq!(sent(&bench.tell(Input::Sdk(true))), ["call 0 a"]);
    let effects = bench.answer(0, good());
    assert_eq!((sent(&effects), forgotten(&effects)), (vec!["call 1 b".into()], vec!["tab/0"]));
    bench.answer(1, Outcome::Retry { after: Some(500) });
    assert_eq!(sent(&bench.after(600)), ["call 2 b"]);
    let effects = bench.answer(2, Outcome::Refused { reason: "invalid".into(), whole: false, explained: true });
    assert_eq!(statuses(&effects), [("b", Status::Rejected)]);
}

#[test]
fn a_web_sdk_call_that_hangs_is_neither_repeated_nor_waited_for() {
    let mut bench = Bench::new(Road::WebSdk);
    bench.tell(Input::Sdk(true));
    bench.publish("a");
    bench.publish("b");
    bench.publish("c");
    assert_eq!(sent(&bench.after(10_000)), ["call 1 b"]);
    assert!(!bench.tell(Input::Flush(1)).contains(&Effect::Settled(1)));
    assert_eq!(bench.delivery.queue().0, 3);
    assert_eq!(sent(&bench.tell(Input::Hidden)), ["beacon 2 c"]);
    assert!(bench.after(10_000).contains(&Effect::Settled(1)), "out of our hands");
    assert_eq!(statuses(&bench.answer(0, good())), [("a", Status::Accepted)]);
}

#[test]
fn a_call_that_failed_as_the_page_was_left_is_made_again_when_it_is_back() {
    let mut bench = Bench::new(Road::WebSdk);
    bench.tell(Input::Sdk(true));
    bench.publish("a");
    bench.tell(Input::Unloading { successor: false });
    bench.answer(0, Outcome::NetworkError);
    bench.tell(Input::Returning { tab: "tab+".into() });
    bench.tell(Input::Restored { keys: vec!["tab/0".into()] });
    assert_eq!(sent(&bench.after(2_000)), ["call 1 a"]);
}

#[test]
fn a_web_sdk_that_comes_before_the_locks_is_not_called_for_what_another_tab_may_have() {
    let mut bench = Bench::new(Road::WebSdk);
    bench.publish("a");
    bench.tell(Input::Unloading { successor: false });
    bench.tell(Input::Returning { tab: "tab+".into() });
    assert!(sent(&bench.tell(Input::Sdk(true))).is_empty());
    assert!(sent(&bench.tell(Input::Restored { keys: vec![] })).is_empty());
    assert_eq!(sent(&bench.publish("b")), ["call 0 b"]);
}

fn settled(effects: &[Effect]) -> Vec<Ticket> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Settled(ticket) = effect { Some(*ticket) } else { None })
        .collect()
}

fn wish(ticket: Ticket, patient: bool) -> Input {
    Input::WantIdentity { ticket, patient, fresh: false }
}

#[test]
fn who_asks_for_the_shopper_gets_an_identity_without_any_event() {
    let mut bench = Bench::new(edge());
    let effects = bench.tell(wish(7, true));
    assert!(effects.contains(&Effect::LockIdentity));
    assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["acquire 0 "]);
    assert_eq!(settled(&bench.tell(Input::Identity(true))), [7]);
    assert!(bench.answer(0, good()).contains(&Effect::UnlockIdentity));
    assert_eq!(settled(&bench.tell(wish(8, true))), [8], "known, at once");
}

#[test]
fn a_wish_for_the_identity_is_settled_by_every_end() {
    for end in [Outcome::NetworkError, Outcome::Timeout, good()] {
        let mut bench = Bench::new(edge());
        bench.tell(wish(7, true));
        bench.tell(Input::IdentityLocked);
        assert_eq!(settled(&bench.answer(0, end.clone())), [7], "{end:?}");
        assert!(sent(&bench.after(600_000)).is_empty(), "nobody asks any more");
    }
    let mut bench = Bench::new(edge());
    bench.tell(wish(7, true));
    for try_ in 0..4 {
        assert_eq!(sent(&bench.tell(Input::IdentityLocked)), [format!("acquire {try_} ")]);
        assert_eq!(settled(&bench.answer(try_ as RequestId, again())).len(), usize::from(try_ == 3), "{try_}");
        bench.after(600_000);
    }
    for end in [Input::ConsentOut { refused: true }, Input::Offline] {
        let mut bench = Bench::new(edge());
        bench.tell(wish(7, true));
        assert_eq!(settled(&bench.tell(end)), [7]);
    }
}

#[test]
fn who_wants_more_than_is_known_has_the_edge_asked_once() {
    let mut bench = Bench::running();
    let fresh = |ticket| Input::WantIdentity { ticket, patient: true, fresh: true };
    let effects = bench.tell(fresh(7));
    assert_eq!(sent(&effects), ["acquire 1 "]);
    assert!(settled(&effects).is_empty());
    assert!(settled(&bench.tell(wish(8, true))).is_empty(), "the answer is near");
    assert_eq!(settled(&bench.answer(1, good())), [7, 8]);
    assert_eq!(settled(&bench.tell(wish(9, true))), [9]);
    bench.tell(fresh(10));
    assert_eq!(settled(&bench.answer(2, Outcome::NetworkError)), [10]);
    assert!(sent(&bench.after(600_000)).is_empty(), "nobody asks any more");
}

#[test]
fn only_the_patient_wait_for_settings_and_consent() {
    let mut bench = Bench::bare();
    assert_eq!(settled(&bench.tell(wish(1, false))), [1]);
    assert!(settled(&bench.tell(wish(2, true))).is_empty());
    bench.tell(Input::Configure(Some(edge())));
    bench.tell(Input::Identity(true));
    assert_eq!(settled(&bench.tell(Input::ConsentIn)), [2]);
}

#[test]
fn a_failed_wish_is_not_tried_before_its_time() {
    let mut bench = Bench::new(edge());
    bench.tell(wish(1, true));
    bench.tell(Input::IdentityLocked);
    let effects = bench.answer(0, Outcome::Retry { after: Some(5_000) });
    assert!(sent(&bench.tell(wish(2, true))).is_empty());
    let wait = wakes(&effects)[0];
    assert!(wait >= 5_000, "{wait}");
    bench.after(wait);
    assert_eq!(sent(&bench.tell(Input::IdentityLocked)), ["acquire 1 "]);
}

#[test]
fn events_of_different_routes_never_share_a_request() {
    let mut bench = Bench::running();
    let routed = |id: &str, route: &str| Input::Accept(Event { route: route.into(), ..event(id) });
    assert!(sent(&bench.tell(routed("a", ""))).is_empty());
    assert_eq!(sent(&bench.tell(routed("b", "x"))), ["collect 1 a"], "nothing more can join it");
    bench.tell(routed("c", "x"));
    bench.tell(routed("d", ""));
    assert_eq!(sent(&bench.answer(1, good())), ["collect 2 b,c"]);
    bench.after(250);
    assert_eq!(sent(&bench.answer(2, good())), ["collect 3 d"]);
}
