//! A proxy on loopback between the engine and any S3 server: it passes bytes through as they are, writes down every
//! request, and makes trouble where it is told to. The server may be in this process, a program of its own, or far away.
//!
//! Requests go to the proxy's address, so that is the host that they are signed for; the header reaches the server
//! unchanged, and the signature fits. Bytes are only changed where a [`Trouble`] says so. Not here: TLS (the proxy could
//! read nothing), and faults that only a server can have ([`crate::memory_s3`]).

mod message;
mod trouble;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use message::{Message, Wire};
pub use trouble::{Trouble, Where};

/// The longest that a test waits for a request to come.
const ARRIVAL: Duration = Duration::from_secs(60);

/// What a request asks of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `GET /bucket?list-type=2`.
    ListObjectsV2,
    /// `GET /bucket`, without another sub-resource.
    ListObjects,
    /// `GET /bucket/key`.
    GetObject,
    /// Everything else.
    Other,
}

/// A request that came to the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path as it was sent, percent-encoded.
    pub path: String,
    /// Query as it was sent, without the question mark.
    pub query: String,
}

impl Request {
    /// What it asks of S3.
    pub fn operation(&self) -> Operation {
        let names = || self.query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty());
        let has_key = self.path.trim_start_matches('/').split_once('/').is_some_and(|(_, key)| !key.is_empty());
        let is_list_word = |name: &str| {
            matches!(
                name,
                "list-type"
                    | "prefix"
                    | "delimiter"
                    | "max-keys"
                    | "encoding-type"
                    | "continuation-token"
                    | "start-after"
                    | "marker"
                    | "fetch-owner"
            )
        };
        match (self.method.as_str(), has_key) {
            ("GET", true) if names().all(|name| name == "x-id") => Operation::GetObject,
            ("GET", false) if self.path.len() > 1 && names().all(is_list_word) => {
                let second = self.query.split('&').any(|pair| pair == "list-type=2");
                if second { Operation::ListObjectsV2 } else { Operation::ListObjects }
            }
            _ => Operation::Other,
        }
    }
}

/// What the proxy knows, behind its lock.
#[derive(Debug, Default)]
struct Book {
    requests: Vec<Request>,
    troubles: Vec<trouble::Planned>,
}

#[derive(Debug)]
struct Shared {
    server: String,
    book: Mutex<Book>,
    count: watch::Sender<usize>,
    cut: watch::Sender<bool>,
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down and says what is to go wrong with it.
    fn arrived(&self, request: Request) -> Option<Trouble> {
        let mut book = self.book();
        let trouble = trouble::next(&mut book.troubles, request.operation());
        book.requests.push(request);
        let count = book.requests.len();
        drop(book);
        self.count.send_replace(count);
        trouble
    }
}

/// A running proxy. Dropping it ends it and every connection.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A proxy before a server, `http://host:port`.
    ///
    /// # Panics
    /// When there is no free port or no thread to be had.
    pub fn before(server: &str) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on loopback");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("an address");
        let server = server.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let (count, cut) = (watch::channel(0).0, watch::channel(false).0);
        let shared = Arc::new(Shared { server, book: Mutex::default(), count, cut });
        let stop = CancellationToken::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (stopped, known) = (stop.clone(), Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("proxy".into()).spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("the listener fits the runtime");
                stopped.run_until_cancelled(accept(listener, known)).await;
            });
            runtime.shutdown_background();
        });
        Self { address, shared, stop, thread: Some(thread.expect("a thread")) }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.book().requests.clone()
    }

    /// The operations that were asked for, each once.
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations: Vec<_> = self.shared.book().requests.iter().map(Request::operation).collect();
        operations.sort_unstable();
        operations.dedup();
        operations
    }

    /// How many requests have come so far.
    pub fn count(&self) -> usize {
        *self.shared.count.borrow()
    }

    /// Waits until this many requests have come since the start.
    ///
    /// # Panics
    /// After a minute.
    pub async fn arrived(&self, requests: usize) {
        let mut count = self.shared.count.subscribe();
        let arrived = tokio::time::timeout(ARRIVAL, count.wait_for(|count| *count >= requests)).await;
        assert!(arrived.is_ok(), "no {requests} requests came within {ARRIVAL:?}");
    }

    /// The next `times` requests there meet this trouble.
    pub fn trouble(&self, times: u32, place: Where, trouble: Trouble) {
        self.shared.book().troubles.push(trouble::Planned { left: Some(times), place, trouble });
    }

    /// Every request there meets this trouble, until [`Proxy::heal`].
    pub fn trouble_always(&self, place: Where, trouble: Trouble) {
        self.shared.book().troubles.push(trouble::Planned { left: None, place, trouble });
    }

    /// No more trouble, and the network is there again.
    pub fn heal(&self) {
        self.shared.book().troubles.clear();
        self.shared.cut.send_replace(false);
    }

    /// Cuts the network: every connection is reset, and every new one, until [`Proxy::heal`].
    pub fn cut(&self) {
        self.shared.cut.send_replace(true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in there has already been printed.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut cut = shared.cut.subscribe();
            let mut client = Wire::new(client);
            tokio::select! {
                // Its sender lives as long as this task.
                _ = cut.wait_for(|cut| *cut) => client.reset(),
                // An error is a connection that one of the two sides ended.
                _ = serve(&mut client, &shared) => {}
            }
        });
    }
}

/// Passes requests of one connection on, one after another.
async fn serve(client: &mut Wire, shared: &Shared) -> io::Result<()> {
    let mut server: Option<Wire> = None;
    while let Some(request) = client.message(message::Kind::Request).await? {
        let trouble = request.asks().and_then(|asked| shared.arrived(asked));
        match trouble {
            Some(Trouble::Reset) => {
                client.reset();
                return Ok(());
            }
            Some(trouble) if trouble.answers_itself() => {
                client.stream().write_all(&trouble.answer()).await?;
            }
            other => {
                let (answer, open) = pass(&mut server, &shared.server, &request).await?;
                if !trouble::send(client, answer, other.as_ref()).await? || !open {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Asks the server, over the connection of before where it is still there. Says whether the connection stays open.
async fn pass(server: &mut Option<Wire>, address: &str, request: &Message) -> io::Result<(Message, bool)> {
    let kind = message::Kind::Response { to_head: request.is_head() };
    if let Some(mut wire) = server.take()
        && wire.stream().write_all(&request.bytes()).await.is_ok()
        && let Ok(Some(answer)) = wire.message(kind).await
    {
        return Ok(keep(server, wire, answer));
    }
    let mut wire = Wire::new(TcpStream::connect(address).await?);
    wire.stream().write_all(&request.bytes()).await?;
    match wire.message(kind).await? {
        Some(answer) => Ok(keep(server, wire, answer)),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn keep(server: &mut Option<Wire>, wire: Wire, answer: Message) -> (Message, bool) {
    let open = !answer.closes();
    if open {
        *server = Some(wire);
    }
    (answer, open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, path: &str, query: &str) -> Operation {
        Request { method: method.into(), path: path.into(), query: query.into() }.operation()
    }

    #[test]
    fn operations_are_told_apart_by_method_path_and_query() {
        assert_eq!(asked("GET", "/b", "list-type=2&prefix=a%2F&encoding-type=url"), Operation::ListObjectsV2);
        assert_eq!(asked("GET", "/b/", "encoding-type=url&marker=x"), Operation::ListObjects);
        assert_eq!(asked("GET", "/b/a/k.md", "x-id=GetObject"), Operation::GetObject);
        for (method, path, query) in [
            ("HEAD", "/b/k", ""),
            ("PUT", "/b/k", "x-id=PutObject"),
            ("GET", "/", ""),
            ("GET", "/b", "location"),
            ("GET", "/b/k", "tagging"),
        ] {
            assert_eq!(asked(method, path, query), Operation::Other, "{method} {path}?{query}");
        }
    }
}
