//! The tag studio over a real listing: it streams in, it is read again from the state file, and a newer question ends an
//! older one.

use std::time::Duration;

use s3_connector_engine::error::ErrorCode;
use s3_connector_engine::view::{DraftListing, PlanFilter, StudioView, TagSource};
use s3_connector_tests::memory_s3::On;
use s3_connector_tests::scene::{Scene, draft};
use s3_connector_tests::wait::eventually;
use serde_json::json;

const RULE: &str = "users/(?<userId>[^/]+)/";

/// A bucket of three pages.
async fn scene() -> Scene {
    let scene = Scene::new(json!({"containerTagRegex": RULE})).await;
    scene.server.page_size(10);
    for user in 0..5 {
        for note in 0..5 {
            scene.put(&format!("users/user-{user}/{note}.md"), "heron");
        }
    }
    scene.put("shared.md", "heron");
    scene
}

async fn ended(scene: &Scene, listing: &DraftListing) -> DraftListing {
    let ended = || async {
        let now = scene.engine.draft_listing(listing.listing_id.clone()).await.unwrap();
        (!now.under_way).then_some(now)
    };
    eventually("the end of the listing", Duration::from_secs(60), ended).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_keys_are_there_while_the_others_come_in() {
    let scene = scene().await;
    let typed = || draft(&scene.server, json!({"containerTagRegex": RULE, "containerTags": ["shared"]}));
    let gate = scene.server.hold(On::List);
    let listing = tokio::spawn({
        let (engine, typed) = (scene.engine.clone(), typed());
        async move { engine.draft_list(typed, None, false).await.unwrap() }
    });
    gate.arrived(1).await;
    gate.open();
    let first = listing.await.unwrap();
    assert!(first.keys >= 10 && first.error.is_none());
    let id = first.listing_id.clone();
    let page = scene.engine.studio_page(id.clone(), typed(), StudioView::All, 0, 5).await.unwrap();
    assert_eq!(page.rows[0].item.key, "shared.md", "in the order of the bucket until all are counted");
    assert_eq!(page.rows[1].item.tag.as_deref(), Some("user-0"));

    let all = ended(&scene, &first).await;
    assert_eq!((all.keys, all.complete), (26, true));
    let totals = scene.engine.studio_totals(id.clone(), typed()).await.unwrap().totals.unwrap();
    assert_eq!((totals.all, totals.matched, totals.no_match, totals.tag_count), (26, 25, 1, 6));
    let rows = scene.engine.studio_rows(id.clone(), typed(), vec![25, 0, 99]).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.at).collect::<Vec<_>>(), [25, 0], "what is not there is left out");
    assert_eq!(rows[1].source, TagSource::Fallback);
    let suggested = scene.engine.studio_suggest(id.clone()).await.unwrap();
    assert_eq!(
        (suggested[0].rule.as_str(), suggested[0].matched, suggested[0].tags),
        ("^users/(?<userId>[^/]+)/", 25, 5)
    );

    scene.engine.draft_drop(id.clone()).await.unwrap();
    let gone = scene.engine.studio_totals(id, typed()).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::InvalidRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_says_how_many_files_it_decides_about_as_it_is_typed() {
    let scene = scene().await;
    let typed = |filters| draft(&scene.server, json!({"containerTags": ["shared"], "filters": filters}));
    let listing = scene.engine.draft_list(typed(json!([])), None, false).await.unwrap();
    let id = ended(&scene, &listing).await.listing_id;
    let hits = async |filters| {
        let said = scene.engine.draft_preview(id.clone(), typed(filters), PlanFilter::default()).await.unwrap();
        (said.rule_hits, said.summary.map(|summary| summary.totals.new))
    };
    let all = json!({"kind": "include", "glob": "users/**"});
    let some = json!({"kind": "exclude", "glob": "**/user-1/*"});
    assert_eq!(hits(json!([all, some])).await, (vec![20, 5], Some(20)));
    assert_eq!(hits(json!([some, all])).await, (vec![0, 25], Some(26)), "the last one that matches decides");
    let half_typed = json!({"kind": "include", "glob": "users/["});
    assert_eq!(hits(json!([all, half_typed])).await, (vec![], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_connection_shows_its_last_listing_without_the_network_and_says_what_its_next_run_does() {
    let scene = scene().await;
    scene.sync().await;
    scene.put("users/new/1.md", "bittern");
    scene.server.forget_seen();
    let id = scene.connection.id.clone();
    let edit = || scene.draft(json!({"containerTagRegex": RULE, "containerTags": ["shared"]}));
    let listing = scene.engine.draft_list(edit(), Some(id.clone()), false).await.unwrap();
    assert_eq!((listing.keys, listing.complete), (26, true));
    assert!(scene.server.seen().is_empty(), "nothing was asked of the bucket");

    let again = scene.engine.draft_list(edit(), Some(id.clone()), true).await.unwrap();
    let again = ended(&scene, &again).await;
    assert_eq!(again.keys, 27);
    let filter = PlanFilter::default();
    let said = scene.engine.draft_preview(again.listing_id, edit(), filter).await.unwrap().summary.unwrap();
    let planned = scene.engine.edit_preview(id, edit(), true).await.unwrap().summary;
    assert_eq!((said.totals, said.tags, said.held), (planned.totals, planned.tags, planned.held));
}
