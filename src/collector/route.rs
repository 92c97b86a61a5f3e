//! Where an event goes: its organization, its datastream, and the caller's overrides.
//!
//! They stay with the event until it is delivered, for it may leave when other settings are in force, or from a page
//! of another website under the same domain.

use alloc::string::String;

use super::{Collector, Sender};
use crate::delivery::edge::request;
use crate::delivery::{self, Limits};
use crate::moment::Moment;
use crate::value::{Map, Value};

/// The event's organization.
pub(super) const ORGANIZATION: &str = "organization";
/// The store's own Web SDK that it was accepted for, by name; it knows organization and datastream itself.
const WEB_SDK: &str = "webSdk";
/// The datastream that was in force when the event was accepted.
pub(super) const HOME: &str = "home";
/// Another one that the caller named.
pub(super) const OTHER: &str = "datastream";
/// What the caller overrides of it.
pub(super) const CONFIG: &str = "config";

impl Collector {
    /// What a request says beside its contents, by the overrides of all calls and of this one.
    pub(super) fn route(&self, local: Option<&Value>) -> String {
        to_text(self.overridden(local))
    }

    /// [`Self::route`] of an event that is accepted now.
    pub(super) fn event_route(&self, local: Option<&Value>) -> String {
        let mut route = self.overridden(local);
        let settings = &self.effective.settings;
        if let Some(Sender::WebSdk(name)) = &self.sender {
            route.set(WEB_SDK, name.as_str());
        } else if let (Some(organization), Some(datastream)) = (&settings.organization_id, &settings.datastream_id) {
            route.set(ORGANIZATION, organization.as_str());
            route.set(HOME, datastream.as_str());
        }
        to_text(route)
    }

    fn overridden(&self, local: Option<&Value>) -> Map {
        let datastream = self.effective.settings.datastream_id.as_deref().unwrap_or_default();
        let overrides = request::overrides(self.instance.overrides.as_ref(), local, datastream);
        let mut route = Map::new();
        if let Some(datastream) = overrides.datastream {
            route.set(OTHER, datastream);
        }
        if let Some(config) = overrides.config {
            route.set(CONFIG, config);
        }
        route
    }

    /// Whether an entry that another page left may leave from here. Another organization knows the shopper by another
    /// identity, and only the store's own Web SDK knows where its events go: such an entry waits for a page of its own,
    /// as long as events are kept.
    pub(super) fn may_adopt(&self, text: &str, moment: &Moment) -> bool {
        let Some(event) = delivery::stored(text) else { return true };
        let route = parse(&event.route);
        let theirs = |what| route.get(what).and_then(Value::as_text);
        let own_sdk = match &self.sender {
            Some(Sender::WebSdk(name)) => Some(name.as_str()),
            _ => None,
        };
        let ours = self.effective.settings.organization_id.as_deref();
        let is_foreign = theirs(WEB_SDK).is_some_and(|name| own_sdk != Some(name))
            || theirs(ORGANIZATION).is_some_and(|id| ours.is_some_and(|ours| ours != id));
        !is_foreign || Limits::default().is_too_old(event.created, moment.wall)
    }
}

/// What [`Collector::route`] or [`Collector::event_route`] made.
pub(super) fn parse(route: &str) -> Value {
    Value::parse(route).unwrap_or_default()
}

/// Requests are mostly beside nothing: no text is no route.
fn to_text(route: Map) -> String {
    if route.is_empty() { String::new() } else { Value::Map(route).to_json() }
}
