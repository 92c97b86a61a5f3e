//! The events' database.
//!
//! SQLite, and not DuckDB: events arrive one by one and must be there for the next query, which is
//! what a row store with a write-ahead log does best; its JSON operators reach every nested field;
//! it compiles in half a minute where DuckDB takes many; and a program can be kept from writing by
//! the engine itself (a read-only connection and an authorizer, see [`crate::query`]).
//!
//! One thread writes. It takes whatever has queued up into one transaction, so a burst costs one
//! commit and not thousands, and it alone gives out numbers, so that "everything after N" never
//! misses a late one. An event is answered only after its commit.
//!
//! Table `events` holds everything that came in, with what became of it. Each datastream has a view
//! `dataset_{datastream}` of its accepted events with one column for each top-level XDM field.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, params};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{clock, xdm::Problem};

/// What became of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// It is in its dataset.
    Accepted,
    /// The shopper gave no consent.
    Ignored,
    /// Its request was answered with an error.
    Refused,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
        }
    }
}

/// An event on its way into the database.
pub(crate) struct Event {
    pub(crate) request: u64,
    pub(crate) at: String,
    pub(crate) action: &'static str,
    pub(crate) config_id: String,
    pub(crate) shopper: Option<String>,
    pub(crate) status: Status,
    pub(crate) xdm: Value,
    pub(crate) data: Option<Value>,
    pub(crate) problems: Vec<Problem>,
}

/// Told of each event after its commit.
pub(crate) type Listener = Box<dyn Fn(&Value) + Send>;

enum Order {
    Append(Vec<Event>, oneshot::Sender<Result<(), String>>),
    Clear(oneshot::Sender<Result<(), String>>),
}

/// The way to the writing thread.
pub(crate) struct Store {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    place: Place,
}

/// Where the database is.
#[derive(Clone)]
pub(crate) struct Place {
    uri: String,
}

impl Place {
    fn new(file: Option<PathBuf>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let uri = match file {
            Some(path) => {
                format!("file:{}", path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23"))
            }
            // The memory file system of SQLite lets several connections of this process share it.
            None => format!("file:/local-edge-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::SeqCst)),
        };
        Self { uri }
    }

    fn open(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(
            &self.uri,
            flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(Duration::from_secs(10))?;
        Ok(connection)
    }

    /// A connection that the engine does not let write.
    pub(crate) fn reader(&self) -> rusqlite::Result<Connection> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY, request INTEGER NOT NULL, at TEXT NOT NULL, action TEXT NOT NULL,
        configId TEXT NOT NULL, shopper TEXT, id TEXT, eventType TEXT, status TEXT NOT NULL,
        timestamp TEXT, xdm TEXT NOT NULL, data TEXT, problems TEXT NOT NULL,
        duplicate INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS events_of_datastream ON events (configId, status, timestamp);";

impl Store {
    /// Opens or makes the database. `fields` are the columns of the datasets.
    pub(crate) fn open(file: Option<PathBuf>, fields: &[String], listener: Listener) -> rusqlite::Result<Self> {
        let place = Place::new(file);
        let connection = place.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.execute_batch(TABLES)?;
        let mut writer = Writer {
            last: connection.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0))?,
            seen: HashMap::new(),
            columns: columns(fields),
            listener,
            connection,
        };
        writer.remember()?;
        let (orders, queue) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || writer.work(&queue))
            .map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(Self { orders: Some(orders), thread: Some(thread), place })
    }

    /// Where readers find the database.
    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Adds events; done when they are committed.
    pub(crate) async fn append(&self, events: Vec<Event>) -> Result<(), String> {
        if events.is_empty() {
            return Ok(());
        }
        self.order(|done| Order::Append(events, done)).await
    }

    /// Forgets all events.
    pub(crate) async fn clear(&self) -> Result<(), String> {
        self.order(Order::Clear).await
    }

    async fn order(&self, make: impl FnOnce(oneshot::Sender<Result<(), String>>) -> Order) -> Result<(), String> {
        let (done, result) = oneshot::channel();
        let gone = || "the database has been closed".to_owned();
        self.orders.as_ref().ok_or_else(gone)?.send(make(done)).map_err(|_| gone())?;
        result.await.map_err(|_| gone())?
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Writer {
    connection: Connection,
    last: u64,
    /// The `_id`s accepted so far, by datastream; a datastream in here has its dataset.
    seen: HashMap<String, HashSet<String>>,
    columns: String,
    listener: Listener,
}

impl Writer {
    fn remember(&mut self) -> rusqlite::Result<()> {
        let mut statement =
            self.connection.prepare("SELECT configId, coalesce(id, '') FROM events WHERE status = 'accepted'")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            let (config_id, id): (String, String) = row?;
            self.seen.entry(config_id).or_default().insert(id);
        }
        Ok(())
    }

    fn work(&mut self, queue: &mpsc::Receiver<Order>) {
        while let Ok(first) = queue.recv() {
            let mut orders = vec![first];
            orders.extend(queue.try_iter().take(1000));
            let mut done = Vec::new();
            let mut batch = Vec::new();
            for order in orders {
                match order {
                    Order::Append(events, answer) => {
                        batch.extend(events);
                        done.push(answer);
                    }
                    Order::Clear(answer) => {
                        self.commit(std::mem::take(&mut batch), std::mem::take(&mut done));
                        let _ = answer.send(self.clear().map_err(|error| error.to_string()));
                    }
                }
            }
            self.commit(batch, done);
        }
    }

    fn commit(&mut self, batch: Vec<Event>, done: Vec<oneshot::Sender<Result<(), String>>>) {
        if batch.is_empty() {
            return;
        }
        let result = self.write(&batch);
        if let Ok(rows) = &result {
            for row in rows {
                (self.listener)(row);
            }
        }
        let answer = result.map(|_| ()).map_err(|error| error.to_string());
        for waiting in done {
            let _ = waiting.send(answer.clone());
        }
    }

    fn write(&mut self, batch: &[Event]) -> rusqlite::Result<Vec<Value>> {
        let transaction = self.connection.transaction()?;
        let mut rows = Vec::with_capacity(batch.len());
        for event in batch {
            self.last += 1;
            let text = |name: &str| event.xdm.get(name).and_then(Value::as_str);
            let (id, kind) = (text("_id"), text("eventType"));
            let mut duplicate = false;
            if event.status == Status::Accepted {
                let seen = match self.seen.get_mut(&event.config_id) {
                    Some(seen) => seen,
                    None => {
                        transaction.execute_batch(&dataset(&event.config_id, &self.columns))?;
                        self.seen.entry(event.config_id.clone()).or_default()
                    }
                };
                duplicate = id.is_some_and(|id| !seen.insert(id.to_owned()));
            }
            let timestamp = text("timestamp").map(|given| clock::normal(given).unwrap_or_else(|| given.to_owned()));
            transaction
                .prepare_cached("INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?
                .execute(params![
                self.last,
                event.request,
                event.at,
                event.action,
                event.config_id,
                event.shopper,
                id,
                kind,
                event.status.name(),
                timestamp,
                event.xdm.to_string(),
                event.data.as_ref().map(Value::to_string),
                json!(event.problems).to_string(),
                duplicate,
            ])?;
            rows.push(json!({
                "seq": self.last, "request": event.request, "at": event.at,
                "action": event.action, "configId": event.config_id, "shopper": event.shopper,
                "id": id, "eventType": kind, "status": event.status.name(), "xdm": event.xdm,
                "data": event.data, "problems": event.problems, "duplicate": duplicate,
            }));
        }
        transaction.commit()?;
        Ok(rows)
    }

    fn clear(&mut self) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for config_id in self.seen.keys() {
            transaction.execute_batch(&format!("DROP VIEW IF EXISTS {}", quoted(&format!("dataset_{config_id}"))))?;
        }
        transaction.execute("DELETE FROM events", [])?;
        transaction.commit()?;
        self.seen.clear();
        Ok(())
    }
}

/// A name as SQL wants it when it is not a plain word.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The view of one datastream's events.
fn dataset(config_id: &str, columns: &str) -> String {
    format!(
        "CREATE VIEW IF NOT EXISTS {} AS SELECT {columns} FROM events \
         WHERE configId = '{}' AND status = 'accepted'",
        quoted(&format!("dataset_{config_id}")),
        config_id.replace('\'', "''")
    )
}

/// One column for each XDM field: texts as they are, objects and lists as JSON.
fn columns(fields: &[String]) -> String {
    const FIRST: [&str; 4] = ["timestamp", "eventType", "_id", "identityMap"];
    let rest = fields.iter().map(String::as_str).filter(|name| !FIRST.contains(name));
    let mut columns: Vec<String> = FIRST
        .into_iter()
        .chain(rest)
        .map(|name| match name {
            "timestamp" | "eventType" => name.to_owned(),
            "_id" => "id AS _id".to_owned(),
            name => format!("xdm ->> '$.{name}' AS {}", quoted(name)),
        })
        .collect();
    columns.extend(["problems", "duplicate", "at AS received", "shopper", "xdm", "data"].map(str::to_owned));
    columns.join(", ")
}

/// The recorded events after a number, oldest first; of these only the `last` ones, unless that is 0.
pub(crate) fn events_since(place: &Place, seq: u64, last: u64) -> rusqlite::Result<Vec<Value>> {
    let connection = place.reader()?;
    let mut statement = connection.prepare(
        "SELECT seq, request, at, action, configId, shopper, id, eventType, status, xdm, data, \
         problems, duplicate FROM (SELECT * FROM events WHERE seq > ?1 ORDER BY seq DESC LIMIT ?2) ORDER BY seq",
    )?;
    let read =
        |text: Option<String>| text.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or(Value::Null);
    let limit = if last == 0 { -1 } else { i64::try_from(last).unwrap_or(-1) };
    let rows = statement.query_map(params![seq, limit], |row| {
        Ok(json!({
            "seq": row.get::<_, u64>(0)?, "request": row.get::<_, u64>(1)?,
            "at": row.get::<_, String>(2)?, "action": row.get::<_, String>(3)?,
            "configId": row.get::<_, String>(4)?, "shopper": row.get::<_, Option<String>>(5)?,
            "id": row.get::<_, Option<String>>(6)?, "eventType": row.get::<_, Option<String>>(7)?,
            "status": row.get::<_, String>(8)?, "xdm": read(row.get(9)?), "data": read(row.get(10)?),
            "problems": read(row.get(11)?), "duplicate": row.get::<_, bool>(12)?,
        }))
    })?;
    rows.collect()
}
