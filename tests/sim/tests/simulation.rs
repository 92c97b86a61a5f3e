//! Fixed seeds, fresh seeds, and the proof that the simulation would notice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use storefront_collector::delivery::Mutation;
use storefront_sim::{Coverage, Plan, run, shrink};

fn simulate(seeds: std::ops::Range<u64>) -> Coverage {
    let mut coverage = Coverage::default();
    for seed in seeds {
        if let Err(failure) = run(&Plan::new(seed), None, &mut coverage, None) {
            panic!("seed {seed}: {failure}\nagain: cargo run --release -p storefront-sim -- --seed {seed} --trace");
        }
    }
    coverage
}

#[test]
fn fixed_seeds_keep_every_promise_and_meet_every_fault() {
    let coverage = simulate(0..6_000);
    assert_eq!(coverage.missing(), []);
}

#[test]
fn fresh_seeds_keep_every_promise() {
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    println!("from seed {start}");
    simulate(start..start + 1_000);
}

#[test]
fn a_session_is_the_same_every_time() {
    let traces = [(), ()].map(|()| {
        let mut trace = Vec::new();
        run(&Plan::new(31), None, &mut Coverage::default(), Some(&mut trace)).unwrap();
        trace
    });
    assert!(traces[0].len() > 50);
    assert_eq!(traces[0], traces[1]);
}

/// Takes a guard away and waits, a minute at most, for the simulation to notice.
fn finds(mutation: Mutation) -> &'static str {
    let start = Instant::now();
    for seed in 0.. {
        let plan = Plan::new(seed);
        if let Err(failure) = run(&plan, Some(mutation), &mut Coverage::default(), None) {
            let small = shrink(&plan, Some(mutation), failure.rule);
            assert!(small.steps.len() <= plan.steps.len());
            let again = run(&small, Some(mutation), &mut Coverage::default(), None);
            assert_eq!(again.map_err(|failure| failure.rule), Err(failure.rule), "a shrunk failure is still one");
            return failure.rule;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{mutation:?} was not noticed in {seed} sessions");
    }
    ""
}

#[test]
fn a_missing_write_ahead_is_noticed() {
    assert_eq!(finds(Mutation::NoWriteAhead), "no accepted event is lost");
}

#[test]
fn a_missing_lock_is_noticed() {
    assert_eq!(finds(Mutation::NoLock), "no identity is minted twice");
}

#[test]
fn a_missing_identity_gate_is_noticed() {
    assert_eq!(finds(Mutation::NoIdentityGate), "events wait for the identity");
}
