//! The listeners, plain and TLS, and what stands on them.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::{self, Next},
    response::Response,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::broadcast,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    address,
    connection::{Cut, Secure, Wire},
    control,
    edge::{Edge, collect},
    files::Files,
    refusal::{Refusal, empty},
    store::Store,
    xdm::Rules,
};

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen for plain requests; port 0 takes a free one.
    pub http: SocketAddr,
    /// Where to listen for TLS, with a certificate made for the occasion.
    pub https: Option<SocketAddr>,
    /// The database file; in memory when absent.
    pub db: Option<PathBuf>,
    /// The folder served at `/`.
    pub serve: Option<PathBuf>,
    /// More folders and the address prefixes that they stand under.
    pub mounts: Vec<(String, PathBuf)>,
    /// The organisation of shoppers whose cookies do not name one.
    pub org: String,
    /// Print one line for each event.
    pub print: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            https: None,
            db: None,
            serve: None,
            mounts: Vec::new(),
            org: "5BFE274A5F6980A50A495C08@AdobeOrg".to_owned(),
            print: false,
        }
    }
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Running {
    /// The plain listener's address.
    pub http: SocketAddr,
    /// The TLS listener's address.
    pub https: Option<SocketAddr>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops listening, drops all connections and closes the database.
    pub async fn stop(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            let _ = task.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Events and requests that wait for a slow reader of the stream before it misses some.
const STREAM: usize = 4096;

/// Starts a server.
///
/// # Errors
/// An address is taken, the database cannot be opened, or no certificate can be made.
pub async fn start(options: Options) -> io::Result<Running> {
    let rules = Rules::read().map_err(io::Error::other)?;
    let (stream, _) = broadcast::channel(STREAM);
    let (listeners, print) = (stream.clone(), options.print);
    let store = Store::open(
        options.db,
        rules.fields(),
        Box::new(move |event| {
            if listeners.receiver_count() > 0 {
                let _ = listeners.send(("event", Arc::from(event.to_string())));
            }
            if print {
                let _ = writeln!(io::stdout().lock(), "{}", line(event));
            }
        }),
    )
    .map_err(io::Error::other)?;
    let edge = Arc::new(Edge {
        requests: Mutex::default(),
        faults: Mutex::default(),
        config: Mutex::default(),
        shoppers: Mutex::default(),
        store,
        rules,
        files: Files::new(options.serve, options.mounts),
        stream,
        org: options.org,
    });
    let router = control::routes().fallback(front).layer(middleware::from_fn(cross_origin)).with_state(edge);
    let plain = TcpListener::bind(options.http).await?;
    let http = plain.local_addr()?;
    let mut tasks = vec![tokio::spawn(accept(plain, None, router.clone()))];
    let mut https = None;
    if let Some(address) = options.https {
        let secure = TcpListener::bind(address).await?;
        https = Some(secure.local_addr()?);
        tasks.push(tokio::spawn(accept(secure, Some(certificate()?), router)));
    }
    Ok(Running { http, https, tasks })
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // Out of file descriptors: those in use come back.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let cut = Cut::default();
        let wire = Wire::new(socket, cut.clone());
        let router = router.clone().layer(Extension(cut)).layer(Extension(Secure(tls.is_some())));
        let tls = tls.clone();
        connections.spawn(async move {
            match tls {
                None => serve(wire, router).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(wire).await {
                        serve(stream, router).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, router: Router) {
    // An error here is the client's: it left, or spoke no HTTP.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
}

fn certificate() -> io::Result<TlsAcceptor> {
    let names = ["localhost", "127.0.0.1", "edge.adobedc.net", "adobedc.demdex.net"];
    let made = rcgen::generate_simple_self_signed(names.map(str::to_owned)).map_err(io::Error::other)?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.into()], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Everything but the control API: Edge's own addresses, then files.
async fn front(
    State(edge): State<Arc<Edge>>,
    Extension(cut): Extension<Cut>,
    Extension(secure): Extension<Secure>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match (address::parse(&parts.uri), &parts.method) {
        (Some(address), &Method::POST) => match collect(body).await {
            Ok(bytes) => edge.answer(cut, secure, address, parts, bytes).await,
            Err(response) => response,
        },
        (Some(_), _) => empty(405),
        (None, &Method::GET) => edge.files.get(parts.uri.path(), true).await,
        (None, &Method::HEAD) => edge.files.get(parts.uri.path(), false).await,
        (None, _) => Refusal::new("0000", 404, "Not found", "no such address").response("", ""),
    }
}

/// Any page may ask, with its cookies, and see the two headers that clients look at.
async fn cross_origin(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { empty(204) } else { next.run(request).await };
    let Some(origin) = asked.get(header::ORIGIN) else {
        return response;
    };
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    say(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After, X-Adobe-Edge, X-Request-ID");
    say(header::VARY, "Origin");
    if preflight {
        say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, DELETE, OPTIONS");
        say(header::ACCESS_CONTROL_MAX_AGE, "600");
        if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
        if asked.contains_key("access-control-request-private-network") {
            headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
        }
    }
    response
}

/// One event for a person at a terminal.
fn line(event: &Value) -> String {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or("-");
    let time = text("at").get(11..23).unwrap_or("-");
    let shopper = text("shopper");
    let short = shopper.get(shopper.len().saturating_sub(6)..).unwrap_or("-");
    let problems = event.get("problems").and_then(Value::as_array);
    let verdict = match problems.and_then(|list| Some((list.first()?, list.len()))) {
        None => "ok".to_owned(),
        Some((first, count)) => {
            let part = |name: &str| first.get(name).and_then(Value::as_str).unwrap_or_default();
            let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
            format!("problem: {}: {}{more}", part("path"), part("message"))
        }
    };
    let state = match text("status") {
        "accepted" => String::new(),
        other => format!(" {other}"),
    };
    format!("{time} {:<40} {short}{state} {verdict}", text("eventType"))
}
