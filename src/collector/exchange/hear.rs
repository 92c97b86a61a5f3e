//! What an answer of the edge means: for the outbox, the shopper, the browser, and whoever asked.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Exchange, Here, UnderWay};
use crate::collector::instance::{NETWORK, Told};
use crate::collector::{Effect, Host};
use crate::consent::State;
use crate::delivery::edge::{cookies as edge_cookies, endpoint, response, verdict};
use crate::delivery::{Action, Outcome, RequestId};
use crate::identity;
use crate::inspect::Issue;
use crate::text;

/// An answer of the edge, its body read to the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// `Retry-After`, where the server lets us see it.
    pub retry_after: Option<String>,
    /// `x-adobe-edge`, where the server lets us see it.
    pub region: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Refused, reset, blocked: browsers do not tell which.
    Network,
}

/// What an answer amounts to.
#[derive(Debug)]
pub(in crate::collector) struct Understood {
    pub(in crate::collector) action: Action,
    pub(in crate::collector) outcome: Outcome,
    pub(in crate::collector) effects: Vec<Effect>,
    pub(in crate::collector) issues: Vec<Issue>,
    pub(in crate::collector) identity_came: bool,
    /// With a cookie that says what the shopper chose.
    pub(in crate::collector) consent_came: bool,
    /// For whoever asked.
    pub(in crate::collector) told: Told,
}

impl Exchange {
    /// What an answer, or its absence, means. `None` for a request that nobody waits for. Of a shopper
    /// who does not agree nothing is learnt or kept, but for the cookie that says so.
    pub(in crate::collector) fn understand(
        &mut self,
        request: RequestId,
        reply: Result<Reply, Failure>,
        here: Here<'_>,
    ) -> Option<Understood> {
        let at = self.requests.iter().position(|(id, _)| *id == request)?;
        let (_, under_way) = self.requests.remove(at);
        let action = under_way.action;
        let Ok(reply) = reply else { return Some(self.unanswered(request, &under_way)) };
        let headers =
            response::Headers { retry_after: reply.retry_after.as_deref(), adobe_edge: reply.region.as_deref() };
        let mut answer = response::read(action, reply.status, &reply.body, headers, here.moment.wall);
        let agreed = here.consent == State::In;
        let identity_came = agreed && self.takes_identity(&under_way, &mut answer, here);
        let effects = if agreed { self.take(&answer, here) } else { self.take_refusal(action, &answer, here.host) };
        let outcome = verdict::outcome(&answer, reply.status);
        let mut told = Told {
            request,
            is_good: answer.good,
            again: matches!(outcome, Outcome::Retry { .. }),
            failure: failure(&answer, &reply),
            ..Told::default()
        };
        let understood = Understood {
            action,
            outcome: match action {
                // The choice stands, whatever is wrong with the server.
                Action::SetConsent if reply.status >= 500 => Outcome::Retry { after: None },
                // Asked for again, should the shopper agree.
                Action::Acquire if answer.good && !agreed => Outcome::Retry { after: Some(0) },
                _ => outcome,
            },
            effects,
            issues: answer.issues(),
            identity_came,
            consent_came: answer.cookies.iter().any(is_consent),
            told: {
                if agreed {
                    told.handles = answer.handles;
                    told.destinations = answer.destinations;
                }
                told
            },
        };
        Some(understood)
    }

    fn unanswered(&mut self, request: RequestId, under_way: &UnderWay) -> Understood {
        let third_party = under_way.third_party;
        // Blockers know the third-party domain. The next attempt goes to the edge domain at once.
        self.third_party_blocked |= third_party;
        let failure = if third_party { "" } else { NETWORK };
        Understood {
            action: under_way.action,
            outcome: if third_party { Outcome::Retry { after: Some(0) } } else { Outcome::NetworkError },
            effects: Vec::new(),
            issues: Vec::new(),
            identity_came: false,
            consent_came: false,
            told: Told { request, failure: failure.to_owned(), ..Told::default() },
        }
    }

    /// Whether the answer brings the shopper's identity; one that is not to be the shopper's is taken out of it.
    fn takes_identity(&mut self, under_way: &UnderWay, answer: &mut response::Answer, here: Here<'_>) -> bool {
        let came = answer.ecid.is_some();
        if here.settings.organization_id.as_deref() != Some(under_way.organization.as_str()) {
            // The present one does not know the shopper by it; the cookies are the former one's own.
            answer.ecid = None;
            return false;
        }
        if !under_way.identified
            && self.look(here.settings, here.moment)
            && answer.ecid.as_deref() != self.shopper.ecid()
        {
            // While this page was frozen another one has asked, too: the shopper keeps that identity.
            answer.ecid = None;
            answer.cookies.retain(|cookie| !cookie.name.ends_with("_identity"));
        }
        came
    }

    /// The cookies by which the edge says that a shopper who does not agree has refused.
    fn take_refusal(&self, action: Action, answer: &response::Answer, host: &Host) -> Vec<Effect> {
        let mut effects = Vec::new();
        for cookie in &answer.cookies {
            if action == Action::SetConsent && is_consent(cookie) {
                let domains = match &self.apex {
                    Some(apex) => alloc::vec![apex.clone()],
                    None => endpoint::apex_candidates(&host.hostname),
                };
                effects.push(Effect::SetCookieFor { cookie: cookie.to_text("", host.scheme == "https:"), domains });
            }
        }
        effects
    }

    /// Takes in what an answer says of a shopper who agrees; gives back what the browser has to do for it.
    pub(in crate::collector) fn take(&mut self, answer: &response::Answer, here: Here<'_>) -> Vec<Effect> {
        let Here { settings, host, moment, .. } = here;
        let mut effects = Vec::new();
        let legacy = settings
            .organization_id
            .as_deref()
            .filter(|_| self.shopper.ecid().is_none() && !self.no_migration)
            .zip(answer.ecid.as_deref())
            .and_then(|(organization, ecid)| {
                let known = identity::from_legacy_cookies(&moment.cookies, organization);
                edge_cookies::legacy_cookie(ecid, known.as_deref(), organization)
            });
        let apex = self.apex(host, State::In).to_owned();
        for cookie in answer.cookies.iter().chain(&legacy) {
            self.shopper.give(cookie.name.clone(), cookie.value.clone());
            effects.push(Effect::SetCookie(cookie.to_text(&apex, host.scheme == "https:")));
        }
        if let Some(segments) = edge_cookies::segments_cookie(&answer.destinations) {
            effects.push(Effect::SetCookie(segments));
        }
        for pixel in &answer.pixels {
            effects.push(Effect::Pixel { url: pixel.url.clone(), hide_referrer: pixel.hide_referrer });
        }
        self.shopper.learn(answer.ecid.clone());
        if answer.core.is_some() {
            self.shopper.core.clone_from(&answer.core);
        }
        self.shopper.region = answer.region.or(self.shopper.region);
        effects
    }
}

/// Why an answer is no good one, in the Web SDK's words; empty of a good one.
fn failure(answer: &response::Answer, reply: &Reply) -> String {
    if answer.good {
        return String::new();
    }
    let status = text::decimal(i64::from(reply.status));
    let (with, body) = match reply.body.as_str() {
        "" => ("no response body.", ""),
        body => ("response body:\n", body),
    };
    text::join(&["The server responded with a status code ", &status, " and ", with, body])
}

/// Whether this is the cookie that says what the shopper chose.
fn is_consent(cookie: &edge_cookies::Cookie) -> bool {
    cookie.name.ends_with("_consent")
}
