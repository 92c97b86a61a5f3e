//! The command: starts a server, says where it listens, runs until it is stopped.

use std::{ffi::OsString, io::Write, path::PathBuf, process::ExitCode};

use lexopt::{Arg, ValueExt};
use local_edge::Options;

const USAGE: &str = "local-edge: answers as Adobe Experience Edge on loopback

  --http ADDR          listen for plain requests (default 127.0.0.1:0)
  --https ADDR         listen for TLS, with a self-signed certificate
  --db PATH            keep events in this file (default: in memory)
  --serve DIR          serve this folder at /
  --mount /PREFIX=DIR  serve this folder under a prefix; may be repeated
  --org ID             organisation of shoppers whose cookies name none
  --print              print one line for each event
  --help               show this

Prints one line of JSON with its addresses when it listens.";

#[tokio::main]
async fn main() -> ExitCode {
    let options = match options(std::env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("local-edge: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let running = match local_edge::start(options).await {
        Ok(running) => running,
        Err(error) => {
            eprintln!("local-edge: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut addresses = serde_json::json!({ "http": format!("http://{}", running.http) });
    if let Some(https) = running.https {
        addresses["https"] = format!("https://{https}").into();
    }
    println!("{addresses}");
    let _ = std::io::stdout().flush();
    stopped().await;
    running.stop().await;
    ExitCode::SUCCESS
}

async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn options(arguments: impl Iterator<Item = OsString>) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("http") => options.http = parser.value()?.parse()?,
            Arg::Long("https") => options.https = Some(parser.value()?.parse()?),
            Arg::Long("db") => options.db = Some(PathBuf::from(parser.value()?)),
            Arg::Long("serve") => options.serve = Some(PathBuf::from(parser.value()?)),
            Arg::Long("org") => options.org = parser.value()?.string()?,
            Arg::Long("print") => options.print = true,
            Arg::Long("mount") => {
                let text = parser.value()?.string()?;
                let (prefix, folder) =
                    text.split_once('=').ok_or_else(|| format!("--mount {text}: wants /PREFIX=DIR"))?;
                options.mounts.push((prefix.to_owned(), PathBuf::from(folder)));
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}
