//! The lock of a data folder: one engine per folder, for as long as the value lives. The locked file also remembers the
//! number of the newest run, because it stays where it is when somebody puts an older state file back; and how the state
//! file looked when it was closed, so that one which nobody has touched since need not be read from end to end.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::{LOG, STATE_FILE, beside, unusable};
use crate::error::{Error, ErrorCode, Result};

const FILE: &str = "lock";
/// How often, and how long apart, a locked folder is tried again. A lock may outlive its owner for a moment: a process
/// that somebody is just starting has inherited the open file and drops it when its own program begins, and an app that
/// is being restarted is still closing.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

/// A locked folder.
pub(super) struct Lock {
    file: File,
    folder: PathBuf,
    /// The state file is to be read from end to end when it is opened next.
    is_suspect: AtomicBool,
}

impl Lock {
    /// Locks a folder.
    ///
    /// # Errors
    /// `data_folder_busy`, `data_folder_unusable`.
    pub(super) fn take(folder: &Path) -> Result<Self> {
        let mut options = File::options();
        let options = options.create(true).truncate(false).read(true).write(true);
        let file = options.open(folder.join(FILE)).map_err(|e| unusable(folder, &e))?;
        for _ in 1..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(Self { file, folder: folder.to_owned(), is_suspect: AtomicBool::new(false) });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(e)) => return Err(unusable(folder, &e)),
            }
        }
        Err(Error::new(ErrorCode::DataFolderBusy, folder.display().to_string()))
    }

    /// Number of the newest run that began on this folder; 0 where none is remembered.
    pub(super) fn newest_run(&self) -> i64 {
        self.line(0).and_then(|line| line.parse().ok()).unwrap_or(0)
    }

    /// A line of the file, as far as one can be read. What cannot be read is not remembered: an audit is asked for by other
    /// signs too, and at the latest in a week.
    fn line(&self, number: usize) -> Option<String> {
        let (mut file, mut text) = (&self.file, String::new());
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text)).ok()?;
        text.lines().nth(number).map(|line| line.trim().to_owned())
    }

    /// Whether nobody has touched the state file since it was closed here, sound.
    pub(super) fn is_as_closed(&self) -> bool {
        self.look().is_some_and(|look| self.line(1) == Some(look))
    }

    /// The state file turned out to be damaged.
    pub(super) fn suspect(&self) {
        self.is_suspect.store(true, Ordering::Relaxed);
    }

    /// Bytes of the state file, and when it was written last. None while there is a log beside it: it is in use.
    fn look(&self) -> Option<String> {
        let path = self.folder.join(STATE_FILE);
        let file = path.metadata().ok().filter(|_| !beside(&path, LOG).exists())?;
        let written = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(format!("{:020} {:030}", file.len(), written.as_nanos()))
    }

    /// Remembers a run.
    ///
    /// # Errors
    /// `data_folder_unusable`, `disk_full`.
    pub(super) fn remember_run(&self, number: i64) -> Result<()> {
        let written = self.write(number, "").and_then(|()| self.file.sync_data());
        written.map_err(|e| unusable(&self.folder, &e))
    }

    /// Lines always have the same length, so that a torn write cannot leave the end of another.
    fn write(&self, newest_run: i64, look: &str) -> std::io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(format!("{newest_run:020}\n{look:51}\n").as_bytes())
    }
}

/// The last part of a store that goes: the state file is closed by now.
impl Drop for Lock {
    fn drop(&mut self) {
        let look = self.look().filter(|_| !self.is_suspect.load(Ordering::Relaxed)).unwrap_or_default();
        // Not remembered, it is read from end to end next time.
        let _ = self.write(self.newest_run(), &look);
    }
}
