//! Custom events: the custom context is the event, so their table has no rows of its own.

use crate::inspect::Issue;
use crate::value::Value;

/// Why a custom event without a usable context cannot go.
pub(super) fn refusal(custom: Option<&Value>) -> Issue {
    match custom {
        None => Issue::of(
            "customContext!missing:commerce-custom has no context, which is all that it would send. Publish it with an XDM object.",
            &[],
        ),
        Some(other) => Issue::of(
            "customContext!wrong-kind:commerce-custom has $ as its context. Publish it with an XDM object.",
            &[other.kind()],
        ),
    }
}
