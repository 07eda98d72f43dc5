use s3_connector_engine::view::RunState;
use s3_connector_tests::scene::Scene;
use serde_json::json;

/// Keys that servers over a file system, and clients that think of paths, get wrong.
fn odd_keys() -> Vec<String> {
    let odd = [
        "a//b.md",
        "/lead.md",
        "a/../b.md",
        "..",
        ".",
        "a b.md",
        " lead and trail .md ",
        "a+b.md",
        "100%.md",
        "a%2Fb.md",
        "what?.md",
        "a#b.md",
        "a&b=c.md",
        "caf\u{e9}.md",
        "cafe\u{301}.md",
        "bell\u{7}.md",
        "\u{1}.md",
        "日本語.md",
        "🦀.md",
        "~*'()!.md",
        "a\\b.md",
        "\"q\".md",
        "<xml>.md",
        "new\nline.md",
        "\u{202e}dm.exe",
    ];
    let longest = format!("{}.md", "k".repeat(1_021));
    odd.into_iter().map(str::to_owned).chain([longest]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_keys_survive_from_the_bucket_to_the_search_result() {
    let scene = Scene::new(json!({})).await;
    scene.server.page_size(4);
    let keys = odd_keys();
    for (i, key) in keys.iter().enumerate() {
        scene.put(key, format!("gannet number{i}n"));
    }
    // Beside the twin in the other normal form, each is its own document.
    let expected: u64 = keys.iter().filter(|key| !key.ends_with(".exe")).count() as u64;
    let preview = scene.preview().await;
    assert_eq!((preview.totals.new, preview.totals.skipped), (expected, 1));
    let run = scene.sync().await;
    assert_eq!((run.state, run.sent), (RunState::Completed, expected), "{:?}", run.error);
    for (i, key) in keys.iter().enumerate().filter(|(_, key)| !key.ends_with(".exe")) {
        assert_eq!(scene.found(&format!("number{i}n")).await, [key.as_str()], "{key:?}");
    }
    assert_eq!(scene.preview().await.totals.unchanged, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_is_literal() {
    let scene = Scene::new(json!({"prefix": "a.c/[x]*"})).await;
    scene.put("a.c/[x]*/1.md", "in");
    scene.put("abc/x/2.md", "out");
    scene.put("a.c/[x]/3.md", "out");
    let run = scene.sync().await;
    assert_eq!((run.listed, run.sent), (1, 1));
}
