//! Listens on loopback, serves, ends cleanly.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use s3_connector_engine::secrets::Secret;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::guard::Gate;
use crate::routes;

/// Connections at the same time; further ones wait.
const CONNECTIONS: usize = 64;
/// The longest that a client takes for the head of a request, and that a connection is kept without one.
const HEAD: Duration = Duration::from_secs(30);
/// How long the end waits for requests under way.
const GRACE: Duration = Duration::from_secs(5);
/// Free ports that are tried until one is free for both kinds of addresses.
const TRIES: usize = 16;

/// Which token opens the API.
#[derive(Clone)]
pub enum Token {
    /// The engine's: the one in the keychain, a renewed one from the moment on when it was renewed.
    Engine,
    /// This one, which is stored nowhere.
    Given(Secret),
}

impl Token {
    /// The right one now.
    pub(crate) async fn secret(&self, engine: &Engine) -> Result<Secret> {
        match self {
            Self::Engine => engine.local_api_secret(false).await,
            Self::Given(secret) => Ok(secret.clone()),
        }
    }
}

/// A server on 127.0.0.1, and on ::1 where this computer has it. It ends when it is stopped or dropped.
pub struct Server {
    port: u16,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Server {
    /// Listens on this port, on a free one where it is 0, and serves the engine.
    ///
    /// # Errors
    /// `port_in_use`, `invalid_request` for a port that may not be used; for the engine's token `keychain_unavailable`
    /// and `keychain_locked`.
    pub async fn start(engine: Arc<Engine>, port: u16, token: Token) -> Result<Self> {
        // A person wants to copy it now, and an API that nobody can open is of no use.
        token.secret(&engine).await?;
        let listeners = listen(port).await?;
        let port = listeners[0].local_addr().map_err(|e| refused(port, &e))?.port();
        let router = routes::router(Gate { engine, token, port });
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve(listeners, router, stop.clone()));
        Ok(Self { port, stop, serving })
    }

    /// The port that is listened on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Base URL: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Listens no more, and waits for a while until the requests under way are answered.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // What it ended with was told where it happened.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.url())
    }
}

/// Both listeners, on one port. Whoever listens on the other one of the two would get the tokens of clients that try that
/// address first, so a port has to be free on both.
async fn listen(port: u16) -> Result<Vec<TcpListener>> {
    let tries = if port == 0 { TRIES } else { 1 };
    let mut last = None;
    for _ in 0..tries {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|e| refused(port, &e))?;
        let chosen = first.local_addr().map_err(|e| refused(port, &e))?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)).await {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = Some(refused(chosen, &error)),
            // There is no IPv6 on this computer.
            Err(_) => return Ok(vec![first]),
        }
    }
    Err(last.unwrap_or_else(|| Error::new(ErrorCode::PortInUse, "no port is free")))
}

fn refused(port: u16, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => Error::new(ErrorCode::PortInUse, format!("port {port} of this computer")),
        _ => Error::new(ErrorCode::InvalidRequest, format!("port {port} cannot be listened on: {error}")),
    }
}

async fn serve(listeners: Vec<TcpListener>, router: Router, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            (stream, place) = accept(&listeners, &places) => {
                let mut http = http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(HEAD);
                let service = TowerToHyperService::new(router.clone());
                let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
                tokio::spawn(async move {
                    // A client that went away is its own affair.
                    let _ = connection.await;
                    drop(place);
                });
            }
        }
    }
    drop(listeners);
    // What is cut off here is the answer; the engine's work is whole at every point.
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

/// The next client, once there is a place for it.
async fn accept(
    listeners: &[TcpListener],
    places: &Arc<Semaphore>,
) -> (TcpStream, Option<tokio::sync::OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        let accepted: io::Result<(TcpStream, SocketAddr)> = match listeners {
            [first, second] => tokio::select! {
                accepted = first.accept() => accepted,
                accepted = second.accept() => accepted,
            },
            [first, ..] => first.accept().await,
            [] => std::future::pending().await,
        };
        match accepted {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                return (stream, place);
            }
            // Too many open files, or a client that was gone at once: neither is a reason to listen no more.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
