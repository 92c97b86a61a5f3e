//! What a page gets wrong where only its shell can see it.

use super::Issue;
use crate::storefront::{is_known_unmapped, is_known_unread};

/// Each with its number in host.js.
const NOTICES: [&str; 6] = [
    "dataLayerName!no-list:%: window.$ is no list that can be listened to; correct the name",
    "instanceName?taken:%: window.$ is taken; if events are to go through it, name it in webSdkName, else give another instanceName (null: none)",
    "?unknown-event:publish: nothing is made of an event named %; correct the name (docs/reference/events.md)",
    "?unknown-context:setContext: no event reads a context named %; correct the name (docs/reference/events.md)",
    "onBeforeEventSend?asynchronous:% gives a promise, which nobody waits for; decide, and change the event, at once",
    "subscribe?threw:a listener given to subscribe() threw; mend it on the page",
];

/// An event that Adobe defines and that has no XDM is none, see [`is_known_unmapped`].
const UNKNOWN_EVENT: i64 = 2;
/// Neither is a context that Adobe's SDK sets, see [`is_known_unread`].
const UNKNOWN_CONTEXT: i64 = 3;

/// The issue of this number, if it is one; `name` is what it is about.
#[must_use]
pub fn notice(number: i64, name: &str) -> Option<Issue> {
    let is_right = match number {
        UNKNOWN_EVENT => is_known_unmapped(name),
        UNKNOWN_CONTEXT => is_known_unread(name),
        _ => false,
    };
    if is_right {
        return None;
    }
    let row = usize::try_from(number).ok().and_then(|at| NOTICES.get(at))?;
    Some(Issue::of(row, &[name]))
}

/// `onBeforeEventSend` threw, with this message.
#[must_use]
pub fn hook_threw(message: &str) -> Issue {
    Issue::of("onBeforeEventSend!threw:% threw ($); the event is not sent. Mend the function", &[message])
}

/// What `onBeforeEventSend` left is no plain data: `reason` completes "what it left …".
#[must_use]
pub fn hook_left_unreadable(reason: &str) -> Issue {
    let row = "onBeforeEventSend!unreadable:%: what it left $; the event is not sent. Leave plain data";
    Issue::of(row, &[reason])
}

/// The page's own settings cannot be read: `reason` completes "the script …".
#[must_use]
pub fn script_unreadable(reason: &str) -> Issue {
    Issue::of("settings!unreadable:%: the script #storefront-collector $; it is left out. Correct it", &[reason])
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn what_adobes_sdk_defines_is_no_mistake() {
        for (number, right, wrong) in [
            (UNKNOWN_EVENT, &["recs-item-click"][..], &["recs-itemclick", "shopperContext"][..]),
            (UNKNOWN_CONTEXT, &["shopperContext", "magentoExtensionContext"], &["prodctContext", "ExtensionContext"]),
        ] {
            assert!(right.iter().all(|name| notice(number, name).is_none()), "{right:?}");
            assert!(wrong.iter().all(|name| notice(number, name).is_some()), "{wrong:?}");
        }
    }
}
