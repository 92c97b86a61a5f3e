//! The value chosen for each field: what it rules out, whether its form is right, the settings it makes.

use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{FIELDS, add};
use super::{ConsentSources, Contexts, DefaultConsent, Settings, Source, forms};
use crate::delivery::Batching;
use crate::inspect::Issue;
use crate::text::join;
use crate::value::Value;

/// A field's value and where it is from.
pub(super) struct Choice {
    pub(super) value: Value,
    /// `None`: the default.
    pub(super) source: Option<Source>,
}

/// One choice for each row of [`FIELDS`], in its order.
pub(super) struct Choices(pub(super) Vec<Choice>);

impl Choices {
    fn find(&self, name: &str) -> Option<&Choice> {
        FIELDS.iter().zip(&self.0).find(|(field, _)| field.name == name).map(|(_, choice)| choice)
    }

    pub(super) fn value(&self, name: &str) -> &Value {
        self.find(name).map_or(&Value::Null, |choice| &choice.value)
    }

    pub(super) fn source(&self, name: &str) -> Option<Source> {
        self.find(name)?.source
    }

    pub(super) fn put(&mut self, name: &str, value: Value) {
        if let Some((_, choice)) = FIELDS.iter().zip(&mut self.0).find(|(field, _)| field.name == name) {
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
        let datastream = self.take("datastreamId").then_some("datastreamId");
        // The data layer's edge domain is written by the Admin and not worth a word.
        let others = ["edgeDomain", "edgeBasePath", "thirdPartyCookiesEnabled", "instanceName"]
            .into_iter()
            .filter(|name| self.source(name) > Some(Source::DataLayer));
        for name in datastream.into_iter().chain(others) {
            let message = join(&[
                name,
                " is ignored, as webSdkName is set: that Web SDK's own counts. Leave one of the two out.",
            ]);
            add(issues, Issue::warning(name, "ignored", message));
        }
    }

    pub(super) fn check_forms(&self, own_sdk: bool, issues: &mut Vec<Issue>) {
        let text = |name| self.value(name).as_text();
        if text("organizationId").is_some_and(|id| !forms::is_organization_id(id)) {
            let message = "organizationId has another form; give 24 letters or digits followed by @AdobeOrg, as the Admin shows it.";
            let make = if own_sdk { Issue::warning } else { Issue::error };
            add(issues, make("organizationId", "bad-form", message));
        }
        if text("datastreamId").is_some_and(|id| !forms::is_datastream_id(id)) {
            let message = "datastreamId is used, though it is no UUID (optionally with :environment); compare it with the datastream's page.";
            add(issues, Issue::warning("datastreamId", "bad-form", message));
        }
        if text("datasetId").is_some_and(|id| !forms::is_dataset_id(id)) {
            let message = "datasetId has another form; give the 24 hexadecimal digits of the dataset's page.";
            add(issues, Issue::error("datasetId", "bad-form", message));
        }
        if text("webSdkName").is_some_and(|name| !forms::is_property_name(name)) {
            let message = "webSdkName is looked up on window as it stands; give one property name, such as alloy, without window. or blanks.";
            add(issues, Issue::warning("webSdkName", "bad-form", message));
        }
        let identity_map = self.value("identityMap");
        if !identity_map.is_null() && !forms::is_identity_map(identity_map) {
            let message = "identityMap has another form; give a list of { id } for each namespace.";
            add(issues, Issue::warning("identityMap", "bad-form", message));
        }
        if !own_sdk && self.lists("consentSources", "web_sdk") {
            let message =
                "consentSources names web_sdk, but there is no own Web SDK; set webSdkName, or leave web_sdk out.";
            add(issues, Issue::warning("consentSources", "contradiction", message));
        }
    }

    fn lists(&self, name: &str, word: &str) -> bool {
        self.value(name).as_list().is_some_and(|items| items.iter().any(|item| item.as_text() == Some(word)))
    }

    pub(super) fn settings(&self) -> Settings {
        let text = |name| self.value(name).as_text().map(String::from);
        let flag = |name| self.value(name).as_bool() == Some(true);
        let source = |word| self.lists("consentSources", word);
        let context = |word| self.lists("context", word);
        let limit = |map: &Value, name| map.get(name).and_then(Value::as_i64).unwrap_or_default();
        // The rules have seen to it that it fits.
        let count = |map: &Value, name| limit(map, name) as usize;
        let given = |value: &Value| (!value.is_null()).then(|| value.clone());
        Settings {
            organization_id: text("organizationId"),
            datastream_id: text("datastreamId"),
            dataset_id: text("datasetId"),
            web_sdk_name: text("webSdkName"),
            web_sdk_timeout: self.value("webSdkTimeout").as_i64().unwrap_or_default(),
            storefront_events: flag("storefrontEvents"),
            edge_domain: text("edgeDomain").unwrap_or_default(),
            edge_base_path: text("edgeBasePath").unwrap_or_default(),
            identity_map: given(self.value("identityMap")),
            data_layer_name: text("dataLayerName").unwrap_or_default(),
            default_consent: match self.value("defaultConsent").as_text() {
                Some("out") => DefaultConsent::Out,
                Some("pending") => DefaultConsent::Pending,
                _ => DefaultConsent::In,
            },
            consent_sources: ConsentSources {
                mg_dnt: source("mg_dnt"),
                gpc: source("gpc"),
                tcf: source("tcf"),
                user_allowed_save_cookie: source("user_allowed_save_cookie"),
                web_sdk: source("web_sdk"),
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
