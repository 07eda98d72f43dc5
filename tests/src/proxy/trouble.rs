//! What can go wrong between two computers, request by request.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::Operation;
use super::message::{Message, Wire};

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// All of them.
    Anywhere,
    /// Listings.
    Listing,
    /// Reads of objects.
    Reading,
}

impl Where {
    fn covers(self, operation: Operation) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Listing => matches!(operation, Operation::ListObjectsV2 | Operation::ListObjects),
            Self::Reading => operation == Operation::GetObject,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection is reset without an answer.
    Reset,
    /// The head promises the whole body, half of it comes, and the connection ends.
    HalfBody,
    /// The answer comes whole, in small pieces with pauses between them.
    Drip,
    /// 500 in S3's form.
    InternalError,
    /// 503 with S3's request to slow down.
    SlowDown,
    /// 429 with the seconds to wait.
    TooManyRequests {
        /// The header `Retry-After`.
        retry_after: u32,
    },
    /// A body whose XML breaks off in the middle of a tag; the length fits.
    MalformedXml,
    /// A control character as it is, in the first key, which no XML may have.
    ControlCharacter,
    /// The header `Date` is of another day.
    OtherDate,
}

/// A trouble and how often it still comes; `None` is for ever.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) left: Option<u32>,
    pub(super) place: Where,
    pub(super) trouble: Trouble,
}

/// What this request meets.
pub(super) fn next(planned: &mut [Planned], operation: Operation) -> Option<Trouble> {
    let met = planned.iter_mut().find(|planned| planned.left != Some(0) && planned.place.covers(operation))?;
    met.left = met.left.map(|left| left - 1);
    Some(met.trouble)
}

/// Pieces of a drip, and the pause after each: about a second for any answer.
const PIECES: usize = 10;
const PAUSE: Duration = Duration::from_millis(100);

impl Trouble {
    /// Whether the server is not asked at all.
    pub(super) fn answers_itself(self) -> bool {
        match self {
            Self::InternalError | Self::SlowDown | Self::TooManyRequests { .. } => true,
            Self::Reset
            | Self::HalfBody
            | Self::Drip
            | Self::MalformedXml
            | Self::ControlCharacter
            | Self::OtherDate => false,
        }
    }

    /// The answer in the server's place.
    pub(super) fn answer(self) -> Vec<u8> {
        let (status, code, more) = match self {
            Self::SlowDown => ("503 Slow Down", "SlowDown", String::new()),
            Self::TooManyRequests { retry_after } => {
                ("429 Too Many Requests", "TooManyRequests", format!("Retry-After: {retry_after}\r\n"))
            }
            _ => ("500 Internal Server Error", "InternalError", String::new()),
        };
        let body = format!("<Error><Code>{code}</Code><Message>The proxy says so.</Message></Error>");
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n{more}\r\n");
        [head, body].concat().into_bytes()
    }
}

/// Sends an answer, with its trouble. Says whether the connection goes on.
pub(super) async fn send(client: &mut Wire, answer: Message, trouble: Option<&Trouble>) -> io::Result<bool> {
    match trouble {
        Some(Trouble::HalfBody) => {
            let content = answer.content();
            let head = answer.head_with(&framed(content.len()));
            client.stream().write_all(&[&head[..], &content[..content.len() / 2]].concat()).await?;
            return Ok(false);
        }
        Some(Trouble::Drip) => {
            let bytes = answer.bytes();
            for piece in bytes.chunks(bytes.len() / PIECES + 1) {
                client.stream().write_all(piece).await?;
                tokio::time::sleep(PAUSE).await;
            }
        }
        Some(Trouble::MalformedXml) => send_content(client, &answer, &broken(&answer.content())).await?,
        Some(Trouble::ControlCharacter) => {
            let text = String::from_utf8_lossy(&answer.content()).replacen("<Key>", "<Key>\u{1}", 1);
            send_content(client, &answer, text.as_bytes()).await?;
        }
        Some(Trouble::OtherDate) => {
            let head = answer.head_with(&[("date", Some("Tue, 01 Jan 2019 00:00:00 GMT".into()))]);
            client.stream().write_all(&[&head[..], &answer.body].concat()).await?;
        }
        Some(Trouble::Reset | Trouble::InternalError | Trouble::SlowDown | Trouble::TooManyRequests { .. }) | None => {
            client.stream().write_all(&answer.bytes()).await?
        }
    }
    Ok(true)
}

async fn send_content(client: &mut Wire, answer: &Message, content: &[u8]) -> io::Result<()> {
    let head = answer.head_with(&framed(content.len()));
    client.stream().write_all(&[&head[..], content].concat()).await
}

fn framed(length: usize) -> [(&'static str, Option<String>); 2] {
    [("transfer-encoding", None), ("content-length", Some(length.to_string()))]
}

/// Up to the middle of the last tag.
fn broken(content: &[u8]) -> Vec<u8> {
    let end = content.iter().rposition(|byte| *byte == b'/').unwrap_or(content.len() / 2);
    content[..end].to_vec()
}
