//! [`S3Source`] against three servers that share no code, and against everything that can go wrong.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use s3_connector_engine::content::Content;
use s3_connector_engine::error::{Error, ErrorCode};
use s3_connector_engine::network::Network;
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::source::{Fetched, Limits, ObjectSource, ResolvedCredentials, S3Source};
use s3_connector_tests::loopback::Loopback;
use s3_connector_tests::memory_s3::{Fault, MemoryS3, On, Rights, StoredObject};
use s3_connector_tests::rclone::{self, Rclone};
use s3_connector_tests::s3_server::S3Server;
use s3_connector_tests::source_contract;
use s3_connector_tests::source_contract::{Fixture, access_key, list_all, odd_keys, ordinary_keys, settings};
use tempfile::TempDir;

mod child;
mod credentials;
mod doctor;
mod forms;
mod links;
mod profiles;
mod proxy;
mod retries;
mod sign_ins;

const ID: &str = "AKIAOFTHETEST";
const SECRET: &str = "a-secret/of+the=test";

source_contract!(in_memory, Memory);
source_contract!(s3s_fs, Folder<S3Server>);
source_contract!(rclone_serve_s3, Folder<Rclone>);

struct Memory {
    server: MemoryS3,
    source: Arc<S3Source>,
}

#[async_trait]
impl Fixture for Memory {
    async fn start() -> Option<Self> {
        let server = MemoryS3::start().await;
        server.bucket("user-files");
        let source = Arc::new(source_of(&server, "user-files").await);
        Some(Self { server, source })
    }

    async fn put(&self, key: &str, bytes: &[u8]) {
        self.server.put("user-files", key, bytes.to_vec());
    }

    async fn delete(&self, key: &str) {
        assert!(self.server.delete("user-files", key));
    }

    fn source(&self) -> Arc<dyn ObjectSource> {
        self.source.clone()
    }

    fn keys() -> Vec<String> {
        [odd_keys(), ordinary_keys()]
            .concat()
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

/// A server over a folder, whose files are the objects.
struct Folder<S> {
    folder: TempDir,
    source: Arc<S3Source>,
    _server: S,
}

impl<S> Folder<S> {
    fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join("user-files").join(key)
    }

    fn write(&self, key: &str, bytes: &[u8]) {
        let file = self.file(key);
        std::fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder");
        std::fs::write(file, bytes).expect("a file");
    }

    fn folder() -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("user-files")).expect("a bucket");
        folder
    }
}

#[async_trait]
impl Fixture for Folder<S3Server> {
    async fn start() -> Option<Self> {
        let folder = Self::folder();
        let server = S3Server::start(folder.path(), ID, SECRET);
        let source = source_at(&server.endpoint(), "user-files", &access_key(ID, SECRET)).await;
        Some(Self { folder, source: Arc::new(source), _server: server })
    }

    async fn put(&self, key: &str, bytes: &[u8]) {
        self.write(key, bytes);
    }

    async fn delete(&self, key: &str) {
        std::fs::remove_file(self.file(key)).expect("the file is there");
    }

    fn source(&self) -> Arc<dyn ObjectSource> {
        self.source.clone()
    }

    fn keys() -> Vec<String> {
        ordinary_keys()
    }
}

#[async_trait]
impl Fixture for Folder<Rclone> {
    async fn start() -> Option<Self> {
        let Some(binary) = rclone::binary() else {
            // Past the test's own output, which nobody sees when it passes.
            let _ = writeln!(std::io::stderr(), "skipped: rclone is not installed");
            return None;
        };
        let folder = Self::folder();
        let server = Rclone::start(&binary, folder.path(), ID, SECRET);
        let source = source_at(server.endpoint(), "user-files", &access_key(ID, SECRET)).await;
        Some(Self { folder, source: Arc::new(source), _server: server })
    }

    async fn put(&self, key: &str, bytes: &[u8]) {
        self.write(key, bytes);
    }

    async fn delete(&self, key: &str) {
        std::fs::remove_file(self.file(key)).expect("the file is there");
    }

    fn source(&self) -> Arc<dyn ObjectSource> {
        self.source.clone()
    }

    fn keys() -> Vec<String> {
        let odd = ["a+b.md", "100%.md", "a%2Fb.md", "what?.md", "a#b.md", "tilde~.md", "*'()!.md", "a&b<c>.md"];
        ordinary_keys().into_iter().chain(odd.map(String::from)).collect()
    }
}

async fn source_at(endpoint: &str, bucket: &str, credentials: &ResolvedCredentials) -> S3Source {
    S3Source::new(&settings(endpoint, bucket), credentials).await.expect("a source")
}

async fn source_of(server: &MemoryS3, bucket: &str) -> S3Source {
    source_at(&server.endpoint(), bucket, &access_key(server.access_key(), server.secret())).await
}

/// A source that gives up soon.
async fn hasty(server: &MemoryS3) -> S3Source {
    let limits = Limits {
        read: Duration::from_millis(300),
        attempt: Duration::from_millis(400),
        operation: Duration::from_secs(3),
        stalled: Duration::from_millis(300),
        fetch: Duration::from_secs(3),
        bytes: 1_000,
        ..Limits::default()
    };
    let credentials = access_key(server.access_key(), server.secret());
    let network = Network::default();
    S3Source::over(&network, &settings(&server.endpoint(), "user-files"), &credentials, limits).await.expect("a source")
}

async fn with_object() -> (MemoryS3, S3Source, ObjectKey, ETag) {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "the text of the object");
    let source = source_of(&server, "user-files").await;
    let object = list_all(&source, "").await.remove(0);
    (server, source, object.key, object.etag)
}

async fn list_error(source: &S3Source) -> Error {
    source.list("", None).await.expect_err("the listing fails")
}

fn assert_says(error: &Error, code: ErrorCode, part: &str) {
    assert_eq!(error.code, code, "{error}");
    assert!(error.detail.contains(part), "{}", error.detail);
    assert!(!error.detail.contains(SECRET) && !error.detail.contains("Signature="), "{}", error.detail);
}

#[tokio::test]
async fn a_wrong_secret_is_401() {
    let server = MemoryS3::start().await;
    server.bucket("user-files");
    let source = source_at(&server.endpoint(), "user-files", &access_key(server.access_key(), SECRET)).await;
    let error = list_error(&source).await;
    assert_says(&error, ErrorCode::AuthenticationFailed, "SignatureDoesNotMatch");
    assert_eq!(error.view().status, 401);
}

#[tokio::test]
async fn an_unknown_access_key_is_401() {
    let server = MemoryS3::start().await;
    server.bucket("user-files");
    let source = source_at(&server.endpoint(), "user-files", &access_key(ID, SECRET)).await;
    let error = list_error(&source).await;
    assert_says(&error, ErrorCode::AuthenticationFailed, "InvalidAccessKeyId");
    assert_eq!(error.view().status, 401);
}

#[tokio::test]
async fn a_forbidden_bucket_is_403() {
    let (server, source, key, etag) = with_object().await;
    server.forbid("user-files", true);
    let error = list_error(&source).await;
    assert_says(&error, ErrorCode::AccessDenied, "bucket “user-files” at http://127.0.0.1");
    assert_eq!(error.view().status, 403);
    let error = source.fetch(&key, &etag).await.expect_err("refused");
    assert_says(&error, ErrorCode::AccessDenied, "key “a.md”");
}

#[tokio::test]
async fn a_key_that_may_list_and_not_get_is_told_so_at_the_read() {
    let (server, _, key, etag) = with_object().await;
    server.allow(ID, SECRET, Rights::ListOnly);
    let source = source_at(&server.endpoint(), "user-files", &access_key(ID, SECRET)).await;
    assert_eq!(list_all(&source, "").await.len(), 1);
    assert_eq!(source.fetch(&key, &etag).await.expect_err("refused").code, ErrorCode::AccessDenied);
    server.allow(ID, SECRET, Rights::GetOnly);
    assert_eq!(list_error(&source).await.code, ErrorCode::AccessDenied);
    assert!(matches!(source.fetch(&key, &etag).await, Ok(Fetched::Whole(_))));
}

#[tokio::test]
async fn a_missing_bucket_is_404_and_its_objects_are_not_gone() {
    let (server, _, key, etag) = with_object().await;
    let source = source_of(&server, "no-such-bucket").await;
    let error = list_error(&source).await;
    assert_says(&error, ErrorCode::BucketNotFound, "no-such-bucket");
    assert_eq!(error.view().status, 404);
    let error = source.fetch(&key, &etag).await.expect_err("no bucket");
    assert_eq!(error.code, ErrorCode::BucketNotFound);
}

#[tokio::test]
async fn a_public_bucket_is_read_without_a_signature() {
    let (server, _, key, etag) = with_object().await;
    let source = source_at(&server.endpoint(), "user-files", &ResolvedCredentials::Anonymous).await;
    assert_eq!(list_error(&source).await.code, ErrorCode::AccessDenied);
    server.make_public("user-files");
    assert_eq!(list_all(&source, "").await.len(), 1);
    assert!(matches!(source.fetch(&key, &etag).await, Ok(Fetched::Whole(_))));
    assert!(server.seen().iter().skip(1).all(|seen| seen.access_key.is_none()));
}

#[tokio::test]
async fn only_two_operations_are_ever_asked_for() {
    let (server, source, key, etag) = with_object().await;
    source.fetch(&key, &etag).await.expect("bytes");
    source.fetch(&key, &ETag::new("\"other\"")).await.expect("an answer");
    source.fetch(&ObjectKey::new("none"), &etag).await.expect("an answer");
    assert_eq!(server.operations(), ["ListObjectsV2", "GetObject", "GetObject", "GetObject"]);
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let endpoint = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let source = source_at(&endpoint, "user-files", &access_key(ID, SECRET)).await;
    assert_says(&list_error(&source).await, ErrorCode::Unreachable, "refused");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_unreachable() {
    // `.invalid` never resolves (RFC 2606).
    let source = source_at("http://s3.invalid:9000", "user-files", &access_key(ID, SECRET)).await;
    assert_eq!(list_error(&source).await.code, ErrorCode::Unreachable);
}

#[tokio::test]
async fn plain_http_on_an_https_address_is_a_tls_failure() {
    let server = MemoryS3::start().await;
    let endpoint = server.endpoint().replace("http://", "https://");
    let source = source_at(&endpoint, "user-files", &access_key(ID, SECRET)).await;
    assert_eq!(list_error(&source).await.code, ErrorCode::TlsFailed);
}

#[tokio::test]
async fn a_server_that_does_not_speak_s3_is_named_as_such() {
    let server = Loopback::serve(Arc::new(|_| {
        Box::pin(async { Ok(hyper::Response::new(s3s::Body::from("<!doctype html><title>Hello</title>".to_owned()))) })
    }))
    .expect("a server");
    let source = source_at(&server.url(), "user-files", &access_key(ID, SECRET)).await;
    assert_says(&list_error(&source).await, ErrorCode::StorageFailed, "does not speak S3");
    let read = source.fetch(&ObjectKey::new("a.md"), &ETag::new("\"e\"")).await.expect_err("no version");
    assert_says(&read, ErrorCode::StorageFailed, "which version");
}

#[tokio::test]
async fn a_bucket_in_another_region_names_its_region() {
    let (server, source, ..) = with_object().await;
    let Fault::Reply { status, body, .. } = Fault::s3_error(301, "PermanentRedirect", "Use another endpoint.") else {
        unreachable!("an S3 error is a reply")
    };
    let headers = vec![("x-amz-bucket-region".into(), "eu-central-1".into())];
    server.fail(1, On::Any, Fault::Reply { status, headers, body });
    let error = list_error(&source).await;
    assert_says(&error, ErrorCode::WrongRegion, "PermanentRedirect");
    assert_eq!(error.region.as_deref(), Some("eu-central-1"));

    let message = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-3'";
    server.fail(1, On::Any, Fault::s3_error(400, "AuthorizationHeaderMalformed", message));
    let error = list_error(&source).await;
    assert_eq!((error.code, error.region.as_deref()), (ErrorCode::WrongRegion, Some("eu-west-3")));
}

#[tokio::test]
async fn the_servers_code_decides_and_its_request_id_is_kept() {
    let (server, source, ..) = with_object().await;
    for (status, code, expected) in [
        (403, "RequestTimeTooSkewed", ErrorCode::ClockSkewed),
        (400, "ExpiredToken", ErrorCode::CredentialsExpired),
        (403, "AllAccessDisabled", ErrorCode::AccessDenied),
        (404, "NoSuchBucket", ErrorCode::BucketNotFound),
    ] {
        server.fail_always(On::Any, Fault::s3_error(status, code, "In the server's words."));
        let error = list_error(&source).await;
        assert_says(&error, expected, &format!("{code} – In the server's words."));
        assert!(error.detail.contains("4442587FB7D0A2F9") || error.detail.contains(code), "{}", error.detail);
        server.heal();
    }
}

#[tokio::test]
async fn an_answer_without_a_body_is_judged_by_its_status() {
    let (server, source, key, etag) = with_object().await;
    let empty = |status| Fault::Reply { status, headers: Vec::new(), body: String::new() };
    for (status, listing, reading) in [
        (401, ErrorCode::AuthenticationFailed, ErrorCode::AuthenticationFailed),
        (403, ErrorCode::AccessDenied, ErrorCode::AccessDenied),
        (404, ErrorCode::BucketNotFound, ErrorCode::StorageFailed),
        (418, ErrorCode::StorageFailed, ErrorCode::StorageFailed),
    ] {
        server.fail_always(On::Any, empty(status));
        assert_eq!(list_error(&source).await.code, listing, "{status}");
        assert_eq!(source.fetch(&key, &etag).await.expect_err("an error").code, reading, "{status}");
        server.heal();
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_read_again() {
    let (server, source, key, etag) = with_object().await;
    server.fail(2, On::Get, Fault::CutBody);
    let read = source.fetch(&key, &etag).await.expect("bytes");
    assert_eq!(read, Fetched::Whole(Content::of("the text of the object")));
}

#[tokio::test]
async fn a_body_that_always_breaks_off_is_an_error_and_never_half_an_object() {
    let (server, source, key, etag) = with_object().await;
    server.fail_always(On::Get, Fault::CutBody);
    let error = source.fetch(&key, &etag).await.expect_err("an error");
    assert_says(&error, ErrorCode::Unreachable, "broke off after");
}

#[tokio::test]
async fn a_listing_that_breaks_off_is_read_again_or_an_error_and_never_short() {
    let (server, source, ..) = with_object().await;
    server.fail(2, On::List, Fault::CutBody);
    assert_eq!(list_all(&source, "").await.len(), 1);
    server.fail_always(On::List, Fault::CutBody);
    assert!(matches!(list_error(&source).await.code, ErrorCode::Unreachable | ErrorCode::StorageFailed));
    server.heal();
    server.fail_always(On::List, Fault::HalfBody);
    assert_eq!(list_error(&source).await.code, ErrorCode::StorageFailed);
}

#[tokio::test]
async fn a_listing_whose_end_is_unknown_is_an_error() {
    let (server, source, ..) = with_object().await;
    server.put("user-files", "b.md", "text");
    server.page_size(1);
    server.fail(1, On::List, Fault::TruncatedWithoutToken);
    assert_says(&list_error(&source).await, ErrorCode::StorageFailed, "does not say where");
    let token = source.list("", None).await.expect("a page").next.expect("a token");
    server.fail(1, On::List, Fault::SameToken);
    let error = source.list("", Some(&token)).await.expect_err("an error");
    assert_says(&error, ErrorCode::StorageFailed, "same continuation token");
}

#[tokio::test]
async fn a_server_that_does_not_encode_keys_is_taken_at_its_word() {
    let (server, source, ..) = with_object().await;
    server.encodes_keys(false);
    server.put("user-files", "a+b%20c.md", "text");
    let keys: Vec<_> = list_all(&source, "").await.into_iter().map(|object| object.key.to_string()).collect();
    assert_eq!(keys, ["a+b%20c.md", "a.md"]);
    // A raw control character is not XML: the listing fails as a whole, and says why.
    server.put("user-files", "\u{1}.md", "text");
    assert_says(&list_error(&source).await, ErrorCode::StorageFailed, "control character");
}

#[tokio::test]
async fn an_archived_object_is_listed_with_its_class_and_named_at_the_read() {
    let (server, source, ..) = with_object().await;
    let frozen = StoredObject { storage_class: Some("DEEP_ARCHIVE".into()), ..StoredObject::new("ice") };
    server.put_object("user-files", "frozen.md", frozen);
    let objects = list_all(&source, "").await;
    assert_eq!(objects[0].storage_class, None);
    assert!(objects[1].is_archived());
    let error = source.fetch(&objects[1].key, &objects[1].etag).await.expect_err("an error");
    assert_says(&error, ErrorCode::ObjectArchived, "InvalidObjectState");
}

#[tokio::test]
async fn a_silent_server_is_unreachable_in_bounded_time() {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "text");
    let source = hasty(&server).await;
    let etag = list_all(&source, "").await.remove(0).etag;
    let gate = server.hold(On::Any);
    assert_eq!(list_error(&source).await.code, ErrorCode::Unreachable);
    let error = source.fetch(&ObjectKey::new("a.md"), &etag).await.expect_err("an error");
    assert_eq!(error.code, ErrorCode::Unreachable);
    gate.open();
    assert_eq!(list_all(&source, "").await.len(), 1);
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up_in_bounded_time() {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "the text of the object");
    let source = hasty(&server).await;
    let object = list_all(&source, "").await.remove(0);
    server.fail(1, On::Get, Fault::StallBody);
    assert!(matches!(source.fetch(&object.key, &object.etag).await, Ok(Fetched::Whole(_))));
    server.fail_always(On::Get, Fault::StallBody);
    let error = source.fetch(&object.key, &object.etag).await.expect_err("an error");
    assert_eq!(error.code, ErrorCode::Unreachable);
}

#[tokio::test]
async fn a_reply_longer_than_the_limit_is_not_taken_in() {
    let server = MemoryS3::start().await;
    server.put("user-files", "long.md", vec![b'x'; 1_001]);
    server.put("user-files", "fits.md", vec![b'x'; 1_000]);
    let source = hasty(&server).await;
    let objects = list_all(&source, "").await;
    assert!(matches!(source.fetch(&objects[0].key, &objects[0].etag).await, Ok(Fetched::Whole(_))));
    let error = source.fetch(&objects[1].key, &objects[1].etag).await.expect_err("an error");
    assert_says(&error, ErrorCode::StorageFailed, "longer than 1000 bytes");
}

#[tokio::test]
async fn an_object_that_changes_during_the_read_is_changed_or_old_and_never_mixed() {
    let (server, source, key, etag) = with_object().await;
    let gate = server.hold(On::Key("a.md".into()));
    let read = source.fetch(&key, &etag);
    let change = async {
        gate.arrived(1).await;
        server.put("user-files", "a.md", "other text");
        gate.open();
    };
    let (read, ()) = futures::join!(read, change);
    assert_eq!(read.expect("an answer"), Fetched::Changed);
}
