//! Something a person should know about: found by `validate`, listed by `status()`, logged once.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::value::{Key, Value};

/// How much an issue matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, though perhaps not as meant.
    Warning,
    /// It cannot work so.
    Error,
}

/// A problem with a setting, a context or an event, in words that name the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The setting, context or XDM path it is about: `"datastreamId"`, `"productContext"`.
    pub field: Key,
    /// A stable name of the rule that was broken, for programs: `"missing"`, `"wrong-kind"`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, what kind the value is, and what to do. Never the value itself: it may be personal.
    pub message: String,
}

impl Issue {
    /// Something that cannot work so.
    pub fn error(field: impl Into<Key>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, severity: Severity::Error, message: message.into() }
    }

    /// Something that works, though perhaps not as meant.
    pub fn warning(field: impl Into<Key>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, severity: Severity::Warning, message: message.into() }
    }

    /// The issue as the JS API gives it out: `{ field, code, severity, message }`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        Value::from([
            ("field", Value::from(self.field.as_ref())),
            ("code", Value::from(self.code)),
            ("severity", Value::from(severity)),
            ("message", Value::from(self.message.as_str())),
        ])
    }

    /// Whether `other` is the same problem, so that it need not be told twice.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.code == other.code && Cow::eq(&self.field, &other.field)
    }
}
