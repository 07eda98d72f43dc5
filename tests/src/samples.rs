//! The sample documents: several tenants, every file type, and what a sync has to leave out.

use std::fs;
use std::path::{Path, PathBuf};

/// The bucket that the samples are served as.
pub const BUCKET: &str = "sample-tenants";
/// The rule that finds the tenant in their keys.
pub const RULE: &str = "users/(?<userId>[^/]+)/";
/// The tag of what belongs to no tenant.
pub const SHARED_TAG: &str = "shared";
/// Stands in one document of one tenant, and nowhere else.
pub const PHRASE: &str = "amber lighthouse";
/// The tenant of that document.
pub const PHRASE_TAG: &str = "user-123";
/// Its key.
pub const PHRASE_KEY: &str = "users/user-123/documents/notes.md";

/// The committed samples.
pub fn folder() -> PathBuf {
    crate::tools::repository().join("tests/samples")
}

/// Copies the samples to `<root>/<BUCKET>`, where they can be changed.
pub fn copy_to(root: &Path) {
    copy(&folder(), &root.join(BUCKET));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for the copies");
    for entry in fs::read_dir(from).expect("the samples can be read") {
        let entry = entry.expect("the samples can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a sample can be copied");
        }
    }
}
