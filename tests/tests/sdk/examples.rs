//! The documentation's examples, each by every package that has it.

use s3_connector_tests::samples;
use s3_connector_tests::sdk::Sdk;
use serde_json::Value;

use super::place::{Place, Steps, skipped};

const VACATION: &str = "handbook/vacation.md";
const NOTES: &str = "users/user-123/documents/notes.md";
const REPORT: &str = "users/user-456/reports/q4.pdf";

macro_rules! examples {
    ($($who:ident: $sdk:ident runs $($example:ident)*;)*) => {$(
        mod $who {
            use super::Sdk;

            $(#[tokio::test(flavor = "multi_thread")]
            async fn $example() {
                if Sdk::$sdk.words().is_none() {
                    return super::skipped("an official package is not installed");
                }
                super::$example(Sdk::$sdk).await;
            })*
        }
    )*};
}

examples! {
    npm: Npm runs quick_setup_brings_the_bucket quick_setup_of_before_brings_it_too a_manual_sync_brings_what_is_new
        a_prefix_is_honoured the_container_tag_comes_from_the_key deleting_takes_the_documents
        deleting_keeps_the_documents_where_that_is_said deleting_by_tag_takes_that_connection
        a_deleted_document_stays_away refusals_are_as_documented errors_of_the_storage_are_as_documented a_local_server_is_found_by_its_address;
    python_3: Python3 runs quick_setup_brings_the_bucket quick_setup_of_before_brings_it_too
        a_manual_sync_brings_what_is_new a_prefix_is_honoured the_container_tag_comes_from_the_key
        deleting_takes_the_documents deleting_keeps_the_documents_where_that_is_said
        deleting_by_tag_takes_that_connection a_deleted_document_stays_away refusals_are_as_documented errors_of_the_storage_are_as_documented;
    python_5: Python5 runs quick_setup_brings_the_bucket a_manual_sync_brings_what_is_new a_prefix_is_honoured
        the_container_tag_comes_from_the_key deleting_takes_the_documents deleting_keeps_the_documents_where_that_is_said a_deleted_document_stays_away
        refusals_are_as_documented errors_of_the_storage_are_as_documented;
    curl: Curl runs quick_setup_brings_the_bucket quick_setup_of_before_brings_it_too a_manual_sync_brings_what_is_new
        a_prefix_is_honoured the_container_tag_comes_from_the_key deleting_takes_the_documents
        deleting_keeps_the_documents_where_that_is_said deleting_by_tag_takes_that_connection
        a_deleted_document_stays_away refusals_are_as_documented errors_of_the_storage_are_as_documented;
}

async fn quick_setup_brings_the_bucket(sdk: Sdk) {
    brings_the_bucket(sdk, "quick-setup").await;
}

async fn quick_setup_of_before_brings_it_too(sdk: Sdk) {
    brings_the_bucket(sdk, "quick-setup-of-before").await;
}

async fn brings_the_bucket(sdk: Sdk, example: &str) {
    let place = with_documents().await;
    let id = place.create(sdk, example).await;
    // The example ends here: nobody has asked for a sync.
    place.until_held(&[("readme.md", "org-123"), (VACATION, "org-123")]).await;
    place.example(sdk, &["connection", &id, "org-123"]).await;
    if sdk != Sdk::Python5 {
        let imported = place.example(sdk, &["imported", "org-123"]).await;
        let imported = rows(imported.only());
        assert_eq!(imported.len(), 2, "{imported:?}");
        assert!(imported.iter().all(|document| document["status"] == "done"), "{imported:?}");
    }
    let steps = place.example(sdk, &["documents", "org-123", "walrus"]).await;
    assert_eq!(keys(documents(&steps)), [VACATION, "readme.md"]);
    let [hit] = found(&steps) else { panic!("one result: {steps:?}") };
    assert!(hit.to_string().contains("walrus"), "{hit}");
    let nobody = place.example(sdk, &["documents", "nobody", "walrus"]).await;
    assert!(rows(documents(&nobody)).is_empty() && found(&nobody).is_empty(), "{nobody:?}");
}

async fn a_manual_sync_brings_what_is_new(sdk: Sdk) {
    let place = with_documents().await;
    let id = place.create(sdk, "quick-setup").await;
    let two = [("readme.md", "org-123"), (VACATION, "org-123")];
    place.sync_until_held(sdk, &id, "org-123", &two).await;
    place.put("my-documents-bucket", "handbook/travel.md", "Trains before planes.");
    place.sync(sdk, &id, "org-123").await;
    place.until_held(&[two[0], two[1], ("handbook/travel.md", "org-123")]).await;
}

async fn a_prefix_is_honoured(sdk: Sdk) {
    let place = with_documents().await;
    let id = place.create(sdk, "prefix").await;
    let wanted = [("documents/engineering/design.md", "engineering-docs")];
    place.sync_until_held(sdk, &id, "engineering-docs", &wanted).await;
}

async fn the_container_tag_comes_from_the_key(sdk: Sdk) {
    let place = with_documents().await;
    let id = place.create(sdk, "dynamic-tags").await;
    let wanted = [("readme.md", "user-files"), (NOTES, "user-123"), (REPORT, "user-456")];
    place.sync_until_held(sdk, &id, "user-files", &wanted).await;
    for (tag, key) in [("user-123", NOTES), ("user-456", REPORT), ("user-files", "readme.md")] {
        let steps = place.example(sdk, &["documents", tag, "lighthouse"]).await;
        assert_eq!(keys(documents(&steps)), [key]);
        // The word stands in the notes of one tenant, and the other's search does not find it.
        assert_eq!(found(&steps).len(), usize::from(tag == "user-123"), "{steps:?}");
    }
    if sdk != Sdk::Python5 {
        let imported = place.example(sdk, &["imported", "user-files"]).await;
        assert_eq!(rows(imported.only()).len(), 3, "{imported:?}");
    }
}

async fn deleting_takes_the_documents(sdk: Sdk) {
    let place = with_documents().await;
    let id = place.create(sdk, "quick-setup").await;
    place.sync_until_held(sdk, &id, "org-123", &[("readme.md", "org-123"), (VACATION, "org-123")]).await;
    place.example(sdk, &["delete", &id, "org-123"]).await;
    place.until_held(&[]).await;
}

async fn deleting_keeps_the_documents_where_that_is_said(sdk: Sdk) {
    let place = with_documents().await;
    let id = place.create(sdk, "quick-setup").await;
    let two = [("readme.md", "org-123"), (VACATION, "org-123")];
    place.sync_until_held(sdk, &id, "org-123", &two).await;
    let other = place.create(sdk, "prefix").await;
    let three = [two[0], two[1], ("documents/engineering/design.md", "engineering-docs")];
    place.sync_until_held(sdk, &other, "engineering-docs", &three).await;
    place.example(sdk, &["delete-keeping-documents", &id, "org-123"]).await;
    // The removal of the other one's documents ends after everything that the first call might have begun.
    place.example(sdk, &["delete", &other, "engineering-docs"]).await;
    place.until_held(&two).await;
    let steps = place.example(sdk, &["documents", "org-123", "walrus"]).await;
    assert_eq!(keys(documents(&steps)), [VACATION, "readme.md"], "they can still be read and searched");
}

async fn deleting_by_tag_takes_that_connection(sdk: Sdk) {
    let place = with_documents().await;
    let [id, other] = [place.create(sdk, "quick-setup").await, place.create(sdk, "prefix").await];
    let two = [("readme.md", "org-123"), (VACATION, "org-123")];
    place.sync(sdk, &id, "org-123").await;
    let three = [two[0], two[1], ("documents/engineering/design.md", "engineering-docs")];
    place.sync_until_held(sdk, &other, "engineering-docs", &three).await;
    place.example(sdk, &["delete-by-tag", &other, "engineering-docs"]).await;
    place.until_held(&two).await;
    place.example(sdk, &["connection", &id, "org-123"]).await;
}

async fn a_deleted_document_stays_away(sdk: Sdk) {
    let place = with_documents().await;
    let id = place.create(sdk, "quick-setup").await;
    place.sync_until_held(sdk, &id, "org-123", &[("readme.md", "org-123"), (VACATION, "org-123")]).await;
    let steps = place.example(sdk, &["documents", "org-123", "walrus"]).await;
    let listed = rows(documents(&steps));
    let document = listed.iter().find(|document| key(document) == VACATION).unwrap();
    place.example(sdk, &["delete-document", document["id"].as_str().unwrap(), "org-123"]).await;
    place.until_held(&[("readme.md", "org-123")]).await;
    place.put("my-documents-bucket", "handbook/travel.md", "Trains before planes.");
    let wanted = [("readme.md", "org-123"), ("handbook/travel.md", "org-123")];
    place.sync_until_held(sdk, &id, "org-123", &wanted).await;
}

async fn refusals_are_as_documented(sdk: Sdk) {
    let place = with_documents().await;
    let steps = place.example(sdk, &["refusals"]).await;
    assert!(steps.refused().len() >= 7, "{steps:?}");
    for body in steps.refused() {
        let error = &body["error"];
        // A sentence, or what is wrong with each field.
        let is_told = error.as_str().is_some_and(|text| !text.is_empty())
            || error.as_array().is_some_and(|wrong| wrong.iter().all(|one| one["message"].is_string()));
        assert!(is_told, "{body}");
    }
    assert!(place.held().is_empty());
}

async fn errors_of_the_storage_are_as_documented(sdk: Sdk) {
    let steps = with_documents().await.example(sdk, &["storage-errors"]).await;
    let said: Vec<_> = steps.refused().iter().map(|body| body["error"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said, ["Authentication failed", "Access denied", "Bucket not found"]);
}

async fn a_local_server_is_found_by_its_address(sdk: Sdk) {
    Place::start().await.example(sdk, &["local"]).await;
}

/// The documentation's buckets with documents.
pub async fn with_documents() -> Place {
    let place = Place::start().await;
    for (bucket, key, text) in [
        ("my-documents-bucket", "readme.md", "What this is about."),
        ("my-documents-bucket", VACATION, "# Vacation\nThe walrus has thirty days a year."),
        ("company-data", "documents/engineering/design.md", "The plan of the engine."),
        ("company-data", "documents/engineering.md", "Beside the folder."),
        ("company-data", "documents/sales/plan.md", "The plan of the sales."),
        ("user-files", "readme.md", "For everyone."),
        ("user-files", NOTES, "The light of the amber lighthouse."),
    ] {
        place.put(bucket, key, text);
    }
    let report = std::fs::read(samples::folder().join("shared/fire-safety.pdf")).unwrap();
    place.put("user-files", REPORT, report);
    place
}

/// The listing among the replies of `documents`.
fn documents(steps: &Steps) -> &Value {
    let listing = steps.reply(&["documents.list", "list"]);
    // Version 5 has both names; in its reply the other one is for what the library does not have.
    listing.get("documents").unwrap_or_else(|| &listing["memories"])
}

/// The results of the search among the replies of `documents`.
fn found(steps: &Steps) -> &[Value] {
    rows(&steps.reply(&["search.documents", "search"])["results"])
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("rows: {value}"))
}

/// The keys of documents, sorted.
fn keys(documents: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = rows(documents).iter().map(key).collect();
    keys.sort_unstable();
    keys
}

fn key(document: &Value) -> &str {
    document["metadata"]["key"].as_str().unwrap_or_else(|| panic!("{document}"))
}
