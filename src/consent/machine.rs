//! The state, and how signals change it.

use alloc::string::String;

use super::edge::Telling;
use super::memory::Stamps;
use super::{Inputs, Rules, Says, Signal, Source, State, standards};
use crate::cookies;
use crate::inspect::Issue;
use crate::moment::Moment;
use crate::text::{cut, split};
use crate::value::Value;

/// What one source said last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    says: Says,
    /// Tells one refusal of a source from another.
    mark: u32,
    /// The mark that an explicit in overruled.
    pub(super) overruled: Option<u32>,
}

impl Slot {
    const SILENT: Self = Self { says: Says::Nothing, mark: 0, overruled: None };

    fn objects(&self) -> bool {
        matches!(self.says, Says::Wait | Says::No)
    }

    fn counts_as(&self) -> Says {
        let overruled = match self.says {
            // Who overruled a refusal need not wait for it to be said again.
            Says::Wait => self.overruled.is_some(),
            Says::No => self.overruled == Some(self.mark),
            Says::Nothing | Says::Yes => false,
        };
        if overruled { Says::Nothing } else { self.says }
    }
}

/// The mark of a source that waits; those of refusals differ from it.
const WAITS: u32 = 0;
/// The mark of a refusal that is the same each time.
pub(super) const REFUSES: u32 = 1;

/// An explicit choice, as the edge is told it.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) consent: Value,
    pub(super) state: State,
    /// It was made in the consent banner, not by `setConsent`.
    pub(super) banner: bool,
}

/// One shopper's consent on one page.
#[derive(Clone, Debug)]
pub struct Consent {
    pub(super) rules: Rules,
    pub(super) slots: [Slot; Source::ALL.len()],
    pub(super) choice: Option<Choice>,
    /// The banner's last answer, and whether the shopper gave it on this page.
    pub(super) banner: Option<(State, bool)>,
    /// The banner's answer as the edge is told it.
    pub(super) banner_consent: Option<Value>,
    tcf_missing: bool,
    /// The choice was made by a call, on this page.
    pub(super) called: bool,
    seen: Seen,
    /// What the Web SDK's consent cookie says.
    pub(super) cookie: Option<State>,
    /// Whether the Web SDK's identity cookie is there.
    pub(super) identity: bool,
    pub(super) events_sent: bool,
    pub(super) state: State,
    pub(super) because: Option<Source>,
    since: i64,
    pub(super) telling: Telling,
    /// When the choice changed last, see [`Stamps`].
    pub(super) chosen_at: i64,
    /// What storage held when it was last looked at.
    pub(super) stored: Option<Stamps>,
    /// The text of it.
    pub(super) recalled: Option<String>,
}

/// What the cookies said when they were read last, and what they were read for.
#[derive(Clone, Debug, Default)]
struct Seen {
    cookies: String,
    website_id: Option<String>,
    org: String,
    /// Whether `mg_dnt` is there.
    dnt: bool,
    /// Whether `user_allowed_save_cookie` names the website.
    allowed: bool,
}

impl Consent {
    /// Consent by `rules`, before anything was looked up: call [`Self::read`] before the first event.
    #[must_use]
    pub fn new(rules: Rules, now: &Moment) -> Self {
        let mut consent = Self {
            rules,
            slots: [Slot::SILENT; Source::ALL.len()],
            choice: None,
            banner: None,
            banner_consent: None,
            tcf_missing: false,
            called: false,
            seen: Seen::default(),
            cookie: None,
            identity: false,
            events_sent: false,
            state: rules.default,
            because: None,
            since: now.wall,
            telling: Telling::default(),
            chosen_at: 0,
            stored: None,
            recalled: None,
        };
        if rules.tcf {
            consent.hear(Source::Tcf, Says::Wait, WAITS, now);
        }
        consent.settle(now);
        consent
    }

    /// Other settings, other rules: what was heard stays known, and counts as the new rules say.
    /// [`Self::read`] has to follow.
    pub fn set_rules(&mut self, rules: Rules, now: &Moment) {
        // The banner calls when it has news only: what it said last has to last.
        if rules.tcf && self.slots.get(Source::Tcf as usize).is_some_and(|slot| slot.says == Says::Nothing) {
            self.hear(Source::Tcf, Says::Wait, WAITS, now);
        }
        self.rules = rules;
    }

    /// Looks at everything that can be looked up. To be called at every event and before every send. Gives back the
    /// state now, as all that changes it does: what waits is released on a change to in, purged on one to out.
    pub fn read(&mut self, inputs: &Inputs, now: &Moment) -> State {
        self.look(inputs, now);
        self.settle(now)
    }

    /// Takes in what cannot be looked up.
    pub fn signal(&mut self, signal: Signal, inputs: &Inputs, now: &Moment) -> State {
        match signal {
            Signal::EventsSent => self.events_sent = true,
            Signal::TcfMissing => self.tcf_missing = true,
            Signal::Tcf(_) => self.tcf_missing = false,
        }
        self.look(inputs, now);
        if let Signal::Tcf(data) = signal {
            self.hear_banner(data, now);
        }
        self.settle(now)
    }

    /// Obeys the shopper's explicit choice: `"in"`, `"out"`, or the Web SDK's `{ consent: […] }`.
    ///
    /// # Errors
    /// When it is none of these. Nothing changes then.
    pub fn set(&mut self, raw: &Value, inputs: &Inputs, now: &Moment) -> Result<State, Issue> {
        let (consent, state) = standards::read(raw)?;
        self.look(inputs, now);
        self.choose(Choice { consent, state, banner: false }, now);
        self.called = true;
        self.telling.is_due = true;
        Ok(self.settle(now))
    }

    /// Whether events may leave, as of the last call.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a call of [`Self::set`] on this page decided it.
    pub(crate) fn is_called(&self) -> bool {
        self.called && self.because == Some(Source::SetConsent)
    }

    /// The state, what decided it and since when (milliseconds since 1970), for `status()`:
    /// `{ state: "out", because: "mg_dnt", since: 1767225600000 }`.
    #[must_use]
    pub fn reason(&self) -> Value {
        let because = match self.because {
            Some(Source::SetConsent) if self.choice.as_ref().is_some_and(|choice| choice.banner) => Source::Tcf.name(),
            Some(source) => source.name(),
            None => "defaultConsent",
        };
        Value::from([
            ("state", Value::from(self.state.name())),
            ("because", Value::from(because)),
            ("since", Value::from(self.since)),
        ])
    }

    /// What keeps events waiting and a person could change: a consent banner that never came.
    #[must_use]
    pub fn issue(&self) -> Option<Issue> {
        (self.tcf_missing && self.state == State::Pending && self.because == Some(Source::Tcf)).then(|| {
            Issue::of(
                "consentSources?tcf-missing:% names tcf, but no consent banner answered by __tcfapi: events wait in memory. \
                 Load the CMP, call setConsent, or leave tcf out.",
                &[],
            )
        })
    }

    fn look(&mut self, inputs: &Inputs, now: &Moment) {
        self.recall(inputs.memory);
        self.look_at_cookies(inputs);
        let (dnt, allowed) = (self.seen.dnt, self.seen.allowed);
        self.telling.cookie_seen(self.cookie);

        let refuses = |refuses: bool| if refuses { Says::No } else { Says::Nothing };
        let dnt = refuses(self.rules.mg_dnt && dnt);
        let gpc = refuses(self.rules.gpc && inputs.gpc);
        let (allowed, mark) = match (self.rules.user_allowed, allowed) {
            (false, _) => (Says::Nothing, REFUSES),
            (_, true) => (Says::Yes, REFUSES),
            (_, false) => (Says::Wait, WAITS),
        };
        self.hear(Source::MgDnt, dnt, REFUSES, now);
        self.hear(Source::Gpc, gpc, REFUSES, now);
        self.hear(Source::UserAllowed, allowed, mark, now);
        let (says, mark) = self.web_sdk_says();
        self.hear(Source::WebSdk, says, mark, now);
    }

    /// Reads the cookies, unless they are as they were: that is asked several times an event, and shops have many.
    fn look_at_cookies(&mut self, inputs: &Inputs) {
        let seen = &self.seen;
        let is_same = seen.cookies == inputs.cookies && seen.org == inputs.org;
        if is_same && seen.website_id.as_deref() == inputs.website_id {
            return;
        }
        let mut allowed = false;
        self.cookie = None;
        self.identity = false;
        for (name, value) in cookies::all(inputs.cookies) {
            match name.as_str() {
                "user_allowed_save_cookie" => allowed |= allows(&value, inputs.website_id),
                _ => match web_sdk_cookie(&name, inputs.org) {
                    Some("identity") => self.identity |= !value.is_empty(),
                    // Of several, as different domains make them, a refusal counts.
                    Some("consent") if self.cookie != Some(State::Out) => {
                        self.cookie = general(&value).or(self.cookie);
                    }
                    _ => {}
                },
            }
        }
        self.seen = Seen {
            cookies: inputs.cookies.into(),
            website_id: inputs.website_id.map(String::from),
            org: inputs.org.into(),
            dnt: cookies::is_there(inputs.cookies, "mg_dnt"),
            allowed,
        };
    }

    fn web_sdk_says(&self) -> (Says, u32) {
        if self.cookie == Some(State::Out) {
            // An out that we told it ourselves is the echo of another source, which speaks for
            // itself, and may have stopped refusing since.
            return (if self.telling.believed == Some(State::Out) { Says::Nothing } else { Says::No }, REFUSES);
        }
        let cookie = self.cookie.filter(|_| self.rules.web_sdk || !self.rules.own_sdk);
        match cookie {
            Some(State::In) => (Says::Yes, REFUSES),
            Some(State::Pending) => (Says::Wait, WAITS),
            _ => (Says::Nothing, REFUSES),
        }
    }

    pub(super) fn choose(&mut self, choice: Choice, now: &Moment) {
        // No choice yet is no reason to forget a refusal.
        let refused = self.choice.as_ref().is_some_and(|choice| choice.state == State::Out);
        if choice.state == State::Pending && refused {
            return;
        }
        // The same choice again, as pages make it at every load, is nothing new to remember.
        let mut news = self.choice.as_ref().is_none_or(|before| before.consent != choice.consent);
        for slot in &mut self.slots {
            let overruled = match slot.says {
                _ if choice.state != State::In => None,
                Says::Wait => slot.overruled.or(Some(slot.mark)),
                Says::No => Some(slot.mark),
                Says::Nothing | Says::Yes => None,
            };
            news |= slot.overruled != overruled;
            slot.overruled = overruled;
        }
        self.apply(choice);
        self.called = false;
        self.telling.new_choice();
        if news {
            self.touch(now);
        }
    }

    pub(super) fn apply(&mut self, choice: Choice) {
        let says = match choice.state {
            State::In => Says::Yes,
            State::Pending => Says::Wait,
            State::Out => Says::No,
        };
        if let Some(slot) = self.slots.get_mut(Source::SetConsent as usize) {
            *slot = Slot { says, ..Slot::SILENT };
        }
        self.choice = Some(choice);
    }

    pub(super) fn hear(&mut self, source: Source, says: Says, mark: u32, now: &Moment) {
        let Some(slot) = self.slots.get_mut(source as usize) else { return };
        slot.says = says;
        slot.mark = mark;
        // Over once the source stops objecting, or refuses anew. A banner that still loads does neither.
        let over = !slot.objects() || (says == Says::No && slot.overruled != Some(mark));
        if over && slot.overruled.take().is_some() {
            self.touch(now);
        }
    }

    /// Notes that what is to be remembered of the choice has changed.
    pub(super) fn touch(&mut self, now: &Moment) {
        self.chosen_at = now.wall.max(self.chosen_at.saturating_add(1));
    }

    /// Whether an out is somebody's word, and not only the default.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.state == State::Out && self.because.is_some()
    }

    fn settle(&mut self, now: &Moment) -> State {
        let (mut state, mut because) = (self.rules.default, None);
        for says in [Says::Yes, Says::Wait, Says::No] {
            let counts = |source| source != Source::Tcf || self.rules.tcf;
            let mut slots = Source::ALL.into_iter().zip(&self.slots);
            let heard = slots.find(|(source, slot)| counts(*source) && slot.counts_as() == says);
            if let Some((source, _)) = heard {
                // Who waits where the default is out decides nothing.
                if !(says == Says::Wait && state == State::Out) {
                    because = Some(source);
                }
                state = says.after(state);
            }
        }
        if state != self.state {
            self.since = now.wall;
            self.telling.new_choice();
        }
        self.state = state;
        self.because = because;
        state
    }
}

/// Whether `user_allowed_save_cookie` (`{"<website ID>":1}`) allows this website.
fn allows(cookie: &str, website_id: Option<&str>) -> bool {
    let allowed = Value::parse(cookie).ok();
    match allowed.as_ref().zip(website_id).and_then(|(allowed, id)| allowed.get(id)) {
        Some(Value::Number(number)) => number.as_f64() != 0.0,
        Some(Value::Text(text)) => text == "1",
        Some(Value::Bool(allowed)) => *allowed,
        _ => false,
    }
}

/// `identity` of `kndctr_{org}_identity`, if `name` is a cookie of this organization. The Web SDK
/// writes the first `@` of the organization ID as `_`.
fn web_sdk_cookie<'a>(name: &'a str, org: &str) -> Option<&'a str> {
    let (id, suffix) = cut(org, b"@")?;
    let rest = name.strip_prefix("kndctr_")?.strip_prefix(id)?.strip_prefix('_')?;
    rest.strip_prefix(suffix)?.strip_prefix('_')
}

/// What the consent cookie (`a=b;c=d`) says about the one purpose there is.
fn general(cookie: &str) -> Option<State> {
    split(cookie, b";").find_map(|part| part.trim_matches(' ').strip_prefix("general=")).and_then(State::from_name)
}
