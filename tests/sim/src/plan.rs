//! What a session does: drawn from its seed in advance, so that steps can be taken out to find the
//! few that a failure needs.

use fastrand::Rng;

/// How the network behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Everything is answered, soon.
    Calm,
    /// Every kind of fault, now and then.
    Rough,
    /// Nothing is answered well.
    Dead,
}

/// What the shopper has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Consent {
    In,
    Pending,
    Out,
}

/// One thing that happens. `tab` picks among the tabs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Step {
    Publish {
        tab: u8,
        count: u8,
        view: bool,
        size: u16,
    },
    Open,
    Kill {
        tab: u8,
    },
    /// The tab dies while it carries out the effects of its next happening.
    KillMidway {
        tab: u8,
        effects: u8,
    },
    KillAll,
    Hide {
        tab: u8,
    },
    Show {
        tab: u8,
    },
    /// Hidden, left, gone; another page follows.
    Navigate {
        tab: u8,
    },
    Freeze {
        tab: u8,
    },
    Return,
    Offline,
    Online,
    Weather(Weather),
    Storage {
        works: bool,
    },
    WallJump {
        hours: i8,
    },
    Suspend {
        minutes: u8,
    },
    Consent(Consent),
    /// The shopper, or the browser, deletes the identity cookie while pages are open; or all of the Edge's.
    DropIdentity {
        all: bool,
    },
    Flush {
        tab: u8,
    },
    /// A timer that fires for nothing.
    Wake {
        tab: u8,
    },
}

/// A session.
#[derive(Clone, Debug)]
pub struct Plan {
    /// For everything that is drawn while it runs.
    pub seed: u64,
    /// Sent by the store's own Web SDK.
    pub sdk: bool,
    /// The whole collector runs in the tabs, and requests and answers are those of the wire; else the delivery engine
    /// runs alone, with requests and answers in its own words.
    pub whole: bool,
    /// Batches; without, one event per request.
    pub batching: bool,
    /// A small queue, that overflows.
    pub small: bool,
    /// No cookie can be set.
    pub cookies_blocked: bool,
    /// The shopper is known from the start.
    pub known: bool,
    /// What the shopper has said at first.
    pub consent: Consent,
    /// The network at first.
    pub weather: Weather,
    /// Milliseconds since the step before, and the step.
    pub steps: Vec<(u32, Step)>,
}

impl Plan {
    /// The session of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let rough = if rng.u8(..4) == 0 { Weather::Calm } else { Weather::Rough };
        let consent = match rng.u8(..10) {
            0 => Consent::Pending,
            1 => Consent::Out,
            _ => Consent::In,
        };
        let mut plan = Self {
            seed,
            sdk: rng.u8(..7) == 0,
            batching: rng.u8(..5) > 0,
            small: rng.u8(..10) == 0,
            cookies_blocked: rng.u8(..20) == 0,
            known: rng.u8(..3) == 0,
            consent,
            weather: rough,
            whole: false,
            steps: Vec::new(),
        };
        plan.whole = rng.u8(..4) == 0 && !plan.sdk && !plan.small;
        for _ in 0..rng.usize(4..40) {
            let gap = match rng.u8(..10) {
                0..=3 => rng.u32(..20),
                4..=6 => rng.u32(..400),
                7 | 8 => rng.u32(..4_000),
                _ => rng.u32(..40_000),
            };
            plan.steps.push((gap, step(&mut rng)));
        }
        plan
    }
}

fn step(rng: &mut Rng) -> Step {
    let tab = rng.u8(..);
    match rng.u8(..100) {
        0..=39 => {
            let size = if rng.u8(..60) == 0 { rng.u16(..59_000) } else { rng.u16(..60) };
            Step::Publish { tab, count: rng.u8(1..5), view: rng.u8(..4) == 0, size }
        }
        40..=46 => Step::Open,
        47..=49 => Step::Kill { tab },
        50..=54 => Step::KillMidway { tab, effects: rng.u8(..6) },
        55 => Step::KillAll,
        56..=59 => Step::Hide { tab },
        60..=62 => Step::Show { tab },
        63..=67 => Step::Navigate { tab },
        68..=71 => Step::Freeze { tab },
        72..=76 => Step::Return,
        77 | 78 => Step::Offline,
        79..=81 => Step::Online,
        82 => Step::Weather(Weather::Dead),
        83 | 84 => Step::Weather(Weather::Rough),
        85 => Step::Weather(Weather::Calm),
        86 => Step::Storage { works: false },
        87 | 88 => Step::Storage { works: true },
        89 => Step::WallJump { hours: rng.i8(-40..40) },
        90 => Step::Suspend { minutes: rng.u8(..60) },
        91 => Step::Consent(Consent::Out),
        92 => Step::Consent(Consent::Pending),
        93..=95 => Step::Consent(Consent::In),
        96 => Step::Flush { tab },
        97 => Step::DropIdentity { all: rng.bool() },
        _ => Step::Wake { tab },
    }
}
