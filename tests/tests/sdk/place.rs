//! A storage with the documentation's buckets, and `s3c serve` beside it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use s3_connector_tests::held;
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::sdk::Sdk;
use s3_connector_tests::wait::eventually;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::s3c::program::S3c;

/// The longest that anything here may take; generous, because machines that build are slow.
const DEADLINE: Duration = Duration::from_secs(90);
const ID: &str = "AKIAOFTHEEXAMPLES";
const SECRET: &str = "a-secret/of+the=examples";
/// What the server is told to take for its token.
pub const TOKEN: &str = "s3l_token-of-the-examples";

/// The buckets of the documentation's examples.
const BUCKETS: [&str; 3] = ["my-documents-bucket", "company-data", "user-files"];

/// Everything runs in here, and ends with it.
pub struct Place {
    buckets: TempDir,
    storage: S3Server,
    s3c: S3c,
    // Ended when dropped.
    _serving: Child,
    url: String,
    /// What the server has said besides where it listens.
    said: Arc<Mutex<Vec<u8>>>,
}

impl Place {
    /// Starts storage and server; the buckets are empty.
    pub async fn start() -> Self {
        let buckets = tempfile::tempdir().unwrap();
        for bucket in BUCKETS {
            std::fs::create_dir(buckets.path().join(bucket)).unwrap();
        }
        let storage = S3Server::start(buckets.path(), ID, SECRET);
        let mut s3c = S3c::without_key();
        s3c.set("S3C_API_TOKEN", TOKEN);
        let mut serving = s3c.start(&["serve", "--port", "0", "--secrets", "memory"]);
        let said = Arc::new(Mutex::new(Vec::new()));
        listen(serving.stderr.take().unwrap(), said.clone());
        let mut lines = BufReader::new(serving.stdout.take().unwrap());
        let mut line = String::new();
        tokio::time::timeout(DEADLINE, lines.read_line(&mut line)).await.expect("s3c serves in time").unwrap();
        let first: Value = serde_json::from_str(&line)
            .unwrap_or_else(|e| panic!("{e}: {line:?} {:?}", String::from_utf8_lossy(&said.lock().unwrap())));
        listen(lines, said.clone());
        let url = first["listening"].as_str().unwrap().to_owned();
        Self { buckets, storage, s3c, _serving: serving, url, said }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Puts an object.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl AsRef<[u8]>) {
        let file = self.buckets.path().join(bucket).join(key);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    /// A program that knows where everything is, and nothing else: a proxy that nobody runs takes what would leave this
    /// computer.
    pub fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", self.s3c.home()).current_dir(self.s3c.home());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, value) in [
            ("SUPERMEMORY_BASE_URL", self.url.as_str()),
            ("SUPERMEMORY_API_KEY", TOKEN),
            ("S3_ENDPOINT", &self.storage.endpoint()),
            ("AWS_ACCESS_KEY_ID", ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("NO_PROXY", "127.0.0.1,localhost"),
            ("HTTP_PROXY", "http://127.0.0.1:9"),
            ("HTTPS_PROXY", "http://127.0.0.1:9"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ] {
            command.env(name, value);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs an example to its success: the replies by their steps.
    pub async fn example(&self, sdk: Sdk, words: &[&str]) -> Steps {
        let [program, script] = sdk.words().unwrap();
        let output = self.program(program).arg(script).args(words).output();
        let output = tokio::time::timeout(DEADLINE, output).await.expect("an example ends in time").unwrap();
        let [printed, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success(), "{sdk:?} {words:?}: {printed}\n{errors}\n{}", self.said());
        assert!(!printed.contains(SECRET), "a reply tells the secret: {printed}");
        let steps = printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")));
        Steps(steps.collect())
    }

    /// Creates a connection by an example; its id.
    pub async fn create(&self, sdk: Sdk, example: &str) -> String {
        let steps = self.example(sdk, &[example]).await;
        steps.only()["id"].as_str().unwrap_or_else(|| panic!("an id: {steps:?}")).to_owned()
    }

    /// Syncs by the example until the library holds exactly these keys under these tags.
    pub async fn sync_until_held(&self, sdk: Sdk, id: &str, tag: &str, wanted: &[(&str, &str)]) {
        self.sync(sdk, id, tag).await;
        self.until_held(wanted).await;
    }

    /// Syncs by the example, to the end of a run that began after it was asked for.
    pub async fn sync(&self, sdk: Sdk, id: &str, tag: &str) {
        let before = self.quiet_runs(id, 0).await;
        self.example(sdk, &["manual-sync", id, tag]).await;
        self.quiet_runs(id, before + 1).await;
    }

    /// Waits until nothing runs and there were at least so many runs; how many there were.
    async fn quiet_runs(&self, id: &str, least: usize) -> usize {
        eventually(format!("{least} ended runs"), DEADLINE, || async {
            let runs = self.get(&format!("/v3/connections/{id}/sync-runs")).await;
            let states: Vec<_> = runs.as_array().unwrap().iter().map(|run| run["status"].as_str().unwrap()).collect();
            assert!(!states.contains(&"failed"), "{runs}");
            (states.len() >= least && !states.contains(&"running")).then_some(states.len())
        })
        .await
    }

    /// Waits until the library holds exactly these keys under these tags.
    pub async fn until_held(&self, wanted: &[(&str, &str)]) {
        let wanted: BTreeSet<(String, String)> =
            wanted.iter().map(|(key, tag)| ((*key).to_owned(), (*tag).to_owned())).collect();
        let mut last = BTreeSet::new();
        let end = tokio::time::Instant::now() + DEADLINE;
        while last != wanted {
            assert!(tokio::time::Instant::now() < end, "held {last:?}, wanted {wanted:?}: {}", self.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
            last = self.held();
        }
    }

    /// Keys and tags of every document of the library, from its own tables.
    pub fn held(&self) -> BTreeSet<(String, String)> {
        let documents = held::library(&self.folder());
        let count = documents.len();
        let held: BTreeSet<_> = documents.into_iter().map(|document| (document.key, document.tag)).collect();
        assert_eq!(held.len(), count, "nothing is held twice");
        held
    }

    /// A reply of the API to a client of our own.
    pub async fn get(&self, path: &str) -> Value {
        self.ask(reqwest::Method::GET, path, None).await
    }

    /// The same for what is sent.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(reqwest::Method::POST, path, Some(body)).await
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let mut request = reqwest::Client::new().request(method, format!("{}{path}", self.url)).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await.unwrap();
        let (status, text) = (reply.status(), reply.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    /// Key pair and endpoint of the storage, as settings of a connection to this bucket.
    pub fn settings(&self, bucket: &str) -> Value {
        let endpoint = self.storage.endpoint();
        json!({
            "accessKeyId": ID, "secretAccessKey": SECRET, "bucket": bucket, "region": "us-east-1", "endpoint": endpoint
        })
    }

    /// The data folder of `s3c`.
    pub fn folder(&self) -> PathBuf {
        self.s3c.home().join("s3c")
    }

    /// What the server has said besides where it listens.
    pub fn said(&self) -> String {
        let said = String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned();
        assert!(!said.contains(SECRET) && !said.contains(TOKEN), "the server tells a secret: {said}");
        said
    }
}

/// What an example printed: `{"step", "reply"}` each.
#[derive(Debug)]
pub struct Steps(Vec<Value>);

impl Steps {
    /// The reply of the only step.
    pub fn only(&self) -> &Value {
        assert_eq!(self.0.len(), 1, "{self:?}");
        &self.0[0]["reply"]
    }

    /// The reply of the step that has one of these names.
    pub fn reply(&self, names: &[&str]) -> &Value {
        let found = self.0.iter().find(|said| names.iter().any(|name| said["step"] == *name));
        &found.unwrap_or_else(|| panic!("{names:?} in {self:?}"))["reply"]
    }

    /// The replies of the calls that were to be refused.
    pub fn refused(&self) -> Vec<&Value> {
        let is_refused = |said: &&Value| said["step"].as_str().is_some_and(|step| step.starts_with("refused "));
        self.0.iter().filter(is_refused).map(|said| &said["reply"]).collect()
    }
}

/// Reads on to the end: a program whose output nobody takes stops when the pipe is full.
fn listen(mut pipe: impl tokio::io::AsyncRead + Unpin + Send + 'static, said: Arc<Mutex<Vec<u8>>>) {
    tokio::spawn(async move {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut bytes).await {
            said.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    });
}

/// Says that a test was passed over.
pub fn skipped(why: &str) {
    // Past the test's own output, which nobody sees when it passes.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
