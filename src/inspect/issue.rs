//! Something a person should know about: found by `validate`, listed by `status()`, logged once.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::{cut, has};
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
    /// The issue that `row` spells: its field, `!` (error) or `?` (warning), its code, `:` and its message.
    ///
    /// In the message `%` is the field, and each `$` the next one of `args`. A row without a field takes
    /// it from the first of `args`. One text for each problem is what weighs least in a bundle.
    ///
    /// ```
    /// use storefront_collector::inspect::Issue;
    ///
    /// let issue = Issue::of("orderContext?wrong-kind:% is $ and counts as absent.", &["a list"]);
    /// assert_eq!((issue.field.as_ref(), issue.code), ("orderContext", "wrong-kind"));
    /// assert_eq!(issue.message, "orderContext is a list and counts as absent.");
    /// ```
    #[must_use]
    #[inline(never)]
    pub fn of(row: &'static str, args: &[&str]) -> Self {
        let (head, mut rest) = cut(row, b":").unwrap_or(("", row));
        let (field, code) = cut(head, b"!?").unwrap_or(("", head));
        let severity = if has(head, b'!') { Severity::Error } else { Severity::Warning };
        let mut args = args.iter();
        let mut next = || args.next().copied().unwrap_or_default();
        let field = if field.is_empty() { Key::Owned(next().into()) } else { Key::Borrowed(field) };
        let mut message = String::new();
        while let Some((before, after)) = cut(rest, b"%$") {
            message.push_str(before);
            let is_field = rest.as_bytes().get(before.len()) == Some(&b'%');
            message.push_str(if is_field { &field } else { next() });
            rest = after;
        }
        message.push_str(rest);
        Self { field, code, severity, message }
    }

    /// Adds the issue that `row` and `args` spell (see [`Self::of`]) to `issues`, unless the same is there.
    #[inline(never)]
    pub(crate) fn tell(issues: &mut Vec<Self>, row: &'static str, args: &[&str]) {
        Self::of(row, args).join(issues);
    }

    /// Adds this issue to `issues`, unless the same is there.
    #[inline(never)]
    pub(crate) fn join(self, issues: &mut Vec<Self>) {
        if !issues.iter().any(|known| known.same_as(&self)) {
            issues.push(self);
        }
    }

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
