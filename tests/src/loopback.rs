//! HTTP servers on a free port of 127.0.0.1, for as long as the value lives.
//!
//! Each server has a thread and a runtime of its own, so that it answers while a test blocks on a child
//! process, and so that dropping it really ends every connection.

pub mod broken;
pub mod gate;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use futures::future::BoxFuture;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::{HttpError, HttpResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

/// Answers a request; an error closes the connection without an answer.
pub type Respond =
    Arc<dyn Fn(hyper::Request<Incoming>) -> BoxFuture<'static, Result<HttpResponse, HttpError>> + Send + Sync>;

/// A running server. Dropping it stops it and waits until it has stopped.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    secure: bool,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Serves HTTP/1.1 with this function.
    ///
    /// # Errors
    /// When there is no free port or no thread to be had.
    pub fn serve(respond: Respond) -> io::Result<Self> {
        Self::start((Ipv4Addr::LOCALHOST, 0).into(), respond, None)
    }

    /// Serves at the address that another server just had, as a server does that starts again.
    ///
    /// # Errors
    /// When somebody else has taken the port, or there is no thread to be had.
    pub fn serve_at(address: SocketAddr, respond: Respond) -> io::Result<Self> {
        Self::start(address, respond, None)
    }

    /// Serves HTTP/1.1 over TLS with this function.
    ///
    /// # Errors
    /// As [`Loopback::serve`].
    pub fn serve_tls(respond: Respond, tls: Arc<ServerConfig>) -> io::Result<Self> {
        Self::start((Ipv4Addr::LOCALHOST, 0).into(), respond, Some(TlsAcceptor::from(tls)))
    }

    fn start(address: SocketAddr, respond: Respond, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let secure = tls.is_some();
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("loopback-http".into()).spawn(move || {
            runtime.block_on(async {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => drop(stopped.run_until_cancelled(accept(listener, respond, tls)).await),
                    Err(error) => panic!("the listener does not fit the runtime: {error}"),
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { address, secure, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`, or `https://`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.address)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of the server has already been printed by its thread.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, respond: Respond, tls: Option<TlsAcceptor>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (respond, tls) = (respond.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => converse(stream, respond).await,
                // A handshake that fails is the client's to tell.
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        converse(stream, respond).await;
                    }
                }
            }
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, respond: Respond) {
    let service = service_fn(move |request| respond(request));
    // An error here is a connection that was closed by us (a fault) or by the client.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
