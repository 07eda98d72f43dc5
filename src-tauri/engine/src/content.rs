//! An object's bytes on their way: in memory while they are few, else in a file without a name.
//!
//! The file has no name from its beginning (where a system cannot do that, it is deleted when it is closed), so it ends
//! with the process, however that ends. It lies in a folder on the disk, as temporary folders are often in memory.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::store::{blocking, unusable};

/// Most bytes that stay in memory.
pub const IN_MEMORY: usize = 1024 * 1024;
/// Bytes that are written or read at once.
const PIECE: usize = 256 * 1024;

/// The bytes of an object, whole, and their hash. Clones share the bytes.
#[derive(Clone)]
pub struct Content {
    place: Place,
    length: u64,
    hash: [u8; 32],
}

#[derive(Clone)]
enum Place {
    Memory(Bytes),
    Disk(Arc<Spool>),
}

impl Content {
    /// Bytes that are in memory already, and stay there.
    pub fn of(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let (length, hash) = (bytes.len() as u64, Sha256::digest(&bytes).into());
        Self { place: Place::Memory(bytes), length, hash }
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Their SHA-256.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The bytes, where they are in memory.
    pub fn in_memory(&self) -> Option<&Bytes> {
        match &self.place {
            Place::Memory(bytes) => Some(bytes),
            Place::Disk(_) => None,
        }
    }

    /// All bytes, in memory.
    ///
    /// # Errors
    /// `data_folder_unusable` where the disk does not give them back.
    pub async fn read_all(&self) -> Result<Bytes> {
        match &self.place {
            Place::Memory(bytes) => Ok(bytes.clone()),
            Place::Disk(spool) => Spool::read(spool, 0, self.length as usize).await,
        }
    }

    /// The bytes from the first to the last, piece by piece; as often as it is asked for. It fails as
    /// [`Content::read_all`] does.
    pub fn pieces(&self) -> BoxStream<'static, Result<Bytes>> {
        match &self.place {
            Place::Memory(bytes) => stream::iter([Ok(bytes.clone())]).boxed(),
            Place::Disk(spool) => {
                let (spool, length) = (Arc::clone(spool), self.length);
                let begins = stream::iter((0..length).step_by(PIECE).map(Ok));
                let piece = move |begin: u64| {
                    let (spool, most) = (Arc::clone(&spool), (length - begin).min(PIECE as u64));
                    async move { Spool::read(&spool, begin, most as usize).await }
                };
                begins.and_then(piece).boxed()
            }
        }
    }
}

/// Whoever has the same hash has the same bytes, wherever they lie.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Content {}

/// Nothing of the bytes.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = if self.in_memory().is_some() { "in memory" } else { "on the disk" };
        write!(f, "Content({} bytes {place})", self.length)
    }
}

/// Bytes that are still coming. Once it is dropped, nothing of them is left.
pub struct Incoming {
    folder: PathBuf,
    spool: Option<Arc<Spool>>,
    /// What has come and is not on the disk.
    waiting: Vec<u8>,
    /// How much of that there may be.
    most: usize,
    length: u64,
    hasher: Sha256,
}

impl Incoming {
    /// None yet; so many are promised. What is too much for the memory will lie in this folder.
    pub fn new(folder: &Path, promised: Option<u64>) -> Self {
        let promised = promised.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let most = if promised > IN_MEMORY { PIECE } else { IN_MEMORY };
        let waiting = Vec::with_capacity(promised.min(most));
        Self { folder: folder.to_owned(), spool: None, waiting, most, length: 0, hasher: Sha256::new() }
    }

    /// How many have come.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Takes the next ones.
    ///
    /// # Errors
    /// `disk_full`, `data_folder_unusable`.
    pub async fn take(&mut self, piece: &[u8]) -> Result<()> {
        self.length += piece.len() as u64;
        self.hasher.update(piece);
        self.waiting.extend_from_slice(piece);
        if self.waiting.len() > self.most {
            self.most = PIECE;
            self.write().await?;
        }
        Ok(())
    }

    /// These were all.
    ///
    /// # Errors
    /// As [`Incoming::take`].
    pub async fn whole(mut self) -> Result<Content> {
        if self.spool.is_some() && !self.waiting.is_empty() {
            self.write().await?;
        }
        let (length, hash) = (self.length, self.hasher.finalize().into());
        let place = self.spool.map_or_else(|| Place::Memory(self.waiting.into()), Place::Disk);
        Ok(Content { place, length, hash })
    }

    /// Puts what waits behind what is on the disk.
    async fn write(&mut self) -> Result<()> {
        let (spool, folder, mut waiting) = (self.spool.take(), self.folder.clone(), std::mem::take(&mut self.waiting));
        let write = move || {
            let spool = spool.map_or_else(|| Spool::begin(folder), Ok)?;
            (&spool.file).write_all(&waiting).map_err(|error| unusable(&spool.folder, &error))?;
            waiting.clear();
            Ok((spool, waiting))
        };
        let (spool, waiting) = blocking(write).await?;
        (self.spool, self.waiting) = (Some(spool), waiting);
        Ok(())
    }
}

/// A file without a name.
struct Spool {
    file: File,
    /// Where it lies, for a sentence.
    folder: PathBuf,
}

impl Spool {
    fn begin(folder: PathBuf) -> Result<Arc<Self>> {
        let file = tempfile::tempfile_in(&folder).map_err(|error| unusable(&folder, &error))?;
        Ok(Arc::new(Self { file, folder }))
    }

    /// Several may read at once.
    async fn read(spool: &Arc<Self>, begin: u64, length: usize) -> Result<Bytes> {
        let spool = Arc::clone(spool);
        let read = move || {
            let mut bytes = vec![0; length];
            read_exact_at(&spool.file, &mut bytes, begin).map_err(|error| unusable(&spool.folder, &error))?;
            Ok(bytes.into())
        };
        blocking(read).await
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => (bytes, at) = (&mut bytes[read..], at + read as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
