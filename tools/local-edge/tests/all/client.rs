//! A server of the test's own and a client that asks it.

use std::{path::PathBuf, time::Duration};

use local_edge::{Options, Running, start};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use ureq::{Agent, tls::TlsConfig};

pub(crate) const DATASTREAM: &str = "ebebf826-a01f-4458-8cec-ef61de241c93";
pub(crate) const REQUEST: &str = "2a9cdbf8-eced-441c-87d9-d247c3cec2c3";
pub(crate) const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";

pub(crate) struct Server {
    running: Option<Running>,
    runtime: Runtime,
    agent: Agent,
    pub(crate) http: String,
    pub(crate) https: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The payload items of all handles of one type.
    pub(crate) fn payload(&self, kind: &str) -> Vec<Value> {
        self.json()["handle"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|handle| handle["type"] == kind)
            .flat_map(|handle| handle["payload"].as_array().unwrap().clone())
            .collect()
    }

    /// The `state:store` items as a client hands them back.
    pub(crate) fn entries(&self) -> Vec<Value> {
        self.payload("state:store").iter().map(|item| json!({ "key": item["key"], "value": item["value"] })).collect()
    }

    pub(crate) fn ecid(&self) -> String {
        self.payload("identity:result")[0]["id"].as_str().unwrap().to_owned()
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    pub(crate) fn with(db: Option<PathBuf>) -> Self {
        let runtime = Runtime::new().unwrap();
        let options = Options { https: Some("127.0.0.1:0".parse().unwrap()), db, ..Options::default() };
        let running = runtime.block_on(start(options)).unwrap();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .tls_config(TlsConfig::builder().disable_verification(true).build())
            .build()
            .new_agent();
        Self {
            http: format!("http://{}", running.http),
            https: format!("https://{}", running.https.unwrap()),
            running: Some(running),
            runtime,
            agent,
        }
    }

    pub(crate) fn stop(mut self) {
        self.runtime.block_on(self.running.take().unwrap().stop());
    }

    pub(crate) fn send(&self, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send(body)?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.body_mut().read_to_string()?,
        })
    }

    /// Asks Edge for an action as the Web SDK does.
    pub(crate) fn edge(&self, action: &str, body: &Value) -> Answer {
        self.try_edge(action, body).unwrap()
    }

    pub(crate) fn try_edge(&self, action: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let url = format!("{}/ee/v1/{action}?configId={DATASTREAM}&requestId={REQUEST}", self.http);
        self.send(&url, &[("content-type", "text/plain; charset=UTF-8")], &body.to_string())
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let mut response = self.agent.get(format!("{}{path}", self.http)).call().unwrap();
        serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap()
    }

    pub(crate) fn control(&self, path: &str, body: &Value) -> Answer {
        self.send(&format!("{}/_edge/{path}", self.http), &[], &body.to_string()).unwrap()
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.get("/_edge/events?since=0").as_array().unwrap().clone()
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.get("/_edge/requests").as_array().unwrap().clone()
    }

    pub(crate) fn query(&self, sql: &str) -> Answer {
        self.control("query", &json!({ "sql": sql }))
    }

    pub(crate) fn rows(&self, sql: &str) -> Value {
        let answer = self.query(sql);
        assert_eq!(answer.status, 200, "{sql}: {}", answer.text);
        answer.json()["rows"].clone()
    }
}

/// An event without fault.
pub(crate) fn event(id: &str) -> Value {
    json!({ "xdm": {
        "_id": id,
        "timestamp": "2026-11-22T15:17:44.527Z",
        "eventType": "commerce.productListAdds",
        "identityMap": { "ECID": [{ "id": "41861666193140161934276845651148876988", "primary": true }] },
        "commerce": { "productListAdds": { "value": 1 }, "cart": { "cartID": "c-1" } },
        "productListItems": [{ "SKU": "24-MB01", "quantity": 2, "priceTotal": 68.5, "currencyCode": "USD" }]
    }})
}

/// A request body with events and what the client was told to keep.
pub(crate) fn body(events: &[Value], entries: &[Value]) -> Value {
    let mut body = bare(entries);
    body["events"] = json!(events);
    body
}

/// The parts that every request has.
pub(crate) fn bare(entries: &[Value]) -> Value {
    let mut body = json!({
        "query": { "identity": { "fetch": ["ECID"] } },
        "meta": { "state": { "domain": "example.com", "cookiesEnabled": true } }
    });
    if !entries.is_empty() {
        body["meta"]["state"]["entries"] = json!(entries);
    }
    body
}
