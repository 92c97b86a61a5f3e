//! SQL over the datasets.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{DATASTREAM, Server, body, event};

fn filled() -> Server {
    let server = Server::new();
    let mut order = event("b");
    order["xdm"]["timestamp"] = json!("2026-11-22T08:18:00.000-08:00");
    order["xdm"]["eventType"] = json!("commerce.purchases");
    order["xdm"]["commerce"] =
        json!({ "purchases": { "value": 1 }, "order": { "purchaseID": "000042", "priceTotal": 68.5 } });
    server.edge("interact", &body(&[event("a"), order], &[]));
    server
}

#[test]
fn the_manuals_query_works() {
    let server = filled();
    let answer = server.query("SELECT * FROM your_dataset ORDER BY timestamp DESC").json();
    let columns = answer["columns"].as_array().unwrap();
    assert_eq!(columns[..3], [json!("timestamp"), json!("eventType"), json!("_id")]);
    // Times of any offset are ordered as moments.
    assert_eq!(answer["rows"][0][1], "commerce.purchases");
    assert_eq!(answer["rows"][0][0], "2026-11-22T16:18:00.000Z");
    assert_eq!(answer["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn nested_fields_are_reached_as_in_query_service() {
    let server = filled();
    let answer = server.query(
        "SELECT eventType, commerce.order.purchaseID, d.productListItems[0].SKU AS sku \
         FROM your_dataset d WHERE d.commerce.order.priceTotal > 60",
    );
    assert_eq!(answer.json()["columns"], json!(["eventType", "purchaseID", "sku"]), "{}", answer.text);
    assert_eq!(answer.json()["rows"], json!([["commerce.purchases", "000042", "24-MB01"]]));
    let named = format!(
        "SELECT count(*), sum(item.value ->> 'priceTotal') FROM \"dataset_{DATASTREAM}\" d, json_each(d.productListItems) item"
    );
    assert_eq!(server.rows(&named), json!([[2, 137.0]]));
}

#[test]
fn nothing_but_reading_is_possible() {
    let server = filled();
    let file = std::env::temp_dir().join("local-edge-must-not-exist.db");
    let into = format!("VACUUM INTO '{}'", file.display());
    let attach = format!("ATTACH '{}' AS other", file.display());
    for sql in [
        "INSERT INTO events (seq) VALUES (9)",
        "UPDATE events SET xdm = '{}'",
        "DELETE FROM events",
        "DROP TABLE events",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        attach.as_str(),
        "DETACH main",
        "PRAGMA user_version",
        "PRAGMA query_only = 0",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'y')",
        into.as_str(),
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "SAVEPOINT s",
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM events",
        "WITH x AS (SELECT 1) DELETE FROM events",
        "EXPLAIN DELETE FROM events",
        "",
        "SELEC",
    ] {
        let answer = server.query(sql);
        assert_eq!(answer.status, 400, "{sql}: {}", answer.text);
        assert!(answer.json()["error"].is_string(), "{sql}");
    }
    assert!(!file.exists());
    assert_eq!(server.rows("SELECT count(*) FROM events"), json!([[2]]));
}

#[test]
fn endless_and_huge_questions_end() {
    let server = filled();
    let start = Instant::now();
    let endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT sum(n) FROM t";
    assert!(server.query(endless).text.contains("stopped after 5 seconds"));
    assert!(start.elapsed() < Duration::from_secs(15));
    let many = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t";
    let answer = server.query(many).json();
    assert_eq!(answer["rows"].as_array().unwrap().len(), 10_000);
    assert_eq!(answer["truncated"], true);
    assert_eq!(server.query("SELECT zeroblob(1000000000)").status, 400);
}

#[test]
fn ignored_events_are_in_no_dataset() {
    let server = Server::new();
    server.control("config", &json!({ "optOut": true }));
    server.edge("interact", &body(&[event("a")], &[]));
    assert_eq!(server.rows("SELECT status FROM events"), json!([["ignored"]]));
    assert_eq!(server.query("SELECT * FROM your_dataset").status, 400);
    server.control("config", &json!({ "optOut": false }));
    server.edge("interact", &body(&[event("b")], &[]));
    assert_eq!(server.rows("SELECT _id FROM your_dataset"), json!([["b"]]));
}
