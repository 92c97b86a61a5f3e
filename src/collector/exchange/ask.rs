//! What is said to the edge: a request of the outbox, with its address and its body.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Exchange, Here, UnderWay};
use crate::collector::{Effect, route};
use crate::consent::State;
use crate::delivery::edge::{endpoint, request};
use crate::delivery::{Action, Send};
use crate::identity;
use crate::settings;
use crate::text;
use crate::uuid::Random;
use crate::value::Value;

impl Exchange {
    /// Builds a request of the outbox.
    pub(in crate::collector) fn build(&mut self, send: &Send, here: Here<'_>, random: &mut Random) -> Effect {
        let Here { settings, host, consent, moment } = here;
        let route = route::parse(self.route_of(send));
        let named = |what| route.get(what).and_then(Value::as_text);
        let current = settings.organization_id.as_deref().unwrap_or_default();
        let organization = named(route::ORGANIZATION).unwrap_or(current);
        let home = named(route::HOME).or(settings.datastream_id.as_deref()).unwrap_or_default();
        let other = named(route::OTHER);

        let apex = self.apex(host, consent).to_owned();
        if consent == State::In {
            self.shopper.stay();
        }
        let page_url = (host.address)();
        let (own_ecid, cookies) =
            self.shopper.told_to(organization, send.action == Action::SetConsent, &moment.cookies);
        let identified = own_ecid.is_some() || identity::is_known(&cookies, organization);
        let core = settings.third_party_cookies_enabled && endpoint::allows_third_party_cookies(&host.user_agent);
        // Who acquires an identity though there is one wants the one across sites, which only that domain knows.
        let known = identified && send.action != Action::Acquire;
        let third_party = endpoint::is_third_party_request(core, known, self.third_party_blocked);
        let origin = match third_party {
            true => text::join(&["https://", endpoint::THIRD_PARTY_HOST]),
            false => settings::edge_origin(settings, &host.scheme),
        };
        let request_host = text::around(&origin, "://").map_or("", |(_, host)| host);
        // To a host of the shop's own the browser sends the cookies, and not what it has lost of them.
        let lost = endpoint::is_first_party(request_host, &apex) && !identity::is_known(&moment.cookies, organization);
        let legacy = if self.no_migration { "" } else { cookies.as_str() };
        let ecid = identity::carried_in(&page_url, legacy, organization, moment.wall)
            .or_else(|| own_ecid.filter(|_| lost).map(String::from))
            .or_else(|| self.shopper.handed.clone().filter(|_| !identified));

        let envelope = request::Envelope {
            host: request_host,
            apex: &apex,
            cookies: &cookies,
            organization,
            core,
            ecid: ecid.as_deref(),
            overrides: route.get(route::CONFIG),
            original_datastream: other.map(|_| home),
            target_migration: self.target_migration,
        };
        let body = self.body(send, &envelope, moment.wall);
        let request_id = random.uuid();
        let hint = endpoint::location_hint(&cookies, organization);
        let url = endpoint::Endpoint {
            origin: &origin,
            base_path: &settings.edge_base_path,
            hint: hint.as_deref(),
            action: send.action,
            datastream: other.unwrap_or(home),
            request_id: &request_id,
            token: endpoint::assurance_token(&page_url, host.client_id).as_deref(),
        }
        .url();
        let under_way = UnderWay {
            request_id: request_id.clone(),
            action: send.action,
            third_party,
            identified: identified || ecid.is_some(),
            organization: organization.to_owned(),
        };
        self.requests.push((send.request, under_way));
        Effect::Fetch { request: send.request, request_id, url, body, keepalive: send.keepalive }
    }

    /// Where a request goes, and what it says beside its contents.
    fn route_of<'a>(&'a self, send: &'a Send) -> &'a str {
        match send.action {
            Action::Acquire => &self.acquire_route,
            Action::SetConsent => &self.consent_route,
            Action::Interact | Action::Collect => send.events.first().map_or(&self.acquire_route, |event| &event.route),
        }
    }

    fn body(&self, send: &Send, envelope: &request::Envelope<'_>, wall: i64) -> String {
        match send.action {
            Action::Acquire => request::acquire_body(envelope),
            Action::SetConsent => {
                let consent = Value::parse(&send.body).unwrap_or_default();
                request::consent_body(&consent, self.consent_identities.as_ref(), envelope)
            }
            Action::Interact | Action::Collect => {
                let filled: Vec<String> = send.events.iter().map(|event| self.fill(event)).collect();
                let events: Vec<&str> = filled.iter().map(String::as_str).collect();
                // What waited for consent did so before the outbox had it.
                let waited = send.events.iter().map(|event| request::queue_time(event.created, wall)).max();
                request::events_body(&events, send.queue_time.max(waited.unwrap_or_default()), envelope)
            }
        }
    }
}
