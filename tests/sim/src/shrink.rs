//! Finds the few steps a failure needs.

use storefront_collector::delivery::Mutation;

use crate::coverage::Coverage;
use crate::plan::Plan;
use crate::world::run;

/// `plan` without the steps that the failure of `rule` does not need: halves first, then quarters,
/// down to single steps.
#[must_use]
pub fn shrink(plan: &Plan, mutation: Option<Mutation>, rule: &str) -> Plan {
    let mut best = plan.clone();
    let mut chunk = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < best.steps.len() {
            let mut candidate = best.clone();
            let end = (at + chunk).min(candidate.steps.len());
            // The time the steps took stays, so that what follows happens when it did.
            let gap: u32 = candidate.steps.drain(at..end).map(|(gap, _)| gap).sum();
            if let Some((next, _)) = candidate.steps.get_mut(at) {
                *next = next.saturating_add(gap);
            }
            let failed = run(&candidate, mutation, &mut Coverage::default(), None);
            if failed.is_err_and(|failure| failure.rule == rule) {
                best = candidate;
            } else {
                at = end;
            }
        }
        if chunk == 1 {
            return best;
        }
        chunk = chunk.div_ceil(2);
    }
}
