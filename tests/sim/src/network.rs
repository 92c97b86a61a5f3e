//! The network and the edge: requests are lost, late, answered badly, or well.

use storefront_collector::delivery::{Action, Exception, Input, Outcome, RequestId};
use storefront_collector::inspect::Status;

use crate::coverage::Seen;
use crate::plan::{Consent, Weather};
use crate::world::{Happening, World};

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) tab: usize,
    pub(crate) id: RequestId,
    /// `None`: a call of the Web SDK.
    pub(crate) action: Option<Action>,
    pub(crate) events: Vec<usize>,
    pub(crate) bytes: usize,
    pub(crate) keepalive: bool,
    /// The identity it carried.
    pub(crate) identity: Option<u32>,
    /// The shopper's choice, if it tells one.
    pub(crate) choice: Option<Consent>,
    /// Sent by a page on its way out.
    pub(crate) leaving: bool,
    /// The page still waits for it.
    pub(crate) open: bool,
    /// It will not be delivered any more.
    pub(crate) dead: bool,
    /// An identity the edge made for it.
    pub(crate) minted: Option<u32>,
    pub(crate) outcome: Outcome,
    /// No answer will ever come.
    pub(crate) hangs: bool,
}

fn good() -> Outcome {
    Outcome::Good { except: Vec::new() }
}

impl World<'_> {
    /// Lets a request go: draws what becomes of it.
    pub(crate) fn depart(&mut self, mut request: Request) {
        let up = self.rng.i64(5..150);
        let down = up + self.rng.i64(5..150);
        let index = self.requests.len();
        let mut delivered = Some(up);
        let mut answered = Some(down);
        let dice = match self.weather {
            Weather::Calm => 0,
            Weather::Rough => self.rng.u8(..100),
            Weather::Dead => self.rng.u8(55..84),
        };
        let sdk = request.action.is_none();
        if !self.online {
            self.coverage.saw(Seen::NetworkOffline);
            request.outcome = Outcome::NetworkError;
            delivered = None;
        } else {
            match dice {
                0..=44 => {}
                45..=49 => {
                    self.coverage.saw(Seen::Slow);
                    answered = Some(down + self.rng.i64(500..6_000));
                }
                50..=54 => {
                    self.coverage.saw(Seen::Late);
                    delivered = Some(up + self.rng.i64(0..20_000));
                    answered = Some(down + self.rng.i64(20_000..30_000));
                }
                55..=62 => {
                    self.coverage.saw(Seen::LostUp);
                    request.outcome = Outcome::NetworkError;
                    delivered = None;
                }
                63..=69 => {
                    self.coverage.saw(Seen::LostDown);
                    request.outcome = Outcome::NetworkError;
                    if self.weather == Weather::Dead {
                        delivered = None;
                    }
                }
                70..=72 => {
                    self.coverage.saw(if sdk { Seen::SdkHang } else { Seen::HangLost });
                    delivered = None;
                    answered = None;
                }
                73..=75 => {
                    self.coverage.saw(if sdk { Seen::SdkHang } else { Seen::HangDelivered });
                    answered = None;
                }
                76..=80 => {
                    self.coverage.saw(Seen::Unavailable);
                    request.outcome = Outcome::Retry { after: None };
                    delivered = None;
                }
                81..=84 => {
                    self.coverage.saw(Seen::TooMany);
                    request.outcome = Outcome::Retry { after: Some(self.rng.i64(0..8_000)) };
                    delivered = None;
                }
                85..=88 => delivered = self.refuse(&mut request, dice).then_some(up),
                89..=91 if request.action == Some(Action::Acquire) => self.coverage.saw(Seen::NoIdentityGiven),
                _ => {}
            }
        }
        let gives_identity = request.identity.is_none()
            && !matches!(request.action, None | Some(Action::Collect))
            && delivered.is_some()
            && !(request.action == Some(Action::Acquire) && matches!(dice, 89..=91));
        if gives_identity {
            self.identities += 1;
            request.minted = Some(self.identities);
        }
        self.log(|| format!("    request {index}: {:?} up {delivered:?} down {answered:?}", request.outcome));
        request.hangs = answered.is_none();
        self.requests.push(request);
        if let Some(delay) = delivered {
            self.later(delay, Happening::Deliver(index));
        }
        if let Some(delay) = answered {
            self.later(delay, Happening::Answer(index));
        }
    }

    /// The edge takes this one badly, as it will every time. Says whether any of it arrives.
    fn refuse(&mut self, request: &mut Request, dice: u8) -> bool {
        if request.action == Some(Action::Acquire) {
            self.coverage.saw(Seen::RefusedIdentity);
            request.outcome = Outcome::Refused { reason: "no identity".into(), whole: true, explained: true };
            return false;
        }
        match dice {
            85 => {
                self.coverage.saw(Seen::TooLarge);
                request.outcome = Outcome::TooLarge;
                false
            }
            86 => {
                self.coverage.saw(Seen::RefusedWhole);
                request.outcome =
                    Outcome::Refused { reason: "datastream".into(), whole: true, explained: self.rng.bool() };
                false
            }
            87 => {
                self.coverage.saw(Seen::RefusedPart);
                request.outcome =
                    Outcome::Refused { reason: "invalid".into(), whole: false, explained: self.rng.bool() };
                false
            }
            _ => {
                self.coverage.saw(Seen::Exception);
                let index = self.rng.usize(..request.events.len().max(1));
                let becomes = if self.rng.bool() { Status::Suppressed } else { Status::Rejected };
                let exception = Exception { event: Some(index), becomes, tries: 0, reason: "invalid".into() };
                request.outcome = Outcome::Good { except: vec![exception] };
                true
            }
        }
    }

    /// A request reaches the edge.
    pub(crate) fn deliver(&mut self, index: usize) {
        if self.requests[index].dead {
            return;
        }
        let request = self.requests[index].clone();
        self.log(|| format!("    request {index} arrives: {:?}", request.events));
        let excepted = match &request.outcome {
            Outcome::Good { except } => except.first().and_then(|exception| exception.event),
            _ => None,
        };
        if let (Some(choice), Outcome::Good { .. }) = (request.choice, &request.outcome) {
            self.coverage.saw(if choice == Consent::In { Seen::EdgeHeardIn } else { Seen::EdgeHeardOut });
            self.edge_consent = Some(choice);
            // Given up, or overtaken by a newer one, and taken all the same: nobody can know.
            self.deaf |= !request.open || index < self.newest_choice;
            self.newest_choice = self.newest_choice.max(index);
        }
        for (at, &event) in request.events.iter().enumerate() {
            if excepted == Some(at) {
                self.facts[event].refused = true;
                continue;
            }
            self.arrive(event, &request);
        }
    }

    fn arrive(&mut self, event: usize, request: &Request) {
        let fact = &mut self.facts[event];
        fact.arrivals += 1;
        // One that was refused or thrown away meanwhile, and arrives late after all, has no place.
        let (page, first, free) = (fact.page, fact.arrivals == 1, fact.order_free || fact.refused || fact.waived);
        if fact.published_out {
            self.fail("nothing published while opted out ever leaves", format!("event {event} arrived"));
        }
        self.coverage.saw(if first { Seen::Arrived } else { Seen::ArrivedTwice });
        if page != request.tab {
            self.coverage.saw(Seen::ArrivedByHeir);
        } else if !self.tabs[page].is_alive() {
            self.coverage.saw(Seen::ArrivedFromGrave);
        }
        if first {
            let order = &mut self.orders[page];
            let overtaken = order.highest.is_some_and(|highest| highest > event);
            let excused = free || order.free;
            let highest = order.highest;
            // An event that may stand anywhere says nothing about the places of others.
            if !free {
                order.highest = order.highest.max(Some(event));
            }
            if overtaken && !excused {
                self.fail("the order of a page is kept", format!("event {event} arrived after {highest:?}"));
            }
        }
    }

    /// The answer reaches the page, if there still is one that waits for it.
    pub(crate) fn answer(&mut self, index: usize) {
        let tab = self.requests[index].tab;
        if !self.requests[index].open || self.tabs[tab].is_dead() {
            return;
        }
        if self.tabs[tab].frozen {
            self.coverage.saw(Seen::AnswerWhileFrozen);
            self.tabs[tab].held.push(index);
            return;
        }
        self.requests[index].open = false;
        let request = self.requests[index].clone();
        self.log(|| format!("    request {index} is answered: {:?}", request.outcome));
        if request.choice.is_some() && matches!(request.outcome, Outcome::Refused { .. } | Outcome::TooLarge) {
            self.coverage.saw(Seen::EdgeRefusedChoice);
            self.deaf = true;
        }
        if self.is_whole() {
            self.note_refusals(&request);
            return self.answer_whole(&request);
        }
        if let (Some(identity), Outcome::Good { .. }) = (request.minted, &request.outcome) {
            self.receive_identity(tab, identity, request.leaving);
        }
        self.note_refusals(&request);
        self.tell(tab, Input::Answered { request: request.id, outcome: request.outcome });
    }

    /// What the edge refused for good need not arrive.
    fn note_refusals(&mut self, request: &Request) {
        let tab = request.tab;
        match &request.outcome {
            Outcome::Refused { whole, .. } => {
                if request.action == Some(Action::Acquire) {
                    self.tabs[tab].refused_identity = true;
                } else if *whole || request.events.len() == 1 {
                    request.events.iter().for_each(|event| self.facts[*event].refused = true);
                }
            }
            Outcome::TooLarge if request.events.len() == 1 => self.facts[request.events[0]].refused = true,
            Outcome::Good { .. } if request.action == Some(Action::Acquire) && request.minted.is_none() => {
                self.tabs[tab].refused_identity = true;
            }
            _ => {}
        }
    }

    /// What the collector does with an identity: keeps it in memory and as a cookie.
    fn receive_identity(&mut self, tab: usize, identity: u32, leaving: bool) {
        if self.plan.cookies_blocked {
            self.tabs[tab].identity.get_or_insert(identity);
            return;
        }
        match self.cookie {
            // A page that is left gives the lock back with its requests in the air; their answers may
            // come when it is back. The older identity stays.
            Some(older) if leaving || self.cookie_by_leaving => self.tabs[tab].identity = Some(older),
            Some(older) if older != identity => {
                self.fail("no identity is minted twice", format!("tab {tab} was given {identity} beside {older}"));
            }
            _ => {
                self.cookie = Some(identity);
                self.cookie_by_leaving = leaving;
                self.tabs[tab].identity = Some(identity);
            }
        }
    }

    /// A request is let go of by its page (`dying`: with the page) and may or may not have left.
    pub(crate) fn let_go(&mut self, index: usize, dying: bool) {
        let survives = self.requests[index].keepalive && dying;
        let request = &mut self.requests[index];
        request.open = false;
        if !survives && self.rng.bool() {
            request.dead = true;
        }
    }

    /// A request as the engine asked for it.
    pub(crate) fn request(&self, tab: usize, id: RequestId, action: Option<Action>, events: Vec<usize>) -> Request {
        Request {
            tab,
            id,
            action,
            events,
            bytes: 0,
            keepalive: true,
            identity: None,
            choice: None,
            leaving: self.tabs[tab].leaving,
            open: true,
            dead: false,
            minted: None,
            outcome: good(),
            hangs: false,
        }
    }
}
