//! What each source said last, and what that makes in force.

use alloc::vec::Vec;

use super::choices::{Choice, Choices};
use super::fields::{CONNECTOR, FIELDS, fields, report_unknown};
use super::{Settings, Source, forms};
use crate::inspect::Issue;
use crate::text::join;
use crate::value::{Map, Value};

const NO_OBJECT: &str = "!wrong-kind:% is $; give an object.";

/// What each source said last. Sources may come in any order and again; the latest of each counts,
/// and nothing else of the past does.
#[derive(Clone, Debug, Default)]
pub struct Store {
    data_layer: Value,
    forwarding: Value,
    page: Value,
    api: Value,
    is_reading: bool,
}

/// What is in force, and what is wrong or missing.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The settings in force.
    pub settings: Settings,
    /// What is wrong with what was given, each once.
    pub issues: Vec<Issue>,
    /// What must come before events may leave, in the words of `status()`: `"aepContext"`,
    /// `"eventForwardingContext"`, `"organizationId"`, `"datastreamId"`, `"webSdkName"`, `"document"` while the
    /// page's own settings may still come, and `"storefrontEvents"` where that cannot be read. Empty: nothing.
    pub waiting_for: Vec<&'static str>,
    /// Whether nothing that may still come can make these settings work, so that `start` refuses
    /// them: settings from the API that are no object, or an organization ID of a wrong form, given
    /// by API or page, for the bundled sender. What the data layer gives wrongly may still change.
    pub never: bool,
    /// What switches events off, so that nothing is sent, stored or set: `"storefrontEvents"`, `"hipaa"` or
    /// `"eventForwardingContext.aep"`. May change with later settings.
    pub off: Option<&'static str>,
}

impl Store {
    /// Replaces all that `source` said by `raw`: an object with the contract's field names, or `null`
    /// when the source has nothing (any more).
    pub fn set(&mut self, source: Source, raw: &Value) {
        match source {
            Source::DataLayer => self.data_layer = raw.clone(),
            Source::Page => self.page = raw.clone(),
            Source::Api => self.api = raw.clone(),
        }
    }

    /// Takes in what a source says. Of the API, which may speak several times, what it does not name stays as it was.
    pub fn add(&mut self, source: Source, raw: &Value) {
        match (source, raw, &self.api) {
            (Source::Api, Value::Map(_), Value::Map(_)) => self.join_api(raw.clone()),
            _ => self.set(source, raw),
        }
    }

    /// Whether the browser is still reading the document, which may have the page's own settings further below. Without
    /// any from the API nothing is decided until then: they may say that the shopper has to be asked. Says whether it was,
    /// and is no more.
    pub fn read_document(&mut self, is_reading: bool) -> bool {
        core::mem::replace(&mut self.is_reading, is_reading) && !is_reading
    }

    /// Joins `more`, an object with the contract's field names, to what the API said; `more` wins.
    pub fn join_api(&mut self, more: Value) {
        let Value::Map(more) = more else { return };
        let api = self.api.as_map_or_new();
        for (key, value) in more {
            api.set(key, value);
        }
    }

    /// Replaces all that the data layer said by its two contexts as they are now; `None` or `null`
    /// for one that is not there. Of `aepContext` count `imsOrgId`, `datastreamId`, `webSdkName`,
    /// `edgeDomain` and `identityMap`; what else it has belongs to others.
    pub fn set_data_layer(&mut self, aep: Option<&Value>, event_forwarding: Option<&Value>) {
        self.forwarding = event_forwarding.cloned().unwrap_or_default();
        self.data_layer = match aep {
            Some(Value::Map(aep)) => {
                let mut named = Map::new();
                for field in fields(FIELDS) {
                    if let Some(value) = aep.get(field.data_layer).filter(|_| !field.data_layer.is_empty()) {
                        named.set(field.name, value);
                    }
                }
                Value::Map(named)
            }
            other => other.cloned().unwrap_or_default(),
        };
    }

    /// What is in force now.
    ///
    /// Readings of the contract that this settles:
    /// - "With settings from the data layer alone" (the gate of `eventForwardingContext.aep`) holds
    ///   until page or API say where events go or that they go, by `organizationId`, `datastreamId`,
    ///   `webSdkName` or `storefrontEvents`. A script that only asks for debugging opens no gate.
    ///   Once they say so, the gate does not count, whatever it says.
    /// - A value of a wrong kind or form, `null` and a blank text are not given: the next source counts. What
    ///   protects the shopper is given all the same: `defaultConsent` is then `"pending"`, `personalData` `false` and
    ///   `hipaa` `true`, and `storefrontEvents` is waited for.
    /// - `storefrontEvents: true` with an own Web SDK needs no organization ID, since nothing is
    ///   configured on that instance; without the switch the ID is waited for.
    #[must_use]
    pub fn effective(&self) -> Effective {
        self.decide().0
    }

    /// Every field that JSON can carry, in force, with its source: `{ organizationId: { value,
    /// source: "default" | "dataLayer" | "page" | "api" }, … }`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut out = Map::new();
        for choice in self.decide().1.0 {
            if choice.field.is_function() {
                continue;
            }
            let source = match choice.source {
                None => "default",
                Some(Source::DataLayer) => "dataLayer",
                Some(Source::Page) => "page",
                Some(Source::Api) => "api",
            };
            out.set(choice.field.name, Value::from([("value", choice.value), ("source", Value::from(source))]));
        }
        Value::Map(out)
    }

    fn layers(&self) -> [(Source, &Value); 3] {
        [(Source::Api, &self.api), (Source::Page, &self.page), (Source::DataLayer, &self.data_layer)]
    }

    fn choose(&self, issues: &mut Vec<Issue>) -> Choices {
        for &(source, layer) in &self.layers() {
            match layer {
                Value::Null => {}
                Value::Map(map) if source != Source::DataLayer => report_unknown("", &[FIELDS, CONNECTOR], map, issues),
                Value::Map(_) => {}
                _ => {
                    let name = if source == Source::DataLayer { "aepContext" } else { "settings" };
                    Issue::tell(issues, NO_OBJECT, &[name, layer.kind()]);
                }
            }
        }
        if !matches!(self.forwarding, Value::Null | Value::Map(_)) {
            Issue::tell(issues, NO_OBJECT, &["eventForwardingContext", self.forwarding.kind()]);
        }
        let mut choices = Vec::new();
        for field in fields(FIELDS) {
            let mut choice = Choice { field, value: Value::Null, source: None };
            for &(source, layer) in &self.layers() {
                let Some(raw) = layer.get(field.name) else { continue };
                let shown = match source {
                    Source::DataLayer => join(&["aepContext.", field.data_layer]),
                    _ => field.name.into(),
                };
                if let Some(value) = field.read(field.name, &shown, raw, issues) {
                    choice.value = value;
                    choice.source = Some(source);
                    break;
                }
            }
            if choice.source.is_none() {
                choice.value = field.default();
            }
            choices.push(choice);
        }
        Choices(choices)
    }

    /// A switch of the connector's page that also says something to the storefront.
    fn connector_flag(&self, name: &str, issues: &mut Vec<Issue>) -> Option<bool> {
        let field = fields(CONNECTOR).find(|field| field.name == name)?;
        for layer in [&self.api, &self.page] {
            if let Some(flag) = layer.get(name).and_then(|raw| field.read(name, name, raw, issues)) {
                return flag.as_bool();
            }
        }
        None
    }

    fn decide(&self) -> (Effective, Choices) {
        let mut issues = Vec::new();
        let mut choices = self.choose(&mut issues);
        let deployed = self.connector_flag("webSdkDeployed", &mut issues);
        let hipaa = self.connector_flag("hipaa", &mut issues) == Some(true);
        let wanted = choices.flag("storefrontEvents");
        let unnamed = deployed == Some(true) && choices.value("webSdkName").is_null();
        if deployed == Some(false) && choices.take("webSdkName") {
            let row =
                "webSdkName?ignored:% is ignored, as webSdkDeployed is false; set that to true, or leave the name out.";
            Issue::tell(&mut issues, row, &[]);
        }
        let own_sdk = !choices.value("webSdkName").is_null();
        if own_sdk {
            choices.drop_bundled_only(&mut issues);
        }
        choices.check_forms(own_sdk, &mut issues);

        let organization = choices.text("organizationId");
        let bad_organization = !own_sdk && organization.is_some_and(|id| !forms::is_organization_id(id));
        let named = organization.is_some() && !bad_organization;
        let may_change = self.is_reading && self.page.is_null() && self.api.is_null();
        let way = Way {
            named,
            needless: organization.is_none() && own_sdk && wanted == Some(true),
            routed: !unnamed && (own_sdk || !choices.value("datastreamId").is_null()),
            unnamed,
            undecided: wanted.is_none() && choices.is_own("storefrontEvents"),
            may_change,
        };
        let gated = !["organizationId", "datastreamId", "webSdkName", "storefrontEvents"]
            .iter()
            .any(|name| choices.is_own(name));
        let declined = gated && self.declines_forwarding(&mut issues);
        let off = match (wanted, hipaa) {
            // Whatever the data layer says, the page's own settings may say otherwise.
            _ if may_change => None,
            (Some(false), _) => Some("storefrontEvents"),
            (_, true) => Some("hipaa"),
            _ => declined.then_some("eventForwardingContext.aep"),
        };
        let waiting_for = if off.is_none() { self.waits_for(&way, gated) } else { Vec::new() };
        let no_object = !matches!(self.api, Value::Null | Value::Map(_));
        let final_source = choices.is_own("organizationId");
        let never = no_object || (off.is_none() && bad_organization && final_source);

        let on = off.is_none() && !way.undecided && (wanted == Some(true) || (way.named && way.routed));
        choices.put("storefrontEvents", Value::Bool(on));
        (Effective { settings: choices.settings(), issues, waiting_for, never, off }, choices)
    }

    /// Whether the data layer says that events are not forwarded; what it says in another way than it should counts so.
    fn declines_forwarding(&self, issues: &mut Vec<Issue>) -> bool {
        let aep = self.forwarding.get("aep");
        if let Some(aep) = aep.filter(|aep| !aep.is_null() && aep.as_bool().is_none()) {
            let row = "eventForwardingContext.aep?wrong-kind:% is $, which counts as off; give true to forward events.";
            Issue::tell(issues, row, &[aep.kind()]);
        }
        !self.forwarding.is_null() && aep.and_then(Value::as_bool) != Some(true)
    }

    /// What has still to come before events can leave; `gated`: from the data layer alone.
    fn waits_for(&self, way: &Way, gated: bool) -> Vec<&'static str> {
        let mut waits = Vec::new();
        if gated && self.data_layer.as_map().is_none() {
            waits.push("aepContext");
        } else {
            if !way.named && !way.needless {
                waits.push("organizationId");
            }
            if !way.routed {
                waits.push(if way.unnamed { "webSdkName" } else { "datastreamId" });
            }
        }
        if gated && self.forwarding.is_null() {
            waits.push("eventForwardingContext");
        }
        if way.undecided {
            waits.push("storefrontEvents");
        }
        if way.may_change {
            waits.push("document");
        }
        waits
    }
}

/// Where events go by the values that were chosen.
struct Way {
    /// There is an organization ID of its form, or one that the store's own Web SDK judges.
    named: bool,
    /// There is none, and none is needed.
    needless: bool,
    /// There is a datastream, or the store's own Web SDK, which has one.
    routed: bool,
    /// There is a Web SDK of the store's own, without its name.
    unnamed: bool,
    /// Whether they go anywhere is said in a way that cannot be read.
    undecided: bool,
    /// The document is being read, and may have settings of the page's own.
    may_change: bool,
}
