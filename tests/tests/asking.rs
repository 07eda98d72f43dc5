//! How many requests it takes to ask a Supermemory about many documents, and that few requests answer as truly as many.

use futures::{StreamExt, stream};
use s3_connector_engine::content::Content;
use s3_connector_engine::knowledge_base::supermemory::Supermemory;
use s3_connector_engine::knowledge_base::{
    Address, Document, DocumentId, KnowledgeBase, Put, RemoteId, Removal, Standing,
};
use s3_connector_engine::object::{ETag, ObjectKey};
use s3_connector_engine::plan::document_id;
use s3_connector_engine::secrets::Secret;
use s3_connector_engine::tag::ContainerTag;
use s3_connector_tests::supermemory::{FakeSupermemory, Pipeline, Quirks};

const CONNECTION: &str = "0198f6a0-0000-7000-8000-000000000001";

fn document(n: usize) -> Document {
    let (key, etag) = (ObjectKey::new(format!("{n:04}.md")), ETag::new("\"e\""));
    let tag = ContainerTag::parse("team").unwrap();
    let id = document_id(CONNECTION, &key, &etag, &tag);
    Document { id, connection: CONNECTION.into(), bucket: "bucket".into(), key, etag, tag, size: 9, modified: None }
}

fn client(server: &FakeSupermemory) -> Supermemory {
    let address = Address::parse(&server.url()).unwrap();
    Supermemory::new(&address, Some(Secret::from(server.key().to_owned()))).unwrap()
}

async fn put_all(client: &Supermemory, numbers: std::ops::Range<usize>) -> Vec<(DocumentId, RemoteId)> {
    let put = |n| async move {
        let document = document(n);
        match client.put(&document, Content::of(format!("text of {n}"))).await.unwrap() {
            Put::Accepted { remote_id } | Put::Indexed { remote_id } => (document.id, remote_id),
            put => panic!("not taken: {put:?}"),
        }
    };
    stream::iter(numbers).map(put).buffered(16).collect().await
}

/// Asks in groups, as a sync does; says how they stand and how many requests it took.
async fn ask(server: &FakeSupermemory, client: &Supermemory, ids: &[DocumentId]) -> (Vec<Standing>, usize) {
    let before = server.seen().len();
    let mut standings = Vec::new();
    for group in ids.chunks(100) {
        standings.extend(client.ask(group).await.unwrap());
    }
    (standings, server.seen().len() - before)
}

#[tokio::test]
async fn many_documents_are_asked_about_by_a_few_requests() {
    let server = FakeSupermemory::with(Quirks { pipeline: Pipeline::Held, ..Quirks::default() });
    let client = client(&server);
    let put = put_all(&client, 0..450).await;
    let ids: Vec<DocumentId> = put.iter().map(|(id, _)| id.clone()).collect();
    let remote = |at: usize| put[at].1.clone();

    let (standings, requests) = ask(&server, &client, &ids).await;
    assert!(standings.iter().enumerate().all(|(n, s)| *s == Standing::Processing { remote_id: remote(n) }));
    assert_eq!(requests, 1, "all of them are processed, and stand in one list");

    assert_eq!(server.work(), 450);
    let (standings, requests) = ask(&server, &client, &ids).await;
    assert!(standings.iter().enumerate().all(|(n, s)| *s == Standing::Indexed { remote_id: remote(n) }));
    assert!(requests <= 2 + 8, "five pages, and what is processed: {requests}");

    assert_eq!(client.remove(&[remote(7), remote(300)]).await.unwrap(), [Removal::Gone, Removal::Gone]);
    let (standings, _) = ask(&server, &client, &ids).await;
    for (n, standing) in standings.into_iter().enumerate() {
        let expected = match n {
            7 | 300 => Standing::Absent,
            _ => Standing::Indexed { remote_id: remote(n) },
        };
        assert_eq!(standing, expected, "{n}");
    }
}

#[tokio::test]
async fn what_was_put_after_a_list_was_read_is_found_and_what_failed_has_its_reason() {
    let server = FakeSupermemory::with(Quirks {
        fails_on: Some("text of 3".into()),
        failure: Some(("errorReason", "no text".into())),
        ..Quirks::default()
    });
    let client = client(&server);
    let mut put = put_all(&client, 0..30).await;
    let ids = |put: &[(DocumentId, RemoteId)]| put.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let (first, _) = ask(&server, &client, &ids(&put)).await;
    let failed = Standing::Failed { remote_id: put[3].1.clone(), reason: "no text".into() };
    assert_eq!(first[3], failed);
    put.extend(put_all(&client, 40..70).await);
    let (second, _) = ask(&server, &client, &ids(&put)).await;
    let absent = second.iter().filter(|standing| **standing == Standing::Absent).count();
    assert_eq!((absent, second.len()), (0, 60));
    assert_eq!(second[3], failed);
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_supermemorys_own_client_makes() {
    let server = FakeSupermemory::with(Quirks { delay: std::time::Duration::from_millis(5), ..Quirks::default() });
    let client = client(&server);
    put_all(&client, 0..64).await;
    assert_eq!(server.most_at_once(), 8);
}
