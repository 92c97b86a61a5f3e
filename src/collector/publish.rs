//! From the data layer to the outbox: what one published item goes through, in order.

use alloc::string::String;
use alloc::vec::Vec;

use super::Collector;
use super::draft::{self, Composed, Draft};
use crate::consent::State;
use crate::delivery::{Event, Input};
use crate::inspect::{Issue, Record, Status};
use crate::moment::Moment;
use crate::page::Page;
use crate::storefront::{EventKind, Item};
use crate::value::Value;
use crate::xdm;

/// Events that may wait in memory for settings or consent; the oldest is given up first.
const HELD_AT_MOST: usize = 1000;

impl Collector {
    /// An item was pushed onto the data layer. Gives back the event's `_id` when it published one that
    /// is forwarded. `id` is the `_id` to use unless the debug context names one.
    pub fn pushed(&mut self, item: Item, id: Option<String>, page: Page, moment: &Moment) -> Option<String> {
        self.pushed_at(item, id, page, moment.wall, moment)
    }

    /// As [`Self::pushed`], of an event that was published at `wall`, milliseconds since 1970.
    pub fn pushed_at(
        &mut self,
        item: Item,
        id: Option<String>,
        page: Page,
        wall: i64,
        moment: &Moment,
    ) -> Option<String> {
        if self.stopped {
            return None;
        }
        let taken = self.storefront.take(item);
        self.report_all(taken.issues);
        if taken.settings_changed {
            let aep = self.storefront.context("aepContext");
            self.store.set_data_layer(aep, self.storefront.context("eventForwardingContext"));
            self.settings_changed(moment);
        }
        if taken.event.is_some() || taken.known || taken.consent_matters {
            self.read_consent(moment);
        }
        if taken.known {
            self.records.count_known();
        }
        let published = taken.event?;
        let source = xdm::Source {
            kind: published.kind,
            contexts: &published.contexts,
            custom: published.custom.as_ref(),
            search_unit_id: published.search_unit_id.as_deref(),
            last_cart: published.last_cart.as_deref(),
            page_url: &page.url,
            referrer: &page.referrer,
        };
        let (xdm, issues, refused) = match xdm::map(&source) {
            Ok(mapped) => (mapped.xdm, mapped.issues, None),
            Err(issue) => (Value::map(), Vec::from([issue.clone()]), Some(issue)),
        };
        let id = xdm.get("_id").and_then(Value::as_text).map(String::from).or(id);
        let id = id.unwrap_or_else(|| self.random.uuid());
        let draft = Draft {
            id: id.clone(),
            event: published.kind.name(),
            needs_answer: published.kind == EventKind::PageView,
            xdm: xdm.into(),
            page,
            wall,
            asked: None,
        };
        self.records.add(Record { issues: issues.clone(), ..draft.record() });
        self.report_all(issues);
        match refused {
            Some(issue) => self.move_on(&id, Status::Rejected, Some(issue.message)),
            None => self.offer(draft, moment),
        }
        Some(id)
    }

    /// The way from a published event to the outbox, or to where it has to wait.
    pub(super) fn offer(&mut self, draft: Draft, moment: &Moment) {
        // A refusal counts before the settings are complete: what is published while the shopper says no
        // never leaves, whatever comes later.
        if self.consent.state() == State::Out {
            let reason = self.consent_reason();
            return self.move_on(&draft.id, Status::Suppressed, Some(reason));
        }
        if let Some(reason) = self.why_off() {
            return self.move_on(&draft.id, Status::Suppressed, Some(reason));
        }
        if self.may_send() {
            return self.accept(&draft, moment);
        }
        let reason = self.why_held();
        if self.held.len() >= HELD_AT_MOST {
            let oldest = self.held.remove(0);
            self.move_on(
                &oldest.id,
                Status::Rejected,
                Some("more than 1000 events waited, and it was the oldest".into()),
            );
            let row = "events?too-many-held:more than 1000 events: each $; the oldest are given up until then";
            self.report(Issue::of(row, &[&reason]));
        }
        self.move_on(&draft.id, Status::Held, Some(reason));
        self.held.push(draft);
    }

    /// Hands an event to the outbox: from here on it is delivered, or refused for good.
    pub(super) fn accept(&mut self, draft: &Draft, moment: &Moment) {
        self.recognise(moment);
        let composed = draft.compose(&self.effective.settings, self.exchange.shopper.ecid());
        let composed = match self.run_before_send(composed) {
            Ok(Some(composed)) => composed,
            Ok(None) => {
                return self.move_on(&draft.id, Status::Suppressed, Some("onBeforeEventSend said no".into()));
            }
            Err(issue) => {
                self.move_on(&draft.id, Status::Rejected, Some(issue.message.clone()));
                return self.report(issue);
            }
        };
        let wants_ecid = draft::wants_ecid(&composed.xdm);
        let event = Event {
            id: draft.id.clone(),
            json: composed.to_json(),
            created: draft.wall,
            needs_answer: draft.needs_answer,
            wants_ecid,
            route: self.event_route(draft.asked.as_ref().map(|asked| &asked.overrides)),
        };
        self.report_all(composed.issues.clone());
        let Composed { mut xdm, issues, .. } = composed;
        if wants_ecid {
            draft::leave_nobody(&mut xdm);
        }
        self.records.change(&draft.id, Status::Queued, |record| {
            record.reason = None;
            record.issues.extend(issues);
            record.xdm = xdm.into();
        });
        self.delivery.handle(Input::Accept(event), moment);
    }

    fn run_before_send(&self, composed: Composed) -> Result<Option<Composed>, Issue> {
        let Some(hook) = &self.before_send else { return Ok(Some(composed)) };
        let mandatory = composed.mandatory();
        let Composed { mut xdm, data, query, .. } = composed;
        let data = data.unwrap_or_else(Value::map);
        // What stands for an ECID is no identity, and must not be copied anywhere.
        let waiting = draft::leave_nobody(&mut xdm);
        let Some(mut changed) = hook(Value::from([("xdm", xdm), ("data", data)]))? else {
            return Ok(None);
        };
        let mut take = |key| changed.as_map_mut().and_then(|map| map.remove(key)).unwrap_or_default();
        let (mut xdm, data) = (take("xdm"), take("data"));
        if !matches!(xdm, Value::Map(_) | Value::Null) {
            let row =
                "onBeforeEventSend?wrong-kind:%: what it left as xdm is $; the event is not sent. Leave an object";
            return Err(Issue::of(row, &[xdm.kind()]));
        }
        let personal_data = self.effective.settings.personal_data;
        if xdm.is_empty() && data.is_empty() {
            return Ok(None);
        }
        waiting.put_back(&mut xdm);
        Ok(Some(Composed::replaced(xdm, data, query, personal_data).with(mandatory)))
    }
}
