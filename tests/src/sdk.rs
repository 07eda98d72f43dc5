//! Supermemory's official packages and `curl`, each with the examples of Supermemory's documentation: `tests/sdk`.

use std::path::{Path, PathBuf};

use crate::tools::{installed, repository, target_dir};

/// Who speaks to the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk {
    /// npm `supermemory`.
    Npm,
    /// PyPI `supermemory`, the last version for the routes of `/v3`.
    Python3,
    /// PyPI `supermemory`, the newest version, for those of `/ns`.
    Python5,
    /// The lines of the page.
    Curl,
}

impl Sdk {
    /// Program and script; what follows is the name of an example.
    ///
    /// # Panics
    /// When it is not installed although `CI` or `S3_CONNECTOR_REQUIRE_SDKS` says that it must be.
    pub fn words(self) -> Option<[PathBuf; 2]> {
        let scripts = repository().join("tests/sdk");
        let (program, script) = match self {
            Self::Npm => (node_with(&scripts.join("npm")), "npm/examples.mjs"),
            Self::Python3 => (python("supermemory-3"), "python_3.py"),
            Self::Python5 => (python("supermemory-5"), "python_5.py"),
            Self::Curl => (installed("curl").and_then(|_| installed("bash")), "curl.sh"),
        };
        must_be_there(&format!("{self:?}"), program).map(|program| [program, scripts.join(script)])
    }
}

/// schemathesis, which asks an API everything that its OpenAPI document allows and forbids.
///
/// # Panics
/// When it is not installed although `CI` or `S3_CONNECTOR_REQUIRE_SDKS` says that it must be.
pub fn schemathesis() -> Option<PathBuf> {
    must_be_there("schemathesis", in_venv("schemathesis", "schemathesis"))
}

fn must_be_there(name: &str, found: Option<PathBuf>) -> Option<PathBuf> {
    let required = ["CI", "S3_CONNECTOR_REQUIRE_SDKS"].iter().any(|name| std::env::var_os(name).is_some());
    assert!(found.is_some() || !required, "{name} is not installed; `cargo xtask test` installs it");
    found
}

fn node_with(folder: &Path) -> Option<PathBuf> {
    let is_there = folder.join("node_modules/supermemory/package.json").is_file();
    is_there.then(|| installed(&format!("node{}", std::env::consts::EXE_SUFFIX))).flatten()
}

fn python(folder: &str) -> Option<PathBuf> {
    in_venv(folder, "python")
}

fn in_venv(folder: &str, name: &str) -> Option<PathBuf> {
    let programs = target_dir().join("tools").join(folder).join(if cfg!(windows) { "Scripts" } else { "bin" });
    Some(programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))).filter(|file| file.is_file())
}
