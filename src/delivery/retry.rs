//! When to try again: back-off with full jitter, `Retry-After`, and a circuit that opens when the
//! edge seems dead.

use super::edge::response::LONGEST_RETRY_AFTER;

/// First back-off, doubled with every failure.
const BASE: i64 = 1_000;
/// Failures in a row that open the circuit.
const OPENS_AT: u32 = 6;
/// Failures in a row after which a short `Retry-After` does not shorten the back-off any more; the Web SDK gives up then.
const BELIEVED: u32 = 3;
/// With the circuit open one small request asks this often, at the earliest.
const PROBE: i64 = 30_000;
/// Shops come back online all at once; spread over this.
const ONLINE_SPREAD: i64 = 500;

/// What the last requests say about the next.
#[derive(Debug)]
pub(super) struct Retry {
    seed: u64,
    failures: u32,
    not_before: i64,
    asked: bool,
}

impl Retry {
    /// `seed`: any number that differs from page to page.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, failures: 0, not_before: i64::MIN, asked: false }
    }

    /// Nothing may leave before this time.
    pub(super) fn not_before(&self) -> i64 {
        self.not_before
    }

    /// Whether the edge has failed so often that it is only probed.
    pub(super) fn is_open(&self) -> bool {
        self.failures >= OPENS_AT
    }

    /// Whether even a page that is left must keep still: the edge asked for it, or seems dead.
    pub(super) fn is_firm(&self, now: i64) -> bool {
        now < self.not_before && (self.asked || self.is_open())
    }

    /// The edge answered for itself, whatever it said.
    pub(super) fn answered(&mut self) {
        self.failures = 0;
        self.not_before = i64::MIN;
        self.asked = false;
    }

    /// A request failed in a way that may pass; `after` is what the edge asked for.
    pub(super) fn failed(&mut self, after: Option<i64>, now: i64) {
        self.failures = self.failures.saturating_add(1);
        // Everyone was told the same time: a little later than asked spreads them.
        let after = after.map(|after| after.clamp(0, LONGEST_RETRY_AFTER));
        let asked = after.map(|after| after.saturating_add(self.random(after >> 3)));
        let wait = match asked {
            Some(asked) if self.failures <= BELIEVED => asked,
            _ => asked.unwrap_or_default().max(self.back_off()),
        };
        // Where our own wait is the longer one, a page that is left need not keep still for what was asked.
        self.asked = asked.is_some_and(|asked| asked > 0 && asked >= wait);
        self.not_before = now.saturating_add(wait);
    }

    fn back_off(&mut self) -> i64 {
        if self.is_open() {
            return PROBE.saturating_add(self.random(PROBE));
        }
        let steps = self.failures.saturating_sub(1).min(OPENS_AT);
        self.random(BASE.saturating_mul(1_i64.wrapping_shl(steps)))
    }

    /// The network is back: what failed before says nothing any more, what the edge asked for does.
    pub(super) fn online(&mut self, now: i64) {
        self.failures = 0;
        if !self.asked {
            self.not_before = now.saturating_add(self.random(ONLINE_SPREAD));
        }
    }

    /// A number from 0 to `below`, inclusive.
    fn random(&mut self, below: i64) -> i64 {
        // SplitMix64 (Steele, Lea, Flood 2014): any seed will do, zero too.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let range = below.max(0).unsigned_abs().saturating_add(1);
        mixed.checked_rem(range).map_or(0, |value| value as i64)
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn back_off_grows_with_full_jitter() {
        let mut highest = [0; 5];
        let mut lowest = [i64::MAX; 5];
        for seed in 0..500 {
            let mut retry = Retry::new(seed);
            for step in 0..5 {
                retry.failed(None, 0);
                highest[step] = highest[step].max(retry.not_before());
                lowest[step] = lowest[step].min(retry.not_before());
            }
        }
        for step in 0..5 {
            let bound = 1_000 << step;
            assert!(highest[step] <= bound && highest[step] > bound * 9 / 10, "{step}: {highest:?}");
            assert!(lowest[step] < bound / 10, "{step}: {lowest:?}");
        }
    }

    #[test]
    fn retry_after_is_obeyed_and_capped() {
        let mut retry = Retry::new(1);
        retry.failed(Some(8_000), 100);
        assert!((8_100..=9_100).contains(&retry.not_before()));
        assert!(retry.is_firm(8_000) && !retry.is_firm(9_200));
        retry.failed(Some(i64::MAX), 0);
        assert!((86_400_000..=97_200_000).contains(&retry.not_before()));
        retry.failed(Some(-5), 0);
        assert_eq!(retry.not_before(), 0);
    }

    #[test]
    fn who_asks_for_no_wait_is_given_one_when_that_has_not_helped() {
        let mut retry = Retry::new(1);
        for _ in 0..3 {
            retry.failed(Some(0), 0);
            assert_eq!(retry.not_before(), 0, "as asked");
        }
        let total: i64 = (0..100)
            .map(|_| {
                retry.failed(Some(0), 0);
                retry.not_before()
            })
            .sum();
        assert!(retry.is_open());
        retry.answered();
        for _ in 0..5 {
            retry.failed(Some(0), 0);
        }
        assert!(!retry.is_firm(0), "nobody asked a page that is left to keep still");
        assert!(total > 90 * 30_000, "the circuit opens all the same: {total}");
        retry.failed(Some(600_000), 0);
        assert!((600_000..=675_000).contains(&retry.not_before()), "who asks for more has it");
    }

    #[test]
    fn the_circuit_opens_probes_and_closes() {
        let mut retry = Retry::new(1);
        for _ in 0..5 {
            retry.failed(None, 0);
            assert!(!retry.is_open() && !retry.is_firm(-1));
        }
        for _ in 0..100 {
            retry.failed(None, 0);
            assert!(retry.is_open() && (30_000..=60_000).contains(&retry.not_before()));
        }
        assert!(retry.is_firm(0));
        retry.answered();
        assert!(!retry.is_open() && retry.not_before() < 0);
    }

    #[test]
    fn being_online_again_ends_the_wait_but_not_what_the_edge_asked() {
        let mut retry = Retry::new(1);
        for _ in 0..10 {
            retry.failed(None, 0);
        }
        retry.online(0);
        assert!(!retry.is_open() && retry.not_before() <= 500);
        retry.failed(Some(60_000), 0);
        retry.online(0);
        assert!(retry.not_before() >= 60_000);
    }
}
