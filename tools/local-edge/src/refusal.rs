//! The documented errors: problem details (RFC 7807) with Edge's own codes.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};

/// A request that Edge will not process.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, status: u16, title: &'static str, detail: impl Into<String>) -> Self {
        Self { code, status, title, detail: detail.into() }
    }

    /// The error object, as it stands in a refusing answer or in a list of warnings.
    pub(crate) fn json(&self, request_id: &str, org: &str) -> Value {
        json!({
            "type": format!("https://ns.adobe.com/aep/errors/EXEG-{}-{}", self.code, self.status),
            "status": self.status,
            "title": self.title,
            "detail": self.detail,
            "report": { "requestId": request_id, "orgId": org }
        })
    }

    /// The refusing answer.
    pub(crate) fn response(&self, request_id: &str, org: &str) -> Response {
        json_response(self.status, "application/problem+json", &self.json(request_id, org))
    }
}

/// An answer with a JSON body.
pub(crate) fn json_response(status: u16, kind: &'static str, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response
}
