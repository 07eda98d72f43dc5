//! Opens one object in the person's browser.
//!
//! The link that reads an object is a secret for as long as it lasts, and what a browser is started with can be read by
//! every user of the computer. So the browser is started with an address of this computer that means nothing by itself:
//! `http://127.0.0.1:PORT/NONCE`. It is answered once, for a minute at most, with the way to the object, and is gone then.
//! Whoever sees the address in the list of processes comes too late or, if not, the person's own tab stays empty: the
//! link itself is on no command line, in no log and in no event.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode, Result};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a browser may take to come.
const LASTS: Duration = Duration::from_secs(60);
/// How long one visitor may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest request that is read: a request line and the header fields of a browser.
const LONGEST: usize = 16 * 1024;
/// Visitors that are listened to at the same time.
const VISITORS: usize = 16;

/// Opens an object of a connection in the browser.
///
/// # Errors
/// What the bucket says to a read; `desktop_refused` when no browser can be started.
pub async fn open_object(engine: &Arc<Engine>, id: String, key: String) -> Result<Value> {
    let link = engine.object_link(id, key).await?;
    let door = Door::open(link.url).await?;
    let address = door.address();
    tauri::async_runtime::spawn(door.serve(LASTS));
    // On a thread of its own: a browser may have to be found first.
    let opened = tauri::async_runtime::spawn_blocking(move || tauri_plugin_opener::open_url(address, None::<&str>));
    match opened.await {
        Ok(Ok(())) => Ok(Value::Null),
        Ok(Err(error)) => Err(Error::new(ErrorCode::DesktopRefused, error.to_string())),
        Err(error) => Err(Error::internal("opening an object", error)),
    }
}

/// A place on this computer that leads to a link once.
struct Door {
    listener: TcpListener,
    host: String,
    nonce: String,
    link: String,
    used: AtomicBool,
}

impl Door {
    async fn open(link: String) -> Result<Self> {
        // The link becomes a header field.
        if link.chars().any(|c| c.is_ascii_control() || c == ' ') {
            return Err(Error::internal("opening an object", "its link has characters that no address has"));
        }
        let failed = |error: std::io::Error| Error::new(ErrorCode::DesktopRefused, error.to_string());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let host = listener.local_addr().map_err(failed)?.to_string();
        let nonce = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Ok(Self { listener, host, nonce, link, used: AtomicBool::new(false) })
    }

    fn address(&self) -> String {
        format!("http://{}/{}", self.host, self.nonce)
    }

    /// Answers until the first right question, or until the time is over. Visitors do not wait for each other: browsers
    /// connect once more in advance, and say nothing there.
    async fn serve(self, lasts: Duration) {
        let door = Arc::new(self);
        let answers = async {
            let mut visitors = JoinSet::new();
            loop {
                tokio::select! {
                    visitor = door.listener.accept(), if visitors.len() < VISITORS => {
                        let Ok((visitor, _)) = visitor else { return };
                        let door = Arc::clone(&door);
                        visitors.spawn(async move { timeout(PATIENCE, door.receive(visitor)).await == Ok(true) });
                    }
                    Some(answered) = visitors.join_next() => {
                        if answered.is_ok_and(|right| right) {
                            return;
                        }
                    }
                }
            }
        };
        let _ = timeout(lasts, answers).await;
    }

    /// Answers one visitor; says whether it was the right one.
    async fn receive(&self, mut visitor: TcpStream) -> bool {
        let Some(request) = read_head(&mut visitor).await else { return false };
        let is_right = self.is_right(&request) && !self.used.swap(true, Ordering::AcqRel);
        let answer = if is_right {
            format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n{COMMON}", self.link)
        } else {
            format!("HTTP/1.1 404 Not Found\r\n{COMMON}")
        };
        // A visitor that is gone again is no reason to stay open: the address has been used.
        let _ = visitor.write_all(answer.as_bytes()).await;
        let _ = visitor.shutdown().await;
        is_right
    }

    /// A `GET` of exactly this address, under exactly this host: a page elsewhere that found the port has another one.
    fn is_right(&self, request: &str) -> bool {
        let mut lines = request.split("\r\n");
        let asks = lines.next() == Some(format!("GET /{} HTTP/1.1", self.nonce).as_str());
        let mut hosts = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then_some(value.trim())
        });
        asks && hosts.next() == Some(self.host.as_str()) && hosts.next().is_none()
    }
}

/// Ends every answer. The way to the object is kept nowhere, and the server of the object is not told where it began.
const COMMON: &str =
    "Content-Length: 0\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n";

async fn read_head(visitor: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while head.len() < LONGEST {
        let read = visitor.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&piece[..read]);
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            head.truncate(end);
            return String::from_utf8(head).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://bucket.example.com/a%20b.md?X-Amz-Signature=0f0f";

    async fn say(address: &str, request: &str) -> String {
        let host = address.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("a host");
        let Ok(mut door) = TcpStream::connect(host).await else { return String::new() };
        let _ = door.write_all(request.replace("HOST", host).as_bytes()).await;
        let mut answer = String::new();
        let _ = door.read_to_string(&mut answer).await;
        answer
    }

    fn path(address: &str) -> &str {
        address.rsplit('/').next().expect("a path")
    }

    #[tokio::test]
    async fn the_right_question_is_answered_once() {
        let door = Door::open(LINK.into()).await.expect("a door");
        let address = door.address();
        assert!(!address.contains("Signature") && path(&address).len() == 64, "{address}");
        let served = tokio::spawn(door.serve(LASTS));
        let get = format!("GET /{} HTTP/1.1\r\nHost: HOST\r\nAccept: */*\r\n\r\n", path(&address));
        let answer = say(&address, &get).await;
        assert!(
            answer.starts_with("HTTP/1.1 302 ") && answer.contains(&format!("\r\nLocation: {LINK}\r\n")),
            "{answer}"
        );
        served.await.expect("it closes");
        assert_eq!(say(&address, &get).await, "", "nobody is there any more");
    }

    #[tokio::test]
    async fn every_other_question_learns_nothing_and_closes_nothing() {
        let door = Door::open(LINK.into()).await.expect("a door");
        let address = door.address();
        let nonce = path(&address).to_owned();
        let served = tokio::spawn(door.serve(LASTS));
        for request in [
            "GET / HTTP/1.1\r\nHost: HOST\r\n\r\n".to_owned(),
            "GET /0000 HTTP/1.1\r\nHost: HOST\r\n\r\n".to_owned(),
            format!("GET /{nonce}/ HTTP/1.1\r\nHost: HOST\r\n\r\n"),
            format!("POST /{nonce} HTTP/1.1\r\nHost: HOST\r\n\r\n"),
            format!("HEAD /{nonce} HTTP/1.1\r\nHost: HOST\r\n\r\n"),
            format!("GET /{nonce} HTTP/1.1\r\nHost: attacker.example.com\r\n\r\n"),
            format!("GET /{nonce} HTTP/1.1\r\nHost: HOST\r\nHost: attacker.example.com\r\n\r\n"),
            format!("GET /{nonce} HTTP/1.1\r\nAccept: */*\r\n\r\n"),
        ] {
            let answer = say(&address, &request).await;
            assert!(answer.starts_with("HTTP/1.1 404 ") && !answer.contains("bucket"), "{request}: {answer}");
        }
        assert!(!served.is_finished());
        served.abort();
    }

    #[tokio::test]
    async fn who_says_nothing_keeps_nobody_waiting() {
        let door = Door::open(LINK.into()).await.expect("a door");
        let (address, host) = (door.address(), door.host.clone());
        let _silent = TcpStream::connect(host).await.expect("a connection in advance");
        let served = tokio::spawn(door.serve(LASTS));
        let answer = say(&address, &format!("GET /{} HTTP/1.1\r\nHost: HOST\r\n\r\n", path(&address))).await;
        assert!(answer.starts_with("HTTP/1.1 302 "), "{answer}");
        served.await.expect("it closes");
    }

    #[tokio::test]
    async fn it_is_closed_when_nobody_comes() {
        let door = Door::open(LINK.into()).await.expect("a door");
        let address = door.address();
        door.serve(Duration::from_millis(1)).await;
        assert_eq!(say(&address, &format!("GET /{} HTTP/1.1\r\nHost: HOST\r\n\r\n", path(&address))).await, "");
    }

    #[tokio::test]
    async fn a_link_that_is_no_address_is_refused() {
        assert!(Door::open("https://example.com/\r\nSet-Cookie: a=b".into()).await.is_err());
    }
}
