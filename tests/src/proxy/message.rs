//! HTTP/1 messages, read whole and kept as the bytes that came.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::Request;

/// A message as it was on the wire: head with its empty line, and body with its framing.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
    chunked: bool,
    ends_with_connection: bool,
}

/// What is read: a response without a length goes on to the end of its connection, a request has no body then.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Request,
    Response { to_head: bool },
}

impl Message {
    /// Everything, as it came.
    pub(super) fn bytes(&self) -> Vec<u8> {
        [&self.head[..], &self.body].concat()
    }

    /// The request that this is.
    pub(super) fn asks(&self) -> Option<Request> {
        let text = String::from_utf8_lossy(&self.head);
        let mut words = text.lines().next()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Some(Request { method: method.into(), path: path.into(), query: query.into() })
    }

    pub(super) fn is_head(&self) -> bool {
        self.head.starts_with(b"HEAD ")
    }

    /// Whether its connection ends after it.
    pub(super) fn closes(&self) -> bool {
        self.ends_with_connection
            || self.head.starts_with(b"HTTP/1.0")
            || header(&self.head, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// The body without its framing.
    pub(super) fn content(&self) -> Vec<u8> {
        if !self.chunked {
            return self.body.clone();
        }
        let (mut content, mut rest) = (Vec::new(), &self.body[..]);
        while let Some(line) = find(rest, b"\r\n") {
            let size = chunk_size(&rest[..line]).unwrap_or(0);
            if size == 0 {
                break;
            }
            content.extend_from_slice(&rest[line + 2..line + 2 + size]);
            rest = &rest[line + 2 + size + 2..];
        }
        content
    }

    /// The head with some headers replaced, and others left out where the value is `None`.
    pub(super) fn head_with(&self, headers: &[(&str, Option<String>)]) -> Vec<u8> {
        let text = String::from_utf8_lossy(&self.head).into_owned();
        let is_replaced = |line: &&str| {
            let name = line.split(':').next().unwrap_or_default();
            headers.iter().any(|(replaced, _)| name.eq_ignore_ascii_case(replaced))
        };
        let kept: Vec<&str> = text.trim_end().lines().filter(|line| !is_replaced(line)).collect();
        let new = headers.iter().filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
        let lines: Vec<String> = kept.into_iter().map(str::to_owned).chain(new).collect();
        format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
    }
}

/// A connection and what was read from it ahead.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    ahead: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        // Answers are written in pieces; waiting for more of them would cost 40 ms each.
        let _ = stream.set_nodelay(true);
        Self { stream, ahead: Vec::new() }
    }

    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Makes the end of this connection a reset instead of an orderly one.
    pub(super) fn reset(&self) {
        let _ = self.stream.set_zero_linger();
    }

    /// The next message; `None` where the connection ended before it.
    pub(super) async fn message(&mut self, kind: Kind) -> io::Result<Option<Message>> {
        let end = loop {
            if let Some(end) = find(&self.ahead, b"\r\n\r\n") {
                break end + 4;
            }
            if !self.more().await? {
                return Ok(None);
            }
        };
        let head: Vec<u8> = self.ahead.drain(..end).collect();
        let chunked = header(&head, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        let length = header(&head, "content-length").and_then(|value| value.parse::<usize>().ok());
        let without_body = match kind {
            Kind::Request => length.is_none() && !chunked,
            Kind::Response { to_head } => to_head || has_no_body(&head),
        };
        let mut ends_with_connection = false;
        let body = match length {
            _ if without_body => Vec::new(),
            _ if chunked => self.chunks().await?,
            Some(length) => self.exactly(length).await?,
            None => {
                ends_with_connection = true;
                while self.more().await? {}
                std::mem::take(&mut self.ahead)
            }
        };
        Ok(Some(Message { head, body, chunked, ends_with_connection }))
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < length {
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.ahead.drain(..length).collect())
    }

    /// A chunked body with its framing.
    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(line) = find(&self.ahead, b"\r\n") {
                    break line;
                }
                if !self.more().await? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            };
            let size = chunk_size(&self.ahead[..line]).ok_or(io::ErrorKind::InvalidData)?;
            body.extend(self.exactly(line + 2 + size + 2).await?);
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.ahead).await? > 0)
    }
}

fn has_no_body(head: &[u8]) -> bool {
    [&b" 204 "[..], b" 304 "].iter().any(|status| head.get(8..13) == Some(status))
}

fn chunk_size(line: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(line).ok()?;
    usize::from_str_radix(text.split(';').next()?.trim(), 16).ok()
}

fn header(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned()))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
