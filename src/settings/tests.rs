//! Each rule of the contract's section 3 and of the connector manual that concerns settings, by its name.

mod connector;
mod history;
mod properties;
mod store;

use crate::inspect::{Issue, Severity};
use crate::value::Value;

const ORG: &str = "0123456789abcdefABCDEF01@AdobeOrg";
const DATASTREAM: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const DATASET: &str = "5f3c8d2b1a4e6f7089abcdef";

fn json(text: &str) -> Value {
    let text = text.replace("ORG", ORG).replace("DATASTREAM", DATASTREAM).replace("DATASET", DATASET);
    Value::parse(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// `field code` of every issue, errors marked.
fn told(issues: &[Issue]) -> Vec<String> {
    let mark = |issue: &Issue| if issue.severity == Severity::Error { "!" } else { "" };
    issues.iter().map(|issue| format!("{}{} {}", mark(issue), issue.field, issue.code)).collect()
}
