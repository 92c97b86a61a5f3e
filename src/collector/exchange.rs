//! What is said to the edge and what its answers mean: between the outbox, which knows requests and
//! outcomes, and `delivery::edge`, which knows the wire.

mod ask;
mod hear;

use alloc::string::String;
use alloc::vec::Vec;

use super::draft::with_ecid;
use super::{Host, route};
use crate::consent::State;
use crate::delivery::edge::endpoint;
use crate::delivery::{Action, Event, RequestId};
use crate::identity::Shopper;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::value::Value;

pub use hear::{Failure, Reply};

/// Where and when a request leaves, or its answer comes.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) settings: &'a Settings,
    pub(super) host: &'a Host,
    pub(super) consent: State,
    pub(super) moment: &'a Moment,
}

/// The shopper, and the requests under way.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) shopper: Shopper,
    /// The domain for cookies; probed when first needed, for a probe is a cookie for an instant.
    apex: Option<String>,
    requests: Vec<(RequestId, UnderWay)>,
    /// Whether the third-party domain turned out to be blocked.
    third_party_blocked: bool,
    /// `targetMigrationEnabled`.
    pub(super) target_migration: bool,
    /// `idMigrationEnabled: false`: cookies of Adobe's older libraries are neither read nor written.
    pub(super) no_migration: bool,
    /// What requests for an identity say beside it, as `Event::route`.
    pub(super) acquire_route: String,
    /// What messages about consent say beside it.
    pub(super) consent_route: String,
    /// Who chose: `identityMap` of `setConsent`.
    pub(super) consent_identities: Option<Value>,
}

#[derive(Clone, Debug)]
struct UnderWay {
    request_id: String,
    action: Action,
    third_party: bool,
    /// It says who the shopper is.
    identified: bool,
    /// Whom it asks.
    organization: String,
}

impl Exchange {
    /// What the last command about consent said beside the choice is of no other choice.
    pub(super) fn forget_command(&mut self) {
        self.consent_identities = None;
        self.consent_route.clear();
    }

    /// Looks for the shopper in the cookies, see [`Shopper::look`].
    pub(super) fn look(&mut self, settings: &Settings, moment: &Moment) -> bool {
        self.shopper.look(settings.organization_id.as_deref(), &moment.cookies)
    }

    /// The request's own identifier, as it stands in its URL.
    pub(super) fn request_id(&self, request: RequestId) -> Option<&str> {
        self.requests.iter().find(|(id, _)| *id == request).map(|(_, under_way)| under_way.request_id.as_str())
    }

    /// An event's JSON with the ECID by which its organization knows the shopper now.
    pub(super) fn fill(&self, event: &Event) -> String {
        if !event.wants_ecid {
            return event.json.clone();
        }
        let route = route::parse(&event.route);
        let theirs = route.get(route::ORGANIZATION).and_then(Value::as_text);
        let is_foreign = theirs.is_some_and(|theirs| self.shopper.is_foreign(theirs));
        with_ecid(&event.json, self.shopper.ecid().filter(|_| !is_foreign))
    }

    /// A request was given up; its answer is not wanted any more.
    /// Gives back what it was for.
    pub(super) fn cancel(&mut self, request: RequestId) -> Option<Action> {
        let at = self.requests.iter().position(|(id, _)| *id == request)?;
        Some(self.requests.swap_remove(at).1.action)
    }

    /// The shop's apex domain; empty as long as it is not known and finding out would set a cookie for
    /// a shopper who does not agree.
    fn apex(&mut self, host: &Host, consent: State) -> &str {
        if consent == State::In && self.apex.is_none() {
            self.apex = Some((host.widest_domain)(&endpoint::apex_candidates(&host.hostname)).unwrap_or_default());
        }
        self.apex.as_deref().unwrap_or_default()
    }
}
