//! What is said to the edge and what its answers mean: between the outbox, which knows requests and
//! outcomes, and `delivery::edge`, which knows the wire.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::draft::with_ecid;
use super::instance::{NETWORK, Told};
use super::{Effect, Host, route};
use crate::consent::State;
use crate::delivery::edge::{cookies as edge_cookies, endpoint, request, response, verdict};
use crate::delivery::{Action, Event, Outcome, RequestId, Send};
use crate::identity::{self, Shopper};
use crate::inspect::Issue;
use crate::moment::Moment;
use crate::settings::{self, Settings};
use crate::text;
use crate::uuid::Random;
use crate::value::Value;

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

/// What an answer amounts to.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) action: Action,
    pub(super) outcome: Outcome,
    pub(super) effects: Vec<Effect>,
    pub(super) issues: Vec<Issue>,
    pub(super) identity_came: bool,
    /// With a cookie that says what the shopper chose.
    pub(super) consent_came: bool,
    /// For whoever asked.
    pub(super) told: Told,
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

    /// Builds a request of the outbox. `page_url` is the page's address now.
    #[allow(clippy::too_many_arguments)] // Everything a request is made of, once.
    pub(super) fn build(
        &mut self,
        send: &Send,
        settings: &Settings,
        host: &Host,
        page_url: &str,
        consent: State,
        moment: &Moment,
        random: &mut Random,
    ) -> Effect {
        let route = route::parse(match send.action {
            Action::Acquire => &self.acquire_route,
            Action::SetConsent => &self.consent_route,
            Action::Interact | Action::Collect => send.events.first().map_or(&self.acquire_route, |event| &event.route),
        });
        let named = |what| route.get(what).and_then(Value::as_text);
        let current = settings.organization_id.as_deref().unwrap_or_default();
        let organization = named(route::ORGANIZATION).unwrap_or(current);
        let apex = self.apex(host, consent).to_owned();
        if consent == State::In {
            self.shopper.stay();
        }
        let (own_ecid, cookies) =
            self.shopper.told_to(organization, send.action == Action::SetConsent, &moment.cookies);
        let identified = own_ecid.is_some() || identity::is_known(&cookies, organization);
        let core = settings.third_party_cookies_enabled && endpoint::allows_third_party_cookies(&host.user_agent);
        // Who acquires an identity though there is one wants the one across sites, which only that domain knows.
        let known = identified && send.action != Action::Acquire;
        let third_party = endpoint::is_third_party_request(core, known, self.third_party_blocked);
        let own_origin = settings::edge_origin(settings, &host.scheme);
        let origin = if third_party { text::join(&["https://", endpoint::THIRD_PARTY_HOST]) } else { own_origin };
        let request_host = text::around(&origin, "://").map_or("", |(_, host)| host);
        let request_host = text::split(request_host, b":").next().unwrap_or_default();
        // To a host of the shop's own the browser sends the cookies, and not what it has lost of them.
        let lost = endpoint::is_first_party(request_host, &apex) && !identity::is_known(&moment.cookies, organization);
        let legacy = if self.no_migration { "" } else { cookies.as_str() };
        let ecid = identity::carried_in(page_url, legacy, organization, moment.wall)
            .or_else(|| own_ecid.filter(|_| lost).map(String::from))
            .or_else(|| self.shopper.handed.clone().filter(|_| !identified));
        let home = named(route::HOME).or(settings.datastream_id.as_deref()).unwrap_or_default();
        let other = named(route::OTHER);
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
        let body = match send.action {
            Action::Acquire => request::acquire_body(&envelope),
            Action::SetConsent => {
                let consent = Value::parse(&send.body).unwrap_or_default();
                request::consent_body(&consent, self.consent_identities.as_ref(), &envelope)
            }
            Action::Interact | Action::Collect => {
                let filled: Vec<String> = send.events.iter().map(|event| self.fill(event)).collect();
                let events: Vec<&str> = filled.iter().map(String::as_str).collect();
                // What waited for consent did so before the outbox had it.
                let waited = send.events.iter().map(|event| request::queue_time(event.created, moment.wall)).max();
                request::events_body(&events, send.queue_time.max(waited.unwrap_or_default()), &envelope)
            }
        };
        let request_id = random.uuid();
        let hint = endpoint::location_hint(&cookies, organization);
        let url = endpoint::Endpoint {
            origin: &origin,
            base_path: &settings.edge_base_path,
            hint: hint.as_deref(),
            action: send.action,
            datastream: other.unwrap_or(home),
            request_id: &request_id,
            token: endpoint::assurance_token(page_url, host.client_id).as_deref(),
        }
        .url();
        let identified = identified || ecid.is_some();
        let under_way = UnderWay {
            request_id: request_id.clone(),
            action: send.action,
            third_party,
            identified,
            organization: organization.to_owned(),
        };
        self.requests.push((send.request, under_way));
        Effect::Fetch { request: send.request, request_id, url, body, keepalive: send.keepalive }
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

    /// What an answer, or its absence, means. `None` for a request that nobody waits for. Of a shopper
    /// who does not agree nothing is learnt or kept, but for the cookie that says so.
    pub(super) fn understand(
        &mut self,
        request: RequestId,
        reply: Result<Reply, Failure>,
        settings: &Settings,
        host: &Host,
        consent: State,
        moment: &Moment,
    ) -> Option<Understood> {
        let at = self.requests.iter().position(|(id, _)| *id == request)?;
        let (_, under_way) = self.requests.remove(at);
        let mut understood = Understood {
            action: under_way.action,
            outcome: Outcome::NetworkError,
            effects: Vec::new(),
            issues: Vec::new(),
            identity_came: false,
            consent_came: false,
            told: Told { request, ..Told::default() },
        };
        let Ok(reply) = reply else {
            if under_way.third_party {
                // Blockers know the third-party domain. The next attempt goes to the edge domain at once.
                self.third_party_blocked = true;
                understood.outcome = Outcome::Retry { after: Some(0) };
            } else {
                NETWORK.clone_into(&mut understood.told.failure);
            }
            return Some(understood);
        };
        let headers =
            response::Headers { retry_after: reply.retry_after.as_deref(), adobe_edge: reply.region.as_deref() };
        let mut answer = response::read(under_way.action, reply.status, &reply.body, headers, moment.wall);
        understood.issues = answer.issues();
        understood.consent_came = answer.cookies.iter().any(is_consent);
        understood.outcome = verdict::outcome(&answer, reply.status);
        understood.told.is_good = answer.good;
        understood.told.again = matches!(understood.outcome, Outcome::Retry { .. });
        if !answer.good {
            let status = text::decimal(i64::from(reply.status));
            let (with, body) = match reply.body.as_str() {
                "" => ("no response body.", ""),
                body => ("response body:\n", body),
            };
            understood.told.failure =
                text::join(&["The server responded with a status code ", &status, " and ", with, body]);
        }
        if under_way.action == Action::SetConsent && reply.status >= 500 {
            // The choice stands, whatever is wrong with the server.
            understood.outcome = Outcome::Retry { after: None };
        }
        if consent != State::In {
            let told =
                answer.cookies.iter().filter(|cookie| under_way.action == Action::SetConsent && is_consent(cookie));
            understood.effects.extend(told.map(|cookie| Effect::SetCookieFor {
                cookie: cookie.to_text("", host.scheme == "https:"),
                domains: match &self.apex {
                    Some(apex) => alloc::vec![apex.clone()],
                    None => endpoint::apex_candidates(&host.hostname),
                },
            }));
            if under_way.action == Action::Acquire && answer.good {
                // Asked for again, should the shopper agree.
                understood.outcome = Outcome::Retry { after: Some(0) };
            }
            return Some(understood);
        }
        understood.identity_came = answer.ecid.is_some();
        if Some(under_way.organization) != settings.organization_id {
            // The present one does not know the shopper by it; the cookies are the former one's own.
            answer.ecid = None;
            understood.identity_came = false;
        } else if !under_way.identified && self.look(settings, moment) && answer.ecid.as_deref() != self.shopper.ecid()
        {
            // While this page was frozen another one has asked, too: the shopper keeps that identity.
            answer.ecid = None;
            answer.cookies.retain(|cookie| !cookie.name.ends_with("_identity"));
        }
        understood.effects = self.take(&answer, settings, host, moment);
        understood.told.handles = answer.handles;
        understood.told.destinations = answer.destinations;
        Some(understood)
    }

    /// Takes in what an answer says of a shopper who agrees; gives back what the browser has to do for it.
    pub(super) fn take(
        &mut self,
        answer: &response::Answer,
        settings: &Settings,
        host: &Host,
        moment: &Moment,
    ) -> Vec<Effect> {
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

    /// The shop's apex domain; empty as long as it is not known and finding out would set a cookie for
    /// a shopper who does not agree.
    fn apex(&mut self, host: &Host, consent: State) -> &str {
        if consent == State::In && self.apex.is_none() {
            self.apex = Some((host.widest_domain)(&endpoint::apex_candidates(&host.hostname)).unwrap_or_default());
        }
        self.apex.as_deref().unwrap_or_default()
    }
}

/// Whether this is the cookie that says what the shopper chose.
fn is_consent(cookie: &edge_cookies::Cookie) -> bool {
    cookie.name.ends_with("_consent")
}
