//! The folder outside the project in which pinned tools outlive a clone.
use std::path::PathBuf;

use anyhow::{Context, Result};

/// `storefront-collector` in the user's cache folder.
pub(crate) fn folder() -> Result<PathBuf> {
    let base = match std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir().context("no home folder to keep the tools in: set XDG_CACHE_HOME")?.join(".cache"),
    };
    Ok(base.join("storefront-collector"))
}
