//! What the instance says of itself.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Collector, options};
use crate::value::Value;

impl Collector {
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
            ("defaultConsent", Value::from(settings.consent.default.name())),
            ("context", context),
            ("thirdPartyCookiesEnabled", Value::from(settings.third_party_cookies_enabled)),
            ("debugEnabled", Value::from(settings.debug_enabled)),
            ("clickCollectionEnabled", Value::from(false)),
            ("idMigrationEnabled", Value::from(!self.exchange.no_migration)),
            ("edgeConfigOverrides", self.instance.overrides.clone().unwrap_or_default()),
        ])
    }

    pub(super) fn library_info(&self) -> Value {
        let list =
            |names: &mut dyn Iterator<Item = &'static str>| Value::from(names.map(Value::from).collect::<Vec<_>>());
        Value::from([
            ("version", Value::from(env!("CARGO_PKG_VERSION"))),
            ("configs", self.library_configs()),
            ("commands", list(&mut options::commands())),
            ("components", list(&mut ["Consent", "Context", "DataCollector", "Identity", "LibraryInfo"].into_iter())),
        ])
    }
}
