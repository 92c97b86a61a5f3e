//! The pipeline: one happening in, effects out.
//!
//! [`Collector`] walks an event through the folders of this crate in their order: the data layer's item
//! (`storefront`), mapped in its own moment (`xdm`), `consent`, `settings`, identity and page with the page's
//! hook, outbox (`delivery`), and leaves a record of every step (`inspect`). It reads no clock, cookie or socket: it is told what happened, and the browser
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
//!     client_id: || "3fa85f64-5717-4562-b3fc-2c963f66afa6".into(),
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

mod consent;
mod draft;
mod early;
mod effect;
mod exchange;
mod inputs;
mod instance;
mod publish;
mod rehearse;
mod report;
mod route;
mod sender;
mod status;
mod traffic;
mod web_sdk;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use draft::Draft;
use exchange::Exchange;
use instance::Instance;
use sender::Sender;

use crate::consent::{Consent, Rules, State};
use crate::delivery::{Delivery, Limits};
use crate::inspect::{Issue, Records};
use crate::moment::Moment;
use crate::queue::Queue;
use crate::settings::{self, Effective, Source};
use crate::storefront::Storefront;
use crate::uuid::Random;
use crate::value::Value;

pub use early::{EarlyItem, EarlyPage};
pub use effect::{Effect, Host};
pub use exchange::{Failure, Reply};
pub use instance::{Claim, UnderName};
pub use web_sdk::SdkAnswer;

/// `onBeforeEventSend`: gets `{ xdm, data }`, gives back what to send, or `None` to send nothing.
pub type BeforeSend = Box<dyn Fn(Value) -> Result<Option<Value>, Issue>>;

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
    sdk: web_sdk::Progress,
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
            sdk: web_sdk::Progress::default(),
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

    /// Whether the document is still being read, see [`settings::Store::read_document`]. Says whether that has ended, and
    /// [`Self::configure_all`] has to follow, settings or not.
    pub fn read_document(&mut self, is_reading: bool) -> bool {
        self.store.read_document(is_reading)
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
}
