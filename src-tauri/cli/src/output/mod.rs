//! What `s3c` writes, and the only place that writes it: answers to standard output, everything else (errors,
//! notes, the progress bar) to standard error, so that a pipe carries answers only.
//!
//! Three faces: JSON for programs, tables for a person on a terminal, tab-separated lines for everything
//! between. A reader that goes away (`s3c … | head`) is not an error: the rest is not written, the work goes on.

use std::io::{self, BufWriter, IsTerminal, Write};

use s3_connector_engine::error::{Error, ErrorCode, ErrorView, Result};
use serde::Serialize;

use crate::arguments::Refusal;
use crate::exit::Exit;
use crate::output::text::sentence;

pub mod json;
pub mod list;
pub mod progress;
pub mod table;
pub mod text;

/// For whom the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// A program.
    Json,
    /// A person at a terminal.
    Terminal,
    /// A pipe or a file.
    Lines,
}

impl Face {
    /// The face that fits standard output.
    pub fn choose(json: bool) -> Self {
        match (json, io::stdout().is_terminal()) {
            (true, _) => Self::Json,
            (false, true) => Self::Terminal,
            (false, false) => Self::Lines,
        }
    }
}

/// Where answers and errors go.
pub struct Output {
    face: Face,
    answers: Box<dyn Write>,
    errors: Box<dyn Write>,
    /// Whether the reader of the answers went away.
    is_unread: bool,
}

impl Output {
    /// Standard output and standard error.
    pub fn standard(face: Face) -> Self {
        Self::new(face, Box::new(BufWriter::new(io::stdout())), Box::new(io::stderr()))
    }

    /// Any two writers.
    pub fn new(face: Face, answers: Box<dyn Write>, errors: Box<dyn Write>) -> Self {
        Self { face, answers, errors, is_unread: false }
    }

    /// For whom the answer is.
    pub fn face(&self) -> Face {
        self.face
    }

    /// Writes a line of an answer.
    pub fn text(&mut self, line: &str) -> Result<()> {
        self.write(line)?;
        self.write("\n")
    }

    /// Writes an answer in JSON, on a line of its own.
    pub fn json(&mut self, answer: &impl Serialize) -> Result<()> {
        let text = json_text(answer)?;
        self.text(&text)
    }

    /// Writes a part of an answer, as it is.
    pub fn write(&mut self, text: &str) -> Result<()> {
        if self.is_unread {
            return Ok(());
        }
        let written = self.answers.write_all(text.as_bytes());
        self.settle(written)
    }

    /// Writes what is still held back.
    pub fn finish(&mut self) -> Result<()> {
        if self.is_unread {
            return Ok(());
        }
        let flushed = self.answers.flush();
        self.settle(flushed)
    }

    fn settle(&mut self, written: io::Result<()>) -> Result<()> {
        match written {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.is_unread = true;
                Ok(())
            }
            Err(e) if e.kind() == io::ErrorKind::StorageFull => {
                Err(Error::new(ErrorCode::DiskFull, format!("writing the answer: {e}")))
            }
            other => other.map_err(|e| Error::internal("writing the answer", e)),
        }
    }

    /// Tells a person something beside the answer; programs are not told.
    pub fn note(&mut self, text: &str) {
        if self.face != Face::Json {
            // What was answered before stands before it on a terminal; if it cannot be written, the end tells.
            let _ = self.finish();
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(self.errors, "{}", sentence(text));
        }
    }

    /// Writes an error: what happened, what to do, the facts. Says how to exit.
    pub fn error(&mut self, error: &ErrorView) -> Exit {
        let text = match self.face {
            Face::Json => json_text(&json::ErrorReply { error }).unwrap_or_else(|e| e.to_string()),
            Face::Terminal | Face::Lines => error_text(error),
        };
        let _ = self.finish();
        let _ = writeln!(self.errors, "{text}");
        Exit::of_error(error.code)
    }

    /// Writes why a command line does not fit. Says how to exit.
    pub fn refusal(&mut self, refusal: &Refusal) -> Exit {
        match self.face {
            Face::Json => self.error(&refusal.error.view()),
            Face::Terminal | Face::Lines => {
                let _ = writeln!(self.errors, "{}", refusal.text);
                Exit::Usage
            }
        }
    }
}

/// An answer as one line of JSON.
pub fn json_text(answer: &impl Serialize) -> Result<String> {
    serde_json::to_string(answer).map_err(|e| Error::internal("writing JSON", e))
}

/// An error for a person: what happened first, then what to do, then the facts.
fn error_text(error: &ErrorView) -> String {
    let mut lines = vec![format!("error: {} ({})", error.message, error.status)];
    if error.fields.is_empty() {
        lines.push(format!("  {}.", error.solution));
        if !error.detail.is_empty() {
            lines.push(format!("  {}", sentence(&error.detail)));
        }
    } else {
        lines.extend(error.fields.iter().map(|field| {
            let place = match field.span {
                Some((start, _)) => format!(" (at character {})", start + 1),
                None => String::new(),
            };
            format!("  {}: {}{place}", field.field, sentence(&field.message))
        }));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
