//! Tables for spreadsheets: to standard output, or into a file that is replaced when all of it is there.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use s3_connector_engine::engine::exports::Part;
use s3_connector_engine::error::{Error, Result};
use serde::Serialize;

use crate::output::text::{counted, plain};
use crate::output::{Face, Output};

/// What takes a table, piece by piece.
pub type Take = Box<dyn FnMut(&[u8]) -> Result<()> + Send>;

#[derive(Serialize)]
struct Reply<'a> {
    path: &'a str,
    rows: u64,
}

/// Writes a table of these things, and says where it is; `-` is standard output, where nothing but the table goes.
pub async fn write(
    file: &Path,
    noun: &str,
    table: impl AsyncFnOnce(Take) -> Result<u64>,
    output: &mut Output,
) -> Result<()> {
    if file == Path::new("-") {
        let mut stdout = std::io::stdout();
        let unwritten = |e| Error::internal("writing the table", e);
        table(Box::new(move |bytes| stdout.write_all(bytes).map_err(unwritten))).await?;
        return std::io::stdout().flush().map_err(unwritten);
    }
    let rows = into_file(file, table).await?;
    let path = &file.display().to_string();
    match output.face() {
        Face::Json => output.json(&Reply { path, rows }),
        Face::Terminal | Face::Lines => output.text(&format!("{} in {}", counted(rows, noun), plain(path))),
    }
}

async fn into_file(file: &Path, table: impl AsyncFnOnce(Take) -> Result<u64>) -> Result<u64> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = Arc::new(Mutex::new(Part::begin(folder)?));
    let sink = Arc::clone(&part);
    let rows = table(Box::new(move |bytes| sink.lock().unwrap_or_else(PoisonError::into_inner).write(bytes))).await?;
    let part = Arc::into_inner(part).ok_or_else(|| Error::internal("writing the table", "it is still written"))?;
    part.into_inner().unwrap_or_else(PoisonError::into_inner).finish_over(file)?;
    Ok(rows)
}
