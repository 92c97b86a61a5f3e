//! What the consent banner (IAB TCF) says, and when that is a choice made just now.

use super::machine::{Choice, Consent, REFUSES};
use super::{Says, Source, State, standards, tcf};
use crate::moment::Moment;
use crate::text::fnv;
use crate::value::Value;

/// How long a banner may take to answer before that is worth a warning, in milliseconds.
pub const BANNER_PATIENCE: u32 = 10_000;

impl Consent {
    pub(super) fn hear_banner(&mut self, data: &Value, now: &Moment) {
        let counts = self.rules.tcf;
        let (state, acted) = match tcf::answer(data) {
            // What was answered before holds while the banner is shown again; the next answer is new.
            tcf::Answer::None => return self.banner = None,
            tcf::Answer::NotAsked => {
                self.banner = Some((State::In, false));
                self.banner_consent = None;
                return self.hear(Source::Tcf, Says::Yes, REFUSES, now);
            }
            tcf::Answer::Given { state, now } => (state, now),
        };
        let tc_string = data.get("tcString").and_then(Value::as_text).filter(|text| !text.is_empty());
        let consent = tc_string.map_or_else(|| standards::general(state), standards::iab);
        let again = self.banner == Some((state, acted)) && self.banner_consent.as_ref() == Some(&consent);
        if counts && !acted {
            self.renew_choice(&consent, state, now);
        }
        let says = if state == State::In { Says::Yes } else { Says::No };
        let mark = fnv(tc_string.unwrap_or_default()).max(REFUSES);
        self.hear(Source::Tcf, says, mark, now);
        self.banner = Some((state, acted));
        self.banner_consent = Some(consent.clone());
        if counts && acted && !again {
            self.choose(Choice { consent, state, banner: true }, now);
        }
    }

    /// What the banner says now is newer than what it was seen to be answered: the same answer may
    /// come in a new TC string, another one takes the choice and all that it overruled away.
    fn renew_choice(&mut self, consent: &Value, state: State, now: &Moment) {
        let Some(choice) = self.choice.as_mut().filter(|choice| choice.banner && choice.consent != *consent) else {
            return;
        };
        if choice.state == state {
            choice.consent = consent.clone();
        } else {
            self.choice = None;
            self.hear(Source::SetConsent, Says::Nothing, REFUSES, now);
            for slot in &mut self.slots {
                slot.overruled = None;
            }
        }
        self.touch(now);
    }
}
