//! The value chosen for each field: what it rules out, whether its form is right, the settings it makes.

use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{Field, IDENTITY, section};
use super::{Contexts, Settings, Source, forms};
use crate::consent::{Rules, State};
use crate::delivery::Batching;
use crate::identity::primaries;
use crate::inspect::{Issue, Severity};
use crate::value::Value;

/// A field, the form of its text, and what is said of a text of another form.
type Form = (&'static str, fn(&str) -> bool, &'static str);

/// The texts that have a form.
const FORMS: [Form; 4] = [
    (
        "organizationId",
        forms::is_organization_id,
        "organizationId!bad-form:% has another form; give 24 letters or digits and @AdobeOrg.",
    ),
    (
        "datastreamId",
        forms::is_datastream_id,
        "datastreamId?bad-form:% is used, though it is no UUID; compare it with the datastream's page.",
    ),
    (
        "datasetId",
        forms::is_dataset_id,
        "datasetId!bad-form:% has another form; give the 24 hexadecimal digits of the dataset's page.",
    ),
    (
        "webSdkName",
        forms::is_property_name,
        "webSdkName?bad-form:% is looked up on window as it stands; give one property name, such as alloy.",
    ),
];

/// A field's value and where it is from.
pub(super) struct Choice {
    pub(super) field: Field,
    pub(super) value: Value,
    /// `None`: the default.
    pub(super) source: Option<Source>,
}

/// One choice for each line of [`super::fields::FIELDS`], in its order.
pub(super) struct Choices(pub(super) Vec<Choice>);

impl Choices {
    fn find(&self, name: &str) -> Option<&Choice> {
        self.0.iter().find(|choice| choice.field.name == name)
    }

    pub(super) fn value(&self, name: &str) -> &Value {
        self.find(name).map_or(&Value::Null, |choice| &choice.value)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name).as_text()
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.value(name).as_bool()
    }

    /// Whether page or API gave it.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.find(name).is_some_and(|choice| choice.source > Some(Source::DataLayer))
    }

    pub(super) fn put(&mut self, name: &str, value: Value) {
        if let Some(choice) = self.0.iter_mut().find(|choice| choice.field.name == name) {
            choice.value = value;
        }
    }

    /// Takes a value out, so that nothing can use it; says whether there was one.
    pub(super) fn take(&mut self, name: &str) -> bool {
        let there = !self.value(name).is_null();
        self.put(name, Value::Null);
        there
    }

    /// An own Web SDK has its own datastream and its own Edge: the connector manual's "do not
    /// specify" and "ignored".
    pub(super) fn drop_bundled_only(&mut self, issues: &mut Vec<Issue>) {
        for name in ["datastreamId", "edgeDomain", "edgeBasePath", "thirdPartyCookiesEnabled", "instanceName"] {
            // The data layer's edge domain is written by the Admin and not worth a word.
            if if name == "datastreamId" { self.take(name) } else { self.is_own(name) } {
                let row = "?ignored:% is ignored, as webSdkName is set; leave one of the two out.";
                Issue::tell(issues, row, &[name]);
            }
        }
    }

    pub(super) fn check_forms(&self, own_sdk: bool, issues: &mut Vec<Issue>) {
        for (name, is_good, row) in FORMS {
            if self.text(name).is_some_and(|text| !is_good(text)) {
                let mut issue = Issue::of(row, &[]);
                if own_sdk && name == "organizationId" {
                    issue.severity = Severity::Warning;
                }
                issue.join(issues);
            }
        }
        let identity_map = self.value("identityMap");
        if !identity_map.is_null() && !forms::is_identity_map(identity_map) {
            Issue::tell(
                issues,
                "identityMap?bad-form:% has another form; give a list of { id } for each namespace.",
                &[],
            );
        }
        for (_, identities) in identity_map.as_map().into_iter().flat_map(|map| map.iter()) {
            for identity in identities.as_list().unwrap_or_default() {
                if let Value::Map(identity) = identity {
                    section("identityMap.", IDENTITY, identity, issues);
                }
            }
        }
        if identity_map.as_map().is_some_and(|map| primaries(map) > 1) {
            let row = "identityMap?contradiction:% makes several identities primary, of which the first is; make one primary.";
            Issue::tell(issues, row, &[]);
        }
        if !own_sdk && self.lists("consentSources", "web_sdk") {
            let row = "consentSources?contradiction:% names web_sdk without an own Web SDK; set webSdkName, or leave web_sdk out.";
            Issue::tell(issues, row, &[]);
        }
    }

    fn lists(&self, name: &str, word: &str) -> bool {
        self.value(name).as_list().is_some_and(|items| items.iter().any(|item| item.as_text() == Some(word)))
    }

    pub(super) fn settings(&self) -> Settings {
        let text = |name| self.text(name).map(String::from);
        let flag = |name| self.flag(name) == Some(true);
        let source = |word| self.lists("consentSources", word);
        let context = |word| self.lists("context", word);
        let limit = |map: &Value, name| map.get(name).and_then(Value::as_i64).unwrap_or_default();
        // The rules have seen to it that it fits.
        let count = |map: &Value, name| limit(map, name) as usize;
        Settings {
            organization_id: text("organizationId"),
            datastream_id: text("datastreamId"),
            dataset_id: text("datasetId"),
            web_sdk_name: text("webSdkName"),
            web_sdk_timeout: self.value("webSdkTimeout").as_i64().unwrap_or_default(),
            storefront_events: flag("storefrontEvents"),
            edge_domain: text("edgeDomain").unwrap_or_default(),
            edge_base_path: text("edgeBasePath").unwrap_or_default(),
            identity_map: Some(self.value("identityMap")).filter(|map| !map.is_null()).cloned(),
            data_layer_name: text("dataLayerName").unwrap_or_default(),
            consent: Rules {
                default: self.text("defaultConsent").and_then(State::from_name).unwrap_or(State::In),
                mg_dnt: source("mg_dnt"),
                user_allowed: source("user_allowed_save_cookie"),
                gpc: source("gpc"),
                tcf: source("tcf"),
                web_sdk: source("web_sdk"),
                own_sdk: self.text("webSdkName").is_some(),
            },
            personal_data: flag("personalData"),
            context: Contexts {
                web: context("web"),
                device: context("device"),
                environment: context("environment"),
                place_context: context("placeContext"),
                high_entropy_user_agent_hints: context("highEntropyUserAgentHints"),
            },
            third_party_cookies_enabled: flag("thirdPartyCookiesEnabled"),
            batching: self.value("batching").as_map().map(|_| {
                let batching = self.value("batching");
                Batching {
                    max_events: count(batching, "maxEvents"),
                    max_bytes: count(batching, "maxBytes"),
                    max_wait: limit(batching, "maxWait"),
                }
            }),
            instance_name: text("instanceName"),
            debug_enabled: flag("debugEnabled"),
        }
    }
}
