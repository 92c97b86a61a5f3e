//! The store's own Web SDK: how far we are with it, and what it says to calls.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Collector, Effect, Sender};
use crate::delivery::{Exception, Input, Outcome, RequestId};
use crate::inspect::{Issue, Status};
use crate::moment::Moment;
use crate::text;
use crate::text::holds;

/// How far we are with the store's own Web SDK.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// It is there and can be called.
    pub(super) found: bool,
    /// `getIdentity` has answered, one way or the other: events carry the ECID from now on.
    pub(super) identified: bool,
    /// `getIdentity` was called, which may bring the shopper an identity.
    pub(super) asked: bool,
    /// When to ask again: it is not configured yet.
    pub(super) ask_at: Option<i64>,
    /// How long the last wait for that was, in milliseconds.
    ask_wait: i64,
    /// When a Web SDK that has not answered yet is worth a warning, on the monotonic clock.
    pub(super) deadline: Option<i64>,
    /// What is wrong with it has been said.
    told: bool,
}

/// What became of a call of the store's own Web SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdkAnswer<'a> {
    /// It resolved.
    Resolved,
    /// It resolved, but nothing was sent: the Web SDK has no consent.
    Declined,
    /// It rejected with this message.
    Rejected(&'a str),
}

/// What a Web SDK says that nobody has configured.
const UNCONFIGURED: &str = "must be configured first";
/// How long after that it is asked again, in milliseconds, doubled each time.
const FIRST_WAIT: i64 = 50;
/// The longest of these waits.
const LONGEST_WAIT: i64 = 1_000;

fn is_network(message: &str) -> bool {
    holds(message, "Network request failed") || holds(message, "Failed to fetch")
}

/// Whether a Web SDK that rejects a command in these words may take it later.
pub(super) fn may_pass(message: &str) -> bool {
    let status = |code: &str| holds(message, &text::join(&["status code ", code]));
    holds(message, UNCONFIGURED) || is_network(message) || ["429", "502", "503", "504"].into_iter().any(status)
}

impl Collector {
    /// Looks for it where it is the sender now, and for none where it is not.
    pub(super) fn look_for_sdk(&mut self, moment: &Moment) {
        self.sdk = Progress::default();
        self.delivery.handle(Input::Sdk(false), moment);
        if let Some(Sender::WebSdk(name)) = &self.sender {
            let timeout = self.effective.settings.web_sdk_timeout;
            self.sdk.deadline = Some(moment.mono.saturating_add(timeout));
            self.effects.push_back(Effect::FindSdk(Some(name.clone())));
            self.set_alarm();
        } else {
            self.effects.push_back(Effect::FindSdk(None));
        }
    }

    /// `window[name]` was looked at: whether it can be called, and which instance names the page knows,
    /// for a message that helps.
    pub fn sdk_found(&mut self, callable: bool, announced: &[String], moment: &Moment) {
        self.sdk.found = callable;
        // What is there and no use is not missing too.
        self.sdk.told = !callable;
        if !callable && let Some(Sender::WebSdk(name)) = &self.sender {
            let mut there = String::new();
            for name in announced {
                there.push_str(if there.is_empty() { "" } else { ", " });
                there.push_str(name);
            }
            let known = if there.is_empty() { "" } else { ". This page has: " };
            let row = "webSdkName!not-callable:%: window.$ is no function. Name the property that holds the store's Web SDK, or leave the field blank to use the bundled sender$$";
            self.report(Issue::of(row, &[name, known, &there]));
        }
        self.set_alarm();
        self.read_consent(moment);
    }

    /// `getIdentity` of the store's own Web SDK has answered: with the ECID, or without (declined,
    /// rejected). Only then are events called out, as Adobe's collector does.
    pub fn sdk_identified(&mut self, ecid: Option<String>, moment: &Moment) {
        self.sdk.identified = true;
        self.sdk.deadline = None;
        self.exchange.shopper.learn(ecid);
        self.delivery.handle(Input::Sdk(true), moment);
    }

    /// `getIdentity` of the store's own Web SDK was rejected in these words: one that is not configured yet is asked
    /// again, another one gives no ECID.
    pub fn sdk_not_identified(&mut self, message: &str, moment: &Moment) {
        if !holds(message, UNCONFIGURED) {
            return self.sdk_identified(None, moment);
        }
        self.sdk_unconfigured();
        self.sdk.ask_wait = self.sdk.ask_wait.saturating_mul(2).clamp(FIRST_WAIT, LONGEST_WAIT);
        self.sdk.ask_at = Some(moment.mono.saturating_add(self.sdk.ask_wait));
        self.set_alarm();
    }

    /// Asks a Web SDK that was not configured, when its time has come.
    pub(super) fn ask_sdk_again(&mut self, moment: &Moment) {
        if self.sdk.ask_at.take_if(|at| *at <= moment.mono).is_some() {
            self.effects.push_back(Effect::AskSdk);
        }
    }

    /// A call of `sendEvent` has settled.
    pub fn sdk_answered(&mut self, request: RequestId, answer: SdkAnswer<'_>, moment: &Moment) {
        let outcome = match answer {
            SdkAnswer::Resolved => {
                // Its own consent may have come after it was asked.
                if self.exchange.shopper.ecid().is_none() && self.may_send() {
                    self.effects.push_back(Effect::AskSdk);
                }
                Outcome::Good { except: Vec::new() }
            }
            SdkAnswer::Declined => {
                let reason = "the Web SDK's consent is out".into();
                Outcome::Good {
                    except: alloc::vec![Exception { event: None, becomes: Status::Suppressed, tries: 0, reason }],
                }
            }
            SdkAnswer::Rejected(message) => self.rejected(message),
        };
        self.delivery.handle(Input::Answered { request, outcome }, moment);
    }

    /// The store's own Web SDK is there, but nobody has configured it.
    fn sdk_unconfigured(&mut self) {
        self.sdk.told = true;
        let row = "webSdkName?not-configured:%: the store's Web SDK has not been configured yet; events wait. Call its configure command";
        self.report(Issue::of(row, &[]));
    }

    /// Which rejections of a Web SDK are worth another try.
    fn rejected(&mut self, message: &str) -> Outcome {
        if holds(message, UNCONFIGURED) {
            self.sdk_unconfigured();
        } else if is_network(message) {
            return Outcome::NetworkError;
        }
        if may_pass(message) {
            return Outcome::Retry { after: None };
        }
        // From here on its words quote the event: the value that it refuses, or what the edge has answered.
        let said = [", but got", " and response body", "\"", "{"]
            .iter()
            .fold(message, |said, quoting| text::around(said, quoting).map_or(said, |(before, _)| before));
        let issue = Issue::of("webSdkName!refused:%: the store's Web SDK refused an event: $", &[said]);
        let reason = issue.message.clone();
        self.report(issue);
        Outcome::Refused { reason, whole: false, explained: true }
    }

    /// The time after which a Web SDK that is missing, or silent, is worth a warning has come.
    pub(super) fn check_sdk_deadline(&mut self, moment: &Moment) {
        if self.sdk.deadline.is_none_or(|deadline| moment.mono < deadline) {
            return;
        }
        self.sdk.deadline = None;
        if let Some(Sender::WebSdk(name)) = &self.sender {
            let row = match self.sdk.found {
                true => {
                    "webSdkName?silent:%: window.$ does not answer; events wait for it. Look whether its library is loaded"
                }
                false => {
                    "webSdkName?missing:%: window.$ is not there yet; events wait for it. Load the store's Web SDK, or correct the name"
                }
            };
            if !self.sdk.told {
                self.report(Issue::of(row, &[name]));
            }
            self.delivery.handle(Input::SdkMissing, moment);
        }
    }
}
