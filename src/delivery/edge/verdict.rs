//! What an answer amounts to for the outbox.

use alloc::vec::Vec;

use super::error::EdgeError;
use super::response::{Answer, Retry};
use crate::delivery::{Exception, Outcome};
use crate::inspect::{Issue, Status};

/// How often an event goes to a service behind the edge that does not take it: as often as the Web SDK sends a request.
const TRIES: u32 = 4;

/// What becomes of the events of a request that was answered so, with this status.
#[must_use]
pub fn outcome(answer: &Answer, status: u16) -> Outcome {
    let reason = |issue: &Issue| issue.message.clone();
    if let Retry::After(after) = answer.retry {
        return Outcome::Retry { after };
    }
    if status == 413 {
        return Outcome::TooLarge;
    }
    if !answer.good {
        if (200..300).contains(&status) {
            // Something on the way has answered in the edge's place: a proxy, a service worker, a network that wants a login.
            return Outcome::Retry { after: None };
        }
        let is_whole = answer.errors.first().is_some_and(EdgeError::is_about_the_request);
        return Outcome::Refused {
            reason: answer.issues().first().map(reason).unwrap_or_default(),
            whole: is_whole || matches!(status, 401 | 403 | 404),
            explained: answer.errors.iter().any(|error| !error.code.is_empty()),
        };
    }
    let mut except = Vec::new();
    for error in answer.errors.iter().chain(&answer.warnings) {
        let becomes = match error.number() {
            "0301" => Status::Suppressed,
            _ if error.event.is_none() || !answer.errors.contains(error) => continue,
            _ if error.may_pass() => Status::Queued,
            _ => Status::Rejected,
        };
        // What a service behind the edge did not take, others may have; what the edge could not judge nobody has.
        let tries = if error.number().starts_with("02") { TRIES } else { u32::MAX };
        except.push(Exception { event: error.event, becomes, tries, reason: reason(&error.issue(false)) });
    }
    Outcome::Good { except }
}
