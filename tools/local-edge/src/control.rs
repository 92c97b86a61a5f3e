//! What tests and the page ask of the server itself, under `/_edge/`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    response::{
        Response,
        sse::{Event as Sent, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures_util::{Stream, stream};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::{
    address::parameter,
    edge::{Edge, lock},
    faults::Rule,
    page, query,
    records::{Config, Shoppers},
    refusal::json_response,
    store,
};

/// The routes of the control API.
pub(crate) fn routes() -> Router<Arc<Edge>> {
    Router::new()
        .route("/_edge/", get(page::index))
        .route("/_edge/page/{file}", get(page::file))
        .route("/_edge/requests", get(requests))
        .route("/_edge/requests/{seq}", get(request))
        .route("/_edge/events", get(events))
        .route("/_edge/reset", post(reset))
        .route("/_edge/config", post(config))
        .route("/_edge/faults", post(add_faults).delete(drop_faults))
        .route("/_edge/query", post(ask))
        .route("/_edge/stream", get(follow))
}

fn answer(status: u16, body: &Value) -> Response {
    let mut response = json_response(status, "application/json", body);
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    response
}

fn refused(message: impl Into<String>) -> Response {
    answer(400, &json!({ "error": message.into() }))
}

fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// A number in the address; 0 when it is not given.
fn number(query: Option<&str>, name: &str) -> u64 {
    query.and_then(|query| parameter(query, name)?.parse().ok()).unwrap_or(0)
}

async fn requests(State(edge): State<Arc<Edge>>, RawQuery(query): RawQuery) -> Response {
    let list = lock(&edge.requests).since(number(query.as_deref(), "since"));
    answer(200, &Value::Array(list))
}

async fn request(State(edge): State<Arc<Edge>>, Path(seq): Path<u64>) -> Response {
    let found = lock(&edge.requests).get(seq).map(|request| request.json());
    found.map_or_else(|| answer(404, &json!({ "error": "not kept any more" })), |record| answer(200, &record))
}

async fn events(State(edge): State<Arc<Edge>>, RawQuery(query): RawQuery) -> Response {
    let place = edge.store.place();
    let (seq, last) = (number(query.as_deref(), "since"), number(query.as_deref(), "last"));
    let work = tokio::task::spawn_blocking(move || store::events_since(&place, seq, last));
    match work.await {
        Ok(Ok(list)) => answer(200, &Value::Array(list)),
        Ok(Err(error)) => answer(500, &json!({ "error": error.to_string() })),
        Err(error) => answer(500, &json!({ "error": error.to_string() })),
    }
}

async fn reset(State(edge): State<Arc<Edge>>) -> Response {
    lock(&edge.faults).clear();
    lock(&edge.requests).clear();
    *lock(&edge.shoppers) = Shoppers::default();
    *lock(&edge.config) = Config::default();
    match edge.store.clear().await {
        Ok(()) => answer(200, &json!({ "ok": true })),
        Err(error) => answer(500, &json!({ "error": error })),
    }
}

async fn config(State(edge): State<Arc<Edge>>, bytes: Bytes) -> Response {
    match read::<Config>(&bytes) {
        Ok(given) => {
            lock(&edge.config).merge(given);
            answer(200, &json!({ "ok": true }))
        }
        Err(message) => refused(message),
    }
}

async fn add_faults(State(edge): State<Arc<Edge>>, bytes: Bytes) -> Response {
    let rules: Vec<Rule> = match read(&bytes) {
        Ok(rules) => rules,
        Err(message) => return refused(message),
    };
    if let Some(message) = rules.iter().find_map(|rule| rule.check().err()) {
        return refused(message);
    }
    let mut faults = lock(&edge.faults);
    faults.extend(rules);
    answer(200, &json!({ "faults": faults.len() }))
}

async fn drop_faults(State(edge): State<Arc<Edge>>) -> Response {
    lock(&edge.faults).clear();
    answer(200, &json!({ "faults": 0 }))
}

async fn ask(State(edge): State<Arc<Edge>>, bytes: Bytes) -> Response {
    let sql = match read::<Value>(&bytes) {
        Ok(body) => match body.get("sql").and_then(Value::as_str) {
            Some(sql) => sql.to_owned(),
            None => return refused("the field sql is missing"),
        },
        Err(message) => return refused(message),
    };
    let place = edge.store.place();
    let work = tokio::task::spawn_blocking(move || query::ask(&place, edge.rules.fields(), &sql)).await;
    match work {
        Ok(Ok(result)) => answer(200, &result),
        Ok(Err(message)) => refused(message),
        Err(error) => answer(500, &json!({ "error": error.to_string() })),
    }
}

/// Server-sent events named `event`, `request`, and `missed` with a count when the reader was too
/// slow: the records hold what it missed, and nobody else waited for it.
async fn follow(State(edge): State<Arc<Edge>>) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let receiver = edge.stream.subscribe();
    let messages = stream::unfold(receiver, |mut receiver| async move {
        let sent = match receiver.recv().await {
            Ok((name, text)) => Sent::default().event(name).data(&*text),
            Err(RecvError::Lagged(count)) => Sent::default().event("missed").data(count.to_string()),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(sent), receiver))
    });
    Sse::new(messages).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
