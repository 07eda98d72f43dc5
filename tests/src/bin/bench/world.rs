//! A data folder with one connection, for `s3c` as a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::taken::Taken;

/// Where the documents of the made-up buckets go.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'w> {
    pub endpoint: &'w str,
    pub rule: &'w str,
    pub limit: u64,
    /// `library`, or an address.
    pub to: &'w str,
}

/// See the module.
pub struct World {
    s3c: PathBuf,
    home: tempfile::TempDir,
}

impl World {
    /// With a connection named `big`.
    pub fn new(s3c: &Path, Wish { endpoint, rule, limit, to }: Wish<'_>) -> Self {
        let world = Self { s3c: s3c.to_owned(), home: tempfile::tempdir().unwrap() };
        let add = ["connections", "add", "--name", "big", "--bucket", "big", "--region", "us-east-1"];
        let limit = limit.to_string();
        let place = ["--endpoint", endpoint, "--container-tag-regex", rule, "--document-limit", &limit];
        let rest = ["--credentials", "anonymous", "--to", to];
        let words: Vec<&str> = add.iter().chain(&place).chain(&rest).copied().collect();
        world.run(&words);
        world
    }

    /// Runs `s3c` to its end.
    pub fn run(&self, words: &[&str]) -> Taken {
        let mut command = Command::new(&self.s3c);
        command.env_clear().env("HOME", self.home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.arg("--data-dir").arg(self.home.path().join("data")).args(words);
        Taken::by(&mut command)
    }
}
