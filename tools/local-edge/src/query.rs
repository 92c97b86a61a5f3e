//! SQL questions to the datasets, which can read and nothing else.
//!
//! Four walls, each enough by itself: the connection is opened read-only; an authorizer lets through
//! reading and functions and refuses everything else (writing, attaching, pragmas, loading code)
//! when the statement is prepared; only one statement is prepared; and time, rows and bytes are
//! bounded.

use std::time::{Duration, Instant};

use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
    types::ValueRef,
};
use serde_json::{Value, json};

use crate::{
    dialect,
    store::{Place, quoted},
};

/// A question may run so long.
const TIME: Duration = Duration::from_secs(5);
/// An answer may have so many rows.
const ROWS: usize = 10_000;
/// An answer may have so many bytes of values.
const BYTES: usize = 32 * 1024 * 1024;

/// Answers one question: `{columns, rows, truncated}`, or why not.
pub(crate) fn ask(place: &Place, fields: &[String], sql: &str) -> Result<Value, String> {
    let connection = place.reader().map_err(|error| error.to_string())?;
    alias(&connection).map_err(|error| error.to_string())?;
    restrict(&connection).map_err(|error| error.to_string())?;
    run(&connection, &dialect::translate(sql, fields)).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(failure, _) if failure.code == rusqlite::ErrorCode::OperationInterrupted => {
            format!("stopped after {} seconds", TIME.as_secs())
        }
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == rusqlite::ErrorCode::AuthorizationForStatementDenied =>
        {
            "refused: only reading is allowed here".to_owned()
        }
        rusqlite::Error::MultipleStatement => "refused: one statement at a time".to_owned(),
        rusqlite::Error::SqlInputError { msg, .. } if msg.starts_with("not authorized") => {
            format!("refused: only reading is allowed here ({msg})")
        }
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        other => other.to_string(),
    })
}

/// `your_dataset`, as the manual writes it, is the dataset that was written last.
fn alias(connection: &Connection) -> rusqlite::Result<()> {
    let last: Option<String> = connection
        .query_row("SELECT configId FROM events WHERE status = 'accepted' ORDER BY seq DESC LIMIT 1", [], |row| {
            row.get(0)
        })
        .map_or_else(
            |error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(None),
                other => Err(other),
            },
            |id| Ok(Some(id)),
        )?;
    let Some(last) = last else {
        return Ok(());
    };
    connection.execute_batch(&format!(
        "CREATE TEMP VIEW your_dataset AS SELECT * FROM {}",
        quoted(&format!("dataset_{last}"))
    ))
}

fn restrict(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "query_only", true)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024)?;
    let end = Instant::now() + TIME;
    connection.progress_handler(10_000, Some(move || Instant::now() > end));
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } => {
            let name = function_name.to_ascii_lowercase();
            if matches!(name.as_str(), "load_extension" | "readfile" | "writefile" | "edit" | "fts3_tokenizer") {
                Authorization::Deny
            } else {
                Authorization::Allow
            }
        }
        _ => Authorization::Deny,
    }));
    Ok(())
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<Value> {
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<String> =
        statement.column_names().into_iter().map(|name| dialect::column(name).to_owned()).collect();
    let mut rows = Vec::new();
    let mut bytes = 0;
    let mut truncated = false;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        if rows.len() == ROWS || bytes > BYTES {
            truncated = true;
            break;
        }
        let mut cells = Vec::with_capacity(columns.len());
        for at in 0..columns.len() {
            cells.push(match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::from(number),
                ValueRef::Real(number) => Value::from(number),
                ValueRef::Text(text) => {
                    bytes += text.len();
                    Value::from(String::from_utf8_lossy(text))
                }
                ValueRef::Blob(blob) => {
                    bytes += blob.len();
                    Value::from(String::from_utf8_lossy(blob))
                }
            });
        }
        rows.push(Value::Array(cells));
    }
    Ok(json!({ "columns": columns, "rows": rows, "truncated": truncated }))
}
