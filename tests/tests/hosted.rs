//! Hosted connections through the engine, and a connection that is handed over, against the strict Supermemory.

use std::sync::Arc;

use s3_connector_engine::engine::Engine;
use s3_connector_engine::error::{Error, ErrorCode};
use s3_connector_engine::secrets::{MemorySecrets, SecretStore};
use s3_connector_engine::view::{ConnectionState, HostedRunState};
use s3_connector_tests::scene::{draft_with, knowledge_base};
use s3_connector_tests::supermemory::{FakeSupermemory, Quirks};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "wJalrXUtnFEMI/a-secret-of-these-tests";

struct Desk {
    server: FakeSupermemory,
    engine: Arc<Engine>,
    _folder: TempDir,
}

impl Desk {
    async fn with(quirks: Quirks) -> Self {
        let server = FakeSupermemory::with(quirks);
        let folder = tempfile::tempdir().unwrap();
        let secrets = Arc::new(MemorySecrets::default()) as Arc<dyn SecretStore>;
        let engine = Engine::open(folder.path(), secrets).await.unwrap();
        engine.knowledge_base_set(knowledge_base(&server.url(), server.key())).await.unwrap();
        Self { server, engine, _folder: folder }
    }

    async fn new() -> Self {
        Self::with(Quirks::default()).await
    }

    /// What nobody may read in anything that is shown.
    fn assert_no_secret(&self, shown: &impl std::fmt::Debug) {
        let shown = format!("{shown:?}");
        assert!(!shown.contains(SECRET) && !shown.contains(self.server.key()), "{shown}");
    }

    /// What a refused request is told, with no connection made.
    async fn refusal(&self, fields: Value) -> Error {
        let error =
            self.engine.hosted_create(self.server.url(), draft_with(fields, "AKIATEST", SECRET)).await.unwrap_err();
        self.assert_no_secret(&error);
        assert_eq!(self.server.connections(), []);
        error
    }
}

fn fields() -> Value {
    json!({
        "bucket": "my-bucket", "region": "auto", "endpoint": "https://minio.example.com", "prefix": "in/",
        "containerTagRegex": "users/(?<userId>[^/]+)/", "containerTags": ["team"], "documentLimit": 500,
    })
}

#[tokio::test]
async fn a_hosted_connection_is_made_in_the_documented_form_and_shown_without_its_secret() {
    let desk = Desk::new().await;
    let (engine, url) = (&desk.engine, desk.server.url());
    let made = engine.hosted_create(url.clone(), draft_with(fields(), "AKIATEST", SECRET)).await.unwrap();
    let stored = desk.server.connections().remove(0);
    let settings = json!({
        "accessKeyId": "AKIATEST", "secretAccessKey": SECRET, "bucket": "my-bucket", "region": "auto",
        "endpoint": "https://minio.example.com", "prefix": "in/", "containerTagRegex": "users/(?<userId>[^/]+)/",
    });
    assert_eq!(Value::Object(stored.metadata), settings);
    assert_eq!((stored.tags, stored.document_limit), (vec!["team".to_owned()], 500));
    assert_eq!((made.id.as_str(), made.bucket.as_str(), made.document_limit), (&*stored.id, "my-bucket", Some(500)));
    assert_eq!((made.container_tags.as_slice(), made.created_at), (&["team".to_owned()][..], Some(stored.created)));

    desk.server.sync_connection(&made.id, &[("in/a.md", "one"), ("in/b.md", "two")], Some("Access denied"));
    let listed = engine.hosted_list(url.clone()).await.unwrap();
    let shown = engine.hosted_show(url.clone(), made.id.clone()).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&shown.connection));
    let run = &shown.runs[0];
    assert_eq!((run.state, run.error.as_deref()), (HostedRunState::Failed, Some("Access denied")));
    assert_eq!(shown.connection.last_run.as_ref().unwrap().state, HostedRunState::Failed);
    let documents = engine.hosted_documents(url.clone(), made.id.clone()).await.unwrap();
    assert_eq!(documents.len(), 2);
    assert!(documents.iter().all(|document| document.status == "done"), "{documents:?}");
    engine.hosted_import(url, made.id).await.unwrap();
    assert_eq!(desk.server.connections()[0].runs.last().unwrap().trigger, "manual");
    desk.assert_no_secret(&(made.bucket, listed, shown, documents));
}

#[tokio::test]
async fn what_becomes_of_the_documents_is_said_whenever_a_hosted_connection_is_deleted() {
    let desk = Desk::new().await;
    for delete_documents in [false, true] {
        let made =
            desk.engine.hosted_create(desk.server.url(), draft_with(fields(), "AKIATEST", SECRET)).await.unwrap();
        desk.server.sync_connection(&made.id, &[("in/a.md", "one")], None);
        let before = desk.server.document_count();
        desk.engine.hosted_delete(desk.server.url(), made.id.clone(), delete_documents).await.unwrap();
        assert_eq!(desk.server.document_count(), before - usize::from(delete_documents));
        assert_eq!(desk.server.connections(), []);
        let again = desk.engine.hosted_delete(desk.server.url(), made.id, delete_documents).await.unwrap_err();
        assert_eq!(again.code, ErrorCode::HostedConnectionNotFound);
    }
}

#[tokio::test]
async fn the_name_of_a_provider_is_no_id_and_deletes_nothing() {
    let desk = Desk::new().await;
    desk.engine.hosted_create(desk.server.url(), draft_with(fields(), "AKIATEST", SECRET)).await.unwrap();
    let error = desk.engine.hosted_delete(desk.server.url(), "s3".into(), true).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::HostedConnectionNotFound);
    assert_eq!(desk.server.connections().len(), 1);
}

#[tokio::test]
async fn a_plan_without_connections_and_a_server_without_them_are_told_apart() {
    let low = Desk::with(Quirks { plan_too_low: true, ..Quirks::default() }).await;
    assert_eq!(low.refusal(fields()).await.code, ErrorCode::PlanTooLow);
    assert_eq!(low.engine.hosted_list(low.server.url()).await.unwrap_err().code, ErrorCode::PlanTooLow);
    let own = Desk::with(Quirks::self_hosted(1)).await;
    assert_eq!(own.refusal(fields()).await.code, ErrorCode::ConnectorsUnavailable);
    let shown = own.engine.hosted_show(own.server.url(), "conn".into()).await.unwrap_err();
    assert_eq!(shown.code, ErrorCode::ConnectorsUnavailable);
}

#[tokio::test]
async fn what_the_hosted_connector_cannot_do_is_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    let before = desk.server.seen().len();
    let error = desk
        .refusal(json!({
            "bucket": "my-bucket", "endpoint": "http://127.0.0.1:9000", "documentLimit": 20_000, "maxSize": 5,
            "containerTagRegex": "(?<tenant>[^/]+)/", "containerTags": ["a", "b"],
            "filters": [{"kind": "exclude", "glob": "*.tmp"}],
        }))
        .await;
    assert_eq!(error.code, ErrorCode::InvalidConnection);
    let named: Vec<&str> = error.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(named, ["endpoint", "documentLimit", "filters", "maxSize", "containerTags", "containerTagRegex"]);
    assert_eq!(desk.server.seen().len(), before);
}

#[tokio::test]
async fn a_connection_that_is_handed_over_is_hosted_with_its_own_secret_and_paused_here() {
    let desk = Desk::new().await;
    let local = desk.engine.connection_add(draft_with(fields(), "AKIATEST", SECRET)).await.unwrap();
    let hosted = desk.engine.connection_hand_over(local.id.clone(), desk.server.url()).await.unwrap();
    let stored = desk.server.connections().remove(0);
    assert_eq!((stored.metadata["secretAccessKey"].as_str(), &*stored.id), (Some(SECRET), &*hosted.id));
    assert_eq!(stored.metadata["bucket"], "my-bucket");
    let here = desk.engine.connection_list().await.unwrap().remove(0);
    assert_eq!(here.state, ConnectionState::Paused);
    assert_eq!(here.pause.unwrap().until, None);
    desk.assert_no_secret(&(hosted, here));
}

#[tokio::test]
async fn a_connection_that_cannot_be_handed_over_goes_on_here() {
    let desk = Desk::with(Quirks { plan_too_low: true, ..Quirks::default() }).await;
    let mut local = fields();
    local["onGone"] = "remove".into();
    let local = desk.engine.connection_add(draft_with(local, "AKIATEST", SECRET)).await.unwrap();
    let error = desk.engine.connection_hand_over(local.id.clone(), desk.server.url()).await.unwrap_err();
    assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::InvalidConnection, "onGone"));
    let keeping = draft_with(fields(), "AKIATEST", SECRET);
    desk.engine.connection_edit(local.id.clone(), keeping, None).await.unwrap();
    let error = desk.engine.connection_hand_over(local.id, desk.server.url()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PlanTooLow);
    let here = desk.engine.connection_list().await.unwrap().remove(0);
    assert_eq!((here.state, here.pause), (ConnectionState::New, None));
}
