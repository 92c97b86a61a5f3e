//! What a test can make go wrong.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::client::{Server, bare, body, event};

fn fault(server: &Server, rules: Value) {
    let answer = server.control("faults", &rules);
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[test]
fn a_scripted_answer_comes_as_often_as_asked() {
    let server = Server::new();
    fault(
        &server,
        json!([{ "action": "interact", "after": 1, "times": 2,
        "fault": { "status": 503, "retryAfter": 0, "headers": { "x-test": "1" } } }]),
    );
    let statuses: Vec<u16> =
        (0..4).map(|turn| server.edge("interact", &body(&[event(&turn.to_string())], &[])).status).collect();
    assert_eq!(statuses, [200, 503, 503, 200]);
    let kept: Vec<_> = server.events().iter().map(|event| event["status"].clone()).collect();
    assert_eq!(kept, ["accepted", "refused", "refused", "accepted"]);
    assert_eq!(server.requests()[1]["faults"][0]["status"], 503);
    assert_eq!(server.requests()[0]["faults"], json!([]));
}

#[test]
fn headers_and_bodies_are_as_scripted() {
    let server = Server::new();
    fault(
        &server,
        json!([
            { "action": "interact", "fault": { "status": 429, "retryAfter": 7 } },
            { "action": "identity/acquire", "fault": { "body": "<html>" } },
            { "action": "collect", "fault": { "headers": { "x-test": "1" } } }
        ]),
    );
    let limited = server.edge("interact", &body(&[event("a")], &[]));
    assert_eq!((limited.status, limited.header("retry-after")), (429, "7"));
    assert_eq!(limited.header("content-type"), "application/problem+json");
    let page = server.edge("identity/acquire", &bare(&[]));
    assert_eq!((page.status, page.text.as_str()), (200, "<html>"));
    let dressed = server.edge("collect", &body(&[event("b")], &[]));
    assert_eq!((dressed.status, dressed.header("x-test")), (204, "1"));
    assert_eq!(server.events().last().unwrap()["status"], "accepted");
}

#[test]
fn other_actions_and_datastreams_are_spared() {
    let server = Server::new();
    fault(
        &server,
        json!([
            { "action": "collect|set-consent", "fault": { "status": 500 } },
            { "configId": "other", "fault": { "status": 500 } }
        ]),
    );
    assert_eq!(server.edge("interact", &body(&[event("a")], &[])).status, 200);
    assert_eq!(server.edge("collect", &body(&[event("a")], &[])).status, 500);
}

#[test]
fn a_reset_processes_nothing_and_a_lost_answer_everything() {
    let server = Server::new();
    fault(&server, json!([{ "times": 1, "fault": { "reset": true } }]));
    let error = server.try_edge("interact", &body(&[event("a")], &[])).err().unwrap();
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
    assert_eq!(server.events(), Vec::<Value>::new());
    fault(&server, json!([{ "times": 1, "fault": { "loseAnswer": true } }]));
    assert!(server.try_edge("interact", &body(&[event("b")], &[])).is_err());
    assert_eq!(server.events()[0]["status"], "accepted");
    assert_eq!(server.requests()[1]["status"], Value::Null);
    assert_eq!(server.edge("interact", &body(&[event("b")], &[])).status, 200);
    assert_eq!(server.events()[1]["duplicate"], true);
}

#[test]
fn answers_can_be_late_or_never_come() {
    let server = Server::new();
    fault(&server, json!([{ "times": 1, "fault": { "delayMs": 300 } }, { "fault": { "hang": true } }]));
    let start = Instant::now();
    assert_eq!(server.edge("interact", &body(&[event("a")], &[])).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));

    let text = body(&[event("b")], &[]).to_string();
    let mut socket = TcpStream::connect(server.http.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    write!(socket, "POST /ee/v1/interact?configId=d HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{text}", text.len()).unwrap();
    let mut line = String::new();
    assert!(BufReader::new(&socket).read_line(&mut line).is_err(), "{line}");
    let hung = &server.requests()[1];
    assert_eq!((&hung["status"], &hung["eventIds"]), (&Value::Null, &json!(["b"])));
    server.send(&format!("{}/_edge/reset", server.http), &[], "").unwrap();
    assert_eq!(server.edge("interact", &body(&[event("c")], &[])).status, 200);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_client_that_leaves_does_not_stop_the_work() {
    let server = Server::new();
    fault(&server, json!([{ "fault": { "delayMs": 200 } }]));
    let text = body(&[event("a")], &[]).to_string();
    let mut socket = TcpStream::connect(server.http.trim_start_matches("http://")).unwrap();
    write!(socket, "POST /ee/v1/interact?configId=d HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{text}", text.len()).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    drop(socket);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.events().len(), 1);
}

#[test]
fn impossible_faults_are_refused() {
    let server = Server::new();
    for rules in [
        json!([{ "action": "interacts", "fault": { "status": 500 } }]),
        json!([{ "fault": { "status": 42 } }]),
        json!([{ "fault": { "statsu": 500 } }]),
    ] {
        assert_eq!(server.control("faults", &rules).status, 400, "{rules}");
    }
}
