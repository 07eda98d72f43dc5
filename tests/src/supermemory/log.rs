//! What was asked: every request, without the key.

use serde_json::Value;

use super::state::State;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `POST /v3/documents`.
    AddDocument,
    /// `POST /v3/documents/file`.
    UploadFile,
    /// `POST /v3/documents/batch`.
    AddBatch,
    /// `GET /v3/documents/{id}`.
    GetDocument,
    /// `PATCH /v3/documents/{id}`.
    UpdateDocument,
    /// `DELETE /v3/documents/{id}`.
    DeleteDocument,
    /// `DELETE /v3/documents/bulk`.
    DeleteBulk,
    /// `POST /v3/documents/list`.
    ListDocuments,
    /// `GET /v3/documents/processing`.
    ListProcessing,
    /// `POST /v3/search`.
    Search,
    /// `GET /v3/container-tags/list`.
    ListTags,
    /// `GET /v3/session`.
    Session,
    /// Anything under `/v3/connections`.
    Connections,
    /// Anything else.
    Other,
}

impl Operation {
    /// What this method and path ask for.
    pub(super) fn of(method: &str, path: &str) -> Self {
        let rest = match path.strip_prefix("/v3/") {
            Some("search") => return Self::Search,
            Some("session") => return Self::Session,
            Some("container-tags/list") => return Self::ListTags,
            Some(rest) if rest.split('/').next() == Some("connections") => return Self::Connections,
            Some(rest) => rest,
            None => return Self::Other,
        };
        let Some(("documents", rest)) = rest.split_once('/').or(Some((rest, ""))) else { return Self::Other };
        match (method, rest) {
            ("POST", "") => Self::AddDocument,
            ("POST", "file") => Self::UploadFile,
            ("POST", "batch") => Self::AddBatch,
            ("POST", "list") => Self::ListDocuments,
            ("GET", "processing") => Self::ListProcessing,
            ("DELETE", "bulk") => Self::DeleteBulk,
            ("GET", _) => Self::GetDocument,
            ("PATCH", _) => Self::UpdateDocument,
            ("DELETE", _) => Self::DeleteDocument,
            _ => Self::Other,
        }
    }

    /// Whether it puts documents.
    pub fn is_write(self) -> bool {
        matches!(self, Self::AddDocument | Self::UploadFile | Self::AddBatch | Self::UpdateDocument)
    }

    /// Whether it deletes documents.
    pub fn is_delete(self) -> bool {
        matches!(self, Self::DeleteDocument | Self::DeleteBulk)
    }
}

/// A request that came.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it asked for.
    pub operation: Operation,
    /// HTTP method.
    pub method: String,
    /// Path as it was sent, percent-encoded.
    pub path: String,
    /// Query as it was sent, without the question mark.
    pub query: String,
    /// Headers in lower case; the key is left out.
    pub headers: Vec<(String, String)>,
    /// Whether a valid key came with it.
    pub authorized: bool,
    /// JSON body, or the fields of a form with name, type and size of the file in the place of its bytes. Null where
    /// there was none, or it was not to be remembered.
    pub body: Value,
    /// Status of the answer, also where it got lost on the way; 0 where none was made.
    pub status: u16,
    pub(super) number: u64,
}

impl State {
    /// Writes a request down, and says under which number.
    pub(super) fn note(&mut self, mut seen: Seen) -> u64 {
        let number = self.seen.last().map_or(0, |last| last.number + 1);
        seen.number = number;
        self.seen.push(seen);
        number
    }

    /// The request with this number, where it was not forgotten meanwhile.
    pub(super) fn noted(&mut self, number: u64) -> Option<&mut Seen> {
        self.seen.iter_mut().rev().find(|seen| seen.number == number)
    }
}
