//! Single keys and documents: why a key is, or is not, in; what is held.

use s3_connector_tests::memory_s3::MemoryS3;
use serde_json::{Value, json};

use super::program::{BUCKET, S3c, fields, keys};

/// What is known of a key, and the sentence.
async fn why(s3c: &S3c, key: &str) -> (Value, String) {
    let why = s3c.answer(&["why", "notes", key]).await["why"].take();
    assert_eq!(why["key"], key);
    let sentence = why["sentence"].as_str().unwrap().to_owned();
    (why, sentence)
}

#[tokio::test]
async fn every_key_has_an_answer_to_why() {
    let server = MemoryS3::start().await;
    for (key, text) in
        [("a.md", "in"), ("b.md", "in, and soon gone"), ("c.tmp.md", "left out"), ("z.md", "one too many")]
    {
        server.put(BUCKET, &format!("users/u1/{key}"), text);
    }
    server.put(BUCKET, "users/u1/broken.pdf", "%PDF-1.7\nthis is where it ends");
    server.put(BUCKET, "elsewhere.md", "no tag");
    server.put(BUCKET, "users/u1/large.md", "x".repeat(2000));
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    let edit = ["--exclude", "*.tmp.md", "--document-limit", "3", "--max-size", "1000", "--on-no-match", "skip"];
    s3c.answer(&[&["connections", "edit", "notes"], &edit[..]].concat()).await;
    assert!(why(&s3c, "users/u1/a.md").await.1.contains("never listed"));
    s3c.answer(&["sync", "notes"]).await;
    // The refused document gives its place back, and the last key waits for the next sync.
    server.put(BUCKET, "users/u1/c.md", "takes the place");
    s3c.answer(&["sync", "notes"]).await;
    server.delete(BUCKET, "users/u1/b.md");
    s3c.answer(&["sync", "notes"]).await;

    for (key, words, reason) in [
        ("users/u1/a.md", "in the knowledge base, under the tag u1", Value::Null),
        ("users/u1/nowhere.md", "does not show this key", Value::Null),
        ("users/u1/c.tmp.md", "left out by the rules", json!("excluded_by_rule")),
        ("users/u1/z.md", "document limit is reached", json!("over_limit")),
        ("users/u1/broken.pdf", "refused it: The file is damaged", json!("refused")),
        ("users/u1/large.md", "too large", json!("too_large")),
        ("elsewhere.md", "finds no tag", json!("no_tag")),
        ("users/u1/b.md", "such documents are kept, as chosen", Value::Null),
    ] {
        let (story, sentence) = why(&s3c, key).await;
        assert!(sentence.contains(words), "{key}: {sentence}");
        assert_eq!(story["plan"]["reason"], reason, "{key}: {story}");
    }
    let (story, _) = why(&s3c, "users/u1/b.md").await;
    assert_eq!((&story["listed"], &story["plan"]["action"]), (&json!(false), &json!("kept")));
    assert_eq!(
        (&story["documents"][0]["state"], &story["history"][0]["item"]["outcome"]),
        (&json!("indexed"), &json!("sent"))
    );
    let plain = s3c.run(&["why", "notes", "users/u1/broken.pdf"]).await;
    assert!(plain.answer.lines().count() >= 3 && plain.answer.contains("document: refused"), "{plain:#?}");
}

#[tokio::test]
async fn documents_are_told_with_exactly_five_fields() {
    let server = MemoryS3::start().await;
    server.put(BUCKET, "users/u1/a.md", "numbat");
    server.put(BUCKET, "users/u2/b\u{1}.md", "numbat too");
    server.put(BUCKET, "users/u2/broken.pdf", "%PDF-1.7\nthis is where it ends");
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    assert_eq!(s3c.answer(&["documents", "notes"]).await, json!({"documents": []}));
    s3c.answer(&["sync", "notes"]).await;
    let mut documents = s3c.answer(&["documents", "notes"]).await["documents"].as_array().unwrap().clone();
    documents.sort_by_key(|document| document["key"].as_str().unwrap().to_owned());
    let told: Vec<[&str; 3]> =
        documents.iter().map(|d| ["key", "tag", "state"].map(|field| d[field].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ["users/u1/a.md", "u1", "indexed"],
            ["users/u2/b\u{1}.md", "u2", "indexed"],
            ["users/u2/broken.pdf", "u2", "rejected"],
        ]
    );
    for document in &documents {
        assert_eq!(fields(document), ["key", "etag", "tag", "id", "state"].into());
        assert!(!document["etag"].as_str().unwrap().contains('"'), "{document}");
        let id = document["id"].as_str().unwrap();
        assert!(id.len() == 43 && id.starts_with("s3-"), "{id}");
    }
    assert_eq!(s3c.answer(&["documents", "notes", "--limit", "1"]).await["documents"].as_array().unwrap().len(), 1);
    let plain = s3c.run(&["documents", "notes"]).await;
    assert!(plain.answer.starts_with("Key\tTag\tState\tSize\tWhy\tETag\tId\n"), "{plain:#?}");
    assert!(plain.answer.contains(r"users/u2/b\u{1}.md") && plain.answer.contains("The file is damaged"), "{plain:#?}");
}

#[tokio::test]
async fn documents_of_many_pages_are_told_once_each() {
    let server = MemoryS3::start().await;
    for note in 0..1005 {
        server.put(BUCKET, &format!("users/u1/{note:04}.md"), format!("numbat {note}"));
    }
    let s3c = S3c::new(&server);
    s3c.add_notes(&server).await;
    s3c.answer(&["sync", "notes"]).await;
    let documents = s3c.answer(&["documents", "notes"]).await;
    let mut held = keys(&documents["documents"]);
    held.sort_unstable();
    assert_eq!(held, server.keys(BUCKET));
    let some = s3c.run(&["documents", "notes", "--limit", "1001"]).await;
    assert_eq!(some.answer.lines().count(), 1002);
    assert!(some.errors.contains("--limit shows more"), "{}", some.errors);
}
