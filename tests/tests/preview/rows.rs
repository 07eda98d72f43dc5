use s3_connector_engine::scope::SkipReason;
use s3_connector_engine::view::{PlanAction, PlanFilter, PlanItem, PlanOrder};
use s3_connector_tests::scene::Scene;
use serde_json::json;

async fn page(scene: &Scene, filter: PlanFilter) -> (Vec<PlanItem>, u64) {
    let page = scene.engine.preview_page(scene.connection.id.clone(), filter).await.unwrap();
    (page.items, page.total)
}

fn keys(items: &[PlanItem]) -> Vec<&str> {
    items.iter().map(|item| item.key.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_past_the_limit_are_counted_and_can_be_looked_at() {
    let scene = Scene::new(json!({"documentLimit": 2, "containerTagRegex": "^(?<team>[a-z]+)/"})).await;
    for key in ["aaa/1.md", "aaa/2.md", "bbb/3.md", "ccc/4.md"] {
        scene.put(key, key.repeat(10));
    }
    scene.put("ccc/empty.md", "");
    let summary = scene.preview().await;
    let over = summary.skipped.iter().find(|skipped| skipped.reason == SkipReason::OverLimit).unwrap();
    assert_eq!((over.count, summary.limit, summary.totals.skipped), (2, 2, 3));
    let waiting = PlanFilter { reason: Some(SkipReason::OverLimit), ..PlanFilter::default() };
    let (items, total) = page(&scene, waiting.clone()).await;
    assert_eq!((keys(&items), total), (vec!["bbb/3.md", "ccc/4.md"], 2));
    assert!(items.iter().all(|item| item.action == PlanAction::Skipped));
    let (items, _) = page(&scene, PlanFilter { tag: Some("ccc".into()), ..waiting }).await;
    assert_eq!(keys(&items), ["ccc/4.md"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_holds_from_page_to_page_and_together_with_a_filter() {
    let scene = Scene::new(json!({"containerTagRegex": "^(?<team>[a-z]+)/"})).await;
    for i in 0..300_usize {
        scene.put(&format!("{}/{i:03}.md", ["aaa", "bbb", "ccc"][i % 3]), "x".repeat(1 + (i * 37) % 211));
    }
    scene.preview().await;
    let filter =
        PlanFilter { order: PlanOrder::Size, descending: true, tag: Some("bbb".into()), ..PlanFilter::default() };
    let mut sizes = Vec::new();
    for offset in (0..100).step_by(7) {
        let (items, total) = page(&scene, PlanFilter { offset, limit: 7, ..filter.clone() }).await;
        assert_eq!(total, 100);
        assert!(items.iter().all(|item| item.tag.as_deref() == Some("bbb")));
        sizes.extend(items.iter().filter_map(|item| item.size));
    }
    assert_eq!(sizes.len(), 100);
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
}
