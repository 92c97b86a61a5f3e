//! The whole collector in a tab: settings, consent, identity and the wire's own requests and answers around the engine.

use std::cell::RefCell;

use storefront_collector::collector::{Collector, Effect, Host};
use storefront_collector::delivery::{self, Action, Input};
use storefront_collector::moment::Moment;
use storefront_collector::page::Page;
use storefront_collector::settings::Source;
use storefront_collector::storefront::Item;
use storefront_collector::value::Value;

use crate::coverage::Seen;
use crate::host::host;
use crate::jar::ORGANIZATION;
use crate::network::Request;
use crate::plan::Consent;
use crate::tab::Engine;
use crate::wire;
use crate::world::World;

thread_local! {
    /// What is remembered of the shopper's consent.
    static MEMORY: RefCell<Option<String>> = const { RefCell::new(None) };
    static BLOCKED: RefCell<bool> = const { RefCell::new(false) };
}

/// Another browser, in which nothing is remembered.
pub(crate) fn new_browser(cookies_blocked: bool) {
    MEMORY.take();
    BLOCKED.replace(cookies_blocked);
}

pub(crate) fn remembered() -> Option<String> {
    MEMORY.with_borrow(Clone::clone)
}

/// Events that wait in a collector.
pub(crate) fn queue(collector: &Collector) -> usize {
    let status = collector.status();
    let count = status.at("queue.events").and_then(Value::as_i64).expect("the status counts them");
    usize::try_from(count).expect("a count")
}

fn json(text: &str) -> Value {
    Value::parse(text).expect("the world writes it")
}

impl World<'_> {
    pub(crate) fn is_whole(&self) -> bool {
        self.plan.whole && self.mutation.is_none()
    }

    /// The collector of a page that starts.
    pub(crate) fn collector(&mut self, name: String, seed: u64) -> Collector {
        let widest_domain =
            |domains: &[String]| domains.first().filter(|_| !BLOCKED.with_borrow(|blocked| *blocked)).cloned();
        let moment =
            Moment { wall: self.wall(), mono: 0, cookies: self.jar.text().into(), memory: remembered().into() };
        Collector::new(Host { widest_domain, ..host() }, name, [seed, 1, 2, 3], &moment)
    }

    fn settings(&self) -> Value {
        let consent = if self.plan.consent == Consent::Pending { "pending" } else { "in" };
        let batching = if self.plan.batching { r#"{"maxEvents":5}"# } else { "false" };
        json(&format!(
            r#"{{"organizationId":"{ORGANIZATION}","datastreamId":"{}","defaultConsent":"{consent}","batching":{batching},"instanceName":null}}"#,
            wire::DATASTREAM
        ))
    }

    /// Tells a whole collector what its engine alone would be told.
    pub(crate) fn tell_whole(&mut self, tab: usize, input: Input, moment: &Moment) {
        let settings = matches!(input, Input::Configure(_)).then(|| self.settings());
        if matches!(input, Input::Configure(_) | Input::IdentityLocked) {
            self.learn(tab, self.jar.identity());
        }
        let Some(Engine::Whole(collector)) = &mut self.tabs[tab].engine else { return };
        match input {
            Input::Configure(_) => {
                collector.configure(Source::Api, &settings.unwrap_or_default(), moment);
            }
            Input::IdentityLocked => collector.identity_locked(moment),
            Input::Wake => collector.wake(moment),
            Input::Hidden => collector.visible(false, moment),
            Input::Visible => collector.visible(true, moment),
            Input::Unloading { successor } => collector.unloading(successor, moment),
            Input::Returning { tab } => collector.returning(tab, moment),
            Input::Restored { keys } => collector.restored(keys, moment),
            Input::Online => collector.online(true, moment),
            Input::Offline => collector.online(false, moment),
            Input::Stored(entries) => collector.adopted(entries, moment),
            Input::Flush(ticket) => collector.flush(ticket, moment),
            other => self.fail("the world speaks to the collector", format!("{other:?}")),
        }
    }

    /// The tab knows this identity from now on.
    fn learn(&mut self, tab: usize, identity: Option<u32>) {
        if identity.is_some() {
            self.tabs[tab].identity = identity;
            self.tabs[tab].told_identity = true;
        }
    }

    /// The page pushes an event onto its data layer.
    pub(crate) fn publish_whole(&mut self, tab: usize, number: usize, size: usize, view: bool) {
        self.log(|| format!("  tab {tab}: publishes {number} ({size} bytes and more)"));
        let name = "x".repeat(size.max(1));
        let (event, info) = if view {
            ("page-view", format!(r#"{{"pageContext":{{"pageType":"CMS","pageName":"{name}"}}}}"#))
        } else {
            ("product-page-view", format!(r#"{{"productContext":{{"sku":"a","name":"{name}"}}}}"#))
        };
        let item = Item { event: Some(event.into()), info: json(&info).as_map().cloned(), ..Item::default() };
        let page = Page { url: "https://www.shop.test/p".into(), ..Page::default() };
        if self.consent == Consent::In {
            self.learn(tab, self.jar.identity());
        }
        let moment = self.moment(tab);
        if let Some(Engine::Whole(collector)) = &mut self.tabs[tab].engine {
            collector.pushed(item, Some(number.to_string()), page, &moment);
        }
        self.carry_out_all(tab);
    }

    pub(crate) fn carry_out_whole(&mut self, tab: usize, effect: Effect) {
        let plain = match effect {
            Effect::Fetch { request, url, body, keepalive, .. } => {
                return match wire::read(&url, &body) {
                    Ok(said) => self.fetch(tab, request, &said, body.len(), keepalive),
                    Err(what) => self.fail("every request is one that the edge knows", format!("tab {tab}: {what}")),
                };
            }
            Effect::SetCookie(cookie) => {
                if self.consent != Consent::In {
                    self.fail("nothing is kept while consent says no", format!("tab {tab} sets {cookie}"));
                }
                return self.jar.write(&cookie);
            }
            Effect::SetCookieFor { cookie, .. } => {
                if !cookie.split('=').next().is_some_and(|name| name.ends_with("_consent")) {
                    self.fail("nothing is kept while consent says no", format!("tab {tab} sets {cookie}"));
                }
                return self.jar.write(&cookie);
            }
            Effect::RememberConsent(memory) => {
                if self.consent != Consent::In && remembered().is_none() {
                    self.fail("nothing is kept while consent says no", format!("tab {tab} remembers {memory}"));
                }
                MEMORY.replace(Some(memory));
                return;
            }
            Effect::Record(record) => return self.status(&record.id, record.status),
            Effect::Log { message, .. } => {
                if message.contains("cannot be read and is dropped") {
                    self.fail("what is stored can be read", message);
                }
                return;
            }
            Effect::Purge => {
                self.tabs[tab].identity = None;
                self.tabs[tab].told_identity = false;
                delivery::Effect::Purge
            }
            Effect::Cancel(request) => {
                let mine = |other: &&Request| other.tab == tab && other.id == request;
                if self.requests.iter().rev().find(mine).is_some_and(|other| other.choice.is_some()) {
                    self.coverage.saw(Seen::ChoiceReplaced);
                }
                delivery::Effect::Cancel(request)
            }
            Effect::Store { key, text } => delivery::Effect::Store { key, text },
            Effect::Forget(keys) => delivery::Effect::Forget(keys),
            Effect::Adopt => delivery::Effect::Adopt,
            Effect::LockIdentity => delivery::Effect::LockIdentity,
            Effect::UnlockIdentity => delivery::Effect::UnlockIdentity,
            Effect::WakeAt(at) => delivery::Effect::WakeAt(at),
            Effect::Settled(ticket) => delivery::Effect::Settled(ticket),
            Effect::FindSdk(None) => return,
            other => return self.fail("the collector asks for what a page has", format!("{other:?}")),
        };
        self.carry_out(tab, plain);
    }

    /// A request of the wire leaves.
    fn fetch(&mut self, tab: usize, id: u64, said: &wire::Said, bytes: usize, keepalive: bool) {
        let knows = self.tabs[tab].identity;
        let carried = said.by_cookie.or(said.by_map);
        if carried.is_none() && knows.is_some() {
            self.fail("a known identity is carried", format!("tab {tab} knows {knows:?} and sends none"));
        }
        if self.jar.identity().is_none() && !self.plan.cookies_blocked {
            match (said.by_cookie, said.by_map) {
                (Some(_), _) => self.coverage.saw(Seen::Remembered),
                (None, Some(_)) => self.coverage.saw(Seen::CarriedIn),
                (None, None) if self.identities > 0 => self.coverage.saw(Seen::MintedAnew),
                (None, None) => {}
            }
        }
        if carried.is_none() && self.jar.legacy().is_some() {
            self.fail("an identity that can be read is not made up anew", format!("tab {tab} carries none"));
        }
        for (event, ecid) in said.events.iter().zip(&said.ecids) {
            match ecid {
                None if said.by_cookie.is_some() => {
                    self.fail("no event of a known shopper goes without ECID", format!("tab {tab}, event {event}"));
                }
                Some(ecid) if *ecid > self.identities || (*ecid == 0 && !self.plan.known) => {
                    self.fail("no identity is invented", format!("tab {tab}, event {event} is of {ecid}"));
                }
                _ => {}
            }
        }
        if !said.events.is_empty() && said.consent == Some(Consent::Out) && !self.deaf {
            self.fail("events wait until the edge has heard", format!("tab {tab} sends {:?}", said.events));
        }
        if said.choice.is_some_and(|choice| choice != self.consent) {
            self.fail("the edge is told what the shopper says now", format!("tab {tab} tells {:?}", said.choice));
        }
        let request = self.request(tab, id, Some(said.action), said.events.clone());
        self.send_request(Request { bytes, keepalive, identity: carried, choice: said.choice, ..request });
    }

    /// The edge has answered a whole collector.
    pub(crate) fn answer_whole(&mut self, request: &Request) {
        let tab = request.tab;
        let reply = wire::answer(request);
        if reply.as_ref().is_ok_and(|reply| reply.status < 300) && self.consent == Consent::In {
            self.learn(tab, request.identity.or(request.minted).filter(|_| request.action != Some(Action::Collect)));
        }
        let moment = self.moment(tab);
        if let Some(Engine::Whole(collector)) = &mut self.tabs[tab].engine {
            collector.answered(request.id, reply, &moment);
        }
        self.carry_out_all(tab);
    }

    /// The shopper agrees or declines: by `mg_dnt`, or through the API of a page.
    pub(crate) fn set_consent_whole(&mut self, consent: Consent) {
        let page = self.alive().first().copied();
        match consent {
            // Nothing takes a choice back.
            Consent::Pending => return,
            Consent::Out => {
                // Who was never in is remembered nowhere: his word counts for the page he says it on, and the rest of
                // them hold what they have.
                let page = page.filter(|_| remembered().is_some() && self.rng.bool());
                self.coverage.saw(Seen::ConsentOut);
                self.consent_is(Consent::Out);
                match page {
                    Some(tab) => self.choose(tab, "out", Seen::ChoseOut),
                    None => {
                        self.coverage.saw(Seen::DoNotTrack);
                        self.jar.set_do_not_track(true);
                    }
                }
            }
            Consent::In => {
                let explicit = self.declined || self.plan.consent == Consent::Pending || self.rng.bool();
                if explicit && page.is_none() {
                    return;
                }
                self.coverage.saw(Seen::ConsentIn);
                self.jar.set_do_not_track(false);
                self.consent_is(Consent::In);
                if let Some(tab) = page.filter(|_| explicit) {
                    self.choose(tab, "in", Seen::ChoseIn);
                }
            }
        }
        for tab in self.alive() {
            self.tell(tab, Input::Wake);
        }
    }

    fn choose(&mut self, tab: usize, choice: &str, seen: Seen) {
        self.log(|| format!("  tab {tab}: setConsent {choice}"));
        self.coverage.saw(seen);
        self.declined = choice == "out";
        // A page that dies while the shopper chooses takes the choice along; he would see it gone, and choose again.
        self.tabs[tab].doom = None;
        let moment = self.moment(tab);
        if let Some(Engine::Whole(collector)) = &mut self.tabs[tab].engine {
            collector.set_consent(&Value::from(choice), &moment).expect("a choice it knows");
        }
        self.carry_out_all(tab);
    }

    /// The identity cookie goes, or every cookie of the Edge.
    pub(crate) fn drop_identity(&mut self, all: bool) {
        if !self.is_whole() || self.jar.identity().is_none() {
            return;
        }
        self.coverage.saw(if all { Seen::AllDeleted } else { Seen::IdentityDeleted });
        if self.requests.iter().any(|request| request.open) {
            self.coverage.saw(Seen::DeletedInFlight);
        }
        self.jar.drop_identity(all);
    }
}
