//! Files that a person keeps: a table for a spreadsheet, a report for somebody who helps.
//!
//! A file is written under a passing name beside its last one and takes that only when all of it is on disk, so that
//! nobody ever opens half of it. In Downloads it never takes the place of another: `plan.csv` is followed by
//! `plan (2).csv`. What is not finished goes away by itself.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorCode, Result};
use crate::view::SavedFile;

pub mod csv;

/// Names that are tried before it is given up: nobody keeps so many files of one name.
const NAMES: u32 = 10_000;
/// Characters of a name that is made of somebody's words.
const LONGEST_STEM: usize = 60;

/// The person's Downloads folder; their home where there is none.
pub fn downloads() -> PathBuf {
    let home = || dirs::home_dir().unwrap_or_else(|| PathBuf::from("."));
    dirs::download_dir().filter(|folder| folder.is_dir()).unwrap_or_else(home)
}

/// Words as the beginning of a file name that every system takes: `Tenant files` is `tenant-files`.
pub fn stem(words: &str) -> String {
    let mut stem = String::new();
    for letter in words.chars().flat_map(char::to_lowercase).take(LONGEST_STEM) {
        match letter {
            letter if letter.is_alphanumeric() => stem.push(letter),
            _ if stem.is_empty() || stem.ends_with('-') => {}
            _ => stem.push('-'),
        }
    }
    stem.trim_end_matches('-').to_owned()
}

/// A file that is being written. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub struct Part {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Part {
    /// Begins a file in this folder.
    ///
    /// # Errors
    /// `file_not_written`, as everything here.
    pub fn begin(folder: &Path) -> Result<Self> {
        let path = folder.join(format!(".{}.part", uuid::Uuid::now_v7()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|e| failed(folder, &e))?;
        Ok(Self { file: BufWriter::new(file), path })
    }

    /// Adds to it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| failed(&self.path, &e))
    }

    /// Gives it the first name of this form that is free: `stem.extension`, `stem (2).extension`, …
    pub fn finish_new(mut self, stem: &str, extension: &str) -> Result<SavedFile> {
        self.settle()?;
        for number in 1..=NAMES {
            let name = match number {
                1 => format!("{stem}.{extension}"),
                _ => format!("{stem} ({number}).{extension}"),
            };
            let path = self.path.with_file_name(name);
            // Taken as an empty file first: a rename would go over what another program has put there meanwhile.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(failed(&path, &e)),
            }
            return match std::fs::rename(&self.path, &path) {
                Ok(()) => Ok(saved(&path)),
                Err(e) => {
                    let _ = std::fs::remove_file(&path);
                    Err(failed(&path, &e))
                }
            };
        }
        Err(Error::new(ErrorCode::FileNotWritten, format!("{NAMES} files are called {stem}")))
    }

    /// Gives it this name, in its own folder, and takes the place of a file that has it.
    pub fn finish_over(mut self, path: &Path) -> Result<()> {
        self.settle()?;
        std::fs::rename(&self.path, path).map_err(|e| failed(path, &e))
    }

    fn settle(&mut self) -> Result<()> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(|e| failed(&self.path, &e))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Finished, it is not there under this name any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn saved(path: &Path) -> SavedFile {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    SavedFile { path: path.display().to_string(), name }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorCode::FileNotWritten, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["first", "second", "third"] {
            let mut part = Part::begin(folder.path()).unwrap();
            part.write(text.as_bytes()).unwrap();
            let file = part.finish_new("plan", "csv").unwrap();
            assert_eq!(std::fs::read_to_string(file.path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["plan (2).csv", "plan (3).csv", "plan.csv"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("plan.csv")).unwrap(), "first");
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::begin(folder.path()).unwrap();
        part.write(b"half").unwrap();
        drop(part);
        assert_eq!(names(folder.path()), [""; 0]);
        let nowhere = Part::begin(&folder.path().join("nowhere")).unwrap_err();
        assert_eq!(nowhere.code, ErrorCode::FileNotWritten);
    }

    #[test]
    fn a_file_that_was_named_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        std::fs::write(&path, "a much longer text of before").unwrap();
        let mut part = Part::begin(folder.path()).unwrap();
        part.write(b"new").unwrap();
        part.finish_over(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["plan.csv"]);
    }

    #[test]
    fn any_words_make_a_name_that_every_system_takes() {
        assert_eq!(stem("Tenant files"), "tenant-files");
        assert_eq!(stem("../etc/passwd\0 *?"), "etc-passwd");
        assert_eq!(stem("Größe №1"), "größe-1");
        assert_eq!(stem("///"), "");
        assert!(stem(&"x".repeat(300)).len() <= LONGEST_STEM);
    }
}
