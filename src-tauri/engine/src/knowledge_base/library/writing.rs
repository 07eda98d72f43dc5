//! The line of documents that wait to be written, and how they are: all that wait together, in one transaction.
//!
//! A transaction has a price of its own (the disk, a segment of the index and what it costs to merge it), however little
//! is in it. So nobody waits for others to come, but whoever came while one transaction was written shares the next one,
//! and is answered when that is on disk. There is no thread that waits: the first in line sees to it that the line is
//! written, until it is empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::file::failed;
use super::rows::{self, Texts};
use crate::error::Result;
use crate::knowledge_base::{Document, RemoteId};

/// Documents of one transaction, and bytes of their text, at most: what a removal or a question may have to wait for.
const DOCUMENTS: usize = 256;
const BYTES: usize = 8 << 20;

/// A document that waits to be written.
pub struct Row {
    pub document: Document,
    pub texts: Texts,
    /// Whoever waits for it. Gone before the document is written, it is left out: nothing lands that nobody heard of.
    pub answer: oneshot::Sender<Result<RemoteId>>,
    /// What it takes of the memory that all of them may have.
    pub _room: OwnedSemaphorePermit,
}

/// The line.
#[derive(Default)]
pub struct Waiting(Mutex<Line>);

#[derive(Default)]
struct Line {
    rows: VecDeque<Row>,
    /// Whether somebody writes what is in it.
    has_taker: bool,
}

impl Waiting {
    /// Puts a document at the end of the line. Whoever gets a taker has to write with it.
    pub fn enter(self: &Arc<Self>, row: Row) -> Option<Taker> {
        let mut line = self.line();
        line.rows.push_back(row);
        if std::mem::replace(&mut line.has_taker, true) {
            return None;
        }
        Some(Taker { waiting: Arc::clone(self), is_on_duty: true })
    }

    /// How many stand in line, behind those that are written right now, if any are.
    #[cfg(test)]
    pub fn behind(&self) -> (bool, usize) {
        let line = self.line();
        (line.has_taker, line.rows.len())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The duty to write the line until it is empty. Dropped before, with a panic or a runtime that ends, it sends home whoever
/// waits: they get no answer, which is none.
pub struct Taker {
    waiting: Arc<Waiting>,
    is_on_duty: bool,
}

impl Taker {
    /// What is written next; `None` when nobody waits, and then the duty is over.
    pub fn next(&mut self) -> Option<Vec<Row>> {
        let mut line = self.waiting.line();
        let (mut group, mut bytes) = (Vec::new(), 0);
        while let Some(row) = line.rows.pop_front_if(|row| {
            bytes += row.texts.bytes();
            group.is_empty() || (group.len() < DOCUMENTS && bytes <= BYTES)
        }) {
            group.push(row);
        }
        self.is_on_duty = !group.is_empty();
        line.has_taker = self.is_on_duty;
        self.is_on_duty.then_some(group)
    }
}

impl Drop for Taker {
    fn drop(&mut self) {
        if self.is_on_duty {
            let mut line = self.waiting.line();
            line.has_taker = false;
            let left = std::mem::take(&mut line.rows);
            drop(line);
            drop(left);
        }
    }
}

/// What became of a document that was to be written.
pub enum Written {
    /// It is there now, under this id.
    New(RemoteId),
    /// It was there already.
    Known(RemoteId),
    /// Nobody waited for it any more: it is not there.
    Left,
}

/// Writes a group, durably, and says what became of each. One that cannot be written takes nobody with it: the others are
/// written without it.
pub fn write(connection: &mut Connection, group: &[Row]) -> Vec<Result<Written>> {
    let error = match write_together(connection, group) {
        Ok(written) => return written.into_iter().map(Ok).collect(),
        Err(error) => error,
    };
    // While another program has the file, each of them would wait for it as long as all of them did.
    if group.len() == 1 || error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) {
        let error = failed("write a document", error);
        return group.iter().map(|_| Err(error.clone())).collect();
    }
    let alone = group.chunks(1).flat_map(|row| match write_together(connection, row) {
        Ok(written) => written.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(failed("write a document", error))],
    });
    alone.collect()
}

fn write_together(connection: &mut Connection, group: &[Row]) -> rusqlite::Result<Vec<Written>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let written = group.iter().map(|row| write_one(&transaction, row)).collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    Ok(written)
}

fn write_one(transaction: &Connection, row: &Row) -> rusqlite::Result<Written> {
    if row.answer.is_closed() {
        return Ok(Written::Left);
    }
    if let Some(remote_id) = rows::remote_id(transaction, &row.document.id)? {
        return Ok(Written::Known(remote_id));
    }
    let remote_id = uuid::Uuid::now_v7().to_string();
    rows::insert(transaction, &row.document, &remote_id, &row.texts)?;
    Ok(Written::New(remote_id))
}
