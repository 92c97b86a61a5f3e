//! What the database holds, and how fast.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::client::{Server, body, event};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("local-edge-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn events_survive_a_restart() {
    let folder = Folder::new("restart");
    let file = folder.0.join("edge with space?.db");
    let server = Server::with(Some(file.clone()));
    server.edge("interact", &body(&[event("a")], &[]));
    server.stop();
    let server = Server::with(Some(file.clone()));
    server.edge("interact", &body(&[event("b"), event("a")], &[]));
    let events = server.events();
    let short: Vec<_> = events.iter().map(|event| (&event["seq"], &event["id"], &event["duplicate"])).collect();
    assert_eq!(json!(short), json!([[1, "a", false], [2, "b", false], [3, "a", true]]));
    assert_eq!(server.rows("SELECT count(*) FROM your_dataset"), json!([[3]]));
    server.stop();
    assert!(file.exists());
}

#[test]
fn a_burst_of_thousands_is_kept_whole() {
    let server = Server::new();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..8 {
            let server = &server;
            scope.spawn(move || {
                // 25 requests of 25 events from each of 8 clients.
                for request in 0..25 {
                    let events: Vec<Value> = (0..25).map(|at| event(&format!("{client}-{request}-{at}"))).collect();
                    assert_eq!(server.edge("interact", &body(&events, &[])).status, 200);
                }
            });
        }
    });
    let time = start.elapsed();
    assert_eq!(
        server.rows("SELECT count(*), count(DISTINCT _id), sum(duplicate), sum(problems != '[]') FROM your_dataset"),
        json!([[5000, 5000, 0, 0]])
    );
    println!("5000 events in {time:?}");
    assert!(time < Duration::from_secs(20), "{time:?}");
}

#[test]
fn a_reset_forgets_events_but_not_numbers() {
    let server = Server::new();
    server.edge("interact", &body(&[event("a")], &[]));
    server.control("reset", &json!({}));
    assert_eq!(server.events(), Vec::<Value>::new());
    server.edge("interact", &body(&[event("a")], &[]));
    let events = server.events();
    assert_eq!((&events[0]["seq"], &events[0]["duplicate"]), (&json!(2), &json!(false)));
    assert_eq!(server.requests()[0]["seq"], 2);
}

#[test]
fn the_stream_tells_of_events_and_requests() {
    let server = Server::new();
    let mut socket = TcpStream::connect(server.http.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(socket, "GET /_edge/stream HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut lines = BufReader::new(socket).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("text/event-stream")));
    server.edge("interact", &body(&[event("streamed")], &[]));
    assert!(lines.any(|line| line == "event: request"));
    assert!(lines.any(|line| line == "event: event"));
    let data = lines.next().unwrap();
    let sent: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!((&sent["id"], &sent["status"]), (&json!("streamed"), &json!("accepted")));
}
