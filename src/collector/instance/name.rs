//! Who answers under the instance's name: only a free one is taken, and a Web SDK that may still come goes first.

use super::Collector;
use crate::settings::Effective;

/// What the page has under the name.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnderName {
    /// The documented base code with its queue, which no library has taken over.
    pub queue: bool,
    /// We have put it there ourselves, for the name was free.
    pub ours: bool,
    /// The page still loads.
    pub loading: bool,
    /// One of the page's scripts may be a Web SDK.
    pub sdk_script: bool,
}

/// What follows for the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is left as it is.
    Leave,
    /// We answer.
    Take,
    /// It shows when the page has loaded.
    Wait,
    /// Somebody else has it, though we were to answer.
    Taken,
}

impl Collector {
    /// The name to answer under as a Web SDK, and whether the settings say by now that we send. Beside the store's own
    /// Web SDK there is no other, and where events are off there is none.
    #[must_use]
    pub fn answers_as(&self) -> Option<(&str, bool)> {
        let Effective { settings, off, waiting_for, .. } = &self.effective;
        let name = settings.instance_name.as_deref().filter(|_| settings.web_sdk_name.is_none() && off.is_none())?;
        Some((name, waiting_for.is_empty()))
    }

    /// Whether we answer under the name of [`Self::answers_as`]. Whose a queue is shows when it is known who sends; of
    /// one that the page has made, when its scripts have run.
    #[must_use]
    pub fn claim(&self, under: UnderName) -> Claim {
        let is_known = self.answers_as().is_some_and(|(_, is_known)| is_known);
        let UnderName { queue, ours, loading, sdk_script } = under;
        match queue {
            true if loading && (!is_known || sdk_script && !ours) => Claim::Wait,
            true => Claim::Take,
            false if is_known && !ours => Claim::Taken,
            false => Claim::Leave,
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::collector::Host;
    use crate::moment::Moment;
    use crate::settings::Source;
    use crate::value::Value;

    #[test]
    fn whose_the_name_is() {
        let host = Host {
            hostname: "shop.test".into(),
            scheme: "https:".into(),
            user_agent: String::new(),
            client_id: String::new,
            address: String::new,
            gpc: || false,
            widest_domain: |_| None,
        };
        let moment = Moment::default();
        let mut collector = Collector::new(host, "tab".into(), [1; 4], &moment);
        let (mut unknown, mut known) = (Vec::new(), Vec::new());
        let pages = (0..16).map(|bits| UnderName {
            queue: bits & 8 > 0,
            ours: bits & 4 > 0,
            loading: bits & 2 > 0,
            sdk_script: bits & 1 > 0,
        });
        pages.clone().for_each(|under| unknown.push(collector.claim(under)));
        let settings = r#"{"organizationId":"0123456789ABCDEF01234567@AdobeOrg","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#;
        collector.configure(Source::Api, &Value::parse(settings).unwrap(), &moment);
        pages.for_each(|under| known.push(collector.claim(under)));

        use Claim::{Leave, Take, Taken, Wait};
        // No queue; one of the page's, and one of ours, as long as the page loads and then. The second of two: beside a
        // script that may be a Web SDK.
        assert_eq!(unknown[..8], [Leave; 8]);
        assert_eq!(unknown[8..], [Take, Take, Wait, Wait, Take, Take, Wait, Wait]);
        assert_eq!(known[..8], [Taken, Taken, Taken, Taken, Leave, Leave, Leave, Leave]);
        assert_eq!(known[8..], [Take, Take, Take, Wait, Take, Take, Take, Take]);
    }
}
