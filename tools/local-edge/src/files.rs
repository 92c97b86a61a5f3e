//! Static files for tests and the demo, always fresh.

use std::path::{Component, Path, PathBuf};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use percent_encoding::percent_decode_str;

use crate::refusal::empty;

/// Folders and the address prefixes that they stand under.
pub(crate) struct Files {
    mounts: Vec<(String, PathBuf)>,
}

impl Files {
    /// `root` answers what no mount answers; among mounts the longest prefix wins.
    pub(crate) fn new(root: Option<PathBuf>, mounts: Vec<(String, PathBuf)>) -> Self {
        let mut mounts: Vec<_> =
            mounts.into_iter().map(|(prefix, folder)| (format!("/{}", prefix.trim_matches('/')), folder)).collect();
        mounts.extend(root.map(|folder| ("/".to_owned(), folder)));
        mounts.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self { mounts }
    }

    /// The file at an address; 404 when there is none.
    pub(crate) async fn get(&self, address: &str, with_body: bool) -> Response {
        let Some(mut file) = self.find(address) else {
            return empty(404);
        };
        if tokio::fs::metadata(&file).await.is_ok_and(|found| found.is_dir()) {
            if !address.ends_with('/') {
                let mut response = empty(308);
                if let Ok(to) = HeaderValue::from_str(&format!("{address}/")) {
                    response.headers_mut().insert(header::LOCATION, to);
                }
                return response;
            }
            file.push("index.html");
        }
        let Ok(bytes) = tokio::fs::read(&file).await else {
            return empty(404);
        };
        let kind = mime_guess::from_path(&file).first_or_octet_stream();
        let kind = match (kind.type_().as_str(), kind.subtype().as_str()) {
            ("text", _) | (_, "javascript" | "json") => format!("{}; charset=utf-8", kind.essence_str()),
            _ => kind.essence_str().to_owned(),
        };
        let length = bytes.len();
        let mut response = Response::new(if with_body { Body::from(bytes) } else { Body::empty() });
        let headers = response.headers_mut();
        if let Ok(kind) = HeaderValue::from_str(&kind) {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // A demo's service worker may stand in a folder and still serve the whole origin.
        headers.insert("service-worker-allowed", HeaderValue::from_static("/"));
        response
    }

    fn find(&self, address: &str) -> Option<PathBuf> {
        let plain = percent_decode_str(address).decode_utf8().ok()?;
        self.mounts.iter().find_map(|(prefix, folder)| {
            let rest = plain.strip_prefix(prefix.as_str())?;
            (prefix == "/" || rest.is_empty() || rest.starts_with('/')).then_some(())?;
            let rest = Path::new(rest.trim_start_matches('/'));
            rest.components().all(|part| matches!(part, Component::Normal(_))).then(|| folder.join(rest))
        })
    }
}
