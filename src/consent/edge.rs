//! Telling the edge: what, when, and how often.

use super::machine::Consent;
use super::{Source, State, hash, standards};
use crate::moment::Moment;
use crate::value::{Map, Value};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The edge took it (2xx), and the cookies of its answer are written.
    Accepted,
    /// The edge will never take it (400, 403, 409, 422): not sent again until there is a new choice.
    Refused,
    /// Nobody knows (5xx, 429, network, no answer in time): sent again, later each time.
    Failed,
}

/// Milliseconds until the first retry; doubled each time, up to [`LAST_RETRY`].
const FIRST_RETRY: i64 = 1_000;
/// The longest wait between two tries, in milliseconds.
const LAST_RETRY: i64 = 60_000;

/// Whether what was accepted on this page still stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Accepted {
    /// Nothing was, on this page.
    #[default]
    No,
    /// Just now.
    Fresh,
    /// And the cookie said this right after: while it still does, so does the edge. With cookies
    /// blocked it says nothing, then and later.
    With(Option<State>),
}

/// What the edge was told, and what is on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Telling {
    /// The hashes of what it accepted last.
    pub(super) told: Map,
    /// The hashes of what it accepted last from this page, since its choice is what it is. Another tab may have another
    /// choice and tell it, too: who tells again because of that is told of again, without an end.
    here: Map,
    /// What the edge believes by our messages, at the worst: an out from the moment it is sent, as
    /// it may arrive unanswered, an in once it is accepted.
    pub(super) believed: Option<State>,
    accepted: Accepted,
    flight: Option<(Map, State)>,
    refused: Option<Map>,
    /// The last call of `setConsent` has not reached the store's own SDK.
    pub(super) is_due: bool,
    retry_at: Option<i64>,
    next_wait: i64,
    /// When any of what is remembered of this changed, as `Consent::chosen_at`.
    pub(super) changed_at: i64,
}

impl Telling {
    pub(super) fn cookie_seen(&mut self, cookie: Option<State>) {
        if self.accepted == Accepted::Fresh {
            self.accepted = Accepted::With(cookie);
        }
    }

    /// A new choice is told at once, whatever became of the one before.
    pub(super) fn new_choice(&mut self) {
        self.here = Map::new();
        self.refused = None;
        self.retry_at = None;
        self.next_wait = FIRST_RETRY;
    }

    fn touch(&mut self, now: &Moment) {
        self.changed_at = now.wall.max(self.changed_at.saturating_add(1));
    }
}

impl Consent {
    /// The consent array to send to `privacy/set-consent` (or to the own SDK's `setConsent`) now,
    /// if the edge has to be told. Taken once, it counts as sent until [`Self::edge_answered`];
    /// there is never more than one on the way. To be asked for after every call, and at
    /// [`Self::wake_at`].
    pub fn message_for_edge(&mut self, now: &Moment) -> Option<Value> {
        let (consent, hashes) = self.untold()?;
        if self.telling.flight.is_some() || self.telling.retry_at.is_some_and(|at| now.mono < at) {
            return None;
        }
        self.telling.flight = Some((hashes, self.state));
        // Until there is an answer nobody knows which of the two the edge goes by.
        self.telling.told = Map::new();
        if self.state == State::Out {
            self.telling.believed = Some(State::Out);
        }
        self.telling.touch(now);
        Some(consent)
    }

    /// What became of the message that [`Self::message_for_edge`] gave out. Cookies that the answer
    /// brought have to be written before, and looked at ([`Self::read`]) after.
    pub fn edge_answered(&mut self, answer: Answer, now: &Moment) {
        let Some((hashes, state)) = self.telling.flight.take() else { return };
        // A choice made meanwhile is another message.
        self.telling.is_due &= answer == Answer::Failed || state != self.state;
        match answer {
            Answer::Accepted => {
                self.telling.here = hashes.clone();
                self.telling.told = hashes;
                self.telling.believed = Some(state);
                self.telling.accepted = Accepted::Fresh;
                self.telling.touch(now);
            }
            // A choice made meanwhile is another message, and has had no answer.
            _ if state != self.state => {}
            Answer::Refused => self.telling.refused = Some(hashes),
            Answer::Failed => {
                let wait = self.telling.next_wait.clamp(FIRST_RETRY, LAST_RETRY);
                self.telling.retry_at = Some(now.mono.saturating_add(wait));
                self.telling.next_wait = wait.saturating_mul(2);
            }
        }
    }

    /// Whether the message on the way says what the shopper does not say any more.
    #[must_use]
    pub fn message_is_outdated(&self) -> bool {
        self.telling.flight.as_ref().is_some_and(|(_, state)| *state != self.state)
    }

    /// When to ask for a message again that failed, on the clock of [`Moment::mono`].
    #[must_use]
    pub fn wake_at(&self) -> Option<i64> {
        self.telling.retry_at.filter(|_| self.telling.flight.is_none() && self.untold().is_some())
    }

    /// Whether events have to wait for the answer to the message before them: the edge still
    /// believes in an out, and would drop them.
    #[must_use]
    pub fn edge_must_hear_first(&self) -> bool {
        self.state == State::In
            && self.edge_believes_out()
            && (self.untold().is_some() || self.telling.flight.is_some())
    }

    fn edge_believes_out(&self) -> bool {
        self.cookie == Some(State::Out) || self.telling.believed == Some(State::Out)
    }

    /// What the edge should be told and was not, with its hashes.
    fn untold(&self) -> Option<(Value, Map)> {
        if self.rules.own_sdk && !self.rules.web_sdk {
            // Its consent is its own, unless the page asks by a call of `setConsent`: then it is told, once.
            let consent = &self.choice.as_ref().filter(|_| self.is_called() && self.telling.is_due)?.consent;
            return (self.state != State::Pending).then(|| (consent.clone(), hash::hashes(consent)));
        }
        let chosen = match self.because {
            Some(Source::SetConsent) => self.choice.as_ref().map(|choice| &choice.consent),
            Some(Source::Tcf) => self.banner_consent.as_ref(),
            _ => None,
        };
        let plain = standards::general(self.state);
        let worth_it = match self.state {
            State::Pending => false,
            State::In => chosen.is_some() || self.edge_believes_out(),
            State::Out => {
                let was_in = self.identity || self.cookie == Some(State::In) || self.events_sent;
                // Where the cookie says out already, as ever when it decided, only a choice with more in it is news.
                let news = self.cookie != Some(State::Out) || chosen.is_some_and(|consent| *consent != plain);
                was_in && self.is_refused() && news
            }
        };
        if !worth_it {
            return None;
        }
        let consent = chosen.cloned().unwrap_or(plain);
        let hashes = hash::hashes(&consent);
        let has_cookie = self.cookie.is_some() || self.telling.accepted == Accepted::With(None);
        let known = hashes == self.telling.told && self.still_known() || hashes == self.telling.here && has_cookie;
        (!known && self.telling.refused.as_ref() != Some(&hashes)).then_some((consent, hashes))
    }

    /// Whether what the edge accepted last still stands, by the cookie that came of it.
    fn still_known(&self) -> bool {
        let agrees = self.cookie == Some(self.state);
        match self.telling.accepted {
            Accepted::No => agrees && self.identity,
            Accepted::Fresh => true,
            Accepted::With(cookie) => agrees || cookie == self.cookie,
        }
    }
}
