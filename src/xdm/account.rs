//! Accounts.

use super::row::{How, Row, row};

/// `sign-in`
pub(super) const SIGN_IN: &[Row] = &[row("userAccount.login", "", How::One)];
/// `sign-out`
pub(super) const SIGN_OUT: &[Row] = &[row("userAccount.logout", "", How::One)];
/// `create-account`
pub(super) const CREATE: &[Row] = &[row("userAccount.createProfile", "", How::One)];
/// `edit-account`
pub(super) const EDIT: &[Row] = &[row("userAccount.updateProfile", "", How::One)];

const ADDRESS: Row = row("personalEmail.address", "accountContext.emailAddress", How::Copied);

/// Whose account it is.
pub(super) const WHO: &[Row] = &[row("person.accountID", "accountContext.accountId", How::Copied), ADDRESS];

/// Only the e-mail address.
pub(super) const EMAIL: &[Row] = &[ADDRESS];
