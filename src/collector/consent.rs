//! Consent in the pipeline: looked at before every event and every send, told to the outbox and the edge.

use alloc::string::String;

use super::web_sdk::may_pass;
use super::{Collector, Effect, Sender};
use crate::consent::{Answer, Consent, Inputs, Signal, State};
use crate::delivery::{Input, Outcome, Ticket};
use crate::inspect::{Issue, Status};
use crate::moment::Moment;
use crate::text;
use crate::value::Value;

/// The ticket of messages to the edge; no promise of the API waits for it.
pub(super) const CONSENT_TICKET: Ticket = 0;

/// What is remembered of the shopper's consent, once what is on its way into storage stands there.
fn memory_at<'a>(remembering: Option<&'a String>, moment: &'a Moment) -> Option<&'a str> {
    remembering.or(moment.memory.as_ref()).map(String::as_str)
}

impl Collector {
    /// The shopper chose, through the API: `"in"`, `"out"` or the Web SDK's `{ consent: […] }`.
    ///
    /// # Errors
    /// When it is none of these; nothing changes then.
    pub fn set_consent(&mut self, raw: &Value, moment: &Moment) -> Result<(), Issue> {
        let state = self.ask(moment, |consent, inputs| consent.set(raw, inputs, moment))?;
        self.exchange.forget_command();
        self.consent_changed(state, moment);
        Ok(())
    }

    /// The consent banner or the store's own Web SDK told something.
    pub fn consent_signal(&mut self, signal: Signal<'_>, moment: &Moment) {
        let state = self.ask(moment, |consent, inputs| consent.signal(signal, inputs, moment));
        self.consent_changed(state, moment);
    }

    /// Looks at every signal of consent that can be looked up. Done at every event and before every send.
    pub fn read_consent(&mut self, moment: &Moment) {
        let state = self.ask(moment, |consent, inputs| consent.read(inputs, moment));
        self.consent_changed(state, moment);
    }

    /// The settings have changed the rules of consent; what was said before them is asked for again.
    pub(super) fn new_consent_rules(&mut self, moment: &Moment) {
        self.consent.set_rules(self.effective.settings.consent, moment);
        self.read_consent(moment);
    }

    /// Whether an event may go into the outbox now.
    pub(super) fn may_send(&self) -> bool {
        self.sender.is_some() && self.consent.state() == State::In
    }

    /// Why the shopper's events do not leave, for a record.
    pub(super) fn consent_reason(&self) -> String {
        let reason = self.consent.reason();
        text::join(&["consent: ", reason.get("because").and_then(Value::as_text).unwrap_or("out")])
    }

    /// What became of a message about consent.
    pub(super) fn edge_heard(&mut self, outcome: &Outcome, moment: &Moment) {
        let answer = match outcome {
            Outcome::Good { .. } => Answer::Accepted,
            Outcome::Refused { .. } | Outcome::TooLarge => Answer::Refused,
            Outcome::Retry { .. } | Outcome::NetworkError | Outcome::Timeout => Answer::Failed,
        };
        self.consent.edge_answered(answer, moment);
        // Before the outbox hears of the answer: it may be to a choice that does not hold any more.
        self.let_edge_hear_first(moment);
        self.look_again = true;
    }

    /// The store's own Web SDK has taken the shopper's choice, or rejected it in these words.
    pub fn sdk_consented(&mut self, rejection: Option<&str>, moment: &Moment) {
        if rejection.is_some() {
            let row = "setConsent?refused:%: the store's Web SDK refused it; look at its own console lines";
            self.report(Issue::of(row, &[]));
        }
        let answer = match rejection {
            None => Answer::Accepted,
            Some(message) if may_pass(message) => Answer::Failed,
            Some(_) => Answer::Refused,
        };
        self.consent.edge_answered(answer, moment);
        self.look_again = true;
    }

    fn ask<T>(&mut self, moment: &Moment, question: impl FnOnce(&mut Consent, &Inputs<'_>) -> T) -> T {
        let website = self.storefront.context("storefrontInstanceContext").and_then(|instance| {
            match instance.get("websiteId")? {
                Value::Number(number) => Some(String::from(number.as_str())),
                Value::Text(text) => Some(text.clone()),
                _ => None,
            }
        });
        let inputs = Inputs {
            cookies: &moment.cookies,
            website_id: website.as_deref(),
            org: self.effective.settings.organization_id.as_deref().unwrap_or_default(),
            gpc: (self.host.gpc)(),
            memory: memory_at(self.remembering.as_ref(), moment),
        };
        question(&mut self.consent, &inputs)
    }

    fn consent_changed(&mut self, state: State, moment: &Moment) {
        if let Some(issue) = self.consent.issue() {
            self.report(issue);
        }
        // To hear the same again would change nothing, but this is asked several times an event.
        let news = self.outbox_consent.replace(state) != Some(state);
        let is_refused = self.consent.is_refused();
        let refused = !core::mem::replace(&mut self.outbox_heard_refusal, is_refused) && is_refused;
        if refused || news && state == State::Out {
            self.declined(refused, moment);
        }
        if news && state == State::In {
            self.recognise(moment);
        }
        self.tell_edge(moment);
        match state {
            State::In if news => self.delivery.handle(Input::ConsentIn, moment),
            State::Pending if news => self.delivery.handle(Input::ConsentPending, moment),
            _ => {}
        }
        // A refusal counts from the moment it is made; whoever agrees is remembered once it is known who sends.
        if (self.sender.is_some() || state == State::Out)
            && let Some(memory) = self.consent.memory_to_write(memory_at(self.remembering.as_ref(), moment))
        {
            self.remembering = Some(memory.clone());
            self.effects.push_back(Effect::RememberConsent(memory));
        }
        if self.sdk.found && !self.sdk.asked && self.consent.state() == State::In {
            self.sdk.asked = true;
            self.effects.push_back(Effect::AskSdk);
        }
        self.release(moment);
    }

    /// Tells the edge of the shopper's choice, by whichever way events leave.
    fn tell_edge(&mut self, moment: &Moment) {
        let edge = self.sender == Some(Sender::Edge);
        self.let_edge_hear_first(moment);
        if self.edge_hears()
            && let Some(consent) = self.consent.message_for_edge(moment)
        {
            if edge {
                self.consent_leaves();
                self.delivery.handle(Input::SetConsent { ticket: CONSENT_TICKET, body: consent.to_json() }, moment);
            } else {
                self.effects.push_back(Effect::SdkConsent(Value::from([("consent", consent)])));
            }
        }
        if self.consent.wake_at().is_some() {
            self.set_alarm();
        }
        self.consent_told();
    }

    /// Holds events back as long as the edge believes in an out that does not hold any more.
    fn let_edge_hear_first(&mut self, moment: &Moment) {
        let must_hear = self.sender == Some(Sender::Edge) && self.consent.edge_must_hear_first();
        if core::mem::replace(&mut self.outbox_waits_for_edge, must_hear) != must_hear {
            self.delivery.handle(Input::EdgeMustHear(must_hear), moment);
        }
    }

    /// Whether there is a way to tell the edge anything.
    pub(super) fn edge_hears(&self) -> bool {
        self.sender == Some(Sender::Edge) || self.sdk.found
    }

    /// The shopper says no, or does not say yes where that is asked for: what waits is thrown away. What other pages
    /// left goes with a refusal, or with this page: the yes that they had may still be on its way.
    pub(super) fn declined(&mut self, refused: bool, moment: &Moment) {
        let reason = self.consent_reason();
        for draft in core::mem::take(&mut self.held) {
            self.move_on(&draft.id, Status::Suppressed, Some(reason.clone()));
        }
        self.delivery.handle(Input::ConsentOut { refused }, moment);
    }
}
