//! Custom events: the custom context is the event, so their table has no rows of its own.

use crate::inspect::Issue;
use crate::text::join;
use crate::value::Value;

/// Why a custom event without a usable context cannot go.
pub(super) fn refusal(custom: Option<&Value>) -> Issue {
    match custom {
        None => {
            let message = "commerce-custom was published without a context, which is all that it would send. Publish it with an XDM object.";
            Issue::error("customContext", "missing", message)
        }
        Some(other) => {
            let message = join(&[
                "commerce-custom was published with ",
                other.kind(),
                " as its context. Publish it with an XDM object.",
            ]);
            Issue::error("customContext", "wrong-kind", message)
        }
    }
}
