//! What the page's modules tell and ask: each kind of happening, with its facts, becomes an input of the core.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::JsValue;

use super::facts::{Facts, item_of, page_of};
use super::page::{self, readable};
use crate::collector::{BeforeSend, Collector, EarlyItem, EarlyPage, Failure, Reply, SdkAnswer, UnderName};
use crate::consent::Signal;
use crate::inspect::{Issue, Severity, hook_left_unreadable, hook_threw, notice, script_unreadable};
use crate::moment::Moment;
use crate::settings::Source;
use crate::storefront::{self, EventKind};
use crate::value::{Map, Value};

// The numbers of host.js: questions first, then what is told.
/// The page asks for a new `_id`.
pub(super) const NEW_ID: u32 = 0;
/// The contexts that anything reads; of an event, those that it is made from.
const CONTEXTS: u32 = 1;
const INSTANCE: u32 = 2;
/// Who answers under its name.
const CLAIM: u32 = 3;
const REFUSED: u32 = 4;
const STATUS: u32 = 5;
const EVENTS: u32 = 6;
const ECID: u32 = 7;
const CONFIG: u32 = 8;
/// Whom Adobe's older library is asked about, if it is asked.
const VISITOR: u32 = 9;
/// Settings, from the page's script and the caller.
pub(super) const CONFIGURE: u32 = 10;
const CART: u32 = 11;
/// The data layer can be listened to.
pub(super) const BEGUN: u32 = 12;
const ITEM: u32 = 13;
const EARLY: u32 = 14;
/// The page is in the foreground, or not.
pub(super) const VISIBLE: u32 = 15;
const UNLOADING: u32 = 16;
const RETURNING: u32 = 17;
const RESTORED: u32 = 18;
const ONLINE: u32 = 19;
const WAKE: u32 = 20;
const READ_CONSENT: u32 = 21;
const TCF: u32 = 22;
const TCF_MISSING: u32 = 23;
const ANSWERED: u32 = 24;
const SDK_FOUND: u32 = 25;
const SDK_IDENTIFIED: u32 = 26;
const SDK_ANSWERED: u32 = 27;
const SDK_CONSENTED: u32 = 28;
const STORE_FAILED: u32 = 29;
const STORE_LOST: u32 = 30;
const ADOPTED: u32 = 31;
const IDENTITY_LOCKED: u32 = 32;
const SET_CONSENT: u32 = 33;
const IDENTIFY: u32 = 34;
const FLUSH: u32 = 35;
const STOP: u32 = 36;
/// A command of the instance.
pub(super) const COMMAND: u32 = 37;
const REHEARSE: u32 = 38;
/// Something is wrong in the page, see [`notice`].
const NOTICE: u32 = 39;

/// Whether this kind is a question, which changes nothing.
pub(super) fn is_question(kind: u32) -> bool {
    kind < CONFIGURE
}

/// Answers a question.
pub(super) fn answer(core: &mut Collector, kind: u32, facts: Facts<'_>, moment: fn() -> Moment) -> Value {
    match kind {
        CONTEXTS => {
            let mut names = Vec::new();
            match facts.at(0).as_text() {
                None => storefront::CONTEXTS.into_iter().for_each(|name| names.push(Value::from(name))),
                Some(event) => {
                    if let Some(kind) = EventKind::from_name(event) {
                        kind.contexts().for_each(|name| names.push(Value::from(name)));
                    }
                }
            }
            Value::List(names)
        }
        INSTANCE => core.answers_as().map_or(Value::Null, |(name, _)| name.into()),
        CLAIM => {
            let (queue, ours, loading, sdk_script) = (facts.flag(0), facts.flag(1), facts.flag(2), facts.flag(3));
            Value::from(core.claim(UnderName { queue, ours, loading, sdk_script }) as i64)
        }
        REFUSED => core.settings_refused().map_or(Value::Null, refusal),
        STATUS => core.status(),
        EVENTS => core.events(),
        ECID => core.ecid(&moment()).map_or(Value::Null, Value::from),
        CONFIG if core.is_configured() => core.library_configs(),
        VISITOR => core.visitor_organization().map_or(Value::Null, Value::from),
        _ => Value::Null,
    }
}

/// What `refusal` of host.js takes: the message and the code of the worst issue, and all of them.
fn refusal(issues: &[Issue]) -> Value {
    let worst = issues.iter().find(|issue| issue.severity == Severity::Error);
    let (message, code) = match worst {
        Some(issue) => (issue.message.as_str(), issue.code),
        None => ("the settings can never work", "settings"),
    };
    let mut list = Vec::with_capacity(issues.len());
    for issue in issues {
        list.push(issue.to_value());
    }
    Value::List(Vec::from([Value::from(message), Value::from(code), Value::List(list)]))
}

/// `onBeforeEventSend`, by its number in host.js.
fn hook(number: i64) -> Option<BeforeSend> {
    if number == 0 {
        return None;
    }
    Some(Box::new(move |content| {
        let left = page::before_send(number as f64, &content.to_json());
        if left.is_empty() {
            return Ok(None);
        }
        match left.strip_prefix('?') {
            Some(thrown) => Err(hook_threw(thrown)),
            None => readable(&left).map(Some).map_err(hook_left_unreadable),
        }
    }))
}

/// Something happened in the page.
/// `known`: the contexts as the page told them last, by name.
pub(super) fn hear(
    core: &mut Collector,
    known: &mut Map,
    host: &JsValue,
    kind: u32,
    facts: Facts<'_>,
    moment: &Moment,
) {
    match kind {
        CONFIGURE => configure(core, facts, moment),
        CART => core.restore_cart(facts.text(0)),
        ITEM => {
            // Only the last one has an event, of the time that the fourth fact says.
            let asked = facts.maybe_text(2);
            let page = page_of(facts.list(1));
            let wall = facts.maybe_number(3).unwrap_or(moment.wall);
            for item in facts.list(0).0 {
                let item = item_of(Facts::of(item), known);
                let id = core.pushed_at(item, asked.clone(), page.clone(), wall, moment);
                if let Some((asked, id)) = asked.as_ref().zip(id) {
                    page::published(host, asked, &id);
                }
            }
        }
        EARLY => {
            let mut items = Vec::new();
            for early in facts.list(0).0 {
                let (item, record) = (Facts::of(early).list(0), Facts::of(early).list(1));
                let published = record.maybe_text(0).zip(record.maybe_number(1));
                items.push(EarlyItem { item: item_of(item, known), published });
            }
            let (page, settings) = (page_of(facts.list(1)), facts.at(4).clone());
            core.take_over(EarlyPage { key: facts.text(3), items, settings, page, wall: facts.number(2) }, moment);
        }
        VISIBLE => core.visible(facts.flag(0), moment),
        UNLOADING => core.unloading(facts.flag(0), moment),
        RETURNING => core.returning(facts.text(0), moment),
        RESTORED => core.restored(facts.list(0).texts(), moment),
        ONLINE => core.online(facts.flag(0), moment),
        WAKE => core.wake(moment),
        READ_CONSENT => core.read_consent(moment),
        TCF => core.consent_signal(Signal::Tcf(&readable(&facts.text(0)).unwrap_or_default()), moment),
        TCF_MISSING => core.consent_signal(Signal::TcfMissing, moment),
        ANSWERED => {
            let reply = facts.list(1);
            let reply = match reply.maybe_number(0) {
                Some(status) => Ok(Reply {
                    status: status as u16,
                    body: reply.text(1),
                    retry_after: reply.maybe_text(2),
                    region: reply.maybe_text(3),
                }),
                None => Err(Failure::Network),
            };
            core.answered(facts.number(0) as u64, reply, moment);
        }
        SDK_FOUND => core.sdk_found(facts.flag(0), &facts.list(1).texts(), moment),
        SDK_IDENTIFIED => match facts.at(1).as_text() {
            Some(message) => core.sdk_not_identified(message, moment),
            None => core.sdk_identified(facts.maybe_text(0), moment),
        },
        SDK_ANSWERED => {
            let answer = match facts.at(2).as_text() {
                Some(message) => SdkAnswer::Rejected(message),
                None if facts.flag(1) => SdkAnswer::Declined,
                None => SdkAnswer::Resolved,
            };
            core.sdk_answered(facts.number(0) as u64, answer, moment);
        }
        SDK_CONSENTED => core.sdk_consented(facts.at(0).as_text(), moment),
        STORE_FAILED => core.store_failed(facts.text(0), moment),
        STORE_LOST => core.store_lost(moment),
        ADOPTED => {
            let mut entries = Vec::new();
            for entry in facts.list(0).0 {
                let entry = Facts::of(entry);
                entries.push((entry.text(0), entry.text(1)));
            }
            core.adopted(entries, moment);
        }
        IDENTITY_LOCKED => {
            if let Some(ecid) = facts.maybe_text(0) {
                core.handed_ecid(ecid);
            }
            core.identity_locked(moment);
        }
        SET_CONSENT => {
            let consent = readable(&facts.text(1)).unwrap_or_default();
            match core.set_consent(&consent, moment) {
                Ok(()) => page::settle(host, facts.ticket() as f64, true, ""),
                Err(issue) => page::settle(host, facts.ticket() as f64, false, &refusal(&[issue]).to_json()),
            }
        }
        IDENTIFY => core.identify(facts.ticket(), moment),
        FLUSH => core.flush(facts.ticket(), moment),
        STOP => core.stop(),
        REHEARSE => core.rehearse(page_of(facts.list(0)), moment),
        NOTICE => notice(facts.number(0), &facts.text(1)).into_iter().for_each(|issue| core.report(issue)),
        COMMAND => {
            let name = facts.text(1);
            match readable(&facts.text(2)) {
                Ok(options) => {
                    let (page, hook) = (page_of(facts.list(3)), hook(facts.number(4)));
                    core.command(facts.ticket(), &name, &options, page, hook, moment);
                }
                Err(reason) => core.command_unreadable(facts.ticket(), &name, reason),
            }
        }
        _ => {}
    }
}

/// `[the page's own settings, the caller's, the hook, whether the document is being read]`: the first as JSON text or why
/// it is none, the second as `readSettings` of values.js made them, each where there are any.
fn configure(core: &mut Collector, facts: Facts<'_>, moment: &Moment) {
    let page = facts
        .at(0)
        .as_text()
        .and_then(|text| readable(text).map_err(|reason| core.report(script_unreadable(reason))).ok());
    let api = facts.at(1).as_text().map(page::settings_of);
    let former = hook(facts.number(2)).map(|hook| core.change_before_send(Some(hook)));
    let mut settings = Vec::new();
    for (source, raw) in [(Source::Page, &page), (Source::Api, &api)] {
        if let Some(raw) = raw {
            settings.push((source, raw));
        }
    }
    let is_read = core.read_document(facts.at(3).as_bool() == Some(true));
    if settings.is_empty() && !is_read {
        return;
    }
    core.configure_all(&settings, moment);
    if let Some(former) = former.filter(|_| core.settings_refused().is_some()) {
        core.change_before_send(former);
    }
}
