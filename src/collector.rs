//! The pipeline: one happening in, effects out.
//!
//! [`Collector`] walks an event through the folders of this crate in their order: the data layer's item
//! (`storefront`), settings, consent, XDM, identity and page, outbox (`delivery`), and leaves a record of
//! every step (`inspect`). It reads no clock, cookie or socket: it is told what happened, and the browser
//! shell pulls from [`Collector::next_effect`] what to do.
//!
//! The whole pipeline with a transport of one's own, which here is a list of requests:
//!
//! ```
//! use storefront_collector::collector::{Collector, Effect, Host, Reply};
//! use storefront_collector::moment::Moment;
//! use storefront_collector::page::Page;
//! use storefront_collector::settings::Source;
//! use storefront_collector::storefront::Item;
//! use storefront_collector::value::Value;
//!
//! let host = Host {
//!     hostname: "shop.example".into(),
//!     scheme: "https:".into(),
//!     user_agent: String::new(),
//!     client_id: "3fa85f64-5717-4562-b3fc-2c963f66afa6".into(),
//!     address: || "https://shop.example/".into(),
//!     gpc: || false,
//!     widest_domain: |domains| domains.first().cloned(),
//! };
//! let now = Moment { wall: 1_795_360_664_527, ..Moment::default() };
//! let mut collector = Collector::new(host, "tab".into(), [1, 2, 3, 4], &now);
//! let settings = r#"{"organizationId":"0123456789ABCDEF01234567@AdobeOrg","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#;
//! collector.configure(Source::Api, &Value::parse(settings).unwrap(), &now);
//! let id = collector.pushed(Item { event: Some("page-view".into()), ..Item::default() }, None, Page::default(), &now);
//!
//! let mut urls = Vec::new();
//! while let Some(effect) = collector.next_effect(&now) {
//!     match effect {
//!         Effect::LockIdentity => collector.identity_locked(&now),
//!         Effect::Fetch { request, url, .. } => {
//!             // First a shopper without an identity is given one, then the event goes.
//!             let body = match url.contains("identity/acquire") {
//!                 true => r#"{"handle":[{"type":"identity:result","payload":[{"id":"41861666193140161934276845651148876988","namespace":{"code":"ECID"}}]}]}"#,
//!                 false => r#"{"handle":[]}"#,
//!             };
//!             urls.push(url);
//!             collector.answered(request, Ok(Reply { status: 200, body: body.into(), ..Reply::default() }), &now);
//!         }
//!         // Cookies, storage, alarms: for the browser to carry out.
//!         _ => {}
//!     }
//! }
//! assert_eq!(urls.len(), 2);
//! let events = collector.events();
//! let record = &events.as_list().unwrap()[0];
//! assert_eq!(record.get("status").and_then(Value::as_text), Some("accepted"));
//! assert_eq!(record.get("id").and_then(Value::as_text), id.as_deref());
//! ```

mod choice;
mod draft;
mod early;
mod exchange;
mod instance;
mod road;
mod route;
mod status;
mod traffic;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use draft::{Composed, Draft};
use exchange::Exchange;
use instance::Instance;

use crate::consent::{Consent, Rules, State};
use crate::delivery::{Delivery, Event, Input, Limits, RequestId, Ticket};
use crate::inspect::{Issue, Record, Records, Severity, Status};
use crate::moment::Moment;
use crate::page::Page;
use crate::queue::Queue;
use crate::settings::{self, Effective, Source};
use crate::storefront::{EventKind, Item, Storefront};
use crate::text;
use crate::uuid::Random;
use crate::value::Value;
use crate::xdm;

pub use early::{EarlyItem, EarlyPage};
pub use exchange::{Failure, Reply};
pub use road::SdkAnswer;

/// Events that may wait in memory for settings or consent; the oldest is given up first.
const HELD_AT_MOST: usize = 1000;

/// The contexts of the made-up event of [`Collector::rehearse`].
const REHEARSED: &str =
    r#"{"changedProductsContext":{"items":[{"product":{"sku":"a"},"quantity":1,"prices":{"price":{"value":1}}}]}}"#;

/// What the browser supplies and can be asked for in the middle of things.
pub struct Host {
    /// The host name of the page.
    pub hostname: String,
    /// The scheme of the page: `https:` or `http:`.
    pub scheme: String,
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// Names this browser in Assurance sessions; a UUID.
    pub client_id: String,
    /// `location.href` now.
    pub address: fn() -> String,
    /// `navigator.globalPrivacyControl` now.
    pub gpc: fn() -> bool,
    /// The first of these domains that takes a cookie, widest first.
    pub widest_domain: fn(&[String]) -> Option<String>,
}

/// `onBeforeEventSend`: gets `{ xdm, data }`, gives back what to send, or `None` to send nothing.
pub type BeforeSend = Box<dyn Fn(Value) -> Result<Option<Value>, Issue>>;

/// Something for the browser to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// POST `body` to `url` and tell [`Collector::answered`].
    Fetch {
        /// Which request of the outbox.
        request: RequestId,
        /// The request's own identifier, as it stands in the URL.
        request_id: String,
        /// Where to.
        url: String,
        /// JSON text.
        body: String,
        /// Whether it must outlive the page.
        keepalive: bool,
    },
    /// Give a request up.
    Cancel(RequestId),
    /// Call `sendEvent` of the store's own Web SDK and tell [`Collector::sdk_answered`].
    SdkSend {
        /// Which request of the outbox.
        request: RequestId,
        /// `{ xdm, data? }` as JSON text.
        json: String,
        /// `documentUnloading`.
        unloading: bool,
    },
    /// Find `window[name]` and tell [`Collector::sdk_found`]. `None`: stop looking.
    FindSdk(Option<String>),
    /// Ask the store's own Web SDK for the ECID and tell [`Collector::sdk_identified`].
    AskSdk,
    /// Pass the shopper's choice on to the store's own Web SDK, by these options of `setConsent`; tell
    /// [`Collector::sdk_consented`].
    SdkConsent(Value),
    /// Write a cookie: the whole string for `document.cookie`.
    SetCookie(String),
    /// Write a cookie for the first of these domains that takes it, without trying another cookie before.
    SetCookieFor {
        /// The string for `document.cookie`, but for the domain.
        cookie: String,
        /// The domains, widest first; none of them: the cookie is the page's host's.
        domains: Vec<String>,
    },
    /// Request an address for its own sake (identity syncs, destinations).
    Pixel {
        /// The address.
        url: String,
        /// Whether the page's address must not be told.
        hide_referrer: bool,
    },
    /// Write an entry of the outbox; tell [`Collector::store_failed`] when that does not work.
    Store {
        /// Its key.
        key: String,
        /// What to write.
        text: String,
    },
    /// Take entries out of storage.
    Forget(Vec<String>),
    /// Take everything of ours but [`crate::consent::MEMORY_KEY`] out of storage, whichever tab wrote it.
    Purge,
    /// Look for what pages left early, tell [`Collector::take_over`], and for entries of dead tabs, tell
    /// [`Collector::adopted`].
    Adopt,
    /// Wait for the identity lock; tell [`Collector::identity_locked`].
    LockIdentity,
    /// Give the identity lock back, or stop waiting for it.
    UnlockIdentity,
    /// Remember the cart for the next page of this visit.
    RememberCart(String),
    /// Remember consent under [`crate::consent::MEMORY_KEY`].
    RememberConsent(String),
    /// Call [`Collector::wake`] at this time of the monotonic clock; replaces the time named before.
    WakeAt(i64),
    /// An event's record has changed.
    Record(Rc<Record>),
    /// A line for the console, each problem once.
    Log {
        /// How much it matters.
        severity: Severity,
        /// The line.
        message: String,
    },
    /// A promise of the API is kept.
    Settled(Ticket),
    /// A command of the instance has its result, or the message of its error.
    Answer {
        /// As [`Collector::command`] was told it.
        ticket: Ticket,
        /// An object, or why there is none.
        answer: Result<Value, String>,
    },
}

/// Which sender is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sender {
    /// The bundled one.
    Edge,
    /// The store's own, under this name.
    WebSdk(String),
}

/// The collector: make it, tell it what happens, carry out what it answers.
pub struct Collector {
    host: Host,
    store: settings::Store,
    effective: Effective,
    /// What was wrong with the settings that came last, if they can never work.
    refused: Option<Vec<Issue>>,
    before_send: Option<BeforeSend>,
    storefront: Storefront,
    /// What the pages of this visit before this one remembered of the cart.
    last_cart: Option<String>,
    /// Keys of early pages whose events are on their way into the outbox.
    taken_over: Vec<String>,
    consent: Consent,
    /// The consent that the outbox was last told.
    outbox_consent: Option<State>,
    /// Whether the outbox was told of a refusal.
    outbox_heard_refusal: bool,
    /// Whether the outbox was told that the edge must hear of a choice first.
    outbox_waits_for_edge: bool,
    /// Answers have written cookies: consent is looked at before anything else happens.
    look_again: bool,
    /// What is on its way into storage: the moment that asked for it does not know it yet.
    remembering: Option<String>,
    delivery: Delivery,
    exchange: Exchange,
    instance: Instance,
    sender: Option<Sender>,
    sdk: road::Progress,
    /// Published, and waiting for settings or consent.
    held: Vec<Draft>,
    records: Records,
    issues: Vec<Issue>,
    random: Random,
    effects: Queue<Effect>,
    outbox_wake: Option<i64>,
    stopped: bool,
}

impl Collector {
    /// A collector that has heard of nothing yet. `tab` names this tab in storage; `seed` comes from the
    /// browser's cryptography.
    #[must_use]
    pub fn new(host: Host, tab: String, seed: [u64; 4], moment: &Moment) -> Self {
        let mut random = Random::new(seed);
        let store = settings::Store::default();
        Self {
            consent: Consent::new(Rules::default(), moment),
            delivery: Delivery::new(tab, random.next_u64(), Limits::default()),
            host,
            effective: store.effective(),
            store,
            refused: None,
            before_send: None,
            storefront: Storefront::default(),
            last_cart: None,
            taken_over: Vec::new(),
            outbox_consent: None,
            outbox_heard_refusal: false,
            outbox_waits_for_edge: false,
            look_again: false,
            remembering: None,
            exchange: Exchange::default(),
            instance: Instance::default(),
            sender: None,
            sdk: road::Progress::default(),
            held: Vec::new(),
            records: Records::default(),
            issues: Vec::new(),
            random,
            effects: Queue::default(),
            outbox_wake: None,
            stopped: false,
        }
    }

    /// Settings came from the page or the API.
    pub fn configure(&mut self, source: Source, raw: &Value, moment: &Moment) {
        self.configure_all(&[(source, raw)], moment);
    }

    /// Settings came from several sources at once. Those that can never work change nothing, see
    /// [`Self::settings_refused`].
    pub fn configure_all(&mut self, settings: &[(Source, &Value)], moment: &Moment) {
        let before = self.store.clone();
        for (source, raw) in settings {
            self.store.add(*source, raw);
        }
        let effective = self.store.effective();
        self.refused = effective.never.then(|| effective.issues.clone());
        if effective.never {
            self.store = before;
            return self.report_all(effective.issues);
        }
        self.put_in_force(effective, moment);
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &settings::Settings {
        &self.effective.settings
    }

    /// What is wrong with the settings that came last, if they can never work.
    #[must_use]
    pub fn settings_refused(&self) -> Option<&[Issue]> {
        self.refused.as_deref()
    }

    /// `onBeforeEventSend` came from the API.
    pub fn set_before_send(&mut self, hook: BeforeSend) {
        self.change_before_send(Some(hook));
    }

    /// Another `onBeforeEventSend`, or none; gives back the one before.
    pub fn change_before_send(&mut self, hook: Option<BeforeSend>) -> Option<BeforeSend> {
        core::mem::replace(&mut self.before_send, hook)
    }

    /// An item was pushed onto the data layer. Gives back the event's `_id` when it published one that
    /// is forwarded. `id` is the `_id` to use unless the debug context names one.
    pub fn pushed(&mut self, item: Item, id: Option<String>, page: Page, moment: &Moment) -> Option<String> {
        self.pushed_at(item, id, page, moment.wall, moment)
    }

    /// Takes a made-up event the whole way to its JSON and drops it, unless a real one has gone that way.
    /// Engines compile a function when it is first called: on a slow phone that takes longer than a hundred
    /// events do.
    pub fn rehearse(&self, page: Page, moment: &Moment) {
        if self.records.iter().next().is_some() {
            return;
        }
        let contexts = Value::parse(REHEARSED).unwrap_or_default();
        let Some(contexts) = contexts.as_map() else { return };
        let source = xdm::Source {
            kind: EventKind::AddToCart,
            contexts,
            custom: None,
            search_unit_id: None,
            last_cart: None,
            page_url: &page.url,
            referrer: &page.referrer,
        };
        let xdm = xdm::map(&source).map(|mapped| mapped.xdm).unwrap_or_default().into();
        let draft =
            Draft { id: String::new(), event: "", needs_answer: false, xdm, page, wall: moment.wall, asked: None };
        draft.record();
        draft.compose(&self.effective.settings, None).to_json();
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
    fn offer(&mut self, draft: Draft, moment: &Moment) {
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
            let message =
                text::join(&["more than 1000 events: each ", &reason, "; the oldest are given up until then"]);
            self.report(Issue::warning("events", "too-many-held", message));
        }
        self.move_on(&draft.id, Status::Held, Some(reason));
        self.held.push(draft);
    }

    /// Hands an event to the outbox: from here on it is delivered, or refused for good.
    fn accept(&mut self, draft: &Draft, moment: &Moment) {
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
        let Composed { xdm, data, query, .. } = composed;
        let data = data.unwrap_or_else(Value::map);
        let Some(mut changed) = hook(Value::from([("xdm", xdm), ("data", data)]))? else {
            return Ok(None);
        };
        let mut take = |key| changed.as_map_mut().and_then(|map| map.remove(key)).unwrap_or_default();
        let (xdm, data) = (take("xdm"), take("data"));
        if !matches!(xdm, Value::Map(_) | Value::Null) {
            let row =
                "onBeforeEventSend?wrong-kind:%: what it left as xdm is $; the event is not sent. Leave an object";
            return Err(Issue::of(row, &[xdm.kind()]));
        }
        let personal_data = self.effective.settings.personal_data;
        Ok((!xdm.is_empty() || !data.is_empty())
            .then(|| Composed::replaced(xdm, data, query, personal_data).with(mandatory)))
    }
}
