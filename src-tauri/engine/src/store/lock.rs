//! The lock of a data folder: one engine per folder, for as long as the value lives. The locked file also remembers the
//! number of the newest run, because it stays where it is when somebody puts an older state file back.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::unusable;
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
                Ok(()) => return Ok(Self { file, folder: folder.to_owned() }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(e)) => return Err(unusable(folder, &e)),
            }
        }
        Err(Error::new(ErrorCode::DataFolderBusy, folder.display().to_string()))
    }

    /// Number of the newest run that began on this folder; 0 where none is remembered.
    pub(super) fn newest_run(&self) -> i64 {
        let (mut file, mut text) = (&self.file, String::new());
        // What cannot be read is not remembered: an audit is asked for by other signs too, and at the latest in a week.
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
        read.ok().and_then(|_| text.trim().parse().ok()).unwrap_or(0)
    }

    /// Remembers a run.
    ///
    /// # Errors
    /// `data_folder_unusable`, `disk_full`.
    pub(super) fn remember_run(&self, number: i64) -> Result<()> {
        let mut file = &self.file;
        // Always the same length, so that a torn write cannot leave the end of another number.
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| writeln!(file, "{number:020}"));
        written.and_then(|()| file.sync_data()).map_err(|e| unusable(&self.folder, &e))
    }
}
