//! The bundled sender as a Web SDK instance: the commands of `window.alloy` (Edge protocol, 8).
//!
//! An event that the page sends by `sendEvent` goes the way of the storefront's own from settings and
//! consent on: one identity, one consent, one outbox, one order. It keeps what the page wrote, though, and
//! is neither mapped nor given identities. A command's promise is kept by [`Effect::Answer`].

mod info;
mod name;
mod options;
mod promises;

pub use name::{Claim, UnderName};
pub(super) use promises::{NETWORK, Told};
use promises::{SAME_EVENT, Sent, Wait};

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::draft::{Asked, Draft, overlay};
use super::exchange::Here;
use super::{BeforeSend, Collector, Effect, Sender};
use crate::consent::State;
use crate::delivery::edge::response;
use crate::delivery::{Action, Input, Ticket};
use crate::inspect::{Issue, Severity};
use crate::moment::Moment;
use crate::page::Page;
use crate::text::join;
use crate::value::{Map, Value};
use crate::xdm::personal::hold_back_identities;

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
            if rename_datastream(name, &mut options) {
                self.report(Issue::of(
                    "edgeConfigId?deprecated:The field '%' is deprecated. Use 'datastreamId' instead.",
                    &[],
                ));
            }
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

    /// The page called a command with options that are no plain data: `reason` completes "the options object …".
    pub fn command_unreadable(&mut self, ticket: Ticket, name: &str, reason: &str) {
        let message = join(&["[storefront-collector] ", name, ": the options object ", reason, ". Give plain data"]);
        self.effects.push_back(Effect::Answer { ticket, answer: Err(message) });
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
            let row = "?unused-option:$: % does nothing here, for the bundled sender neither renders nor collects clicks. If the page needs it, load Adobe's Web SDK and name it in webSdkName";
            self.report(Issue::of(row, &[option, command]));
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
            let (settings, consent) = (&self.effective.settings, State::In);
            let effects = self.exchange.take(&answer, Here { settings, host: &self.host, consent, moment });
            self.effects.extend(effects);
        }
        if came && self.exchange.shopper.ecid().is_some() {
            self.delivery.handle(Input::Identity(true), moment);
        }
        let told = Told { handles: answer.handles, destinations: answer.destinations, ..Told::default() };
        self.resolve(ticket, told.result(options.get("renderDecisions").and_then(Value::as_bool) == Some(true)));
    }
}

/// `edgeConfigId` is `datastreamId` under its old name; whether it was given so.
fn rename_datastream(command: &str, options: &mut Value) -> bool {
    let old = options.get("edgeConfigId").filter(|id| command == "configure" && !id.is_null()).cloned();
    if let Some(id) = &old
        && options.get("datastreamId").is_none_or(Value::is_null)
    {
        options.set_at("datastreamId", id.clone());
    }
    old.is_some()
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
