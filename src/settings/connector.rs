//! The judgement of the connector's configuration page: can it be saved, can order history be
//! synchronised, will storefront events be collected.

use alloc::string::String;
use alloc::vec::Vec;

use super::credentials;
use super::fields::{self, CONNECTOR, HISTORY};
use super::{Source, Store, forms};
use crate::inspect::{Issue, Severity};
use crate::text::{cut, join, trim};
use crate::value::{Key, Map, Value};

/// What [`validate`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// Every problem once, its field named by its path: `"datasetId"`, `"websites.base.datastreamId"`.
    pub issues: Vec<Issue>,
    /// Whether the Settings page may be saved: no error outside `orderHistory`, which is a page of
    /// its own.
    pub can_save: bool,
    /// Whether Start Sync is open: organization and dataset of the right form, and nothing wrong with
    /// what was said about range, credentials and sync service.
    pub can_start_sync: bool,
    /// Whether storefront events will be sent with these settings alone. Warnings and a missing
    /// dataset do not hinder that.
    pub will_collect: bool,
}

impl Validation {
    /// As the JS API gives it out: `{ issues, canSave, canStartSync, willCollect }`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::from([
            ("issues", Value::List(self.issues.iter().map(Issue::to_value).collect())),
            ("canSave", Value::Bool(self.can_save)),
            ("canStartSync", Value::Bool(self.can_start_sync)),
            ("willCollect", Value::Bool(self.will_collect)),
        ])
    }
}

/// [`validate_at`] without knowing the day: a range of order history that ends in the future passes.
#[must_use]
pub fn validate(raw: &Value) -> Validation {
    validate_at(raw, "")
}

/// Judges `raw`, an object with the contract's settings and, for the rest of the connector's page,
/// `webSdkDeployed` (the checkbox), `hipaa`, `backOfficeEvents`, `sandboxName`, `customerProfiles`,
/// `profileDatasetId`, `streamProfilesThroughSameDatastream`, `profileDatastreamId`,
/// `orderHistory { copyDatasetId, datasetId, from, to }`, `syncServiceReady`, `credentials` and
/// `websites`, an object of each website's own values by its code. `today` is `YYYY-MM-DD`.
///
/// Readings of the connector manual that this settles:
/// - A dataset ID is required unless storefront *and* back office events are deselected; the
///   storefront counts as deselected only by `storefrontEvents: false` (or `hipaa`), not for lack of
///   IDs. With both off nothing is sent, and no datastream ID is required either.
/// - A datastream ID of another form is a warning, as the contract says, though the manual refuses it.
/// - The checkbox ticked without a name is an error, never a silent change to the bundled sender; a
///   name with the checkbox off is a warning. A name without a word about the checkbox counts.
/// - Five years are counted by the calendar, both ends included: 1 March 2020 to 1 March 2025 is the
///   longest; from 29 February the range ends on 28 February.
/// - What is not said about range, credentials and sync service is not held against Start Sync; JWT,
///   which Adobe switched off on 1 January 2025, is an error.
/// - With `websites`, each website is judged with what it inherits, the default scope for itself
///   not at all. All of them must be fit to save and to sync; one that collects is enough.
#[must_use]
pub fn validate_at(raw: &Value, today: &str) -> Validation {
    let Some(websites) = raw.get("websites").and_then(Value::as_map).filter(|websites| !websites.is_empty()) else {
        return judge(raw, today);
    };
    let mut base = raw.as_map().cloned().unwrap_or_default();
    base.remove("websites");
    let mut all = Validation { issues: Vec::new(), can_save: true, can_start_sync: true, will_collect: false };
    for (code, site) in websites.iter() {
        let prefix = join(&["websites.", code, "."]);
        let Some(site) = site.as_map() else {
            let at = join(&["websites.", code]);
            let row = "!wrong-kind:% is $; give an object of this website's own settings.";
            Issue::tell(&mut all.issues, row, &[&at, site.kind()]);
            (all.can_save, all.can_start_sync) = (false, false);
            continue;
        };
        let mut resolved = base.clone();
        for (key, value) in site.iter() {
            if GLOBAL.contains(&key) {
                let at = join(&[&prefix, key]);
                let row = "!global:% cannot differ by website; set $ beside websites.";
                Issue::tell(&mut all.issues, row, &[&at, key]);
                (all.can_save, all.can_start_sync) = (false, false);
            } else if !value.is_null() && value.as_text().is_none_or(|text| !trim(text).is_empty()) {
                resolved.set(String::from(key), value);
            }
        }
        let found = judge(&Value::Map(resolved), today);
        all.can_save &= found.can_save;
        all.can_start_sync &= found.can_start_sync;
        all.will_collect |= found.will_collect;
        for mut issue in found.issues {
            let top = cut(&issue.field, b".").map_or(issue.field.as_ref(), |(top, _)| top);
            let own = site.get(top).is_some() || base.get(top).is_none();
            if own && !GLOBAL.contains(&top) {
                issue.field = Key::Owned(join(&[&prefix, &issue.field]));
            }
            issue.join(&mut all.issues);
        }
    }
    all
}

/// Five years between two days as [`forms::date`] numbers them.
const FIVE_YEARS: i64 = 50_000;

/// One per instance: the manual's "Global" fields.
const GLOBAL: [&str; 5] = ["organizationId", "webSdkName", "webSdkDeployed", "credentials", "websites"];

fn judge(raw: &Value, today: &str) -> Validation {
    let mut store = Store::default();
    store.set(Source::Api, raw);
    let now = store.effective();
    let will_collect = !now.never && now.off.is_none() && now.waiting_for.is_empty();
    let settings = now.settings;
    let mut issues = now.issues;

    let empty = Map::new();
    let page = fields::section("", CONNECTOR, raw.as_map().unwrap_or(&empty), &mut issues);
    let is_on = |name| page.get(name).and_then(Value::as_bool) == Some(true);
    let text = |name| page.get(name).and_then(Value::as_text);
    let own_sdk = settings.web_sdk_name.is_some();
    let unnamed = is_on("webSdkDeployed") && !own_sdk;
    let wanted = raw.get("storefrontEvents").and_then(Value::as_bool);
    let storefront = wanted != Some(false) && !is_on("hipaa");
    let selected = storefront || is_on("backOfficeEvents");

    let mut tell = |row| Issue::tell(&mut issues, row, &[]);
    if settings.organization_id.is_none() {
        tell("organizationId!missing:% is missing; give the one of the services connector.");
    }
    if unnamed {
        tell("webSdkName!missing:% is missing, though webSdkDeployed is true; give it, or set that to false.");
    } else if settings.datastream_id.is_none() && !own_sdk && selected {
        tell("datastreamId!missing:% is missing; give it, or the webSdkName of your own Web SDK.");
    }
    if settings.dataset_id.is_none() && selected {
        tell("datasetId!missing:% is missing; give it, or set storefrontEvents and backOfficeEvents to false.");
    }
    if is_on("hipaa") && wanted == Some(true) {
        tell(
            "storefrontEvents!contradiction:% is on, though hipaa is, which allows back office events only; set it to false.",
        );
    }
    if is_on("customerProfiles") {
        let id = text("profileDatasetId");
        if id.is_none() {
            tell("profileDatasetId!missing:% is missing; give it, or set customerProfiles to false.");
        } else if id.zip(settings.dataset_id.as_deref()).is_some_and(|(id, events)| id.eq_ignore_ascii_case(events)) {
            tell("profileDatasetId!contradiction:% is datasetId; give profiles a dataset of their own.");
        }
        if !is_on("streamProfilesThroughSameDatastream") && text("profileDatastreamId").is_none() {
            tell(
                "profileDatastreamId!missing:% is missing; give it, or set streamProfilesThroughSameDatastream to true.",
            );
        }
    }
    if text("profileDatasetId").is_some_and(|id| !forms::is_dataset_id(id)) {
        tell("profileDatasetId!bad-form:% has another form; give the 24 hexadecimal digits of the dataset's page.");
    }
    if text("profileDatastreamId").is_some_and(|id| !forms::is_datastream_id(id)) {
        tell("profileDatastreamId?bad-form:% is used, though it is no UUID; compare it with the datastream's page.");
    }

    if !is_on("syncServiceReady") {
        tell(
            "syncServiceReady?missing:% is false, without which nothing is synchronised; switch the Order Sync service on.",
        );
    }

    let dataset = history(&page, settings.dataset_id.as_deref(), today, &mut issues);
    let organization = settings.organization_id.as_deref();
    match page.get("credentials") {
        Some(given @ Value::Map(_)) => credentials::check(given, organization, &mut issues),
        _ if is_on("customerProfiles") || page.get("orderHistory").is_some_and(|history| !history.is_null()) => {
            let row = "credentials?missing:% are missing; customer profiles and order history need them.";
            Issue::tell(&mut issues, row, &[]);
        }
        _ => {}
    }

    let broken =
        |prefix: &str| issues.iter().any(|issue| issue.severity == Severity::Error && issue.field.starts_with(prefix));
    let can_start_sync = organization.is_some_and(forms::is_organization_id)
        && dataset.is_some_and(|id| forms::is_dataset_id(&id))
        && is_on("syncServiceReady")
        && !["orderHistory", "credentials", "syncServiceReady"].into_iter().any(broken);
    let can_save =
        !issues.iter().any(|issue| issue.severity == Severity::Error && !issue.field.starts_with("orderHistory"));
    Validation { issues, can_save, can_start_sync, will_collect }
}

/// Checks the page Order History; answers with the dataset to which a sync would write.
fn history(page: &Map, settings_dataset: Option<&str>, today: &str, issues: &mut Vec<Issue>) -> Option<String> {
    let given = page.get("orderHistory").and_then(Value::as_map);
    let Some(given) = given else { return settings_dataset.map(String::from) };
    fields::report_unknown("orderHistory.", &[HISTORY], given, issues);
    let history = fields::section("orderHistory.", HISTORY, given, issues);
    let text = |name| history.get(name).and_then(Value::as_text);
    let mut tell = |row| Issue::tell(issues, row, &[]);

    let copies = history.get("copyDatasetId").and_then(Value::as_bool) == Some(true);
    let own = text("datasetId");
    let dataset = if copies { settings_dataset } else { own };
    if dataset.is_none() {
        tell("orderHistory.datasetId!missing:% is missing; give it, or set copyDatasetId and datasetId.");
    } else if !dataset.is_some_and(forms::is_dataset_id) {
        tell(
            "orderHistory.datasetId!bad-form:% has another form; give the 24 hexadecimal digits of the dataset's page.",
        );
    }

    let (from, to) = (text("from").and_then(forms::date), text("to").and_then(forms::date));
    for (row, name, end, other) in [
        ("orderHistory.from!missing:% is missing; a range needs both ends.", "from", from, to),
        ("orderHistory.to!missing:% is missing; a range needs both ends.", "to", to, from),
    ] {
        // A date that is there and bad has its own message.
        if end.is_none() && other.is_some() && given.get(name).is_none_or(Value::is_empty) {
            tell(row);
        }
    }
    if let (Some(from), Some(to)) = (from, to) {
        if from > to {
            tell("orderHistory.from!order:% is after orderHistory.to; exchange them.");
        } else if to > from.saturating_add(FIVE_YEARS) {
            tell("orderHistory.to!too-long:orderHistory spans more than five years; shorten the range.");
        }
    }
    if to > forms::date(today).or(to) {
        tell("orderHistory.to!future:% is in the future; give today or earlier.");
    }
    if copies && own.is_some_and(|own| Some(own) != settings_dataset) {
        tell(
            "orderHistory.datasetId?ignored:% is ignored, as copyDatasetId is true; set that to false, or leave the ID out.",
        );
    }
    dataset.map(String::from)
}
