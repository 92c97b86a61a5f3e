//! What becomes of events, and what is wrong: records and issues, told to whoever listens.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Collector, Effect};
use crate::delivery::RequestId;
use crate::inspect::{Issue, Status};

/// Distinct problems that are kept and logged; a page that has more has one that matters.
const ISSUES_AT_MOST: usize = 100;
/// The last of them.
const TOO_MANY: &str = "issues?too-many:this page has more than 99 distinct problems; mend those that were told first";

impl Collector {
    pub(super) fn outbox_status(
        &mut self,
        id: &str,
        status: Status,
        reason: Option<String>,
        attempts: i64,
        request: Option<RequestId>,
    ) {
        let request_id = request.and_then(|request| self.exchange.request_id(request)).map(String::from);
        let changed = self.records.change(id, status, |record| {
            record.reason = reason;
            record.attempts = attempts;
            if request_id.is_some() {
                record.request_id = request_id;
            }
        });
        if let Some(record) = changed {
            self.effects.push_back(Effect::Record(record));
        }
    }

    /// Changes an event's record and tells whoever listens.
    pub(super) fn move_on(&mut self, id: &str, status: Status, reason: Option<String>) {
        self.event_moved(id, status, reason.as_deref(), 0, None);
        if let Some(record) = self.records.change(id, status, |record| record.reason = reason) {
            self.effects.push_back(Effect::Record(record));
        }
    }

    pub(super) fn report_all(&mut self, issues: Vec<Issue>) {
        issues.into_iter().for_each(|issue| self.report(issue));
    }

    /// Keeps an issue and logs it, once.
    pub(crate) fn report(&mut self, issue: Issue) {
        if self.issues.iter().any(|known| known.same_as(&issue)) || self.issues.len() >= ISSUES_AT_MOST {
            return;
        }
        let is_last = self.issues.len().saturating_add(1) == ISSUES_AT_MOST;
        let issue = if is_last { Issue::of(TOO_MANY, &[]) } else { issue };
        self.effects.push_back(Effect::Log { severity: issue.severity, message: issue.message.clone() });
        self.issues.push(issue);
    }
}
