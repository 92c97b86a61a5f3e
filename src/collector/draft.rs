//! An event between the data layer and the outbox: mapped at the moment it was published, completed
//! when settings and consent let it go.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::identity;
use crate::inspect::{Issue, Record, Status};
use crate::page::{self, Page};
use crate::settings::Settings;
use crate::text::{cut, join, replace};
use crate::value::Value;
use crate::xdm;

/// Stands for an ECID that is not known yet, in the JSON of events that wait for it. As a JSON string
/// it cannot be part of a longer text.
const UNKNOWN_ECID: &str = "{ecid}";

/// What every event says; of one of the page's own only the first.
const MANDATORY: [&str; 5] = ["_id", "timestamp", "eventType", "implementationDetails", "identityMap"];

/// A published event with everything of its own moment.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Its `_id`.
    pub(super) id: String,
    /// Which event it is, for its record.
    pub(super) event: &'static str,
    /// Whether the page wants what the answer says.
    pub(super) needs_answer: bool,
    /// What the mapping made of it, or the page wrote.
    pub(super) xdm: Rc<Value>,
    /// The page it was published on.
    pub(super) page: Page,
    /// When it was published, milliseconds since 1970.
    pub(super) wall: i64,
    /// What the page wants with it, if it is an event of the page's own.
    pub(super) asked: Option<Asked>,
}

/// What a call of `sendEvent` says beside its XDM.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// `data`, as the page wrote it; `null` when it wrote none.
    pub(super) data: Value,
    /// The query for decisions; `null` when none are asked for.
    pub(super) query: Value,
    /// `edgeConfigOverrides`.
    pub(super) overrides: Value,
}

/// An event ready for `onBeforeEventSend`, and then for the outbox.
#[derive(Clone, Debug)]
pub(super) struct Composed {
    /// The XDM, complete but for an ECID that nobody knows yet.
    pub(super) xdm: Value,
    /// What a hook put beside it.
    pub(super) data: Option<Value>,
    /// `Some` for an event of the page's own, which is not held against XDM: what it asks for.
    pub(super) query: Option<Value>,
    /// What XDM would have refused.
    pub(super) issues: Vec<Issue>,
}

impl Draft {
    /// The first record of this event.
    pub(super) fn record(&self) -> Record {
        Record {
            id: self.id.clone(),
            event: self.event,
            status: Status::Held,
            reason: None,
            timestamp: page::timestamp(self.wall),
            attempts: 0,
            issues: Vec::new(),
            request_id: None,
            xdm: Rc::clone(&self.xdm),
        }
    }

    /// Completes the XDM: page context below the event's own fields (as the Web SDK merges them),
    /// identity, and nothing that XDM refuses; checking takes longer than all the rest, so only what was not checked
    /// before is.
    pub(super) fn compose(&self, settings: &Settings, ecid: Option<&str>) -> Composed {
        let mut xdm = self.page.to_xdm(settings.context, self.wall);
        if self.asked.is_none() {
            overlay(&mut xdm, &self.xdm);
        }
        xdm.set_at("_id", self.id.as_str());
        xdm.set_at("timestamp", page::timestamp(self.wall));
        xdm.set_at("implementationDetails", page::implementation_details());
        if self.asked.is_some() {
            // What the page says itself counts, whatever it says.
            overlay(&mut xdm, &self.xdm);
        }
        if !settings.personal_data {
            xdm::personal::hold_back(&mut xdm);
        }
        if let Some(asked) = &self.asked {
            xdm.prune();
            let data = Some(asked.data.clone()).filter(|data| !data.is_empty());
            return Composed { xdm, data, query: Some(asked.query.clone()), issues: Vec::new() };
        }
        let email = xdm.at("personalEmail.address").and_then(Value::as_text).map(String::from);
        let ecid = ecid.unwrap_or(UNKNOWN_ECID);
        let held_back = settings.identity_map.as_ref().filter(|_| !settings.personal_data).cloned().map(|mut own| {
            // Before it is known whether anybody else is primary.
            xdm::personal::hold_back_identities(&mut own);
            own
        });
        let own = held_back.as_ref().or(settings.identity_map.as_ref());
        if let Some(identities) = identity::identity_map(Some(ecid), own, email.as_deref()) {
            xdm.set_at("identityMap", identities);
        }
        xdm.set_at("personID", ecid);
        // The mapping and the page are within XDM, and one laid over the other is. The shop's own identities have not
        // been checked yet, and what was held back may leave empty objects.
        let is_within = settings.personal_data && settings.identity_map.is_none();
        let issues = if is_within { Vec::new() } else { xdm::conform(&mut xdm) };
        Composed { xdm, data: None, query: None, issues }
    }
}

impl Composed {
    /// What the event says whatever a hook leaves of it (contract, section 5); of an event of the page's own the `_id`,
    /// by which two tries are known to be one.
    pub(super) fn mandatory(&self) -> Vec<(&'static str, Value)> {
        let ecid = self.xdm.get("personID").and_then(Value::as_text);
        let mut values = Vec::new();
        for field in MANDATORY.into_iter().take(if self.query.is_some() { 1 } else { MANDATORY.len() }) {
            let mut value = self.xdm.get(field).cloned();
            if field == "identityMap" {
                // The addresses in it may be what the hook has taken out.
                value.iter_mut().for_each(xdm::personal::hold_back_identities);
                value = value.filter(|map| !map.is_empty()).or_else(|| identity::identity_map(ecid, None, None));
            }
            values.extend(value.map(|value| (field, value)));
        }
        values
    }

    /// Puts back what is missing of it, or is of another kind.
    pub(super) fn with(mut self, mandatory: Vec<(&'static str, Value)>) -> Self {
        if self.xdm.is_null() {
            self.xdm = Value::map();
        }
        for (field, value) in mandatory {
            let is_there = |now: &Value| !now.is_empty() && now.kind() == value.kind();
            if !self.xdm.get(field).is_some_and(is_there) {
                self.xdm.set_at(field, value);
            }
        }
        self
    }

    /// What `onBeforeEventSend` left: held back and checked again, for a hook may write what must not leave and what
    /// XDM refuses.
    pub(super) fn replaced(mut xdm: Value, mut data: Value, query: Option<Value>, personal_data: bool) -> Self {
        if !personal_data {
            xdm::personal::hold_back(&mut xdm);
        }
        let mut issues = Vec::new();
        if query.is_none() {
            issues = xdm::conform(&mut xdm);
            let identities = xdm.as_map_mut().and_then(|xdm| xdm.get_mut("identityMap"));
            identities.and_then(Value::as_map_mut).into_iter().for_each(identity::lead);
            data.prune();
        } else if !personal_data {
            xdm.prune();
        }
        if !matches!(data, Value::Map(_) | Value::Null) {
            // The edge would refuse the event for it, and all that go with it.
            let row =
                "onBeforeEventSend?wrong-kind:%: what it left as data is $; the event goes without. Leave an object";
            Issue::tell(&mut issues, row, &[data.kind()]);
            data = Value::Null;
        }
        Self { xdm, data: Some(data).filter(|data| !data.is_empty()), query, issues }
    }

    /// The event as it stands in a request: `{ xdm, data?, query? }`.
    pub(super) fn to_json(&self) -> String {
        let mut event = join(&["{\"xdm\":", &self.xdm.to_json()]);
        for (name, value) in [(",\"data\":", &self.data), (",\"query\":", &self.query)] {
            if let Some(value) = value.as_ref().filter(|value| !value.is_null()) {
                event.push_str(name);
                event.push_str(&value.to_json());
            }
        }
        event.push('}');
        event
    }
}

/// Whether the event waits for an ECID.
pub(super) fn wants_ecid(xdm: &Value) -> bool {
    WAITING.iter().any(|(path, _)| waits_at(xdm, path))
}

/// Where an ECID stands that may not be known yet, and what is of no use without it.
const WAITING: [(&str, &str); 2] = [("personID", "personID"), ("identityMap.ECID.0.id", "identityMap.ECID")];

fn waits_at(xdm: &Value, path: &str) -> bool {
    xdm.at(path).and_then(Value::as_text) == Some(UNKNOWN_ECID)
}

/// Puts the ECID into an event's JSON that waited for it; without one, takes what waited for it out:
/// never an invented identity.
pub(super) fn with_ecid(json: &str, ecid: Option<&str>) -> String {
    if let Some(ecid) = ecid {
        return replace(json, &join(&["\"", UNKNOWN_ECID, "\""]), &join(&["\"", ecid, "\""]));
    }
    let Ok(mut event) = Value::parse(json) else { return json.into() };
    if let Some(xdm) = event.as_map_mut().and_then(|event| event.get_mut("xdm")) {
        leave_nobody(xdm);
    }
    event.to_json()
}

/// Takes out what waits for an ECID.
pub(super) fn leave_nobody(xdm: &mut Value) -> Waiting {
    let mut waiting = Vec::new();
    for (path, whole) in WAITING {
        if waits_at(xdm, path) {
            waiting.extend(xdm.remove_at(whole).map(|value| (whole, value)));
        }
    }
    xdm.prune();
    Waiting(waiting)
}

/// What has been taken out of an event because it waits for an ECID.
pub(super) struct Waiting(Vec<(&'static str, Value)>);

impl Waiting {
    /// Puts it back below what has been written there meanwhile, and before it: of several primary identities the
    /// first is.
    pub(super) fn put_back(self, xdm: &mut Value) {
        for (whole, value) in self.0 {
            let (holder, _) = cut(whole, b".").unwrap_or((whole, ""));
            let written = xdm.remove_at(holder).filter(|written| !written.is_empty());
            xdm.set_at(whole, value);
            if let Some(written) = written {
                overlay(xdm.as_map_or_new().entry(holder.into()), &written);
            }
        }
    }
}

/// Merges `over` into `under`, object by object; what `over` says wins.
pub(super) fn overlay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Map(target), Value::Map(source)) => {
            for (key, value) in source.iter() {
                match target.get_mut(key) {
                    Some(target) => overlay(target, value),
                    None => target.set(String::from(key), value.clone()),
                }
            }
        }
        (under, over) => *under = over.clone(),
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::page::Contexts;
    use proptest::prelude::*;

    /// Fields that the page fills too, and what is around them.
    const PATHS: [&str; 14] = [
        "web",
        "web.webPageDetails",
        "web.webPageDetails.URL",
        "web.webPageDetails.name",
        "web.webReferrer.type",
        "device",
        "device.screenWidth",
        "device.screenOrientation",
        "environment.type",
        "environment.browserDetails",
        "environment.browserDetails.userAgentClientHints.model",
        "placeContext.localTime",
        "placeContext.geo.city",
        "implementationDetails.name",
    ];

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-3..3000i64).prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            prop_oneof!["[a-z]{0,3}", "(portrait|browser|app|external|2026-11-27T12:00:00Z)"].prop_map(Value::from),
            Just(Value::map()),
            Just(Value::from([("name", Value::from("x")), ("_tenant", Value::from(1))])),
            Just(Value::List(Vec::from([Value::from(1)]))),
        ]
    }

    proptest! {
        #[test]
        fn an_event_within_xdm_over_a_page_within_xdm_is_within_xdm(
            fields in prop::collection::vec((prop::sample::select(&PATHS[..]), any_value()), 0..8),
        ) {
            let mut over = Value::map();
            for (path, value) in fields {
                over.set_at(path, value);
            }
            xdm::conform(&mut over);
            let page = Page {
                url: "https://www.shop.test/".into(),
                referrer: "https://www.shop.test/".into(),
                screen_width: Some(1920),
                viewport: Some((1600, 900)),
                time_zone: "Europe/Berlin".into(),
                client_hints: Some(Value::from([("model", "x")])),
                ..Page::default()
            };
            let contexts = Contexts { high_entropy_user_agent_hints: true, ..Contexts::default() };
            let mut xdm = page.to_xdm(contexts, 1_795_360_664_527);
            overlay(&mut xdm, &over);
            let laid = xdm.clone();
            prop_assert!(xdm::conform(&mut xdm).is_empty());
            prop_assert_eq!(xdm, laid);
        }
    }
}
