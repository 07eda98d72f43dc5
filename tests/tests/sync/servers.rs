//! Whole syncs against servers that share no code: s3s-fs, rclone, moto with its policies, and whatever server the
//! environment names. The proxy in front writes down what is asked: listings and reads of objects, nothing else.
//!
//! A server of your own (MinIO, Garage, Amazon): `S3_CONNECTOR_TEST_ENDPOINT`, `S3_CONNECTOR_TEST_BUCKET`,
//! `S3_CONNECTOR_TEST_ACCESS_KEY_ID`, `S3_CONNECTOR_TEST_SECRET_ACCESS_KEY`, and where needed
//! `S3_CONNECTOR_TEST_REGION` (us-east-1) and `S3_CONNECTOR_TEST_PREFIX`. It is only read.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::view::{RunState, RunView, SyncOptions};
use s3_connector_tests::held::library;
use s3_connector_tests::moto::{self, Moto};
use s3_connector_tests::proxy::{Operation, Proxy};
use s3_connector_tests::rclone::{self, Rclone};
use s3_connector_tests::s3_server::S3Server;
use serde_json::{Value, json};
use tempfile::TempDir;

const BUCKET: &str = "user-files";
const ID: &str = "AKIAOFTHESERVERS";
const SECRET: &str = "a-secret/of+the=servers";
const NOTES: usize = 25;

/// An engine with one connection.
struct Client {
    engine: Arc<Engine>,
    folder: TempDir,
    id: String,
}

impl Client {
    async fn new(endpoint: &str, key: (&str, &str), fields: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.unwrap();
        let mut draft = json!({
            "name": "Files", "bucket": BUCKET, "region": "us-east-1", "endpoint": endpoint, "containerTags": ["shared"],
            "everyMinutes": 0,
            "credentials": {"kind": "access_key", "accessKeyId": key.0, "secretAccessKey": key.1},
        });
        draft.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let id = engine.connection_add(serde_json::from_value(draft).unwrap()).await.unwrap().id;
        Self { engine, folder, id }
    }

    async fn sync(&self) -> RunView {
        let run = self.engine.sync_start(self.id.clone(), SyncOptions::default()).await.unwrap();
        self.engine.run_wait(&run.id).await.unwrap()
    }

    /// Status and code of a sync that fails, and of the test of its connection.
    async fn refusal(&self) -> (u16, String) {
        let run = self.sync().await;
        assert!(run.state == RunState::Failed, "{run:?}");
        let error = run.error.unwrap();
        let tested = self.engine.connection_test(self.id.clone()).await.unwrap().error.unwrap();
        assert_eq!(tested.code, error.code, "{tested:?} {error:?}");
        (error.status, error.code.name())
    }
}

fn only_reads(proxy: &Proxy) {
    let allowed = [Operation::ListObjectsV2, Operation::ListObjects, Operation::GetObject];
    let others: Vec<_> = proxy.requests().into_iter().filter(|asked| !allowed.contains(&asked.operation())).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(proxy.operations().contains(&Operation::GetObject));
}

fn write(root: &Path, key: &str, text: &str) {
    let file = root.join(BUCKET).join(key);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// New, nothing to do, changed and gone, over a folder that a server serves.
async fn full_circle(root: &Path, endpoint: &str) {
    for note in 0..NOTES {
        write(root, &format!("users/u{}/{note}.md", note % 3), &format!("first words of {note}"));
    }
    let proxy = Proxy::before(endpoint);
    let client = Client::new(&proxy.endpoint(), (ID, SECRET), json!({"prefix": "users/", "onGone": "remove"})).await;
    assert!(client.engine.connection_test(client.id.clone()).await.unwrap().passed);
    let first = client.sync().await;
    assert_eq!((first.state, first.sent), (RunState::Completed, NOTES as u64), "{:?}", first.error);
    let again = client.sync().await;
    assert_eq!((again.state, again.sent, again.removed), (RunState::Completed, 0, 0));
    write(root, "users/u0/0.md", "other words, and more of them");
    std::fs::remove_file(root.join(BUCKET).join("users/u1/1.md")).unwrap();
    let last = client.sync().await;
    assert_eq!((last.state, last.sent, last.removed), (RunState::Completed, 1, 1), "{:?}", last.error);
    let held = library(client.folder.path());
    assert_eq!(held.len(), NOTES - 1);
    assert!(held.iter().any(|d| d.key == "users/u0/0.md" && d.text == "other words, and more of them"));
    only_reads(&proxy);
}

fn root() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join(BUCKET)).unwrap();
    root
}

#[tokio::test(flavor = "multi_thread")]
async fn s3s_fs_is_synced_with_listings_and_reads_alone() {
    let root = root();
    let server = S3Server::start(root.path(), ID, SECRET);
    full_circle(root.path(), &server.endpoint()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rclone_is_synced_with_listings_and_reads_alone() {
    let Some(binary) = rclone::binary() else { return skipped("rclone is not installed") };
    let root = root();
    let server = Rclone::start(&binary, root.path(), ID, SECRET);
    full_circle(root.path(), server.endpoint()).await;
}

/// Users of moto: each may do what the name says, and nothing else.
fn users() -> Value {
    let of = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let (bucket, team) = ("arn:aws:s3:::user-files", "arn:aws:s3:::user-files/team/*");
    json!({
        "reader": [of("s3:ListBucket", bucket), of("s3:GetObject", team)],
        "lister": [of("s3:ListBucket", bucket)],
        "stranger": [of("s3:ListBucket", "arn:aws:s3:::another-bucket")],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_list_one_bucket_and_read_one_prefix_syncs_it_whole_and_gets_nothing_else() {
    let Some(folder) = moto::folder() else { return skipped("moto is not installed") };
    let objects: serde_json::Map<_, _> = (0..NOTES)
        .map(|note| (format!("team/{note}.md"), json!(format!("words of {note}"))))
        .chain([("other/secret.md".to_owned(), json!("not for the team"))])
        .collect();
    let moto = Moto::start(&folder, &json!({ BUCKET: objects }), &users());
    let proxy = Proxy::before(moto.endpoint());
    let reader = moto.key_of("reader");
    let client =
        async |key: &(String, String), fields: Value| Client::new(&proxy.endpoint(), (&key.0, &key.1), fields).await;
    let team = json!({"prefix": "team/"});

    let whole = client(&reader, team.clone()).await;
    assert!(whole.engine.connection_test(whole.id.clone()).await.unwrap().passed);
    let run = whole.sync().await;
    assert_eq!((run.state, run.sent, run.failed), (RunState::Completed, NOTES as u64, 0), "{:?}", run.error);
    assert_eq!(whole.sync().await.sent, 0);
    assert!(library(whole.folder.path()).iter().all(|document| document.key.starts_with("team/")));

    let refused = |code: &str| (403, code.to_owned());
    let lister = moto.key_of("lister");
    assert_eq!(client(&lister, team.clone()).await.refusal().await, refused("access_denied"));
    assert_eq!(client(&reader, json!({"prefix": "other/"})).await.refusal().await, refused("access_denied"));
    let stranger = moto.key_of("stranger");
    assert_eq!(client(&stranger, team.clone()).await.refusal().await, refused("access_denied"));
    let wrong = (reader.0.clone(), "not-the-secret".to_owned());
    assert_eq!(client(&wrong, team.clone()).await.refusal().await, (401, "authentication_failed".into()));
    let administrator = moto.key_of("administrator");
    let missing = client(&administrator, json!({"bucket": "no-such-bucket"})).await;
    assert_eq!(missing.refusal().await, (404, "bucket_not_found".into()));
    only_reads(&proxy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_the_environment_names_is_synced_and_only_read() {
    let named = |name: &str| std::env::var(format!("S3_CONNECTOR_TEST_{name}")).ok().filter(|value| !value.is_empty());
    let all = ["ENDPOINT", "BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"].map(named);
    let [Some(endpoint), Some(bucket), Some(id), Some(secret)] = all else {
        return skipped("S3_CONNECTOR_TEST_ENDPOINT names no server");
    };
    // What is encrypted cannot be read on the way.
    let proxy = endpoint.starts_with("http://").then(|| Proxy::before(&endpoint));
    let endpoint = proxy.as_ref().map_or(endpoint, Proxy::endpoint);
    let fields = json!({
        "bucket": bucket, "documentLimit": 50, "prefix": named("PREFIX").unwrap_or_default(),
        "region": named("REGION").unwrap_or_else(|| "us-east-1".into()),
    });
    let client = Client::new(&endpoint, (&id, &secret), fields).await;
    let first = client.sync().await;
    assert_eq!((first.state, first.failed), (RunState::Completed, 0), "{:?}", first.error);
    let again = client.sync().await;
    assert_eq!((again.state, again.sent, again.removed), (RunState::Completed, 0, 0), "{:?}", again.error);
    if let Some(proxy) = proxy.filter(|_| first.sent > 0) {
        only_reads(&proxy);
    }
}

fn skipped(why: &str) {
    // Past the test's own output, which nobody sees when it passes.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
