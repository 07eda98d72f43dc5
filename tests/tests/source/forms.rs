//! Servers that take requests in one form only, and how the source finds it.

use s3_connector_engine::connection::{Addressing, Settings};
use s3_connector_tests::authority::Authority;

use super::*;

async fn source_with(server: &MemoryS3, change: impl FnOnce(&mut Settings)) -> Result<S3Source, Error> {
    let mut settings = settings(&server.endpoint(), "user-files");
    change(&mut settings);
    S3Source::new(&settings, &access_key(server.access_key(), server.secret())).await
}

async fn keys(source: &S3Source) -> Vec<String> {
    list_all(source, "").await.into_iter().map(|object| object.key.to_string()).collect()
}

async fn server_with(keys: &[&str]) -> MemoryS3 {
    let server = MemoryS3::start().await;
    keys.iter().for_each(|key| server.put("user-files", key, "text"));
    server
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_where_its_file_is_given() {
    let authority = Authority::new();
    let server = MemoryS3::start_tls(&authority).await;
    server.put("user-files", "a.md", "text");
    let distrusting = source_with(&server, |_| {}).await.expect("a source");
    assert_says(&list_error(&distrusting).await, ErrorCode::TlsFailed, "UnknownIssuer");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    let several = format!("{}{}", Authority::new().pem(), authority.pem());
    std::fs::write(&file, several).expect("a file");
    let trusting = source_with(&server, |s| s.ca_file = Some(file)).await.expect("a source");
    let objects = list_all(&trusting, "").await;
    assert_eq!(
        trusting.fetch(&objects[0].key, &objects[0].etag).await.expect("bytes"),
        Fetched::Whole(Content::of("text"))
    );
}

#[tokio::test]
async fn an_authority_that_signed_something_else_is_no_help() {
    let server = MemoryS3::start_tls(&Authority::new()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, Authority::new().pem()).expect("a file");
    let source = source_with(&server, |s| s.ca_file = Some(file)).await.expect("a source");
    assert_eq!(list_error(&source).await.code, ErrorCode::TlsFailed);
}

#[tokio::test]
async fn a_file_of_certificates_that_cannot_be_used_is_an_error_of_its_field() {
    let server = MemoryS3::start().await;
    let missing = PathBuf::from("/no/such/ca.pem");
    let error = source_with(&server, |s| s.ca_file = Some(missing)).await.expect_err("refused");
    assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::InvalidConnection, "caFile"));
}

#[tokio::test]
async fn a_bucket_whose_readers_pay_is_read_by_those_who_say_so() {
    let server = server_with(&["a.md"]).await;
    server.requester_pays("user-files");
    let silent = source_with(&server, |_| {}).await.expect("a source");
    assert_eq!(list_error(&silent).await.code, ErrorCode::AccessDenied);
    let paying = source_with(&server, |s| s.requester_pays = true).await.expect("a source");
    let object = list_all(&paying, "").await.remove(0);
    assert!(matches!(paying.fetch(&object.key, &object.etag).await, Ok(Fetched::Whole(_))));
}

#[tokio::test]
async fn a_refusal_that_speaks_of_paying_says_which_setting_helps() {
    let server = server_with(&["a.md"]).await;
    server.fail_always(On::List, Fault::s3_error(400, "UserProjectMissing", "Bucket is a requester pays bucket"));
    let source = source_with(&server, |_| {}).await.expect("a source");
    assert_says(&list_error(&source).await, ErrorCode::AccessDenied, "turn on “requester pays”");
}

#[tokio::test]
async fn a_region_that_is_left_open_is_followed_once_and_remembered() {
    let server = server_with(&["a.md"]).await;
    server.lives_in("eu-west-3");
    let source = source_with(&server, |s| s.region = "auto".into()).await.expect("a source");
    let object = list_all(&source, "").await.remove(0);
    assert!(matches!(source.fetch(&object.key, &object.etag).await, Ok(Fetched::Whole(_))));
    assert_eq!(server.operations(), ["ListObjectsV2", "ListObjectsV2", "GetObject"]);
    // A read finds it too.
    let other = source_with(&server, |s| s.region = "auto".into()).await.expect("a source");
    assert!(matches!(other.fetch(&object.key, &object.etag).await, Ok(Fetched::Whole(_))));
}

#[tokio::test]
async fn a_region_that_was_set_is_kept_and_the_right_one_is_named() {
    let server = server_with(&["a.md"]).await;
    server.lives_in("eu-west-3");
    let source = source_with(&server, |_| {}).await.expect("a source");
    let error = list_error(&source).await;
    assert_eq!((error.code, error.region.as_deref()), (ErrorCode::WrongRegion, Some("eu-west-3")));
    assert_eq!(server.operations(), ["ListObjectsV2"]);
}

#[tokio::test]
async fn a_server_with_only_the_older_listing_is_listed_by_it() {
    let written = ["a b+c.md", "a.md", "b/%2F.md", "b/ü.md", "c\n.md"];
    let server = server_with(&written).await;
    server.is_old(true);
    server.page_size(2);
    let source = source_with(&server, |_| {}).await.expect("a source");
    assert_eq!(keys(&source).await, written);
    assert_eq!(server.operations(), ["ListObjectsV2", "ListObjects", "ListObjects", "ListObjects"]);
    server.forget_seen();
    keys(&source).await;
    assert!(server.operations().iter().all(|seen| seen == "ListObjects"), "it is remembered");
}

#[tokio::test]
async fn a_server_that_refuses_encoded_keys_is_asked_for_plain_ones() {
    let server = server_with(&["a+b%20c.md", "ü.md"]).await;
    server.refuses_encoding(true);
    let source = source_with(&server, |_| {}).await.expect("a source");
    assert_eq!(keys(&source).await, ["a+b%20c.md", "ü.md"]);
    server.forget_seen();
    keys(&source).await;
    assert_eq!(server.operations().len(), 1, "it is remembered");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_asked_for_in_the_other_form_before_it_is_an_error() {
    let server = server_with(&["a.md", "line\u{1}.md"]).await;
    let source = source_with(&server, |_| {}).await.expect("a source");
    let broken = "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>\u{1}</Key>\
                  </Contents></ListBucketResult>";
    let reply = Fault::Reply { status: 200, headers: Vec::new(), body: broken.into() };
    server.fail_always(On::List, reply);
    assert_says(&list_error(&source).await, ErrorCode::StorageFailed, "control character");
    server.heal();
    assert_eq!(keys(&source).await.len(), 2, "the form that was asked for first stays");
}

#[tokio::test]
async fn a_clock_that_is_wrong_either_way_is_corrected_and_known() {
    for minutes in [20, -20, 60 * 24 * 3] {
        let server = server_with(&["a.md"]).await;
        server.clock_ahead(minutes * 60);
        let source = source_with(&server, |_| {}).await.expect("a source");
        assert_eq!(source.clock_skew(), None);
        assert_eq!(keys(&source).await, ["a.md"]);
        assert_eq!(server.operations().len(), 2, "the refusal told the time");
        assert_eq!(keys(&source).await, ["a.md"]);
        assert_eq!(server.operations().len(), 3, "the time is remembered");
        let skew = source.clock_skew().expect("a reply told the time");
        assert!((skew - minutes * 60_000).abs() < 60_000, "{skew}");
    }
}

#[tokio::test]
async fn a_clock_that_cannot_be_corrected_is_told() {
    let server = server_with(&["a.md"]).await;
    server.fail_always(On::List, Fault::s3_error(403, "RequestTimeTooSkewed", "The difference is too large."));
    let source = source_with(&server, |_| {}).await.expect("a source");
    assert_eq!(list_error(&source).await.code, ErrorCode::ClockSkewed);
}

#[tokio::test]
async fn a_server_that_tells_an_old_signature_in_its_own_words_is_understood() {
    let server = server_with(&["a.md"]).await;
    server.clock_ahead(1_800);
    server.fail(1, On::List, Fault::s3_error(400, "InvalidRequest", "Bad request: Date is too old"));
    let source = source_with(&server, |_| {}).await.expect("a source");
    assert_eq!(keys(&source).await, ["a.md"]);
}

#[tokio::test]
async fn a_style_that_was_set_is_not_tried_another_way() {
    let server = server_with(&["a.md"]).await;
    server.only_hosts_under("s3.example.test");
    let source = source_with(&server, |s| s.addressing = Addressing::Path).await.expect("a source");
    assert_says(&list_error(&source).await, ErrorCode::AccessDenied, "SecondLevelDomainForbidden");
    assert_eq!(server.operations().len(), 1);
}
