//! The doctor: at which rung a connection fails, and what helps.

use futures::future::join_all;
use s3_connector_engine::engine::Engine;
use s3_connector_engine::secrets::MemorySecrets;
use s3_connector_engine::view::{Fix, Rung, RungView, TestReport, Verdict};
use s3_connector_tests::authority::Authority;
use s3_connector_tests::scene;
use serde_json::{Value, json};

use super::*;

async fn examined(server: &MemoryS3, fields: Value) -> TestReport {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.expect("an engine");
    engine.connection_test_draft(scene::draft(server, fields), None).await.expect("a report")
}

fn verdicts(report: &TestReport) -> Vec<(Rung, Verdict)> {
    report.rungs.iter().map(|rung| (rung.rung, rung.verdict)).collect()
}

fn rung(report: &TestReport, wanted: Rung) -> &RungView {
    report.rungs.iter().find(|rung| rung.rung == wanted).expect("every rung is told")
}

/// The rung that failed, after checking that none above it was tried and none below it failed.
fn failed(report: &TestReport) -> &RungView {
    let at = report.rungs.iter().position(|rung| rung.verdict == Verdict::Failed).expect("a failure");
    assert!(!report.passed);
    assert_eq!(report.error, report.rungs[at].error);
    assert!(report.rungs[at + 1..].iter().all(|rung| rung.verdict == Verdict::NotTried), "{report:?}");
    assert!(report.rungs[at].fix.is_some(), "no failure without a way on: {report:?}");
    &report.rungs[at]
}

fn field(field: &str) -> Fix {
    Fix::EditField { field: field.into() }
}

async fn server() -> MemoryS3 {
    let server = MemoryS3::start().await;
    server.put("user-files", "a.md", "text");
    server
}

#[tokio::test]
async fn a_good_connection_passes_every_rung_with_one_listing_and_one_read() {
    let server = server().await;
    let report = examined(&server, json!({})).await;
    assert!(report.passed, "{report:?}");
    let tried: Vec<_> = verdicts(&report).into_iter().filter(|(_, verdict)| *verdict != Verdict::Passed).collect();
    assert_eq!(tried, [(Rung::Tls, Verdict::NotTried)], "http:// has no channel to encrypt");
    assert_eq!(server.operations(), ["ListObjectsV2", "GetObject"]);
    assert!(report.policy.contains("arn:aws:s3:::user-files/*"), "{}", report.policy);
}

#[tokio::test]
async fn an_encrypted_channel_is_a_rung_of_its_own() {
    let authority = Authority::new();
    let server = MemoryS3::start_tls(&authority).await;
    server.put("user-files", "a.md", "text");
    let report = examined(&server, json!({})).await;
    assert_eq!(failed(&report).rung, Rung::Tls);
    assert_eq!(failed(&report).fix, Some(Fix::TrustCertificate));

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).expect("a file");
    let report = examined(&server, json!({"caFile": file})).await;
    assert!(report.rungs.iter().all(|rung| rung.verdict == Verdict::Passed), "{report:?}");

    let plainly = server.endpoint().replace("https://", "http://");
    let report = examined(&server, json!({"caFile": file, "endpoint": plainly})).await;
    assert_eq!(failed(&report).fix, Some(Fix::SetEndpoint { endpoint: server.endpoint() }));
}

#[tokio::test]
async fn a_server_that_is_not_encrypted_is_found_without_a_signature() {
    let server = server().await;
    let report = examined(&server, json!({"endpoint": server.endpoint().replace("http://", "https://")})).await;
    assert_eq!(failed(&report).rung, Rung::Tls);
    assert_eq!(failed(&report).fix, Some(Fix::SetEndpoint { endpoint: server.endpoint() }));
    assert!(server.seen().iter().all(|seen| seen.access_key.is_none()), "{:?}", server.seen());
}

#[tokio::test]
async fn a_name_that_is_not_known_fails_the_rung_of_names() {
    let server = server().await;
    let report = examined(&server, json!({"endpoint": "http://s3.invalid:9000"})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::Name, &Some(field("endpoint"))));
    assert_eq!(rung(&report, Rung::Credentials).verdict, Verdict::Passed);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_port_where_nobody_listens_fails_the_connection() {
    let server = server().await;
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let report = examined(&server, json!({"endpoint": closed})).await;
    assert_eq!((failed(&report).rung, rung(&report, Rung::Name).verdict), (Rung::Connect, Verdict::Passed));
}

#[tokio::test]
async fn a_wrong_secret_fails_the_signature() {
    let server = server().await;
    let key = json!({"kind": "access_key", "accessKeyId": server.access_key(), "secretAccessKey": SECRET});
    let report = examined(&server, json!({"credentials": key})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::Signature, &Some(field("secretAccessKey"))));
    assert_eq!(report.error.as_ref().map(|error| error.code), Some(ErrorCode::AuthenticationFailed));
    assert_eq!(rung(&report, Rung::Clock).verdict, Verdict::Passed);
}

#[tokio::test]
async fn an_access_key_that_is_not_known_is_told_from_a_wrong_secret() {
    let server = server().await;
    let key = json!({"kind": "access_key", "accessKeyId": "AKIANOBODY", "secretAccessKey": SECRET});
    let report = examined(&server, json!({"credentials": key})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::Signature, &Some(field("accessKeyId"))));
}

#[tokio::test]
async fn a_refusal_and_a_missing_bucket_fail_the_listing() {
    let server = server().await;
    let report = examined(&server, json!({"bucket": "no-such-bucket"})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::List, &Some(field("bucket"))));
    assert_eq!(report.error.as_ref().map(|error| error.code), Some(ErrorCode::BucketNotFound));
    server.forbid("user-files", true);
    let report = examined(&server, json!({})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::List, &Some(Fix::GrantPolicy)));
    assert_eq!(report.error.as_ref().map(|error| error.code), Some(ErrorCode::AccessDenied));
    assert_eq!(rung(&report, Rung::Signature).verdict, Verdict::Passed);
}

#[tokio::test]
async fn a_key_that_may_list_and_not_get_fails_the_read() {
    let server = server().await;
    server.allow(ID, SECRET, Rights::ListOnly);
    let key = json!({"kind": "access_key", "accessKeyId": ID, "secretAccessKey": SECRET});
    let report = examined(&server, json!({"credentials": key})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::Read, &Some(Fix::GrantPolicy)));
}

#[tokio::test]
async fn the_right_region_is_a_fix() {
    let server = server().await;
    server.lives_in("eu-west-3");
    let report = examined(&server, json!({})).await;
    assert_eq!(failed(&report).rung, Rung::List);
    assert_eq!(failed(&report).fix, Some(Fix::SetRegion { region: "eu-west-3".into() }));
    assert!(examined(&server, json!({"region": "eu-west-3"})).await.passed);
}

#[tokio::test]
async fn to_pay_is_a_fix_where_the_bucket_answers_those_who_do() {
    let server = server().await;
    server.requester_pays("user-files");
    let report = examined(&server, json!({})).await;
    assert_eq!((failed(&report).rung, &failed(&report).fix), (Rung::List, &Some(Fix::SetRequesterPays)));
    assert!(examined(&server, json!({"requesterPays": true})).await.passed);
}

#[tokio::test]
async fn an_endpoint_with_the_bucket_in_it_is_told_without() {
    let server = server().await;
    let report = examined(&server, json!({"endpoint": format!("{}/user-files", server.endpoint())})).await;
    assert_eq!(failed(&report).rung, Rung::List);
    assert_eq!(failed(&report).fix, Some(Fix::SetEndpoint { endpoint: server.endpoint() }));
}

#[tokio::test]
async fn a_wrong_clock_is_told_although_it_is_corrected() {
    let server = server().await;
    server.clock_ahead(20 * 60);
    let report = examined(&server, json!({})).await;
    assert!(report.passed);
    let said = &rung(&report, Rung::Clock).sentence;
    assert!(
        said.starts_with("This computer's clock is 20 min behind the server's") || said.contains("19 min"),
        "{said}"
    );
}

#[tokio::test]
async fn a_server_that_takes_the_connection_and_says_nothing_fails_the_connection() {
    let server = server().await;
    server.fail_always(On::List, Fault::Hangup);
    let report = examined(&server, json!({})).await;
    assert_eq!(failed(&report).rung, Rung::Connect);
}

#[tokio::test]
async fn a_public_bucket_needs_no_signature() {
    let server = server().await;
    server.make_public("user-files");
    let report = examined(&server, json!({"credentials": {"kind": "anonymous"}})).await;
    assert!(report.passed);
    assert_eq!(rung(&report, Rung::Signature).verdict, Verdict::NotTried);
}

#[tokio::test]
async fn a_file_of_certificates_that_cannot_be_used_is_an_error_of_its_field() {
    let server = server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Engine::open(folder.path(), Arc::new(MemorySecrets::default())).await.expect("an engine");
    let draft = scene::draft(&server, json!({"caFile": "/no/such/ca.pem"}));
    let error = engine.connection_test_draft(draft, None).await.expect_err("refused");
    assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::InvalidConnection, "caFile"));
}

/// The last word of the room: whatever was tried, and in whichever form, two permissions were enough.
#[tokio::test]
async fn nothing_that_the_doctor_or_a_source_tries_needs_a_third_permission() {
    let refusals = [
        Fault::s3_error(403, "AccessDenied", "Access Denied"),
        Fault::s3_error(403, "SignatureDoesNotMatch", ""),
        Fault::s3_error(403, "RequestTimeTooSkewed", ""),
        Fault::s3_error(404, "NoSuchBucket", ""),
        Fault::s3_error(301, "PermanentRedirect", ""),
        Fault::s3_error(501, "NotImplemented", ""),
        Fault::s3_error(400, "InvalidArgument", "Invalid Encoding Method"),
        Fault::Reply { status: 200, headers: Vec::new(), body: "<html>".into() },
        Fault::CutBody,
        Fault::Hangup,
    ];
    // Once: what is tried next gets through. Three times: nothing does.
    let cases = refusals.iter().flat_map(|refusal| [(refusal, 1), (refusal, 3)]);
    let seen = join_all(cases.map(|(refusal, times)| async move {
        let server = server().await;
        server.fail(times, On::Any, refusal.clone());
        for endpoint in [server.endpoint(), format!("{}/user-files", server.endpoint())] {
            examined(&server, json!({"endpoint": endpoint, "region": "auto", "prefix": "a"})).await;
        }
        server.operations()
    }));
    let mut operations = seen.await.concat();
    operations.sort_unstable();
    operations.dedup();
    assert_eq!(operations, ["GetObject", "ListObjects", "ListObjectsV2"]);
}
