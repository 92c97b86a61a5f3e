//! The bundled sender as a Web SDK instance: the commands of `window.alloy` (Edge protocol, 8).
//!
//! An event that the page sends by `sendEvent` goes the way of the storefront's own from settings and
//! consent on: one identity, one consent, one outbox, one order. It keeps what the page wrote, though, and
//! is neither mapped nor given identities. A command's promise is kept by [`Effect::Answer`].

mod options;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::draft::{Asked, Draft, overlay};
use super::{BeforeSend, Collector, Effect, Sender};
use crate::consent::State;
use crate::delivery::edge::response;
use crate::delivery::{self, Action, Input, RequestId, Ticket};
use crate::identity;
use crate::inspect::{Issue, Severity, Status};
use crate::moment::Moment;
use crate::page::Page;
use crate::settings::Effective;
use crate::text::join;
use crate::value::{Map, Value};
use crate::xdm::personal::hold_back_identities;

/// Retries that a caller waits through, as the Web SDK's do; the event itself is tried for longer.
const PATIENCE: i64 = 4;
/// How long after its first call an event that has arrived is still meant by a caller who tries again, in
/// milliseconds.
const SAME_EVENT: i64 = 300_000;
/// Events of disappointed callers that are remembered.
const KEPT_AT_MOST: usize = 50;

/// What the bundled sender keeps as an instance.
#[derive(Debug, Default)]
pub(super) struct Instance {
    /// The page has called `configure`.
    configured: bool,
    /// `edgeConfigOverrides` of `configure`.
    pub(super) overrides: Option<Value>,
    /// Promises that are not kept yet.
    waiting: Vec<(Ticket, Wait)>,
    /// Messages about consent that are with the edge.
    telling: u32,
    /// How often the edge did not take the last choice.
    tries: i64,
    /// The last answer, for whoever waits for its request.
    told: Told,
    /// Events whose callers were told that they failed, and that are kept and tried again: who sends one
    /// once more means the same event.
    kept: Vec<Sent>,
}

/// What a promise waits for.
#[derive(Debug)]
enum Wait {
    /// The end of this event.
    Event(Sent),
    /// The shopper's identity under these namespaces.
    Identity(Vec<String>),
    /// The shopper's ECID, for this address.
    Url(String),
    /// The end of the messages about consent.
    Consent,
}

/// An event that the page sent.
#[derive(Clone, Debug)]
struct Sent {
    id: String,
    /// The options it was sent with.
    options: String,
    /// When, in milliseconds since 1970.
    wall: i64,
    /// Whether decisions are asked for.
    decisions: bool,
    /// Whether it has arrived.
    arrived: bool,
}

/// What an answer of the edge has for callers.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) request: RequestId,
    pub(super) handles: Vec<Value>,
    pub(super) destinations: Vec<Value>,
    /// Why it is no good answer, in the Web SDK's words.
    pub(super) failure: String,
    /// Whether the Web SDK would try again, and its caller wait.
    pub(super) again: bool,
}

impl Told {
    /// The request was given up.
    pub(super) fn unanswered(request: RequestId) -> Self {
        Self { request, failure: NETWORK.to_owned(), again: true, ..Self::default() }
    }

    /// The result of a command that got this answer.
    fn result(&self, decisions: bool) -> Value {
        let payloads = |kind: &str| -> Vec<Value> {
            let handles =
                self.handles.iter().filter(|handle| handle.get("type").and_then(Value::as_text) == Some(kind));
            handles
                .flat_map(|handle| handle.get("payload").and_then(Value::as_list).unwrap_or_default())
                .cloned()
                .collect()
        };
        let propositions = payloads("personalization:decisions");
        let mut result = Map::new();
        if decisions {
            result.set("decisions", propositions.clone());
        }
        result.set("propositions", propositions);
        for (name, list) in [("destinations", self.destinations.clone()), ("inferences", payloads("rtml:inferences"))] {
            if !list.is_empty() {
                result.set(name, list);
            }
        }
        Value::Map(result)
    }
}

impl Collector {
    /// The name of the instance, for messages and monitors.
    #[must_use]
    pub fn instance_name(&self) -> &str {
        self.effective.settings.instance_name.as_deref().unwrap_or("storefront-collector")
    }

    /// Whether it is known, at least in part, where events go: commands are taken.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.sender.is_some() || self.effective.settings.organization_id.is_some()
    }

    /// The page called a command of the instance; `page` is as it was then, `hook` the function
    /// `onBeforeEventSend` of `configure`. [`Effect::Answer`] with `ticket` (not zero) follows, maybe much
    /// later.
    pub fn command(
        &mut self,
        ticket: Ticket,
        name: &str,
        options: &Value,
        page: Page,
        hook: Option<BeforeSend>,
        moment: &Moment,
    ) {
        let configured = self.is_configured();
        let checked = if name == "configure" && self.instance.configured {
            Err("The library has already been configured and may only be configured once.".to_owned())
        } else if configured || name == "configure" || name == "setDebug" {
            let mut options = options.clone();
            rename_datastream(name, &mut options);
            options::check(name, &options).map(|()| options)
        } else {
            Err("The library must be configured first. Please do so by executing the configure command.".to_owned())
        };
        match checked {
            Ok(options) => {
                // Before what waited for the settings goes.
                let former = hook.map(|hook| self.before_send.replace(hook));
                self.read_consent(moment);
                self.run(ticket, name, &options, page, moment);
                if let Some(former) = former.filter(|_| !self.instance.configured) {
                    self.before_send = former;
                }
            }
            Err(problem) => self.reject(ticket, &problem),
        }
    }

    fn run(&mut self, ticket: Ticket, name: &str, options: &Value, page: Page, moment: &Moment) {
        let text = |name: &str| options.get(name).and_then(Value::as_text).map(String::from);
        match name {
            "configure" => self.configure_instance(ticket, options, moment),
            "sendEvent" => self.send_event(ticket, options, page, moment),
            "setConsent" => self.tell_consent(ticket, options, moment),
            "getIdentity" => {
                let namespaces = options.get("namespaces").and_then(Value::as_list).unwrap_or_default();
                let mut namespaces: Vec<String> =
                    namespaces.iter().filter_map(|name| name.as_text().map(String::from)).collect();
                if namespaces.is_empty() {
                    namespaces.push("ECID".to_owned());
                }
                if !self.effective.settings.third_party_cookies_enabled && namespaces.iter().any(|name| name == "CORE")
                {
                    return self.reject(
                        ticket,
                        "namespaces: The CORE namespace cannot be requested when third-party cookies are disabled.",
                    );
                }
                self.want_identity(ticket, Wait::Identity(namespaces), options, moment);
            }
            "appendIdentityToUrl" => {
                let url = text("url").unwrap_or_default();
                if self.consent.state() == State::In {
                    return self.want_identity(ticket, Wait::Url(url), options, moment);
                }
                let message = "appendIdentityToUrl: without consent the address stays as it is; call setConsent first";
                self.effects.push_back(Effect::Log { severity: Severity::Warning, message: message.to_owned() });
                self.resolve(ticket, Value::from([("url", url)]));
            }
            // Whoever says each step has heard of it.
            "setDebug" => self.resolve(ticket, Value::map()),
            "createEventMergeId" => {
                let id = self.random.uuid();
                self.resolve(ticket, Value::from([("eventMergeId", id)]));
            }
            "getLibraryInfo" => {
                let info = self.library_info();
                self.resolve(ticket, Value::from([("libraryInfo", info)]));
            }
            _ => {
                self.say_unused("applyResponse", options);
                self.apply_response(ticket, options, moment);
            }
        }
    }

    /// Names the options that do nothing here: a page that needs them needs Adobe's Web SDK.
    fn say_unused(&mut self, command: &str, options: &Value) {
        for option in options::unused(command, options) {
            self.report(Issue::warning(
                option,
                "unused-option",
                join(&[
                    command,
                    ": ",
                    option,
                    " does nothing here, for the bundled sender neither renders nor collects clicks. If the page needs it, load Adobe's Web SDK and name it in webSdkName",
                ]),
            ));
        }
    }

    fn configure_instance(&mut self, ticket: Ticket, options: &Value, moment: &Moment) {
        let mut joining = Map::new();
        for (theirs, ours) in [
            ("orgId", "organizationId"),
            ("datastreamId", "datastreamId"),
            ("edgeDomain", "edgeDomain"),
            ("edgeBasePath", "edgeBasePath"),
            ("defaultConsent", "defaultConsent"),
            ("context", "context"),
            ("thirdPartyCookiesEnabled", "thirdPartyCookiesEnabled"),
            ("debugEnabled", "debugEnabled"),
        ] {
            if let Some(value) = options.get(theirs) {
                joining.set(ours, value.clone());
            }
        }
        self.say_unused("configure", options);
        let before = self.store.clone();
        self.store.join_api(Value::Map(joining));
        let effective = self.store.effective();
        if effective.never {
            let reason = effective.issues.first().map(|issue| issue.message.clone()).unwrap_or_default();
            self.store = before;
            return self.reject(ticket, &join(&["Resolve these configuration problems:\n\t - ", &reason]));
        }
        let flag = |name| options.get(name).and_then(Value::as_bool);
        self.exchange.no_migration = flag("idMigrationEnabled") == Some(false);
        self.exchange.target_migration = flag("targetMigrationEnabled") == Some(true);
        self.instance.configured = true;
        self.instance.overrides = options.get("edgeConfigOverrides").cloned();
        self.settings_changed(moment);
        self.resolve(ticket, Value::map());
    }

    fn send_event(&mut self, ticket: Ticket, options: &Value, page: Page, moment: &Moment) {
        self.say_unused("sendEvent", options);
        let text = options.to_json();
        self.instance.kept.retain(|sent| !sent.arrived || moment.wall.saturating_sub(sent.wall) < SAME_EVENT);
        if let Some(at) = self.instance.kept.iter().position(|sent| sent.options == text) {
            let sent = self.instance.kept.swap_remove(at);
            if sent.arrived {
                return self.resolve(ticket, Told::default().result(sent.decisions));
            }
            return self.instance.waiting.push((ticket, Wait::Event(sent)));
        }
        let mut xdm = Value::map();
        for (option, field) in [("type", "eventType"), ("mergeId", "eventMergeId")] {
            if let Some(value) = options.get(option) {
                xdm.set_at(field, value.clone());
            }
        }
        overlay(&mut xdm, options.get("xdm").filter(|xdm| !xdm.is_null()).unwrap_or(&Value::map()));
        let id = xdm.get("_id").and_then(Value::as_text).filter(|id| !id.is_empty()).map(String::from);
        let id = id.unwrap_or_else(|| self.random.uuid());
        let mut overrides = options.get("edgeConfigOverrides").cloned().unwrap_or_default();
        if let Some(dataset) = options.get("datasetId").filter(|dataset| !dataset.is_null()) {
            overrides.set_at("com_adobe_experience_platform.datasets.event.datasetId", dataset.clone());
        }
        let query = decisions(options);
        let unloading = options.get("documentUnloading").and_then(Value::as_bool) == Some(true);
        let decisions = !query.is_null();
        let sent = Sent { id: id.clone(), options: text, wall: moment.wall, decisions, arrived: false };
        self.instance.waiting.push((ticket, Wait::Event(sent)));
        let asked = Asked { data: options.get("data").cloned().unwrap_or_default(), query, overrides };
        let draft = Draft {
            id,
            event: "sendEvent",
            needs_answer: !unloading,
            xdm: xdm.into(),
            page,
            wall: moment.wall,
            asked: Some(asked),
        };
        self.records.add(draft.record());
        self.offer(draft, moment);
    }

    fn tell_consent(&mut self, ticket: Ticket, options: &Value, moment: &Moment) {
        self.instance.waiting.push((ticket, Wait::Consent));
        let consent = Value::from([("consent", options.get("consent").cloned().unwrap_or_default())]);
        self.instance.tries = 0;
        if let Err(issue) = self.set_consent(&consent, moment) {
            self.instance.waiting.retain(|(known, _)| *known != ticket);
            return self.fail(ticket, "setConsent", &issue.message);
        }
        let mut identities = options.get("identityMap").cloned();
        if let Some(identities) = identities.as_mut().filter(|_| !self.effective.settings.personal_data) {
            hold_back_identities(identities);
        }
        self.exchange.consent_identities = identities;
        self.exchange.consent_route = self.route(options.get("edgeConfigOverrides"));
    }

    fn want_identity(&mut self, ticket: Ticket, wait: Wait, options: &Value, moment: &Moment) {
        self.exchange.acquire_route = self.route(options.get("edgeConfigOverrides"));
        self.exchange.look(&self.effective.settings, moment);
        if self.sender == Some(Sender::Edge) && self.exchange.shopper.ecid().is_some() {
            self.delivery.handle(Input::Identity(true), moment);
        }
        let fresh = matches!(&wait, Wait::Identity(names) if names.iter().any(|name| name == "CORE"))
            && self.exchange.shopper.core.is_none();
        self.instance.waiting.push((ticket, wait));
        self.delivery.handle(Input::WantIdentity { ticket, patient: true, fresh }, moment);
    }

    fn apply_response(&mut self, ticket: Ticket, options: &Value, moment: &Moment) {
        let body = options.get("responseBody").cloned().unwrap_or_default().to_json();
        let header = |wanted: &str| {
            let headers = options.get("responseHeaders").and_then(Value::as_map);
            let mut headers = headers.into_iter().flat_map(|headers| headers.iter());
            headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).and_then(|(_, value)| value.as_text())
        };
        let headers = response::Headers { retry_after: None, adobe_edge: header("x-adobe-edge") };
        let answer = response::read(Action::Interact, 200, &body, headers, moment.wall);
        let came = answer.ecid.is_some();
        // Of a shopper who does not agree nothing is kept.
        if self.consent.state() == State::In {
            let effects = self.exchange.take(&answer, &self.effective.settings, &self.host, moment);
            self.effects.extend(effects);
        }
        if came && self.exchange.shopper.ecid().is_some() {
            self.delivery.handle(Input::Identity(true), moment);
        }
        let told = Told { handles: answer.handles, destinations: answer.destinations, ..Told::default() };
        self.resolve(ticket, told.result(options.get("renderDecisions").and_then(Value::as_bool) == Some(true)));
    }

    /// The name to answer under as a Web SDK, and whether the settings say by now that we send. Beside the store's own
    /// Web SDK there is no other, and where events are off there is none.
    #[must_use]
    pub fn answers_as(&self) -> Option<(&str, bool)> {
        let Effective { settings, off, waiting_for, .. } = &self.effective;
        let name = settings.instance_name.as_deref().filter(|_| settings.web_sdk_name.is_none() && off.is_none())?;
        Some((name, waiting_for.is_empty()))
    }

    /// The configuration as the Web SDK's own would show it.
    #[must_use]
    pub fn library_configs(&self) -> Value {
        let settings = &self.effective.settings;
        let text = |text: &Option<String>| Value::from(text.as_deref().unwrap_or_default());
        let context = self.store.to_value().at("context.value").cloned().unwrap_or_default();
        Value::from([
            ("datastreamId", text(&settings.datastream_id)),
            ("orgId", text(&settings.organization_id)),
            ("edgeDomain", Value::from(settings.edge_domain.as_str())),
            ("edgeBasePath", Value::from(settings.edge_base_path.as_str())),
            ("defaultConsent", Value::from(settings.consent_rules().default.name())),
            ("context", context),
            ("thirdPartyCookiesEnabled", Value::from(settings.third_party_cookies_enabled)),
            ("debugEnabled", Value::from(settings.debug_enabled)),
            ("clickCollectionEnabled", Value::from(false)),
            ("idMigrationEnabled", Value::from(!self.exchange.no_migration)),
            ("edgeConfigOverrides", self.instance.overrides.clone().unwrap_or_default()),
        ])
    }

    fn library_info(&self) -> Value {
        let list =
            |names: &mut dyn Iterator<Item = &'static str>| Value::from(names.map(Value::from).collect::<Vec<_>>());
        Value::from([
            ("version", Value::from(env!("CARGO_PKG_VERSION"))),
            ("configs", self.library_configs()),
            ("commands", list(&mut options::commands())),
            ("components", list(&mut ["Consent", "Context", "DataCollector", "Identity", "LibraryInfo"].into_iter())),
        ])
    }

    /// An event has moved on: whoever waits for its end may have it.
    pub(super) fn event_moved(
        &mut self,
        id: &str,
        status: Status,
        reason: Option<&str>,
        attempts: i64,
        request: Option<RequestId>,
    ) {
        if let Some(at) = self.instance.kept.iter().position(|sent| sent.id == id) {
            match status {
                Status::Accepted => self.instance.kept.get_mut(at).into_iter().for_each(|sent| sent.arrived = true),
                Status::Suppressed | Status::Rejected => drop(self.instance.kept.swap_remove(at)),
                _ => {}
            }
        }
        let waits = |wait: &Wait| matches!(wait, Wait::Event(sent) if sent.id == id);
        let Some(at) = self.instance.waiting.iter().position(|(_, wait)| waits(wait)) else { return };
        let told = &self.instance.told;
        let told = if request == Some(told.request) { told.clone() } else { Told::default() };
        let answer = match status {
            Status::Accepted => Ok(told),
            Status::Suppressed => Ok(Told::default()),
            Status::Rejected => {
                Err(if told.failure.is_empty() { reason.unwrap_or_default().to_owned() } else { told.failure })
            }
            // It is kept and tried again; the caller has waited as long as the Web SDK would.
            Status::Queued if attempts > 0 && (told.failure == NETWORK || attempts >= PATIENCE) => {
                Err(if told.failure.is_empty() { NETWORK.to_owned() } else { told.failure })
            }
            _ => return,
        };
        let (ticket, Wait::Event(sent)) = self.instance.waiting.remove(at) else { return };
        match answer {
            Ok(_) if status == Status::Suppressed => self.resolve(ticket, Value::map()),
            Ok(told) => self.resolve(ticket, told.result(sent.decisions)),
            Err(reason) => {
                if status == Status::Queued {
                    if self.instance.kept.len() >= KEPT_AT_MOST {
                        self.instance.kept.remove(0);
                    }
                    self.instance.kept.push(sent);
                }
                self.fail(ticket, "sendEvent", &reason);
            }
        }
    }

    /// A promise of the outbox is kept; whether it was one of ours.
    pub(super) fn outbox_settled(&mut self, ticket: Ticket, moment: &Moment) -> bool {
        let Some(at) = self.instance.waiting.iter().position(|(known, _)| *known == ticket) else { return false };
        let (_, wait) = self.instance.waiting.remove(at);
        let ecid = self.ecid(moment);
        match (wait, ecid) {
            (Wait::Url(url), Some(ecid)) => {
                let organization = self.effective.settings.organization_id.as_deref().unwrap_or_default();
                let url = identity::append_to_url(&url, &ecid, organization, moment.wall);
                self.resolve(ticket, Value::from([("url", url)]));
            }
            (Wait::Url(url), None) if self.consent.state() == State::Out => {
                self.resolve(ticket, Value::from([("url", url)]));
            }
            (_, None) if self.consent.state() == State::Out => self.resolve(ticket, Value::map()),
            (Wait::Identity(namespaces), Some(ecid)) => {
                let mut identity = Map::new();
                for namespace in namespaces {
                    let known = match namespace.as_str() {
                        "ECID" => Some(ecid.clone()),
                        "CORE" => self.exchange.shopper.core.clone(),
                        _ => None,
                    };
                    identity.set(namespace, known.map_or(Value::Null, Value::Text));
                }
                let mut edge = Map::new();
                if let Some(region) = self.exchange.shopper.region {
                    edge.set("regionId", region);
                }
                self.resolve(ticket, Value::from([("identity", Value::Map(identity)), ("edge", Value::Map(edge))]));
            }
            (wait, _) => {
                let command = if matches!(wait, Wait::Url(_)) { "appendIdentityToUrl" } else { "getIdentity" };
                let failure = core::mem::take(&mut self.instance.told.failure);
                let failure = if failure.is_empty() { "The edge gave no ECID." } else { &failure };
                self.fail(ticket, command, failure);
            }
        }
        true
    }

    /// A message about consent goes to the edge.
    pub(super) fn consent_leaves(&mut self) {
        self.instance.telling = self.instance.telling.saturating_add(1);
    }

    /// A message about consent has come to an end.
    pub(super) fn consent_done(&mut self) {
        self.instance.telling = self.instance.telling.saturating_sub(1);
        self.consent_told();
    }

    /// Whoever waits for the edge to hear of a choice may have his answer, unless it is told again.
    pub(super) fn consent_told(&mut self) {
        if self.instance.telling == 0 && self.consent.wake_at().is_none() {
            for ticket in self.consent_waiters() {
                self.resolve(ticket, Value::map());
            }
        }
    }

    fn consent_waiters(&mut self) -> Vec<Ticket> {
        let waiting = self.instance.waiting.extract_if(.., |(_, wait)| matches!(wait, Wait::Consent));
        waiting.map(|(ticket, _)| ticket).collect()
    }

    /// An answer came, or none: kept for whoever waits for its request.
    pub(super) fn heard(&mut self, action: delivery::Action, told: Told) {
        if action == delivery::Action::SetConsent && !told.failure.is_empty() {
            self.instance.tries = self.instance.tries.saturating_add(1);
            if !told.again || self.instance.tries >= PATIENCE {
                for ticket in self.consent_waiters() {
                    self.fail(ticket, "setConsent", &told.failure);
                }
            }
        }
        self.instance.told = told;
    }

    fn resolve(&mut self, ticket: Ticket, result: Value) {
        self.effects.push_back(Effect::Answer { ticket, answer: Ok(result) });
    }

    fn reject(&mut self, ticket: Ticket, problem: &str) {
        let message = join(&["[", self.instance_name(), "] ", problem]);
        self.effects.push_back(Effect::Answer { ticket, answer: Err(message) });
    }

    fn fail(&mut self, ticket: Ticket, command: &str, cause: &str) {
        self.reject(
            ticket,
            &join(&["An error occurred while executing the ", command, " command.\nCaused by: ", cause]),
        );
    }
}

/// The Web SDK's words for a request without an answer.
pub(super) const NETWORK: &str = "Network request failed.";

/// `edgeConfigId` is `datastreamId` under its old name.
fn rename_datastream(command: &str, options: &mut Value) {
    if command == "configure"
        && options.get("datastreamId").is_none_or(Value::is_null)
        && let Some(id) = options.remove_at("edgeConfigId")
    {
        options.set_at("datastreamId", id);
    }
}

/// The query for decisions, if the caller wants some; `null` otherwise. Nothing is rendered: the page gets
/// them in the result.
fn decisions(options: &Value) -> Value {
    let list = |path: &str| options.at(path).and_then(Value::as_list).unwrap_or_default();
    let mut scopes: Vec<Value> = list("decisionScopes").to_vec();
    scopes.extend_from_slice(list("personalization.decisionScopes"));
    if options.get("renderDecisions").and_then(Value::as_bool) == Some(true) {
        scopes.push(Value::from("__view__"));
    }
    let surfaces = list("personalization.surfaces");
    if scopes.is_empty() && surfaces.is_empty() {
        return Value::Null;
    }
    let schemas = ["default-content-item", "html-content-item", "json-content-item", "redirect-item", "dom-action"]
        .into_iter()
        .map(|name| Value::from(join(&["https://ns.adobe.com/personalization/", name])));
    let mut query = Value::map();
    query.set_at("personalization.schemas", schemas.collect::<Vec<_>>());
    if !scopes.is_empty() {
        query.set_at("personalization.decisionScopes", scopes);
    }
    if !surfaces.is_empty() {
        query.set_at("personalization.surfaces", surfaces.to_vec());
    }
    query
}
